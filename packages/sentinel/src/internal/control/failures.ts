/** The errors of the control that several of its parts answer with. */
import { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import { InternalError, NotSupported, StoreUnavailable } from "../../ControlError.ts"

/** Says nothing of what went wrong, which is in the log. */
export const internalError = new InternalError({ problem: "Sentinel has an internal error. Its log says more." })

/** For what needs a store with `StoreInspection`, over one that has none. */
export const cannotLook = new NotSupported({
  problem: "The store of this Sentinel cannot be looked into: it has no StoreInspection."
})

/** Turns the error of a store into that of the control, with the engine's own words. The causes are in the log only. */
export const unavailable = <A, E, R>(
  effect: Effect.Effect<A, E | StoreError, R>
): Effect.Effect<A, Exclude<E, StoreError> | StoreUnavailable, R> =>
  Effect.catch(effect, (error): Effect.Effect<never, Exclude<E, StoreError> | StoreUnavailable> =>
    error instanceof StoreError
      ? Effect.andThen(Effect.logError(error), Effect.fail(new StoreUnavailable({ problem: error.message })))
      : Effect.fail(error as Exclude<E, StoreError>)
  )
