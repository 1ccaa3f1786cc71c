/**
 * Why a session cannot be used.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import type { UnknownInstallation } from "./AppInstallations.ts"
import type { DomainsError } from "./Domains.ts"
import type { StoreError } from "./StoreError.ts"
import type { TokenError } from "./TokenError.ts"

/**
 * There is no such session: the user never signed in here, or signed out.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotSignedIn extends Schema.TaggedError<NotSignedIn>()("NotSignedIn", {}) {
  override get message(): string {
    return "There is no session for this user. Start a sign-in."
  }
}

/**
 * The session ended at LivePerson: its refresh token is not accepted any more, or there is none and the access token
 * has expired. The session was removed.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category errors
 * @since 0.1.0
 */
export class SessionEnded extends Schema.TaggedError<SessionEnded>()("SessionEnded", {}) {
  override get message(): string {
    return "The session has ended at LivePerson. Start the sign-in again."
  }
}

/**
 * Why there is no access token for a session. {@link NotSignedIn} and {@link SessionEnded} ask for a new sign-in.
 *
 * @category errors
 * @since 0.1.0
 */
export type SessionError = NotSignedIn | SessionEnded | TokenError | DomainsError | UnknownInstallation | StoreError
