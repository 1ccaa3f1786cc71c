/** The way out of a refusal: each that a point of the dialect would lift names that point. */
import type { SentinelDialect } from "../../SentinelDialect.ts"

/** Says which point lets the request pass, and with which value, where one word says it. */
export const passesBy = <P extends keyof SentinelDialect>(
  point: P,
  value?: SentinelDialect[P] & (boolean | number | string)
): string => `The point ${value === undefined ? point : `${point}=${value}`} lets it pass.`
