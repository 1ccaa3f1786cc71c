/** The way back, at a page load. */
import type { Request } from "./backend.ts"
import { askForCookies } from "./frame.ts"
import { type SessionResult, signedOut } from "./results.ts"
import { cleaned } from "./returnPath.ts"
import { session } from "./session.ts"

/**
 * Cleans the address bar, then asks the backend who is signed in. Call it first on the page: what it cleans, it has cleaned
 * when it returns its promise, before any other script runs (OAuth 2.1 section 2.3.6, RFC 9700 section 4.3.1).
 *
 * A callback belongs to the backend, so normally there is nothing to clean. If one came to the page all the same, `code`,
 * `state` and its other parameters go from query and fragment, without being read; the rest of the address stays as it was.
 *
 * In a frame of another site it also takes up the access to cookies that the user has allowed before, see `allowCookies`.
 *
 * @example
 * ```ts
 * import { resume } from "@le-auth/browser/plain"
 *
 * const found = await resume()
 * if (found._tag === "Unavailable") document.body.append(found.message)
 * ```
 *
 * @since 0.1.0
 */
export const resume = async (options: Request = {}): Promise<SessionResult> => {
  const url = cleaned(location.href)
  const isCallback = url.href !== location.href
  if (isCallback) history.replaceState(history.state, "", url)
  await askForCookies()
  const result = await session(options)
  return isCallback && result._tag === "SignedOut" ? signedOut("CallbackAtPage") : result
}
