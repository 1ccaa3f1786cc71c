/**
 * How a session gets new tokens: when they are due, and one refresh at a time. It owns the store and the lock; the lock
 * saves work, and the generation guards what is stored.
 */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type AppInstallations, UnknownInstallation } from "../AppInstallations.ts"
import type { Domains, DomainsError } from "../Domains.ts"
import type { AccessToken } from "../Identifiers.ts"
import * as IdToken from "../IdToken.ts"
import { RefreshLock } from "../RefreshLock.ts"
import { RequestLimits } from "../RequestLimits.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { type ClientContext, SentinelClient } from "../SentinelClient.ts"
import { type Generation, Session, type SessionKey } from "../Session.ts"
import { NotSignedIn, SessionEnded, type SessionError } from "../SessionError.ts"
import type { SessionStore } from "../SessionStore.ts"
import type { StoreError } from "../StoreError.ts"
import type { TokenResponse } from "../Token.ts"
import type { TokenError } from "../TokenError.ts"
import * as ClientContextOf from "./clientContextOf.ts"
import * as Keeping from "./keeping.ts"
import * as Newest from "./newest.ts"
import { failureOf, slowLoop } from "./repeatable.ts"
import * as TokenSet from "./tokenSet.ts"

/** What {@link make} needs. */
export type Services =
  | AppInstallations
  | Domains
  | SentinelClient
  | SessionStore
  | RefreshLock
  | SecureRandom.SecureRandom

/** Tokens that came within this time are new: no caller needs newer ones. */
const newFor = Duration.toMillis("5 seconds")

/** When the tokens of a session came. */
export const obtainedAt = (session: Session): number => session.renewedAt ?? session.signedInAt

/** How old the tokens of a session are. */
const age = (session: Session, now: number): number => now - obtainedAt(session)

const isNew = (session: Session, now: number): boolean =>
  now < session.expiresAt && age(session, now) >= 0 && age(session, now) < newFor

/** Whether a session can be used as it is. */
type WillDo = (session: Session, now: number) => boolean

/** The number of sessions whose failures are remembered. */
const remembered = 10_000

export const make = Effect.fnUntraced(function* (options: { readonly doesNotRotate: boolean }) {
  const sentinelClient = yield* SentinelClient
  const lock = yield* RefreshLock
  const random = yield* SecureRandom.SecureRandom
  const clientContextOf = yield* ClientContextOf.make
  const keeping = yield* Keeping.make

  /** The caller's policy stands outside the lock, so that no caller waits for another one's pause. */
  const retrying = RetryPolicy.retry<SessionError>({
    login: true,
    failureOf: (error) => (error._tag === "TokenError" ? failureOf(error, options) : undefined)
  })

  /**
   * Until when a session whose refresh failed is used as it is. In this process only: a failure does not change the
   * session.
   */
  const pauses = new Map<string, { readonly generation: Generation; readonly until: number }>()
  /** The last failed attempt, for the callers that waited for it. */
  const failures = new Map<
    string,
    { readonly generation: Generation; readonly count: number; readonly error: TokenError }
  >()
  let count = 0

  /** Its token is valid, and it is not time for another one. */
  const isFresh: WillDo = (session, now) => {
    if (now >= session.expiresAt) return false
    if (session.refreshToken === undefined) return true
    const paused = pauses.get(session.key.toString())
    return now < session.refreshAt || (paused?.generation === session.generation && now < paused.until)
  }

  /**
   * Another process may have refreshed it meanwhile, or the user signed in again; then that session is the one to use.
   */
  const end = (looked: Keeping.Looked): Effect.Effect<Session, NotSignedIn | SessionEnded | StoreError> =>
    Effect.flatMap(keeping.end(looked), (instead) =>
      instead === undefined ? Effect.fail(new SessionEnded()) : Effect.succeed(instead)
    )

  /**
   * Whether an id_token is another user's. Whatever else is wrong with it is no reason to lose the tokens it came with.
   */
  const isOfAnother = Effect.fnUntraced(function* (session: Session, tokens: TokenResponse) {
    if (tokens.id_token === undefined || session.claims === undefined) return false
    const claims = IdToken.decodeUnverified(tokens.id_token)
    if (Result.isSuccess(claims) && claims.success.sub !== session.key.subject) return true
    yield* Effect.fromResult(claims).pipe(
      Effect.flatMap((claims) => IdToken.checkClaims(claims, session.key.clientId)),
      Effect.catch((error) => Effect.logWarning("A refresh brought an id_token that is not used", error.message))
    )
    return false
  })

  /** What the answer of a refresh makes of a session (RFC 6749 section 6). */
  const renew = Effect.fnUntraced(function* (
    looked: Keeping.Looked,
    { sentinel }: ClientContext,
    tokens: TokenResponse
  ) {
    const { session } = looked
    // The tokens must still be those of the same user (OpenID Connect Core section 12.2).
    if (yield* isOfAnother(session, tokens)) {
      yield* Effect.logError("A refresh brought an id_token of another user")
      return yield* end(looked)
    }
    const set = yield* TokenSet.of(random, sentinel, tokens)
    // A new refresh token replaces the old one; if none came, the old one stays.
    const saved = yield* keeping.renew(looked, new Session({ ...session, ...set }))
    return saved ?? (yield* new NotSignedIn())
  })

  /** Exchange and save are one step: an interruption in between would lose a rotated refresh token. */
  const exchange = (looked: Keeping.Looked, context: ClientContext): Effect.Effect<Session, SessionError> => {
    const { generation, key, refreshToken } = looked.session
    if (refreshToken === undefined) return end(looked)
    return sentinelClient.refresh({ ...context, refreshToken }).pipe(
      RetryPolicy.disabled,
      Effect.tapError((error) =>
        Effect.sync(() => Newest.set(failures, key.toString(), { generation, error, count: (count += 1) }, remembered))
      ),
      Effect.flatMap((tokens) => renew(looked, context, tokens)),
      Effect.catchReason("TokenError", "InvalidGrant", () => end(looked)),
      Effect.uninterruptible
    )
  }

  /**
   * One attempt, under the lock, unless what is there by then will do. Callers that wait for an attempt share its
   * result.
   */
  const attempt = (seen: Keeping.Looked, willDo: WillDo): Effect.Effect<Session, SessionError> =>
    Effect.gen(function* () {
      const { key } = seen.session
      const before = count
      if (seen.unsaved === undefined && willDo(seen.session, yield* Clock.currentTimeMillis)) return seen.session
      const context = yield* clientContextOf(seen.session)
      return yield* lock.withLock(
        key.toString(),
        Effect.gen(function* () {
          const looked = yield* keeping.settle(key)
          const { session } = looked
          if (willDo(session, yield* Clock.currentTimeMillis)) return session
          const failed = failures.get(key.toString())
          return failed !== undefined && failed.count > before && failed.generation === session.generation
            ? yield* failed.error
            : yield* exchange(looked, context)
        })
      )
    })

  /** With a token that is still valid a caller waits neither for repetitions nor for a store or a lock that is away. */
  const whileValid = (seen: Keeping.Looked): Effect.Effect<Session, SessionError> =>
    attempt(seen, isFresh).pipe(
      RetryPolicy.disabled,
      Effect.catch((error) =>
        Effect.gen(function* () {
          const { session } = seen
          const now = yield* Clock.currentTimeMillis
          const isOver = error._tag === "SessionEnded" || error._tag === "NotSignedIn"
          if (isOver || now >= session.expiresAt) return yield* error
          yield* Effect.logWarning("A refresh failed; the access token is still valid and stays in use", error.message)
          Newest.set(
            pauses,
            session.key.toString(),
            { generation: session.generation, until: now + slowLoop },
            remembered
          )
          return session
        })
      )
    )

  /** Removes a session whatever happens, once, and gives what was there. */
  const taking = (key: SessionKey) =>
    Effect.uninterruptible(
      Effect.gen(function* () {
        const found = yield* Effect.result(keeping.look(key))
        return { found, removed: yield* Effect.result(keeping.remove(key)) }
      })
    )

  /**
   * {@link taking}, under the lock: it waits for a refresh that is under way, whose token would be the one to revoke,
   * but not for longer than one call may take, and not if there is no lock to be had.
   */
  const take = Effect.fnUntraced(function* (key: SessionKey) {
    const { timeout } = yield* RequestLimits
    const taken = yield* Effect.cached(taking(key))
    return yield* Effect.interruptible(lock.withLock(key.toString(), taken)).pipe(
      Effect.timeoutOrElse({ duration: timeout, orElse: () => taken }),
      Effect.catchTag("StoreError", () => taken),
      Effect.onInterrupt(() => taken)
    )
  })

  return {
    /** Saves a new sign-in. It takes no lock: what a refresh that ends later brings is older. */
    begin: keeping.begin,

    /** A session that began a moment ago, as it is now. */
    again: keeping.again,

    /** Also a session whose new tokens the store has not taken yet: only those tokens work. */
    current: (key: SessionKey): Effect.Effect<Option.Option<Session>, StoreError> =>
      keeping.look(key).pipe(
        Effect.map(({ session }) => Option.some(session)),
        Effect.catchTag("NotSignedIn", () => Effect.succeedNone)
      ),

    list: keeping.list,

    /** Saves what the store did not take when it came. */
    flush: keeping.flush,

    /** A session whose access token is valid. */
    fresh: (key: SessionKey): Effect.Effect<Session, SessionError> =>
      Effect.gen(function* () {
        const seen = yield* keeping.look(key)
        const now = yield* Clock.currentTimeMillis
        if (now >= seen.session.expiresAt) {
          // Also tokens that were over when they came: the callers that waited would get no others.
          const willDo: WillDo = (session, now) =>
            session.generation !== seen.session.generation || isFresh(session, now)
          return yield* retrying(attempt(seen, willDo))
        }
        return seen.unsaved === undefined && isFresh(seen.session, now) ? seen.session : yield* whileValid(seen)
      }),

    /** New tokens, due or not, unless some came since it was asked for them or just before. */
    refresh: (key: SessionKey): Effect.Effect<Session, SessionError> =>
      Effect.flatMap(keeping.look(key), (seen) =>
        retrying(attempt(seen, (session, now) => session.generation !== seen.session.generation || isNew(session, now)))
      ),

    /** Other tokens than this one. */
    renew: (key: SessionKey, unless: AccessToken): Effect.Effect<Session, SessionError> =>
      Effect.flatMap(keeping.look(key), (seen) =>
        retrying(attempt(seen, ({ accessToken }) => Redacted.value(accessToken) !== Redacted.value(unless)))
      ),

    /** Without the lock: a sign-out does not wait. */
    forget: keeping.remove,

    /**
     * Removes a session whatever happens, and revokes its refresh token, which ends all sessions of the user at
     * LivePerson. The removal comes first, and its failure is reported last.
     */
    revoke: Effect.fnUntraced(function* (
      key: SessionKey
    ): Effect.fn.Return<void, TokenError | DomainsError | UnknownInstallation | StoreError> {
      const { found, removed } = yield* take(key)
      if (Result.isSuccess(found)) {
        const { session } = found.success
        if (session.refreshToken !== undefined) {
          const context = yield* Effect.catchTag(
            clientContextOf(session),
            "NotSignedIn",
            () => new UnknownInstallation({ accountId: key.accountId })
          )
          yield* sentinelClient.revoke({ ...context, refreshToken: session.refreshToken })
        }
      } else if (found.failure._tag === "StoreError") {
        return yield* found.failure
      }
      yield* Effect.fromResult(removed)
    })
  }
})
