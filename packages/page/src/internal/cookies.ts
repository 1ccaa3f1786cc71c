/** The application's cookies in a frame of another site, such as LivePerson's agent workspace. */
import { ask, pathsOf, type Request, unexpected } from "./backend.ts"
import { askForCookies, topLocation } from "./frame.ts"
import type { SessionResult, Unavailable } from "./results.ts"
import { session } from "./session.ts"
import { members } from "./sessionView.ts"

/**
 * The page's cookies reach the backend.
 *
 * @category models
 * @since 0.1.0
 */
export interface CookiesArrive {
  readonly _tag: "CookiesArrive"
}

/**
 * The page is in a frame of another site, and the browser keeps the session's cookies from it.
 *
 * - `Partitioned`: the frame has cookies of its own. The cookies of a window do not reach it.
 * - `Blocked`: the frame has no cookies.
 *
 * `message` says what to do next.
 *
 * @category models
 * @since 0.1.0
 */
export interface CookiesKeptBack {
  readonly _tag: "CookiesKeptBack"
  readonly reason: "Partitioned" | "Blocked"
  readonly message: string
}

const wayOut =
  "Sign in in a window (popup), then call allowCookies in a click. If the browser still says no, open the page in a tab of its own."

const messages = {
  Partitioned: `The browser gives this frame cookies of its own, which a sign-in in a window does not reach. ${wayOut}`,
  Blocked: `The browser gives this frame no cookies. ${wayOut}`
}

/**
 * Whether the session's cookies reach the backend from this page. Outside of a frame of another site they do, without a
 * request. In such a frame, the backend tries it.
 *
 * @example
 * ```ts
 * // compiled only
 * import { cookies } from "@le-auth/page"
 *
 * const found = await cookies()
 * if (found._tag === "CookiesKeptBack") document.querySelector("#allow")?.removeAttribute("hidden")
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const cookies = async (options: Request = {}): Promise<CookiesArrive | CookiesKeptBack | Unavailable> => {
  if (topLocation() !== undefined) return { _tag: "CookiesArrive" }
  const path = `${pathsOf(options).session}/cookies`
  // The first request sets them, the second shows which of them came back.
  const first = await ask("POST", path, options)
  const answer = first._tag === "Answer" && first.status === 200 ? await ask("POST", path, options) : first
  if (answer._tag !== "Answer") return answer
  const { arrived, session } = members(answer.body)
  if (answer.status !== 200 || !Array.isArray(arrived)) return unexpected(answer)
  // Some browsers also give a frame a jar of its own for cookies that do not ask for one.
  const isShared = session !== "shared" || (await document.hasStorageAccess())
  if (isShared && arrived.includes(session)) return { _tag: "CookiesArrive" }
  const reason = arrived.length === 0 ? "Blocked" : "Partitioned"
  return { _tag: "CookiesKeptBack", reason, message: messages[reason] }
}

/**
 * Asks the user to let this frame have the application's cookies, and gives the session. The browser asks only in a
 * click, and only about a site that the user has visited in a window. Call it in a click, with nothing awaited before,
 * after a {@link popup}. Later pages need no click, since `resume` uses the permission.
 *
 * @example
 * ```ts
 * // compiled only
 * import { allowCookies } from "@le-auth/page"
 *
 * document.querySelector("#allow")?.addEventListener("click", async () => {
 *   const result = await allowCookies()
 *   if (result._tag === "CookiesKeptBack") document.body.append(result.message)
 * })
 * ```
 *
 * @see Storage Access API
 * @category accessors
 * @since 0.1.0
 */
export const allowCookies = async (options: Request = {}): Promise<SessionResult | CookiesKeptBack> => {
  await askForCookies()
  const found = await session(options)
  if (found._tag !== "SignedOut") return found
  const now = await cookies(options)
  return now._tag === "CookiesKeptBack" ? now : found
}
