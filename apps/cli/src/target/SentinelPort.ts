/**
 * The ports of the local Sentinel.
 */
import { controlOf as controlPortOf, sentinel as defaultSentinelPort } from "@le-auth/sentinel/Ports"
import * as Config from "effect/Config"

export { controlPortOf, defaultSentinelPort }

/** `SENTINEL_PORT`, default {@link defaultSentinelPort}. */
export const sentinelPort: Config.Config<number> = Config.Port("SENTINEL_PORT").pipe(
  Config.withDefault(defaultSentinelPort)
)

/**
 * The address of the local Sentinel's control: `SENTINEL_CONTROL`, by default {@link controlPortOf} of
 * {@link sentinelPort}.
 */
export const sentinelControl: Config.Config<string> = Config.String("SENTINEL_CONTROL").pipe(
  Config.orElse(() => Config.map(sentinelPort, (port) => `http://127.0.0.1:${controlPortOf(port)}`))
)
