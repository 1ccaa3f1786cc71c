/**
 * What the application remembers between sending the user away and the callback.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { AccountId, ClientId, RedirectUri } from "./Identifiers.ts"
import { Origin } from "./Origin.ts"
import { ReturnPath } from "./ReturnPath.ts"

/**
 * The record of one sign-in. The callback supplies none of this: account, host and redirect URI of the code exchange
 * come from here.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.4 RFC 9700 section 4.4}
 * @category schemas
 * @since 0.1.0
 */
export const Transaction = Schema.Struct({
  accountId: AccountId,
  clientId: ClientId,
  sentinel: Origin,
  /** As it was sent; absent if it was not sent (RFC 6749 section 4.1.3). */
  redirectUri: Schema.optionalKey(RedirectUri),
  /** Whether a PKCE challenge was sent. Its verifier is not in here: it is the binding, which the browser has. */
  pkce: Schema.optionalKey(Schema.Boolean),
  returnTo: Schema.optionalKey(ReturnPath),
  /** What the application wanted to remember, as JSON. */
  applicationState: Schema.optionalKey(Schema.Json),
  /** Milliseconds since the epoch after which the callback comes too late. */
  deadline: Schema.Finite
})
export type Transaction = typeof Transaction.Type
