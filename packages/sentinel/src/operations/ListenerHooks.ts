/**
 * What Sentinel answers to what never becomes a request, how it counts it, and that it hears when its port is about to close: the hooks of
 * `NodeListener` of `@le-auth/node`.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type * as Digest from "effect/crypto/Digest"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as RequestMetrics from "./RequestMetrics.ts"
import { Stopping } from "./Stopping.ts"
import * as WireRefusals from "./WireRefusals.ts"

/**
 * @since 0.1.0
 */
export interface ListenerHooks {
  readonly refused: (reason: WireRefusals.Reason, wantsPage: boolean) => Effect.Effect<string>
  readonly dropped: () => void
  readonly draining: () => void
}

/**
 * Makes the hooks. When the port is about to close, `/health/ready` turns red, if the context has a `Stopping` of this Sentinel, such as that
 * of `Stopping.layer`.
 *
 * @example
 * ```ts
 * import * as ListenerHooks from "@le-auth/sentinel/operations/ListenerHooks"
 * import * as Stopping from "@le-auth/sentinel/operations/Stopping"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * declare const serve: (hooks: ListenerHooks.ListenerHooks) => Layer.Layer<never>
 *
 * export const server = Layer.provide(Layer.unwrap(Effect.map(ListenerHooks.make, serve)), Stopping.layer)
 * ```
 *
 * @since 0.1.0
 */
export const make: Effect.Effect<ListenerHooks, never, Digest.Digest | SecureRandom.SecureRandom> = Effect.gen(
  function* () {
    const context = yield* Effect.context<never>()
    const stopping = Context.getOrUndefined(context, Stopping)
    const refused = yield* WireRefusals.make
    return {
      refused: (reason, wantsPage) => Effect.provideContext(refused(reason, wantsPage), context),
      dropped: () => RequestMetrics.refused("too_many", context),
      draining: () => {
        if (stopping !== undefined) stopping.hasBegun = true
      }
    }
  }
)
