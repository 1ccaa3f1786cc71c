/**
 * Whether this Sentinel is about to stop.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"

/**
 * Whoever runs the server provides one and sets `hasBegun` when it is told to stop. From then on `/health/ready` is red, so that
 * a load balancer sends no more requests, while those that are under way are finished.
 *
 * @since 0.1.0
 */
export interface Stopping {
  hasBegun: boolean
}

/**
 * By default it never stops.
 *
 * @since 0.1.0
 */
export const Stopping = Context.Reference<Stopping>("@le-auth/sentinel/Stopping", {
  defaultValue: () => Object.freeze({ hasBegun: false })
})

/**
 * One for a Sentinel of its own, which `ListenerHooks` sets.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<never> = Layer.sync(Stopping, () => ({ hasBegun: false }))
