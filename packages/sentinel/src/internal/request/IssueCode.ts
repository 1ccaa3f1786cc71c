/**
 * Issues an authorization code for a user who is signed in (RFC 6749 section 4.1.2).
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { type Grant, SentinelStore, type BrowserSession } from "../../SentinelStore.ts"
import type { Secrets } from "../session/Secrets.ts"
import type { AuthorizationResponse } from "./AuthorizationResponse.ts"
import * as RedirectUris from "./RedirectUris.ts"

/**
 * Which redirect URI a code went to, where the token request need not say it: the mark of it ends the id of the grant, behind a dot that
 * no other id has.
 */
const markOf = (secrets: Secrets, redirectUri: string): Effect.Effect<string> =>
  Effect.map(secrets.hash(redirectUri), (hash) => `.${hash.slice(0, 16)}`)

/**
 * Whether the code of a grant went to a redirect URI that is still registered. `sent` is that of the token request, if it has one, and
 * then that of the code.
 *
 * @since 0.1.0
 */
export const wentWhereRegistered = Effect.fnUntraced(function* (
  secrets: Secrets,
  { id }: Pick<Grant, "id">,
  sent: string | undefined,
  registered: ReadonlyArray<string>,
  options: { readonly anyPortOnLocalhost: boolean }
): Effect.fn.Return<boolean> {
  if (sent !== undefined) return RedirectUris.registeredOf(registered, sent, options) !== undefined
  for (const uri of registered) if (id.endsWith(yield* markOf(secrets, uri))) return true
  return !id.includes(".")
})

/**
 * Makes the function that stores a code, with the grant that its tokens will belong to. The outcomes are those of
 * `SentinelStore.issueCode`.
 *
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (secrets: Secrets) {
  const store = yield* SentinelStore
  const lifetime = Duration.toMillis((yield* SentinelDialect).codeLifetime)

  return Effect.fnUntraced(function* (code: string, to: AuthorizationResponse, session: BrowserSession, now: number) {
    const id = yield* secrets.hash(code)
    return yield* store.issueCode(
      {
        id,
        grant: {
          id: `${yield* secrets.make}${to.redirectUriWasSent ? "" : yield* markOf(secrets, to.redirectUri)}`,
          accountId: to.accountId,
          clientId: to.clientId,
          userId: session.userId,
          sessionId: session.id,
          createdAt: now,
          nonce: to.nonce
        },
        redirectUri: to.redirectUriWasSent ? to.redirectUri : undefined,
        codeChallenge: to.codeChallenge,
        expiresAt: now + lifetime
      },
      now
    )
  })
})

/**
 * @since 0.1.0
 */
export type IssueCode = Effect.Success<ReturnType<typeof make>>
