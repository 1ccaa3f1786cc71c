/** Moments for people, in UTC. */
import * as DateTime from "effect/DateTime"

/** `2026-11-22T05:32:03.123Z` */
export const iso = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

/** `05:32:03` */
export const time = (millis: number): string => iso(millis).slice(11, 19)

/** `2026-11-22 05:32:03` */
export const dateAndTime = (millis: number): string => iso(millis).slice(0, 19).replace("T", " ")
