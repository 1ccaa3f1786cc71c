/** The session of this browser, which the backend keeps. */
import { type Answer, ask, limited, pathsOf, type Request, unexpected } from "./backend.ts"
import { type SessionResult, type SignedOut, signedOut, type SignedOutHere, type Unavailable } from "./results.ts"
import { fromBody, members } from "./sessionView.ts"
import { announce, once } from "./tabs.ts"

/** The result for an answer without a session. */
export const refused = (answer: Answer): SignedOut | Unavailable => {
  const { body, status } = answer
  const { error, signedIn } = members(body)
  if (status === 200 && signedIn === false) return signedOut("NotSignedIn")
  if (status === 401 && (signedIn === false || error === "NotSignedIn")) return signedOut("NotSignedIn")
  if (status === 401 && error === "SessionEnded") return signedOut("Ended")
  return unexpected(answer)
}

const read = (answer: Answer): SessionResult => {
  const session = fromBody(answer.body)
  return answer.status === 200 && session !== undefined ? { _tag: "SignedIn", session } : refused(answer)
}

/**
 * The session of this browser. Asking for it refreshes nothing.
 *
 * @example
 * ```ts
 * // compiled only
 * import { session } from "@le-auth/page"
 *
 * const now = await session({ paths: { session: "/auth/session" } })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const session = async (options: Request = {}): Promise<SessionResult> => {
  const answer = await ask("GET", pathsOf(options).session, options)
  return answer._tag === "Answer" ? read(answer) : answer
}

/**
 * Makes the backend refresh the access token now, even if it is not due, and gives the session. The token stays at the
 * backend. While one tab waits for the refresh, other tabs wait for that tab and then ask for the session, so that the
 * backend refreshes once.
 *
 * @example
 * ```ts
 * // compiled only
 * import { refresh } from "@le-auth/page"
 *
 * const result = await refresh()
 * if (result._tag === "SignedOut") document.body.append(result.message)
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const refresh = (options: Request = {}): Promise<SessionResult> => {
  const path = `${pathsOf(options).session}/refresh`
  return once(
    `le-auth ${path}`,
    limited(options),
    async () => {
      const answer = await ask("POST", path, options)
      return answer._tag === "Answer" ? read(answer) : answer
    },
    () => session(options)
  )
}

/** The result of a sign-out. The other tabs also hear of it. An empty answer of any server could be meant otherwise. */
const left = (answer: Answer): SignedOut | Unavailable => {
  if (answer.status !== 204 || answer.mark !== "done") return unexpected(answer)
  announce()
  return signedOut("NotSignedIn")
}

/**
 * Signs the user out of this application only. LivePerson is not told, so the next sign-in may need no password.
 *
 * @example
 * ```ts
 * // compiled only
 * import { signOut } from "@le-auth/page"
 *
 * const result = await signOut()
 * if (result._tag === "SignedOut") location.assign("/")
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const signOut = async (options: Request = {}): Promise<SignedOut | Unavailable> => {
  const answer = await ask("POST", pathsOf(options).signOut, options)
  return answer._tag === "Answer" ? left(answer) : answer
}

/**
 * Signs the user out of **all LivePerson applications**. If LivePerson refuses or does not answer, the user is still
 * signed out of this application, and the result is `SignedOutHere`.
 *
 * @example
 * ```ts
 * // compiled only
 * import { signOutEverywhere } from "@le-auth/page"
 *
 * const result = await signOutEverywhere()
 * if (result._tag === "SignedOutHere") document.body.append(result.message)
 * ```
 *
 * @see LivePerson, Sentinel API, "Revoke"
 * @category accessors
 * @since 0.1.0
 */
export const signOutEverywhere = async (options: Request = {}): Promise<SignedOut | SignedOutHere | Unavailable> => {
  const answer = await ask("POST", `${pathsOf(options).signOut}/everywhere`, options)
  if (answer._tag !== "Answer") return answer
  const result = left(answer)
  // Only the backend knows whether it ended the session before it failed.
  if (result._tag === "SignedOut" || (await session(options))._tag !== "SignedOut") return result
  announce()
  return {
    _tag: "SignedOutHere",
    message: `You are signed out of this application, but maybe not of the others: ${result.message}`
  }
}
