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
import * as Lifetime from "./lifetime.ts"
import type { Origin } from "../Origin.ts"
import { RefreshLock } from "../RefreshLock.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { SentinelClient } from "../SentinelClient.ts"
import { Session, type SessionKey } from "../Session.ts"
import { NotSignedIn, SessionEnded, type SessionError } from "../SessionError.ts"
import { SessionStore } from "../SessionStore.ts"
import type { StoreError } from "../StoreError.ts"
import type { TokenResponse } from "../Token.ts"

/** After a refresh that failed for a passing reason, with a token that is still valid: LivePerson's slow loop. */
const pause = Duration.toMillis("2 minutes")
/** How often a rotated refresh token is offered to the store before the caller goes on. */
const saving = { times: 3, schedule: Schedule.exponential("100 millis") }

/** A session, and whether the store lacks it. */
interface Looked {
  readonly session: Session
  readonly isUnsaved: boolean
}

const inStore = (session: Session): Looked => ({ session, isUnsaved: false })

const textOf = (token: Redacted.Redacted | undefined): string | undefined =>
  token === undefined ? undefined : Redacted.value(token)

/** Two sessions of one key are the same until one of them has other tokens. */
const hasTokensOf = (one: Session, other: Session): boolean =>
  textOf(one.accessToken) === textOf(other.accessToken) && textOf(one.refreshToken) === textOf(other.refreshToken)

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

  const times = (tokens: TokenResponse) => Lifetime.of(random, tokens)

  /**
   * Sessions whose new tokens the store did not take, and what it had before. The old refresh token may be spent, so these
   * are the only ones that work: they are used, and offered again at each use, until the store has them.
   */
  const unsaved = new Map<string, { readonly before: Session; readonly renewed: Session }>()

  /** Once the store has a session, nothing that was kept for its key may replace it. */
  const put = (session: Session) =>
    Effect.andThen(
      store.set(session),
      Effect.sync(() => unsaved.delete(session.key.toString()))
    )

  const save = (before: Session, renewed: Session) =>
    Effect.retry(put(renewed), saving).pipe(
      Effect.catch((error) =>
        Effect.andThen(
          Effect.sync(() => {
            const id = renewed.key.toString()
            unsaved.set(id, { before: unsaved.get(id)?.before ?? before, renewed })
          }),
          Effect.logError("Refreshed tokens could not be saved; they are kept in memory and saved later", error.message)
        )
      )
    )

  const fromStore = (key: SessionKey) =>
    Effect.flatMap(store.get(key), (found) => Effect.mapError(Effect.fromOption(found), () => new NotSignedIn()))

  /** The session as it is now, wherever it is, and whether the store lacks it. */
  const look = (key: SessionKey): Effect.Effect<Looked, NotSignedIn | StoreError> =>
    Effect.suspend(() => {
      const id = key.toString()
      const kept = unsaved.get(id)
      if (kept === undefined) return Effect.map(fromStore(key), inStore)
      return fromStore(key).pipe(
        Effect.tapErrorTag("NotSignedIn", () => Effect.sync(() => unsaved.get(id) === kept && unsaved.delete(id))),
        // Another process may have ended the session, or begun a new one: then that is what counts.
        Effect.map((now) =>
          hasTokensOf(kept.before, now) ? { session: kept.renewed, isUnsaved: true } : inStore(now)
        ),
        Effect.catchTag("StoreError", () => Effect.succeed({ session: kept.renewed, isUnsaved: true }))
      )
    })

  /** {@link look}, under the lock: offers to the store what it lacks, and forgets what is out of date. */
  const stored = (key: SessionKey) => {
    const forgetKept = Effect.sync(() => unsaved.delete(key.toString()))
    return look(key).pipe(
      Effect.tap(({ isUnsaved, session }) => (isUnsaved ? Effect.ignore(put(session)) : forgetKept)),
      Effect.map(({ session }) => session)
    )
  }

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
    yield* save(session, renewed)
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
            (now) => now.refreshToken !== undefined && textOf(now.refreshToken) !== textOf(refreshToken),
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

  /** Whatever changes what is stored for a key does so under its lock, or a refresh that ends later would undo it. */
  const alone = <A, E>(key: SessionKey, effect: Effect.Effect<A, E>) => lock.withLock(key.toString(), effect)

  return {
    times,
    begin: (session: Session) => alone(session.key, put(session)),
    look,
    stored,
    /** Under the lock. */
    remove,
    /** Without the lock, if nobody gets it: who signs out is signed out. */
    forget: (key: SessionKey) => Effect.catch(alone(key, remove(key)), () => remove(key)),
    /** A session whose access token is valid. */
    fresh: (key: SessionKey): Effect.Effect<Session, SessionError> =>
      Effect.gen(function* () {
        const { isUnsaved, session } = yield* look(key)
        if (!isUnsaved && (yield* Clock.currentTimeMillis) < session.refreshAt) return session
        return yield* Effect.catchTag(alone(key, whenDue(key)), "StoreError", (error) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            now < session.expiresAt
              ? Effect.as(
                  Effect.logWarning("A refresh failed; the access token is still valid", error.message),
                  session
                )
              : Effect.fail(error)
          )
        )
      }),
    /** Refreshes, due or not. */
    now: (key: SessionKey): Effect.Effect<Session, SessionError> => alone(key, Effect.flatMap(stored(key), exchange)),
    /** Refreshes unless somebody else did since this token was read. */
    replace: (key: SessionKey, used: AccessToken): Effect.Effect<Session, SessionError> =>
      alone(
        key,
        Effect.filterOrElse(stored(key), (session) => textOf(session.accessToken) !== textOf(used), exchange)
      )
  }
})
