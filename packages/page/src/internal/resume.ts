/** The session at a page load. */
import type { Request } from "./backend.ts"
import { askForCookies } from "./frame.ts"
import { type SessionResult, signedOut } from "./results.ts"
import { cleaned } from "./returnPath.ts"
import { session } from "./session.ts"

/**
 * Cleans the address bar, then asks the backend for the session. Call it first on the page. The address is clean when
 * it returns its promise, before any other script runs.
 *
 * A callback belongs to the backend, so normally there is nothing to clean. If a callback comes to the page, `code`,
 * `state` and its other parameters are removed from query and fragment, without being read. The rest of the address
 * stays as it was.
 *
 * In a frame of another site it also uses the access to cookies that the user has allowed before, see `allowCookies`.
 *
 * @example
 * ```ts
 * // compiled only
 * import { resume } from "@le-auth/page"
 *
 * const found = await resume()
 * if (found._tag === "Unavailable") document.body.append(found.message)
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.3.1 RFC 9700 section 4.3.1}
 * @category accessors
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
