/**
 * The entries of Sentinel's journal: requests and changes, their outcome, and the reason for it.
 *
 * Codes, tokens and sessions are named by the first 8 characters of their SHA-256. So a person can follow one of them
 * from its beginning to its end, and no entry holds a secret.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Problem } from "./internal/http/Problem.ts"
import { Route } from "./internal/http/Route.ts"

const optional = Schema.optionalKey
const Text = optional(Schema.String)

/**
 * Something that happened while a request was answered, such as `code redeemed`. `family` is the grant that all tokens
 * of one code belong to. `ticket` names an authorization request on its way through the login page, so that both are
 * known to be of one sign-in.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Step = Schema.Struct({
  what: Schema.String,
  ticket: Text,
  code: Text,
  family: Text,
  session: Text,
  user: Text,
  accessToken: Text,
  refreshToken: Text,
  newRefreshToken: Text
}).annotate({ identifier: "JournalStep" })

/**
 * A request, or a change that was made through the control.
 *
 * - `sequence` counts up by at least one from entry to entry
 * - `time` is that of Sentinel's clock, in milliseconds since 1970, and `duration` is real, in milliseconds
 * - `outcome` is `ok`, `code` or `sign-in` (a redirect with a code or to the login page), the error code of a refusal,
 *   or `no answer`; of a change it says what was changed
 * - `reason` says why a request was refused, which its answer does not say; `problem` says it for programs, where it
 *   has a name
 * - `warnings` are departures from an RFC that were let through
 * - `requestId` is the id that the error page shows, and `fault` the id of the fault that acted
 *
 * @category schemas
 * @since 0.1.0
 */
export const Entry = Schema.Struct({
  sequence: Schema.Int,
  time: Schema.Finite,
  kind: Schema.Literals(["request", "change"]),
  outcome: Schema.String,
  reason: Text,
  problem: optional(Problem),
  route: Text,
  method: Text,
  path: Text,
  status: optional(Schema.Int),
  duration: optional(Schema.Finite),
  account: Text,
  client: Text,
  user: Text,
  requestId: Text,
  fault: Text,
  warnings: Schema.Array(Schema.String),
  steps: Schema.Array(Step)
}).annotate({ identifier: "JournalEntry" })
export type Entry = typeof Entry.Type

/**
 * Whether Sentinel, or a fault, refused a request with this `outcome`.
 *
 * @example
 * ```ts
 * import * as JournalEntry from "@le-auth/sentinel/JournalEntry"
 *
 * JournalEntry.isRefusal("invalid_grant") // => true
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const isRefusal = (outcome: string): boolean => outcome !== "ok" && outcome !== "code" && outcome !== "sign-in"

/**
 * The routes that entries can be filtered by: those of requests, and `control` for the changes.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FilterRoute = Schema.Literals([...Route.literals, "control"])
export type FilterRoute = typeof FilterRoute.Type

/**
 * Which entries are wanted; of several conditions each must hold.
 *
 * - `after`: those with a higher `sequence`; `before`: those with a lower one
 * - `limit`: the last ones, at most this number
 * - `about`: those with this account, client, user, route, outcome, request id or fault, or with this beginning of the
 *   hash of a code, token, family or session
 * - `text`: those that have this text anywhere, in large or small letters
 * - `outcome`: those with this outcome, or `refused` for every refusal
 * - `application`: those of this client id
 * - `route`: those of this route, or `control` for the changes
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  readonly after?: number | undefined
  readonly before?: number | undefined
  readonly limit?: number | undefined
  readonly about?: string | undefined
  readonly text?: string | undefined
  readonly outcome?: string | undefined
  readonly application?: string | undefined
  readonly route?: FilterRoute | undefined
}
