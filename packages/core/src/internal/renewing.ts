/**
 * How an application gets its tokens: from memory, else from the store, else from Sentinel under the lock. It can do
 * without store and lock: they save requests.
 *
 * An attempt belongs to none of its callers, who share it: it has the limits of the layer, no caller's policy is inside
 * of it, and no caller's interruption ends it. A caller's repetitions lie outside.
 */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { AppInstallations } from "../AppInstallations.ts"
import { type AppToken, AppTokenKey } from "../AppToken.ts"
import type { AppTokenError } from "../AppTokens.ts"
import { AppTokenStore } from "../AppTokenStore.ts"
import { Domains } from "../Domains.ts"
import type { AccessToken, AccountId } from "../Identifiers.ts"
import { RefreshLock } from "../RefreshLock.ts"
import { RequestLimits } from "../RequestLimits.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { SentinelClient } from "../SentinelClient.ts"
import { StoreError } from "../StoreError.ts"
import type { TokenError } from "../TokenError.ts"
import * as AppTokenOf from "./appTokenOf.ts"
import * as Newest from "./newest.ts"
import { failureOf, failureOfDomains, slowLoop } from "./repeatable.ts"

/** What {@link make} needs. */
export type Services =
  | AppInstallations
  | AppTokenStore
  | Domains
  | RefreshLock
  | SecureRandom.SecureRandom
  | SentinelClient

/** The number of accounts whose tokens are in memory. */
const remembered = 10_000

/** A token in memory. */
export interface Held {
  readonly token: AppToken
  /** What most callers get, made once. */
  readonly answer: Exit.Exit<AccessToken>
  /** Until when it is given without another thought. */
  until: number
}

/** Whether a token can be used. */
type WillDo = (token: AppToken, now: number) => boolean

const isValid: WillDo = ({ expiresAt }, now) => now < expiresAt
const isFresh: WillDo = (token, now) => isValid(token, now) && now < token.renewAt
const isSame = (one: AccessToken, other: AccessToken) => Redacted.value(one) === Redacted.value(other)
const isOther =
  (unless: AccessToken): WillDo =>
  (token, now) =>
    isValid(token, now) && !isSame(token.accessToken, unless)

/** An attempt that is under way. */
interface Attempt {
  /** The token that it is to replace, whatever its age is. */
  readonly unless: AccessToken | undefined
  readonly fiber: Fiber.Fiber<Held, AppTokenError>
}

const retrying = RetryPolicy.retry<AppTokenError>({
  login: true,
  failureOf: (error) =>
    error._tag === "TokenError" ? failureOf(error) : error._tag === "DomainsError" ? failureOfDomains(error) : undefined
})

const nowOf = (fiber: Fiber.Fiber<unknown, unknown>): number => fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()

/** The attempts end with the scope. */
export const make = Effect.gen(function* () {
  const installations = yield* AppInstallations
  const domains = yield* Domains
  const lock = yield* RefreshLock
  const random = yield* SecureRandom.SecureRandom
  const sentinelClient = yield* SentinelClient
  const store = yield* AppTokenStore
  const limits = yield* RequestLimits
  const run = yield* FiberSet.runtime(yield* FiberSet.make<Held, AppTokenError>())<never>()

  const held = new Map<AccountId, Held>()
  const attempts = new Map<AccountId, Attempt>()

  const hold = (token: AppToken): Held => {
    const now: Held = {
      token,
      answer: Exit.succeed(token.accessToken),
      until: Math.min(token.renewAt, token.expiresAt)
    }
    Newest.set(held, token.key.accountId, now, remembered)
    return now
  }

  /** A store of one's own may be silent for ever. */
  const within = <A>(operation: string, effect: Effect.Effect<A, StoreError>) =>
    Effect.timeoutOrElse(effect, {
      duration: limits.timeout,
      orElse: () => Effect.fail(new StoreError({ store: "store of app tokens", operation: `${operation}: no answer` }))
    })

  /**
   * Under the lock, if that is to be had in the time that a call of another process may take. What has begun under it
   * is not begun again.
   */
  const locked = <A>(key: string, effect: Effect.Effect<A, TokenError>): Effect.Effect<A, TokenError> =>
    Effect.gen(function* () {
      let hasBegun = false
      const once = yield* Effect.cached(Effect.suspend(() => ((hasBegun = true), effect)))
      const without = (problem: string) =>
        Effect.andThen(Effect.logWarning("An app token is asked for without the lock", problem), once)
      const late = Effect.suspend(() => (hasBegun ? Effect.never : without("It could not be had in time")))
      return yield* lock.withLock(key, once).pipe(
        Effect.catchTag("StoreError", (error) => without(error.message)),
        Effect.raceFirst(Effect.delay(late, limits.timeout))
      )
    })

  /** One attempt. What it gives is saved, since some programs end as soon as they have their token. */
  const attempt = Effect.fnUntraced(function* (
    accountId: AccountId,
    willDo: WillDo
  ): Effect.fn.Return<AppToken, AppTokenError> {
    const installation = yield* installations.find(accountId)
    const key = new AppTokenKey({ accountId, clientId: installation.clientId })

    let isAway = false
    /** A store that is away costs no caller their token, and is not asked again. */
    const unlessAway = <A>(operation: string, effect: Effect.Effect<A, StoreError>, instead: A): Effect.Effect<A> =>
      Effect.suspend(() =>
        isAway
          ? Effect.succeed(instead)
          : Effect.catch(within(operation, effect), (error) => {
              isAway = true
              const problem = "The store of app tokens is away; other processes ask for their own"
              return Effect.as(Effect.logWarning(problem, error.message), instead)
            })
      )
    /** The stored token, if it will do. */
    const stored = Effect.gen(function* () {
      const token = Option.getOrUndefined(yield* unlessAway("get", store.get(key), Option.none()))
      return token !== undefined && willDo(token, yield* Clock.currentTimeMillis) ? token : undefined
    })

    const known = yield* stored
    if (known !== undefined) return known
    const sentinel = yield* domains.resolve(accountId, "sentinel")
    const ask = Effect.gen(function* () {
      // Another process may have asked meanwhile.
      const known = yield* stored
      if (known !== undefined) return known
      const token = yield* AppTokenOf.answer(random, key, yield* sentinelClient.appToken({ installation, sentinel }))
      yield* unlessAway("set", store.set(token), undefined)
      return token
    })
    return yield* locked(key.toString(), ask)
  })

  /** While there is a valid token, no other one is asked for in the background for a while. */
  const failed = (accountId: AccountId, error: AppTokenError) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const last = held.get(accountId)
      if (last === undefined || !isValid(last.token, now)) return Effect.void
      last.until = Math.min(now + slowLoop, last.token.expiresAt)
      return Effect.logWarning("A renewal failed; the app token is still valid and stays in use", error.message)
    })

  /** Begins an attempt, in the context of its first caller, so that their tracer and logger see it. */
  const begin = (
    accountId: AccountId,
    { context }: Fiber.Fiber<unknown, unknown>,
    willDo: WillDo,
    unless?: AccessToken
  ): Attempt => {
    const fiber = run(
      attempt(accountId, willDo).pipe(
        Effect.map(hold),
        Effect.tapError((error) => failed(accountId, error)),
        Effect.provideService(RequestLimits, limits),
        RetryPolicy.disabled,
        Effect.provideContext(context)
      )
    )
    const begun = { unless, fiber }
    attempts.set(accountId, begun)
    fiber.addObserver(() => {
      if (attempts.get(accountId) === begun) attempts.delete(accountId)
    })
    return begun
  }

  /** What callers wait for that have no token to go on with. */
  const valid = (accountId: AccountId): Effect.Effect<Held, AppTokenError> =>
    Effect.withFiber((fiber) => Fiber.join((attempts.get(accountId) ?? begin(accountId, fiber, isValid)).fiber))

  /** Another token than this one. An attempt that began before, with another question, may bring the very same. */
  const another = (accountId: AccountId, unless: AccessToken): Effect.Effect<Held, AppTokenError> =>
    Effect.withFiber((fiber) => {
      const willDo = isOther(unless)
      const last = held.get(accountId)
      if (last !== undefined && willDo(last.token, nowOf(fiber))) return Effect.succeed(last)
      const running = attempts.get(accountId) ?? begin(accountId, fiber, willDo, unless)
      const isFor = running.unless !== undefined && isSame(running.unless, unless)
      return Effect.flatMap(Fiber.join(running.fiber), (now) =>
        isFor || !isSame(now.token.accessToken, unless) ? Effect.succeed(now) : another(accountId, unless)
      )
    })

  return {
    /** The token in memory while it is valid. When another one is due, it is asked for in the background. */
    inMemory: (accountId: AccountId, fiber: Fiber.Fiber<unknown, unknown>): Held | undefined => {
      const last = held.get(accountId)
      if (last === undefined) return undefined
      const now = nowOf(fiber)
      if (now < last.until) return last
      if (!isValid(last.token, now)) return undefined
      if (!attempts.has(accountId)) begin(accountId, fiber, isFresh)
      return last
    },

    /** A valid token, for the callers that have to wait for one. */
    valid: (accountId: AccountId) => retrying(valid(accountId)),

    /** Another valid token than the one that was refused. */
    another: (accountId: AccountId, unless: AccessToken) => retrying(another(accountId, unless))
  }
})
