/**
 * Looks up access tokens, for a resource server in the same process, or for a test.
 *
 * @since 0.1.0
 */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { SentinelStore } from "./SentinelStore.ts"

/**
 * The account, the application and the user of a valid access token. `expiresAt` is in milliseconds since 1970.
 *
 * @category models
 * @since 0.1.0
 */
export interface Access {
  readonly accountId: string
  readonly clientId: string
  readonly userId: string
  /** The scopes of OpenID Connect, where the dialect has them. */
  readonly scope?: string | undefined
  readonly expiresAt: number
}

/**
 * The grant of an access token; `None` if the token is unknown, expired or revoked. Fails with `StoreError` if the
 * store does not answer.
 *
 * @example
 * ```ts
 * import * as AccessTokens from "@le-auth/sentinel/AccessTokens"
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import * as Redacted from "effect/Redacted"
 *
 * // The user that a request with `Authorization: Bearer …` speaks for.
 * export const userOf = (bearer: string) =>
 *   Effect.map(AccessTokens.find(Redacted.make(bearer)), Option.map((access) => access.userId))
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const find: (
  token: Redacted.Redacted<string>
) => Effect.Effect<Option.Option<Access>, StoreError, Digest.Digest | SentinelStore> = Effect.fnUntraced(
  function* (token) {
    const digest = yield* Digest.Digest
    const store = yield* SentinelStore
    const id = yield* digest.digestHex(Digest.sha256, Utf8.encode(Redacted.value(token)))
    const found = yield* store.findAccess(id, yield* Clock.currentTimeMillis)
    return Option.map(found, ({ expiresAt, grant }) => ({
      accountId: grant.accountId,
      clientId: grant.clientId,
      userId: grant.userId,
      scope: grant.scope,
      expiresAt
    }))
  }
)
