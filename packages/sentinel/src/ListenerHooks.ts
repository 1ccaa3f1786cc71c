/**
 * What a listener and Sentinel tell each other beside requests: the answer to what never becomes one, connections that
 * are closed for want of room, that the port is about to close, and how a connection is broken. The hooks are those of
 * `NodeListener` of `@le-auth/node`; a listener of your own also calls them.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Hex from "effect/encoding/Hex"
import * as RequestMetrics from "./internal/operations/RequestMetrics.ts"
import * as WireAnswer from "./internal/page/WireAnswer.ts"
import { Stopping } from "./Stopping.ts"

/**
 * Why something that came over a connection is not a request: its address and headers are larger than 16 KiB, it did
 * not arrive in time, it is not HTTP/1.1, its method is unknown, or it is plain where the port speaks TLS.
 *
 * @category models
 * @since 0.1.0
 */
export type Refusal = WireAnswer.Refusal

/**
 * What a listener calls.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListenerHooks {
  /**
   * The whole answer to what is not a request, as a message of HTTP/1.1 after which the connection is closed. It is a
   * page if `wantsPage`, else the JSON of OAuth 2.0. The refusal is counted and logged.
   */
  readonly refused: (reason: Refusal, wantsPage: boolean) => Effect.Effect<string>
  /** A connection was closed without an answer, since there are too many. It is counted. */
  readonly dropped: () => void
  /**
   * The port is about to close: from now on `/health/ready` is red, if the context had a `Stopping` of this Sentinel.
   */
  readonly draining: () => void
}

/**
 * Makes the hooks of the Sentinel of the context. Provide `Stopping.layer` to both, so that readiness follows the
 * listener.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as ListenerHooks from "@le-auth/sentinel/ListenerHooks"
 * import * as Stopping from "@le-auth/sentinel/Stopping"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * declare const serve: (hooks: ListenerHooks.ListenerHooks) => Layer.Layer<never>
 *
 * export const server = Layer.provide(Layer.unwrap(Effect.map(ListenerHooks.make, serve)), Stopping.layer)
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make: Effect.Effect<ListenerHooks, never, Digest.Digest | SecureRandom.SecureRandom> = Effect.gen(
  function* () {
    const random = yield* SecureRandom.SecureRandom
    const answer = yield* WireAnswer.make
    const context = yield* Effect.context<never>()
    const stopping = Context.getOrUndefined(context, Stopping)

    const refused = Effect.fnUntraced(function* (reason: Refusal, wantsPage: boolean) {
      const { description, error, status } = WireAnswer.errors[reason]
      const requestId = Hex.encode(yield* random.randomBytes(8))
      RequestMetrics.refused(reason, context)
      yield* Effect.logInfo(`refused: ${description}`).pipe(Effect.annotateLogs({ requestId, status, error }))
      return answer(reason, { requestId, wantsPage })
    })

    return {
      refused: (reason, wantsPage) => Effect.provideContext(refused(reason, wantsPage), context),
      dropped: () => RequestMetrics.refused("too_many", context),
      draining: () => {
        if (stopping !== undefined) stopping.hasBegun = true
      }
    }
  }
)

export { Disconnect } from "./internal/http/Disconnect.ts"
