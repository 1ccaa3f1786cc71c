/**
 * An app token: what an application holds for itself, without a user (`client_credentials`).
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { explaining } from "./internal/explaining.ts"
import { AccessToken, AccountId, ClientId } from "./Identifiers.ts"

/**
 * Names an app token: an application has one in each account. It cannot be read through another account's key.
 *
 * @category models
 * @since 0.1.0
 */
export class AppTokenKey extends explaining(
  Schema.Class<AppTokenKey>("@le-auth/core/AppTokenKey")({ accountId: AccountId, clientId: ClientId })
) {
  /** One text for both parts, for stores: URL-encoded, so no part can imitate another. */
  override toString(): string {
    return [this.accountId, this.clientId].map(encodeURIComponent).join("/")
  }
}

/**
 * The token of one application in one account.
 *
 * Times are milliseconds since the epoch. The token is redacted: it does not show in logs, JSON or `inspect`.
 *
 * @category models
 * @since 0.1.0
 */
export class AppToken extends explaining(
  Schema.Class<AppToken>("@le-auth/core/AppToken")({
    key: AppTokenKey,
    accessToken: AccessToken,
    /** When LivePerson gave it. */
    obtainedAt: Schema.Finite,
    /** From when on another one is asked for, while this one is still used. */
    renewAt: Schema.Finite,
    /** When it ends. */
    expiresAt: Schema.Finite
  })
) {}
