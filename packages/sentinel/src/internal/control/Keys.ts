/** The signing keys of Sentinel, as far as they can be told anything. */
import * as Effect from "effect/Effect"
import type { SigningKeys } from "../../SigningKeys.ts"
import type { StoreUnavailable } from "../../ControlError.ts"
import { unavailable } from "./failures.ts"
import type { Change } from "./recordChange.ts"
import * as VirtualClock from "./VirtualClock.ts"

/** The operations of `Control.keys`. */
export interface Keys {
  /**
   * Signs with a new key from now on, and gives its id. The old one stays in the JWKS as long as tokens may need it.
   */
  readonly rotate: Effect.Effect<string, StoreUnavailable>
}

/** Makes them. Each is an entry of the journal. */
export const make = (
  keys: SigningKeys["Service"],
  clock: VirtualClock.VirtualClock["Service"],
  change: Change
): Keys => ({
  rotate: change(
    (kid) => `signing key rotated to ${kid}`,
    unavailable(VirtualClock.provide(clock)(keys.rotate)).pipe(Effect.catchTag("CryptoError", Effect.die))
  )
})
