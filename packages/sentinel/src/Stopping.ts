/**
 * Whether this Sentinel is about to stop.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/**
 * The program that runs the server provides one and sets `hasBegun` when it is told to stop. From then on
 * `/health/ready` is red, so that a load balancer sends no more requests, while those that are under way are finished.
 */
export interface Stopping {
  hasBegun: boolean
}

/**
 * The {@link Stopping} of the Sentinel of the context. Default: one that never stops.
 *
 * @category services
 * @since 0.1.0
 */
export const Stopping = Context.Reference<Stopping>("@le-auth/sentinel/Stopping", {
  defaultValue: () => Object.freeze({ hasBegun: false })
})

/**
 * A `Stopping` of its own for one Sentinel. `ListenerHooks` sets it when its port is about to close; see
 * `ListenerHooks.make` for an example.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<never> = Layer.sync(Stopping, () => ({ hasBegun: false }))
