/**
 * What Sentinel says to what never becomes a request, and how it counts it.
 *
 * @since 0.1.0
 */
import type { ListenerHooks } from "@le-auth/node/NodeListener"
import * as RequestMetrics from "@le-auth/sentinel/operations/RequestMetrics"
import * as WireRefusals from "@le-auth/sentinel/operations/WireRefusals"
import * as Effect from "effect/Effect"

/**
 * @since 0.1.0
 */
export const make = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const refused = yield* WireRefusals.make
  return {
    refused: (reason, wantsPage) => Effect.provideContext(refused(reason, wantsPage), context),
    dropped: () => RequestMetrics.refused("too_many", context)
  } satisfies ListenerHooks
})
