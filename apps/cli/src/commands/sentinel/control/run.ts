/**
 * Controls a running Sentinel, and reads its journal.
 */
import * as SchemaProblems from "@le-auth/core/SchemaProblems"
import { DurationText } from "@le-auth/core/Settings"
import * as Transport from "@le-auth/core/Transport"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import type * as ControlClient from "@le-auth/sentinel/ControlClient"
import { InvalidChange } from "@le-auth/sentinel/ControlError"
import { Fault, NewFault } from "@le-auth/sentinel/Fault"
import type { Entry, Filter, FilterRoute } from "@le-auth/sentinel/JournalEntry"
import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { isHttpClientError } from "effect/http/HttpClientError"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { controlToken } from "../../../target/ControlToken.ts"
import * as SentinelControl from "../../../target/SentinelControl.ts"
import { failed, Failure, withoutAnswer, wrongUsage } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import { join, type Text, text } from "../../../terminal/TerminalText.ts"

/** The address of the control. */
export interface Options {
  readonly control: string
}

const failureOf = Effect.fnUntraced(function* (
  control: string,
  error: { readonly _tag: string; readonly message: string }
): Effect.fn.Return<Failure> {
  if (error instanceof Failure) return error
  if (error instanceof InvalidChange)
    return failed(join("\n", [text`Sentinel refuses this:`, ...error.problems.map((problem) => text`${problem}`)]))
  if (error._tag === "TokenRequired") {
    return SentinelControl.unauthorized(control, Option.isSome(yield* controlToken))
  }
  if (error._tag === "StoreUnavailable" || error._tag === "TooManyAttempts") {
    return new Failure({ text: text`${error.message}`, code: "unavailable" })
  }
  if (!isHttpClientError(error)) return failed(text`${error.message}`)
  const problem = Transport.problemOf(error)
  // Such as a certificate that is not trusted: something answers there.
  if (error.reason._tag === "TransportError" && !TransportProblem.heals(problem)) return withoutAnswer(problem)
  return new Failure({
    text: join("\n", [
      text`There is no control of a Sentinel at ${control}. Its address is shown at the start: le-auth sentinel start`,
      text`Name it with --control, or SENTINEL_CONTROL. In strict mode there is no control.`
    ]),
    code: "unavailable"
  })
})

/** Does something with the control at an address, and says how to find it if it is not there. */
export const controlling = <A, E extends { readonly _tag: string; readonly message: string }>(
  { control }: Options,
  use: (client: ControlClient.ControlClient) => Effect.Effect<A, E>
) =>
  SentinelControl.connect(control).pipe(
    Effect.flatMap(use),
    Effect.catch((error) => Effect.flatMap(failureOf(control, error), Effect.fail)),
    Effect.provide(NodeHttp.layer)
  )

/** A value that fits a schema. Else the command was used wrongly; `name` is that of the whole value. */
export const checked = <A>(
  name: string,
  schema: Schema.Codec<A, unknown>,
  value: unknown
): Effect.Effect<A, Failure> => {
  const decoded = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })(value)
  if (Result.isSuccess(decoded)) return Effect.succeed(decoded.success)
  const problems = SchemaProblems.of(decoded.failure.issue).map((problem) => problem.replace(/^this: /, `${name}: `))
  return Effect.fail(
    wrongUsage(
      join(
        "\n",
        problems.map((problem) => text`${problem}`)
      )
    )
  )
}

const pairs = (fields: object): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" ")

/** The parts that are not empty, side by side. */
export const columns = (parts: ReadonlyArray<string>): Text =>
  join(
    "  ",
    parts.filter((part) => part !== "").map((part) => text`${part}`)
  )

const faultText = ({ acted, action, id, match, matched, times }: typeof Fault.Encoded): Text => {
  const { type = "function", ...settings } = action ?? {}
  const limit = times === undefined ? "" : `, at most ${times}`
  return columns([
    id,
    type,
    pairs(settings),
    pairs(match),
    `(acted on ${acted} of ${matched} matching requests${limit})`
  ])
}

/** A fault as flags describe it. */
export interface FaultOptions extends Options {
  readonly action: string
  readonly settings: Option.Option<Readonly<Record<string, string>>>
  readonly match: Readonly<Record<string, Option.Option<string | number>>>
  readonly times: Option.Option<number>
  readonly id: Option.Option<string>
}

/** Numbers and truth values are written as in JSON; everything else is text. */
const valueOf = (word: string): unknown => (/^(?:true|false|\d+)$/.test(word) ? JSON.parse(word) : word)

/** The fields that were given. */
export const present = (fields: Readonly<Record<string, Option.Option<unknown>>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (Option.isSome(value) ? [[name, value.value]] : []))
  )

const decodeFault = Schema.decodeUnknownResult(NewFault, { errors: "all", onExcessProperty: "error" })

const faultOf = (options: FaultOptions): Effect.Effect<NewFault, Failure> => {
  const settings = Option.getOrElse(options.settings, () => ({}))
  const action = {
    type: options.action,
    ...Object.fromEntries(Object.entries(settings).map(([name, word]) => [name, valueOf(word)]))
  }
  const match = present(options.match)
  const decoded = decodeFault({ action, match, ...present({ times: options.times, id: options.id }) })
  if (Result.isSuccess(decoded)) return Effect.succeed(decoded.success)
  const problems = SchemaProblems.of(decoded.failure.issue).map((problem) => text`  - ${problem}`)
  return Effect.fail(wrongUsage(join("\n", [text`This fault is not possible:`, ...problems])))
}

const encodeFault = Schema.encodeSync(Fault)

export const addFault = Effect.fnUntraced(function* (options: FaultOptions) {
  const payload = yield* faultOf(options)
  const fault = yield* controlling(options, (client) => client.faults.add({ payload }))
  const data = encodeFault(fault)
  yield* Output.print(data, faultText(data))
})

export const listFaults = Effect.fnUntraced(function* (options: Options) {
  const faults = yield* controlling(options, (client) => client.faults.list())
  const data = faults.map((fault) => encodeFault(fault))
  if (faults.length === 0) return yield* Output.done(data, text`There are no faults.`)
  yield* Output.print(data, join("\n", data.map(faultText)))
})

export const clearFaults = Effect.fnUntraced(function* (options: Options & { readonly id: Option.Option<string> }) {
  const { id } = options
  if (Option.isSome(id)) {
    yield* controlling(options, (client) => client.faults.remove({ params: { id: id.value } }))
    return yield* Output.done({ removed: [id.value] }, text`Removed ${id.value}.`)
  }
  yield* controlling(options, (client) => client.faults.clear())
  yield* Output.done({ removed: "all" }, text`Removed all faults.`)
})

const inWords = Schema.encodeSync(DurationText)

/** Sets Sentinel's clock forward by a duration, or back to the real time, and says what time it is there. */
export const clock = Effect.fnUntraced(function* (
  options: Options & { readonly set: Option.Option<Duration.Duration | "real"> }
) {
  const { set } = options
  const { ahead, now } = yield* controlling(options, (client) => {
    if (Option.isNone(set)) return client.clock.state()
    return set.value === "real" ? client.clock.toRealTime() : client.clock.advance({ payload: { by: set.value } })
  })
  const state = { now: DateTime.formatIso(now), ahead: inWords(ahead) }
  yield* Output.print(state, text`${state.now}, ${state.ahead} ahead`)
})

const entryText = ({
  account,
  client,
  duration,
  fault,
  kind,
  method,
  outcome,
  reason,
  route,
  status,
  steps,
  time,
  warnings
}: Entry) =>
  columns([
    DateTime.formatIso(DateTime.makeUnsafe(time)),
    kind === "change" ? "control" : `${method ?? ""} ${route ?? ""} ${status ?? ""}`.trim(),
    reason === undefined ? outcome : `${outcome}: ${reason}`,
    ...(fault === undefined ? [] : [`fault=${fault}`]),
    pairs({ ...(account === undefined ? {} : { account }), ...(client === undefined ? {} : { client }) }),
    ...(duration === undefined ? [] : [`${duration.toFixed(1)} ms`]),
    ...steps.map(({ what, ...about }) => `${what} ${pairs(about)}`.trim()),
    ...warnings.map((warning) => `warning: ${warning}`)
  ])

export interface JournalOptions extends Options {
  readonly follow: boolean
  readonly limit: number
  readonly about: Option.Option<string>
  readonly text: Option.Option<string>
  readonly outcome: Option.Option<string>
  readonly application: Option.Option<string>
  readonly route: Option.Option<FilterRoute>
}

/** Those of `JournalEntry.Filter` that the flags have. */
type Conditions = {
  readonly [Name in "about" | "text" | "outcome" | "application" | "route"]?: NonNullable<Filter[Name]>
}

/** The last entries, and with `follow` each new one, one line for each. */
export const journal = Effect.fnUntraced(function* (options: JournalOptions) {
  const { about, application, outcome, route, text } = options
  const filter: Conditions = present({ about, application, outcome, route, text })
  const print = (entry: Entry) => Output.print(entry, entryText(entry))
  const last = yield* controlling(options, (client) =>
    client.journal.read({ query: { ...filter, limit: options.limit } })
  )
  yield* Effect.forEach(last, print, { discard: true })
  if (!options.follow) return
  yield* controlling(options, (client) =>
    Effect.flatMap(client.journal.follow({ query: { ...filter, after: last.at(-1)?.sequence ?? 0 } }), (entries) =>
      Stream.runForEach(entries, print).pipe(
        // Sentinel has stopped.
        Effect.catchTag(["HttpClientError", "Retry", "SseError"], () => Effect.void)
      )
    )
  )
})
