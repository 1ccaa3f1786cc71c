/**
 * How an application gets its tokens: from memory, else from the store, else from Sentinel under the lock. Neither store
 * nor lock has to be there: they save requests.
 *
 * An attempt belongs to none of its callers, who share it: it has the limits of the layer, no caller's policy is inside
 * of it, and no caller's interruption ends it. A caller's repetitions lie outside.
 */
import * as Clock from "effect/Clock"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
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
import * as AppTokenOf from "./appTokenOf.ts"
import * as Newest from "./newest.ts"
import { failureOf, failureOfDomains } from "./repeatable.ts"

/** What {@link make} needs. */
export type Services =
  | AppInstallations
  | AppTokenStore
  | Domains
  | RefreshLock
  | SecureRandom.SecureRandom
  | SentinelClient

/** After a renewal that failed for a passing reason, with a token that is still valid: LivePerson's slow loop. */
const pause = Duration.toMillis("2 minutes")

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
  readonly result: Deferred.Deferred<Held, AppTokenError>
}

const retrying = RetryPolicy.retry<AppTokenError>({
  login: true,
  failureOf: (error) =>
    error._tag === "TokenError" ? failureOf(error) : error._tag === "DomainsError" ? failureOfDomains(error) : undefined
})

const nowOf = (fiber: Fiber.Fiber<unknown, unknown>): number => fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()

/** The attempts end with the scope, those that save a token when that is done. */
export const make = Effect.gen(function* () {
  const installations = yield* AppInstallations
  const domains = yield* Domains
  const lock = yield* RefreshLock
  const random = yield* SecureRandom.SecureRandom
  const sentinelClient = yield* SentinelClient
  const store = yield* AppTokenStore
  const limits = yield* RequestLimits
  const run = yield* FiberSet.runtime(yield* FiberSet.make<void, AppTokenError>())<never>()

  /** What has given a token and still saves it. A short program waits for that, or the next one asks for a token, too. */
  const saving = new Set<Fiber.Fiber<unknown, unknown>>()
  yield* Effect.addFinalizer(() => Fiber.awaitAll(saving))
  const beginsToSave = Effect.withFiber((fiber) => {
    saving.add(fiber)
    fiber.addObserver(() => saving.delete(fiber))
    return Effect.void
  })

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

  /** One attempt. It gives the token before it saves it: no caller waits for that. */
  const attempt = Effect.fnUntraced(function* (
    accountId: AccountId,
    willDo: WillDo,
    give: (token: AppToken) => void
  ): Effect.fn.Return<void, AppTokenError> {
    const installation = yield* installations.find(accountId)
    const key = new AppTokenKey({ accountId, clientId: installation.clientId })

    let isAway = false
    /** Gives the stored token, if that will do, and says whether it did. A store that is away is not asked again. */
    const giveStored = Effect.gen(function* () {
      if (isAway) return false
      const stored = yield* Effect.catch(store.get(key), (error) => {
        isAway = true
        return Effect.as(
          Effect.logWarning("App tokens could not be read; a new one is used", error.message),
          Option.none()
        )
      })
      if (Option.isNone(stored) || !willDo(stored.value, yield* Clock.currentTimeMillis)) return false
      give(stored.value)
      return true
    })

    if (yield* giveStored) return
    const sentinel = yield* domains.resolve(accountId, "sentinel")
    const ask = Effect.gen(function* () {
      // Another process may have asked meanwhile.
      if (yield* giveStored) return
      const token = yield* AppTokenOf.answer(random, key, yield* sentinelClient.appToken({ installation, sentinel }))
      yield* beginsToSave
      give(token)
      yield* Effect.catch(store.set(token), (error) =>
        Effect.logWarning("An app token could not be saved; other processes ask for their own", error.message)
      )
    })
    // What ran under a lock that was lost at its end does not run again.
    const once = yield* Effect.cached(ask)
    yield* Effect.catchTag(lock.withLock(key.toString(), once), "StoreError", (error) =>
      Effect.andThen(Effect.logWarning("An app token is asked for without the lock", error.message), once)
    )
  })

  /** While there is a valid token, no other one is asked for in the background for a while. */
  const failed = (accountId: AccountId, error: AppTokenError) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const last = held.get(accountId)
      if (last === undefined || !isValid(last.token, now)) return Effect.void
      last.until = Math.min(now + pause, last.token.expiresAt)
      return Effect.logWarning("A renewal failed; the app token is still valid and stays in use", error.message)
    })

  /** Begins an attempt, in the context of its first caller, so that their tracer and logger see it. */
  const begin = (
    accountId: AccountId,
    { context }: Fiber.Fiber<unknown, unknown>,
    willDo: WillDo,
    unless?: AccessToken
  ): Attempt => {
    const begun: Attempt = { unless, result: Deferred.makeUnsafe() }
    const end = (exit: Exit.Exit<Held, AppTokenError>): void => {
      if (attempts.get(accountId) === begun) attempts.delete(accountId)
      Deferred.doneUnsafe(begun.result, exit)
    }
    attempts.set(accountId, begun)
    const running = run(
      attempt(accountId, willDo, (token) => end(Exit.succeed(hold(token)))).pipe(
        Effect.tapError((error) => failed(accountId, error)),
        Effect.provideService(RequestLimits, limits),
        RetryPolicy.disabled,
        Effect.provideContext(context)
      )
    )
    running.addObserver((exit) => {
      if (Exit.isFailure(exit)) end(Exit.failCause(exit.cause))
    })
    return begun
  }

  /** What callers wait for that have no token to go on with. */
  const valid = (accountId: AccountId): Effect.Effect<Held, AppTokenError> =>
    Effect.withFiber((fiber) => Deferred.await((attempts.get(accountId) ?? begin(accountId, fiber, isValid)).result))

  /** Another token than this one. An attempt that began before, with another question, may bring the very same. */
  const another = (accountId: AccountId, unless: AccessToken): Effect.Effect<Held, AppTokenError> =>
    Effect.withFiber((fiber) => {
      const willDo = isOther(unless)
      const last = held.get(accountId)
      if (last !== undefined && willDo(last.token, nowOf(fiber))) return Effect.succeed(last)
      const running = attempts.get(accountId) ?? begin(accountId, fiber, willDo, unless)
      const isFor = running.unless !== undefined && isSame(running.unless, unless)
      return Effect.flatMap(Deferred.await(running.result), (now) =>
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
