/**
 * What can go wrong at Sentinel, when, and how often. Nothing is left to chance: the same requests meet the same
 * faults.
 *
 * @since 0.1.0
 */
import { AccountId } from "@le-auth/core/Identifiers"
import { authorizationErrorCodes } from "@le-auth/core/OAuthError"
import type * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import { Headers, Status } from "./internal/http/answerParts.ts"
import { Route } from "./internal/http/Route.ts"
import { DurationText } from "@le-auth/core/shared/DurationText"

const Count = Schema.Int.check(Schema.isGreaterThan(0, { expected: "a whole number from 1 on" }))
const optional = Schema.optionalKey

/**
 * Where a fault acts: at a route, or at `any`. `exchange` and `refresh` are the two uses of `token`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FaultTarget = Schema.Literals([...Route.literals, "exchange", "refresh", "any"])
export type FaultTarget = typeof FaultTarget.Type

/**
 * Which requests a fault acts on. What is left out matches everything.
 *
 * `nth` is one of the matching requests, counted from 1 since the fault was added, and `every` each second, third and
 * so on of them. `client` is known where the request names it: at authorize, token, app-token and revoke.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Match = Schema.Struct({
  route: optional(FaultTarget),
  account: optional(AccountId),
  client: optional(Schema.NonEmptyString),
  grant_type: optional(Schema.NonEmptyString),
  method: optional(Schema.NonEmptyString),
  nth: optional(Count),
  every: optional(Count)
}).annotate({ identifier: "FaultMatch" })
export type Match = typeof Match.Type

/** A text that every answer can carry: whole characters, and not many. */
const Words = Schema.String.check(
  Schema.makeFilter((text: string) => text.length <= 1000 && !/\p{Surrogate}/u.test(text), {
    expected: "a text of up to 1,000 characters"
  })
)

/** Seconds of `Retry-After`, up to ten years. */
const Seconds = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: 315_360_000 }, { expected: "a whole number of seconds, from 0 to ten years" })
)

const action = <const Type extends string, Fields extends Schema.Struct.Fields>(type: Type, fields: Fields) =>
  Schema.Struct({ type: Schema.tag(type), ...fields })

/** RFC 6749 sections 4.1.2.1 and 5.2. */
const ErrorCode = Schema.Literals([
  ...authorizationErrorCodes,
  "invalid_client",
  "invalid_grant",
  "unsupported_grant_type"
])

/** Whether Sentinel has acted on the request before the fault shows. */
const after = { after: optional(Schema.Boolean) }

/**
 * What a fault does.
 *
 * In place of Sentinel, which does not hear of the request:
 *
 * - `oauth-error`: an error of OAuth 2.0. The authorization endpoint sends it back to the application, if the request
 *   is valid. The fault acts only at endpoints that have the error, unless a `status` says that it is answered as JSON
 *   in any case
 * - `too-many-requests`: 429, with `Retry-After` in seconds if given
 * - `server-error`: a 5xx with a plain text; `liveperson-error`: the same in LivePerson's envelope, `{"error":{…}}`
 * - `html`: a page for people where JSON belongs, as a proxy or a captive portal sends it
 * - `answer`: any other answer, also an empty one
 * - `silence`: no answer at all
 *
 * On the connection: `delay` and `drop-connection`, both before Sentinel acts, or `after`; and `truncate`, half the
 * answer.
 *
 * On the state, after which Sentinel itself refuses: `expired-code` and `used-code` at a code exchange,
 * `killed-session` wherever a session is needed. `rotated-key` makes a new signing key.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 * @category schemas
 * @since 0.1.0
 */
export const Action = Schema.Union([
  action("oauth-error", {
    error: ErrorCode,
    description: optional(Words),
    status: optional(Status)
  }),
  action("too-many-requests", { retry_after: optional(Seconds) }),
  action("server-error", { status: optional(Status) }),
  action("liveperson-error", {
    status: optional(Status),
    message: optional(Words),
    internal_code: optional(Schema.Int)
  }),
  action("html", { status: optional(Status) }),
  action("answer", {
    status: Status,
    body: optional(Schema.String),
    headers: optional(Headers)
  }),
  action("silence", {}),
  action("delay", { by: DurationText, ...after }),
  action("drop-connection", after),
  action("truncate", {}),
  action("expired-code", {}),
  action("used-code", {}),
  action("killed-session", {}),
  action("rotated-key", {})
]).annotate({ identifier: "FaultAction" })
export type Action = typeof Action.Type

const Id = Schema.String.check(
  Schema.isPattern(/^[A-Za-z0-9._-]{1,64}$/, { expected: "up to 64 of A-Z a-z 0-9 . _ -" })
)
/** A number that is counted on from, so there is always a next one. */
const Counted = Schema.Int.check(
  Schema.isBetween({ minimum: 0, maximum: 2 ** 52 }, { expected: "a whole number from 0 to 2^52" })
)

/**
 * A fault as it is added. Without an `id` it gets the next of `fault-1`, `fault-2`. It acts at most `times`; without
 * that, until it is removed.
 *
 * @category schemas
 * @since 0.1.0
 */
export const NewFault = Schema.Struct({
  id: optional(Id),
  match: optional(Match),
  action: Action,
  times: optional(Count)
})
export type NewFault = typeof NewFault.Type

/**
 * A fault with what it has met: the number of requests that `matched`, and of those on which it `acted`. A function of
 * a test has no `action`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Fault = Schema.Struct({
  id: Id,
  match: Match,
  action: optional(Action),
  times: optional(Count),
  matched: Counted,
  acted: Counted
}).annotate({ identifier: "Fault" })
export type Fault = typeof Fault.Type

/**
 * A fault of your own, for code in the same process: a function that answers a request in place of Sentinel. `usual` is
 * Sentinel's own answer. Sentinel acts on the request only if the function runs `usual`.
 *
 * @example
 * ```ts
 * import type * as Fault from "@le-auth/sentinel/Fault"
 * import * as Effect from "effect/Effect"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 *
 * // Sentinel's answer comes with another header.
 * export const marked: Fault.Behaviour = (usual) => Effect.map(usual, HttpServerResponse.setHeader("x-test", "1"))
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export type Behaviour = (
  usual: Effect.Effect<HttpServerResponse.HttpServerResponse>,
  request: HttpServerRequest.HttpServerRequest
) => Effect.Effect<HttpServerResponse.HttpServerResponse>
