/**
 * Moments for people, in UTC.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"

/**
 * `2026-11-22T05:32:03.123Z`
 *
 * @since 0.1.0
 */
export const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

/**
 * `05:32:03`
 *
 * @since 0.1.0
 */
export const time = (millis: number): string => iso(millis).slice(11, 19)

/**
 * `2026-11-22 05:32:03`
 *
 * @since 0.1.0
 */
export const dateAndTime = (millis: number): string => iso(millis).slice(0, 19).replace("T", " ")
