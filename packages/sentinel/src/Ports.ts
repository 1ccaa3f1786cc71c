/**
 * The ports of a Sentinel on a developer's computer, for programs that run one or look for one.
 *
 * @since 0.1.0
 */

/**
 * Where Sentinel listens if nothing else is said.
 *
 * @category models
 * @since 0.1.0
 */
export const sentinel = 4400

/**
 * Where the control of a Sentinel listens if nothing else is said: two further than Sentinel, or two lower at the end
 * of the range. It is any free port if Sentinel's own is any, which is 0.
 *
 * @example
 * ```ts
 * import * as Ports from "@le-auth/sentinel/Ports"
 *
 * Ports.controlOf(Ports.sentinel) // => 4402
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const controlOf = (port: number): number => (port === 0 ? 0 : port > 65_533 ? port - 2 : port + 2)
