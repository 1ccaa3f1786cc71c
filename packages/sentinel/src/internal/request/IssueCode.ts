/** Issues an authorization code for a user who is signed in (RFC 6749 section 4.1.2). */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { type Grant, SentinelStore, type BrowserSession } from "../../SentinelStore.ts"
import type { Secrets } from "../session/Secrets.ts"
import type { AuthorizationResponse } from "./AuthorizationResponse.ts"
import { ownText } from "./ownText.ts"
import * as RedirectUris from "./RedirectUris.ts"

/**
 * A mark of the redirect URI that a code went to, for token requests that need not name it. It ends the id of the
 * grant, after a dot, which no other id has.
 */
const markOf = (secrets: Secrets, redirectUri: string): Effect.Effect<string> =>
  Effect.map(secrets.hash(redirectUri), (hash) => `.${hash.slice(0, 16)}`)

/**
 * Whether the code of a grant went to a redirect URI that is still registered. `sent` is the one of the token request,
 * if it has one; it is then that of the code.
 */
export const wentWhereRegistered = (
  secrets: Secrets,
  grant: Pick<Grant, "id">,
  sent: string | undefined,
  registered: RedirectUris.Registered,
  options: { readonly anyPortOnLocalhost: boolean }
): Effect.Effect<boolean> =>
  sent === undefined
    ? isMarked(secrets, grant, registered)
    : Effect.succeed(RedirectUris.registeredOf(registered, sent, options) !== undefined)

/** Whether the mark of the grant is that of a registered redirect URI. A grant without a mark has sent its own. */
const isMarked = Effect.fnUntraced(function* (
  secrets: Secrets,
  { id }: Pick<Grant, "id">,
  { redirectUris }: RedirectUris.Registered
): Effect.fn.Return<boolean> {
  for (const uri of redirectUris) if (id.endsWith(yield* markOf(secrets, uri))) return true
  return !id.includes(".")
})

/**
 * Makes the function that stores a code, with the grant that its tokens will belong to. Its outcomes are those of
 * `SentinelStore.issueCode`.
 */
export const make = Effect.fnUntraced(function* (secrets: Secrets) {
  const store = yield* SentinelStore
  const lifetime = Duration.toMillis((yield* SentinelDialect).codeLifetime)

  return Effect.fnUntraced(function* (
    code: string,
    to: AuthorizationResponse,
    session: BrowserSession,
    now: number,
    /** When the user signed in, where that was not when the session began. */
    authenticatedAt: number = session.createdAt
  ) {
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
          nonce: to.nonce === undefined ? undefined : ownText(to.nonce),
          scope: to.scope,
          authenticatedAt: to.scope === undefined ? undefined : authenticatedAt
        },
        redirectUri: to.redirectUriWasSent ? to.redirectUri : undefined,
        codeChallenge: to.codeChallenge === undefined ? undefined : ownText(to.codeChallenge),
        expiresAt: now + lifetime
      },
      now
    )
  })
})

/** Stores a code for a signed-in user, see {@link make}. */
export type IssueCode = Effect.Success<ReturnType<typeof make>>
