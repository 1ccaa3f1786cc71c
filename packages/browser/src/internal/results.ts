/** What the backend was asked for, and what came of it. */
import type { Session } from "./sessionView.ts"

/**
 * Somebody is signed in.
 *
 * @since 0.1.0
 */
export interface SignedIn {
  readonly _tag: "SignedIn"
  readonly session: Session
}

/**
 * Nobody is signed in.
 *
 * - `NotSignedIn`: the user did not sign in, or signed out.
 * - `Ended`: the session ended at LivePerson.
 * - `CallbackAtPage`: Sentinel's answer came to this page, which cannot use it, in place of the backend. The redirect URI
 *   is wrong, or somebody made up the link.
 *
 * `message` says what to do next. It is for the developer, and as text: never as HTML.
 *
 * @since 0.1.0
 */
export interface SignedOut {
  readonly _tag: "SignedOut"
  readonly reason: "NotSignedIn" | "Ended" | "CallbackAtPage"
  readonly message: string
}

/**
 * The user is signed out of this application, but LivePerson could not be told: other LivePerson applications may go on.
 *
 * @since 0.1.0
 */
export interface SignedOutHere {
  readonly _tag: "SignedOutHere"
  readonly message: string
}

/**
 * Nobody knows: the application's backend gave no usable answer.
 *
 * - `Unreachable`: there is no network, or nobody listens.
 * - `Timeout`: no answer in time.
 * - `Aborted`: the caller's own signal.
 * - `Refused`: the backend said no, or has a problem of its own; `message` has its words, if it said any.
 * - `BadAnswer`: what answered is not the backend of `@le-auth/web`.
 *
 * @since 0.1.0
 */
export interface Unavailable {
  readonly _tag: "Unavailable"
  readonly reason: "Unreachable" | "Timeout" | "Aborted" | "Refused" | "BadAnswer"
  readonly message: string
  /** The status of the answer, if there was one. */
  readonly status?: number
}

/** @since 0.1.0 */
export type SessionResult = SignedIn | SignedOut | Unavailable

const messages = {
  NotSignedIn: "Nobody is signed in. Start a sign-in.",
  Ended: "The session has ended at LivePerson. Start the sign-in again.",
  CallbackAtPage:
    "A callback came to this page, which cannot use it. Register the backend's callback as redirect URI, then start the sign-in again."
}

export const signedOut = (reason: SignedOut["reason"]): SignedOut => ({
  _tag: "SignedOut",
  reason,
  message: messages[reason]
})

export const unavailable = (reason: Unavailable["reason"], message: string, status?: number): Unavailable => ({
  _tag: "Unavailable",
  reason,
  message,
  ...(status === undefined ? undefined : { status })
})
