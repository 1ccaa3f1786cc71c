/**
 * Where the local Sentinel listens.
 */
import * as Config from "effect/Config"

export const defaultSentinelPort = 4400

/** `SENTINEL_PORT`, default {@link defaultSentinelPort}. */
export const sentinelPort: Config.Config<number> = Config.Port("SENTINEL_PORT").pipe(
  Config.withDefault(defaultSentinelPort)
)

/**
 * Where the control of a Sentinel is, unless it was told otherwise: two ports further, or two lower where there are
 * none further, or, like it, on any free port.
 */
export const controlPortOf = (port: number): number => (port === 0 ? 0 : port > 65_533 ? port - 2 : port + 2)

/**
 * Where the control of the local Sentinel is: `SENTINEL_CONTROL`, default two ports further than {@link sentinelPort}.
 */
export const sentinelControl: Config.Config<string> = Config.String("SENTINEL_CONTROL").pipe(
  Config.orElse(() => Config.map(sentinelPort, (port) => `http://127.0.0.1:${controlPortOf(port)}`))
)
