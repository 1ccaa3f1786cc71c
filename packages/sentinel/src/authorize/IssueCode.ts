/**
 * Issues an authorization code for a user who is signed in (RFC 6749 section 4.1.2).
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Secrets } from "../session/Secrets.ts"
import { SentinelProfile } from "../SentinelProfile.ts"
import { SentinelStore, type Session } from "../SentinelStore.ts"
import type { Target } from "./Target.ts"

/**
 * Makes the function that stores a code, with the grant that its tokens will belong to. The outcomes are those of
 * `SentinelStore.issueCode`.
 *
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (secrets: Secrets) {
  const store = yield* SentinelStore
  const lifetime = Duration.toMillis((yield* SentinelProfile).codeLifetime)

  return Effect.fnUntraced(function* (code: string, target: Target, session: Session, now: number) {
    const id = yield* secrets.hash(code)
    return yield* store.issueCode(
      {
        id,
        grant: {
          id: yield* secrets.make,
          accountId: target.accountId,
          clientId: target.clientId,
          userId: session.userId,
          sessionId: session.id,
          createdAt: now,
          nonce: target.nonce
        },
        redirectUri: target.redirectUriWasSent ? target.redirectUri : undefined,
        codeChallenge: target.codeChallenge,
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
