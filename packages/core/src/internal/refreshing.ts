/**
 * How a session gets new tokens: when they are due, by one at a time, and without losing any on the way.
 */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { AppInstallations, type AppInstallation } from "../AppInstallations.ts"
import { Domains } from "../Domains.ts"
import type { AccessToken, IdTokenText } from "../Identifiers.ts"
import type * as IdToken from "../IdToken.ts"
import type { Origin } from "../Origin.ts"
import { RefreshLock } from "../RefreshLock.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { SentinelClient } from "../SentinelClient.ts"
import { Session, type SessionKey } from "../Session.ts"
import { NotSignedIn, SessionEnded, type SessionError } from "../SessionError.ts"
import { SessionStore } from "../SessionStore.ts"
import type { TokenResponse } from "../Token.ts"

/** Without `expires_in`: the documented lifetime of an access token. */
const documentedLifetime = Duration.toMillis("8 hours")
/** LivePerson recommends to refresh every 30 minutes, which also keeps the user's single sign-on session alive. */
const recommendedInterval = Duration.toMillis("30 minutes")
/** After a refresh that failed for a passing reason, with a token that is still valid: LivePerson's slow loop. */
const pause = Duration.toMillis("2 minutes")
/** How often a rotated refresh token is offered to the store before the caller goes on. */
const saving = { times: 3, schedule: Schedule.exponential("100 millis") }

/** When to refresh a token that lives so long: at the recommended interval, and well before its end. */
const refreshAfter = (lifetime: number): number =>
  Math.min(recommendedInterval, lifetime - Math.min(lifetime / 10, 300_000))

/** Who an id_token speaks of, checked. */
export type Identify = (
  installation: AppInstallation,
  sentinel: Origin,
  token: IdTokenText
) => Effect.Effect<IdToken.VerifiedClaims | IdToken.UnverifiedClaims, IdToken.IdTokenError>

export const make = Effect.fnUntraced(function* (identify: Identify) {
  const installations = yield* AppInstallations
  const domains = yield* Domains
  const sentinelClient = yield* SentinelClient
  const store = yield* SessionStore
  const lock = yield* RefreshLock
  const random = yield* SecureRandom.SecureRandom

  /** When to refresh and when the token ends. The spread keeps sessions that began together from refreshing together. */
  const times = Effect.fnUntraced(function* (tokens: TokenResponse) {
    const now = yield* Clock.currentTimeMillis
    const lifetime = tokens.expires_in === undefined ? documentedLifetime : tokens.expires_in * 1000
    const spread = (yield* random.intBetween(0, 1000)) / 10_000
    return {
      refreshAt: now + Math.round(refreshAfter(lifetime) * (1 - spread)),
      expiresAt: now + lifetime
    }
  })

  /**
   * Sessions whose new tokens the store did not take. The old refresh token may be spent, so these are the only ones that
   * work: they are used, and offered again at each use, until the store has them.
   */
  const unsaved = new Map<string, Session>()

  /** Once the store has a session, nothing that was kept for its key may replace it. */
  const put = (session: Session) =>
    Effect.andThen(
      store.set(session),
      Effect.sync(() => unsaved.delete(session.key.toString()))
    )

  const save = (session: Session) =>
    Effect.retry(put(session), saving).pipe(
      Effect.catch((error) =>
        Effect.andThen(
          Effect.sync(() => unsaved.set(session.key.toString(), session)),
          Effect.logError("Refreshed tokens could not be saved; they are kept in memory and saved later", error.message)
        )
      )
    )

  /** The session as it is now, wherever it is. */
  const stored = (key: SessionKey) =>
    Effect.suspend(() => {
      const kept = unsaved.get(key.toString())
      return kept === undefined
        ? Effect.flatMap(store.get(key), (found) => Effect.mapError(Effect.fromOption(found), () => new NotSignedIn()))
        : Effect.as(Effect.ignore(put(kept)), kept)
    })

  const remove = (key: SessionKey) =>
    Effect.andThen(
      Effect.sync(() => unsaved.delete(key.toString())),
      store.remove(key)
    )

  const end = (key: SessionKey) =>
    Effect.logInfo("A session has ended at LivePerson and is removed", { account: key.accountId }).pipe(
      Effect.andThen(remove(key)),
      Effect.andThen(Effect.fail(new SessionEnded()))
    )

  /** What the answer of a refresh makes of a session (RFC 6749 section 6). */
  const renew = Effect.fnUntraced(function* (
    session: Session,
    installation: AppInstallation,
    sentinel: Origin,
    tokens: TokenResponse
  ) {
    if (tokens.id_token !== undefined && session.claims !== undefined) {
      // The tokens must still be those of the same user (OpenID Connect Core section 12.2).
      const claims = yield* Effect.option(identify(installation, sentinel, tokens.id_token))
      if (Option.isNone(claims) || claims.value.sub !== session.key.subject) {
        yield* Effect.logError("A refresh brought an id_token of another user, or none that can be trusted")
        return yield* end(session.key)
      }
    }
    const renewed = new Session({
      ...session,
      accessToken: tokens.access_token,
      // A new refresh token replaces the old one; if none came, the old one stays.
      ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
      ...(yield* times(tokens))
    })
    yield* save(renewed)
    return renewed
  })

  /** Exchange and save are one step: an interruption in between would lose a rotated refresh token. */
  const exchange = (session: Session): Effect.Effect<Session, SessionError> =>
    Effect.gen(function* () {
      const { key, refreshToken } = session
      if (refreshToken === undefined) return yield* end(key)
      const installation = yield* installations.find(key.accountId)
      const sentinel = yield* domains.resolve(key.accountId, "sentinel")
      return yield* sentinelClient.refresh({ installation, sentinel, refreshToken }).pipe(
        Effect.flatMap((tokens) => renew(session, installation, sentinel, tokens)),
        Effect.catchReason("TokenError", "InvalidGrant", () =>
          // Somebody else may have refreshed it meanwhile; then theirs is the one to use.
          Effect.filterOrElse(
            stored(key),
            (now) =>
              now.refreshToken !== undefined && Redacted.value(now.refreshToken) !== Redacted.value(refreshToken),
            () => end(key)
          )
        )
      )
    }).pipe(Effect.uninterruptible)

  const whenDue = (key: SessionKey): Effect.Effect<Session, SessionError> =>
    Effect.gen(function* () {
      const session = yield* stored(key)
      const now = yield* Clock.currentTimeMillis
      if (now < session.refreshAt) return session
      if (session.refreshToken === undefined) return now < session.expiresAt ? session : yield* end(key)
      // With a token that is still valid nobody has to wait for repetitions.
      const refreshed = yield* Effect.result(
        now < session.expiresAt
          ? Effect.provideService(exchange(session), RetryPolicy.Current, RetryPolicy.none)
          : exchange(session)
      )
      if (Result.isSuccess(refreshed)) return refreshed.success
      const { failure } = refreshed
      const ended = failure._tag === "SessionEnded" || failure._tag === "NotSignedIn"
      if (ended || (yield* Clock.currentTimeMillis) >= session.expiresAt) return yield* failure
      yield* Effect.logWarning("A refresh failed; the access token is still valid and stays in use", failure.message)
      const later = new Session({ ...session, refreshAt: Math.min(now + pause, session.expiresAt) })
      yield* Effect.ignore(put(later))
      return later
    })

  return {
    times,
    begin: put,
    stored,
    remove,
    /** A session whose access token is valid. */
    fresh: (key: SessionKey): Effect.Effect<Session, SessionError> =>
      Effect.gen(function* () {
        const session = yield* stored(key)
        return (yield* Clock.currentTimeMillis) < session.refreshAt
          ? session
          : yield* lock.withLock(key.toString(), whenDue(key))
      }),
    /** Refreshes, due or not. */
    now: (key: SessionKey): Effect.Effect<Session, SessionError> =>
      lock.withLock(key.toString(), Effect.flatMap(stored(key), exchange)),
    /** Refreshes unless somebody else did since this token was read. */
    replace: (key: SessionKey, used: AccessToken): Effect.Effect<Session, SessionError> =>
      lock.withLock(
        key.toString(),
        Effect.filterOrElse(
          stored(key),
          (session) => Redacted.value(session.accessToken) !== Redacted.value(used),
          exchange
        )
      )
  }
})
