/** The session of this browser, as the backend keeps it. */
import { type Answer, ask, limited, pathsOf, type Request, unexpected } from "./backend.ts"
import { type SessionResult, type SignedOut, signedOut, type SignedOutHere, type Unavailable } from "./results.ts"
import { fromBody, members } from "./sessionView.ts"
import { announce, once } from "./tabs.ts"

/** Why there is no session in an answer. */
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
 * Who is signed in, without refreshing anything.
 *
 * @example
 * ```ts
 * import { session } from "@le-auth/browser/plain"
 *
 * const now = await session({ paths: { session: "/auth/session" } })
 * ```
 *
 * @since 0.1.0
 */
export const session = async (options: Request = {}): Promise<SessionResult> => {
  const answer = await ask("GET", pathsOf(options).session, options)
  return answer._tag === "Answer" ? read(answer) : answer
}

/**
 * Has the backend refresh the access token now, whether it is due or not. The token stays there. While a tab does so, the
 * other tabs wait for it and then ask what came of it, so that the backend is asked once.
 *
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

/** Tells the other tabs, too. */
const left = (answer: Answer): SignedOut | Unavailable => {
  if (answer.status !== 204) return unexpected(answer)
  announce()
  return signedOut("NotSignedIn")
}

/**
 * Signs the user out of this application only. LivePerson hears nothing of it, so that the next sign-in may need no
 * password.
 *
 * @since 0.1.0
 */
export const signOut = async (options: Request = {}): Promise<SignedOut | Unavailable> => {
  const answer = await ask("POST", pathsOf(options).signOut, options)
  return answer._tag === "Answer" ? left(answer) : answer
}

/**
 * Signs the user out of **all LivePerson applications**. If LivePerson does not play along, the user is signed out of this
 * application all the same, which is what `SignedOutHere` says.
 *
 * @see LivePerson, Sentinel API, "Revoke"
 * @since 0.1.0
 */
export const signOutEverywhere = async (options: Request = {}): Promise<SignedOut | SignedOutHere | Unavailable> => {
  const answer = await ask("POST", `${pathsOf(options).signOut}/everywhere`, options)
  if (answer._tag !== "Answer") return answer
  const result = left(answer)
  // Whether the backend let go of the session before it failed, only the backend knows.
  if (result._tag === "SignedOut" || (await session(options))._tag !== "SignedOut") return result
  announce()
  return {
    _tag: "SignedOutHere",
    message: `You are signed out of this application, but maybe not of the others: ${result.message}`
  }
}
