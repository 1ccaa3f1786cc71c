/** The results of requests to the backend. */
import type { Session } from "./sessionView.ts"

/**
 * A user is signed in.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignedIn {
  readonly _tag: "SignedIn"
  readonly session: Session
}

/**
 * No user is signed in.
 *
 * - `NotSignedIn`: the user did not sign in, or signed out.
 * - `Ended`: the session ended at LivePerson.
 * - `CallbackAtPage`: Sentinel's answer came to this page, which cannot use it, and not to the backend. The redirect
 *   URI is wrong, or the link is made up.
 *
 * `message` says what to do next. It is plain text for the developer. Never show it as HTML.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignedOut {
  readonly _tag: "SignedOut"
  readonly reason: "NotSignedIn" | "Ended" | "CallbackAtPage"
  readonly message: string
}

/**
 * The user is signed out of this application, but LivePerson did not confirm its part. Other LivePerson applications
 * may go on.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignedOutHere {
  readonly _tag: "SignedOutHere"
  readonly message: string
}

/**
 * The application's backend gave no usable answer, so the state of the session is unknown.
 *
 * - `Unreachable`: there is no network, or no server at the address.
 * - `Timeout`: the answer did not come in time.
 * - `Aborted`: the caller's own signal ended the wait.
 * - `Refused`: the backend refused, or has a problem of its own. `message` has its words, if it sent any. Or no request
 *   can be what the page asked for, such as a `GET` with a body.
 * - `BadAnswer`: the answer is not from a route of le-auth. The backend has none at this path, or a server in front of
 *   it answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unavailable {
  readonly _tag: "Unavailable"
  readonly reason: "Unreachable" | "Timeout" | "Aborted" | "Refused" | "BadAnswer"
  readonly message: string
  /** The status of the answer, if there was one. A redirect is not followed, and has 0. */
  readonly status?: number
}

/**
 * The session, or the reason why there is none.
 *
 * @category models
 * @since 0.1.0
 */
export type SessionResult = SignedIn | SignedOut | Unavailable

const messages = {
  NotSignedIn: "No user is signed in. Start a sign-in.",
  Ended: "The session has ended at LivePerson. Start the sign-in again.",
  CallbackAtPage:
    "A callback came to this page, which cannot use it. Register the backend's callback as redirect URI, then start the sign-in again."
}

/** Makes the result, with the message for its reason. */
export const signedOut = (reason: SignedOut["reason"]): SignedOut => ({
  _tag: "SignedOut",
  reason,
  message: messages[reason]
})

/** Makes the result. `status` is that of the answer, if there was one. */
export const unavailable = (reason: Unavailable["reason"], message: string, status?: number): Unavailable => ({
  _tag: "Unavailable",
  reason,
  message,
  ...(status === undefined ? undefined : { status })
})
