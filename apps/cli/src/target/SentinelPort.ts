/**
 * The ports of the local Sentinel.
 */
import * as Config from "effect/Config"

export const defaultSentinelPort = 4400

/** `SENTINEL_PORT`, default {@link defaultSentinelPort}. */
export const sentinelPort: Config.Config<number> = Config.Port("SENTINEL_PORT").pipe(
  Config.withDefault(defaultSentinelPort)
)

/**
 * The default port of a Sentinel's control: two further, or two lower at the end of the range; any free port if its own
 * is any.
 */
export const controlPortOf = (port: number): number => (port === 0 ? 0 : port > 65_533 ? port - 2 : port + 2)

/**
 * The address of the local Sentinel's control: `SENTINEL_CONTROL`, by default {@link controlPortOf} of
 * {@link sentinelPort}.
 */
export const sentinelControl: Config.Config<string> = Config.String("SENTINEL_CONTROL").pipe(
  Config.orElse(() => Config.map(sentinelPort, (port) => `http://127.0.0.1:${controlPortOf(port)}`))
)
