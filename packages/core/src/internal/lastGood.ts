/**
 * Answers of others that are asked for again and again: the last good one stays in use while a new one cannot be had
 * ("stale-if-error", RFC 5861 section 4).
 *
 * A look-up is one attempt, and all callers that ask for the same key share it. It belongs to none of them: it has a
 * limit of its own, no caller's policy is inside of it, and no caller's interruption ends it. A caller's repetitions
 * lie outside.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"
import { RequestLimits } from "../RequestLimits.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import * as Newest from "./newest.ts"

export interface Options<A, E> {
  /** One attempt. */
  readonly look: (key: string) => Effect.Effect<A, E>
  /** How many keys are remembered; beyond that the one that was renewed longest ago goes. */
  readonly capacity: number
  /** How long an answer is used without asking. */
  readonly freshFor: Duration.Input
  /** The same for an answer that is not what the caller needs, see {@link LastGood.get}. Default: `freshFor`. */
  readonly freshIfLacking?: Duration.Input | undefined
  /** How long the last good answer is used while a new one cannot be had. */
  readonly usableFor: Duration.Input
  /** How long no request is made after a failure while there is a good answer. */
  readonly failureFor: Duration.Input
  /** The same while there is none. Default: `failureFor`. */
  readonly failureWithoutAnswerFor?: Duration.Input | undefined
  /** How long an attempt takes at most. Default: the `RequestLimits` of the program. */
  readonly limit?: Duration.Input | undefined
  /** The failure of an attempt, or of a wait for one, that took too long. */
  readonly timedOut: () => E
  /** Whether a failure says nothing about the answer of before. Any other failure is an answer, and replaces it. */
  readonly isOutage: (error: E) => boolean
  /** Runs once in an outage, when the last good answer begins to stand in. */
  readonly onOutage: (key: string, error: E) => Effect.Effect<void>
}

export interface LastGood<A, E> {
  /**
   * The answer for a key. One that `suffices` says no to is asked for again sooner, and still given if there is no
   * better one.
   */
  readonly get: (key: string, suffices?: (answer: A) => boolean) => Effect.Effect<A, E>
}

/** What is remembered of a key. */
interface Known<A, E> {
  readonly good: { readonly answer: A; readonly at: number } | undefined
  readonly failed: { readonly error: E; readonly at: number } | undefined
}

/** With a good answer at hand a caller waits no longer than this for a newer one; the attempt goes on by itself. */
const longestWait = Duration.toMillis("1 second")

const millis = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))

/** The attempts end with the scope. */
export const make = Effect.fnUntraced(function* <A, E>(options: Options<A, E>) {
  const freshFor = millis(options.freshFor)
  const freshIfLacking = millis(options.freshIfLacking ?? options.freshFor)
  const usableFor = Math.max(freshFor, millis(options.usableFor))
  const failureFor = millis(options.failureFor)
  const failureWithoutAnswerFor = millis(options.failureWithoutAnswerFor ?? options.failureFor)
  const limits = yield* RequestLimits
  const limit = Math.min(millis(options.limit ?? limits.timeout), millis(limits.timeout))

  const known = new Map<string, Known<A, E>>()
  const attempts = yield* FiberMap.make<string, A, E>()
  const run = yield* FiberMap.runtime(attempts)<never>()

  const goodOf = (key: string, now: number) => {
    const good = known.get(key)?.good
    return good !== undefined && now - good.at < usableFor ? good : undefined
  }

  const remember = (key: string, now: Known<A, E>) => Newest.set(known, key, now, options.capacity)

  const failed = (key: string, error: E) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => {
      if (!options.isOutage(error)) return Effect.sync(() => known.delete(key))
      const good = goodOf(key, at)
      if (good === undefined && failureWithoutAnswerFor <= 0) return Effect.sync(() => known.delete(key))
      const begins = good !== undefined && known.get(key)?.failed === undefined
      remember(key, { good, failed: { error, at } })
      return begins ? options.onOutage(key, error) : Effect.void
    })

  const attempt = (key: string) =>
    options.look(key).pipe(
      Effect.provideService(RequestLimits, limits),
      RetryPolicy.disabled,
      Effect.timeoutOrElse({ duration: limit, orElse: () => Effect.fail(options.timedOut()) }),
      Effect.tap((answer) =>
        Effect.map(Clock.currentTimeMillis, (at) => remember(key, { good: { answer, at }, failed: undefined }))
      ),
      Effect.tapError((error) => failed(key, error))
    )

  const get: LastGood<A, E>["get"] = (key, suffices = () => true) =>
    Effect.withFiber((fiber) => {
      const now = fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
      const good = goodOf(key, now)
      const isEnough = good !== undefined && suffices(good.answer)
      if (good !== undefined && now - good.at < (isEnough ? freshFor : freshIfLacking)) {
        return Effect.succeed(good.answer)
      }
      const before = known.get(key)?.failed
      if (before !== undefined && now - before.at < (good === undefined ? failureWithoutAnswerFor : failureFor)) {
        return good === undefined ? Effect.fail(before.error) : Effect.succeed(good.answer)
      }
      const running = Option.getOrElse(FiberMap.getUnsafe(attempts, key), () =>
        // In the context of the first caller, so that their tracer and logger see it.
        run(key, Effect.provideContext(attempt(key), fiber.context))
      )
      const longest = millis(fiber.getRef(RequestLimits).timeout)
      return Fiber.join(running).pipe(
        // Interruptible also inside an uninterruptible region, so that the time limit works there.
        Effect.interruptible,
        Effect.timeoutOrElse({
          duration: isEnough ? Math.min(longestWait, longest) : longest,
          orElse: () => Effect.fail(options.timedOut())
        }),
        Effect.catch((error) =>
          good !== undefined && options.isOutage(error) ? Effect.succeed(good.answer) : Effect.fail(error)
        )
      )
    })

  return { get } satisfies LastGood<A, E>
})
