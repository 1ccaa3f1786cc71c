/**
 * An entry of Sentinel's journal: a request or a change, its outcome, and the reason.
 *
 * Codes, tokens and sessions are named by the first characters of their SHA-256, so a person can follow one of them from its
 * beginning to its end, and no entry holds a secret.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Problem } from "./internal/http/Problem.ts"

const optional = Schema.optionalKey
const Text = optional(Schema.String)

/**
 * Something that happened while a request was answered.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Step = Schema.Struct({
  what: Schema.String,
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
 * `time` is that of Sentinel's clock, in milliseconds since 1970; `duration` is real, in milliseconds. `outcome` is `ok`, `code`
 * or `sign-in` for a redirect with a code or to the login page, the error code of a refusal, or `no answer`. `reason` says why
 * it was refused, which the answer does not say, and `problem` says the same for programs where it has a name. `requestId` is the one that the error page shows.
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
  steps: Schema.Array(Step)
}).annotate({ identifier: "JournalEntry" })
export type Entry = typeof Entry.Type

/**
 * Whether an outcome of a request is that Sentinel, or a fault, refused it.
 *
 * @category guards
 * @since 0.1.0
 */
export const isRefusal = (outcome: string): boolean => outcome !== "ok" && outcome !== "code" && outcome !== "sign-in"

/**
 * Which entries are meant: later ones than `after`, the last `limit` of them, those `about` something: an account, client, user,
 * route, outcome, request id, fault, or the beginning of the hash of a code, token, family or session.
 *
 * @category models
 * @since 0.1.0
 */
export interface Filter {
  readonly after?: number | undefined
  readonly limit?: number | undefined
  readonly about?: string | undefined
}
