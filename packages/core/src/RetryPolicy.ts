/**
 * When a call to LivePerson is made again.
 *
 * @see LivePerson, API guidelines, "Retry policy recommendations"
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * A failure after which a call may be made again.
 *
 * @category models
 * @since 0.1.0
 */
export type RetryableFailure =
  /** 5xx, or no connection was made: nothing was done. With the seconds of `Retry-After` if an answer had any. */
  | { readonly _tag: "ServerError"; readonly retryAfter?: number | undefined }
  /** 429, with the seconds of `Retry-After` if it had any. */
  | { readonly _tag: "RateLimited"; readonly retryAfter: number | undefined }

/**
 * Decides how long to wait before the next attempt. `attempt` is 1 before the first repetition; `login` is true for
 * calls to the token endpoint, for which LivePerson asks for longer pauses. None: the failure is final.
 *
 * @category models
 * @since 0.1.0
 */
export type RetryPolicy = (options: {
  readonly attempt: number
  readonly failure: RetryableFailure
  readonly login: boolean
}) => Option.Option<Duration.Duration>

/** A caller does not wait longer than this for one more attempt. */
const longest = Duration.seconds(60)

/**
 * As LivePerson documents it: three repetitions after 5, 10 and 15 seconds for server errors; for 429 after 1 second,
 * or 5 for log-in calls; later if `Retry-After` says so. Nothing else is repeated. A `Retry-After` of more than a
 * minute is final: no caller waits longer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const documented: RetryPolicy = ({ attempt, failure, login }) => {
  if (attempt > 3) return Option.none()
  const least = failure._tag === "ServerError" ? 5 * attempt : login ? 5 : 1
  const pause = Duration.seconds(Math.max(least, failure.retryAfter ?? 0))
  return Duration.isGreaterThan(pause, longest) ? Option.none() : Option.some(pause)
}

/**
 * Repeats nothing: for calls that a person waits for, see {@link disabled}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const none: RetryPolicy = () => Option.none()

/**
 * The policy in force. Default: {@link documented}. A code exchange is never repeated, whatever the policy says.
 *
 * @example
 * ```ts
 * import * as RetryPolicy from "@le-auth/core/RetryPolicy"
 * import * as Duration from "effect/Duration"
 * import * as Layer from "effect/Layer"
 * import * as Option from "effect/Option"
 *
 * const onceAfterASecond: RetryPolicy.RetryPolicy = ({ attempt }) =>
 *   attempt === 1 ? Option.some(Duration.seconds(1)) : Option.none()
 *
 * const PolicyLive = Layer.succeed(RetryPolicy.Current, onceAfterASecond)
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export const Current = Context.Reference<RetryPolicy>("@le-auth/core/RetryPolicy/Current", {
  defaultValue: () => documented
})

/**
 * Runs an effect in which no call is repeated, because a person waits for it.
 *
 * @example
 * ```ts
 * import * as RetryPolicy from "@le-auth/core/RetryPolicy"
 * import type { SessionKey } from "@le-auth/core/Session"
 * import * as Sessions from "@le-auth/core/Sessions"
 *
 * const atOnce = (key: SessionKey) => RetryPolicy.disabled(Sessions.accessToken(key))
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const disabled: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = Effect.provideService(
  Current,
  none
)

/**
 * Repeats an effect under the policy in force. `failureOf` says which errors may be repeated at all.
 *
 * @category combinators
 * @since 0.1.0
 */
export const retry =
  <E>(options: { readonly login: boolean; readonly failureOf: (error: E) => RetryableFailure | undefined }) =>
  <A, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    // Most calls do not fail, and need no policy.
    const run = (attempt: number): Effect.Effect<A, E, R> =>
      Effect.catch(effect, (error) =>
        Effect.flatMap(Current, (policy) => {
          const failure = options.failureOf(error)
          const pause = failure === undefined ? Option.none() : policy({ attempt, failure, login: options.login })
          return Option.isNone(pause)
            ? Effect.fail(error)
            : // Waiting holds nothing that an interruption could lose.
              Effect.andThen(Effect.interruptible(Effect.sleep(pause.value)), run(attempt + 1))
        })
      )
    return run(1)
  }
