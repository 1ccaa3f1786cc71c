/**
 * Where the local Sentinel listens.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"

/**
 * @since 0.1.0
 */
export const defaultSentinelPort = 4400

/**
 * `SENTINEL_PORT`, default {@link defaultSentinelPort}.
 *
 * @since 0.1.0
 */
export const sentinelPort: Config.Config<number> = Config.Port("SENTINEL_PORT").pipe(
  Config.withDefault(defaultSentinelPort)
)
