/**
 * The log of a running Sentinel, on stderr: lines for people on a terminal, JSON for everything else.
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Formatter from "effect/Formatter"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as References from "effect/References"
import { escapedJson } from "../../../terminal/TerminalText.ts"

export type Format = "json" | "pretty"

const isFields = (part: unknown): part is Record<string, unknown> =>
  Predicate.isObject(part) && !Array.isArray(part) && !(part instanceof Error)

const words = (part: unknown): string => (part instanceof Error ? part.message : String(part))

/** Objects in a message, and annotations, are fields of its line. */
const entry = Logger.make(({ cause, date, fiber, logLevel, message }) => {
  const parts = Arr.ensure(message)
  const texts = parts.filter((part) => !isFields(part)).map(words)
  return {
    first: { time: date, level: logLevel.toLowerCase(), message: texts.join(": ") },
    fields: {
      ...fiber.getRef(References.CurrentLogAnnotations),
      ...Object.assign({}, ...parts.filter(isFields)),
      ...(cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) })
    } as Record<string, unknown>
  }
})

/** One line of JSON. Whatever a value has in it, it stays one line (CWE-117). */
export const json: Logger.Logger<unknown, string> = Logger.map(entry, ({ fields, first }) =>
  escapedJson(Formatter.formatJson({ ...first, ...fields, ...first }))
)

/** Without control characters, with which a text could write over others on a terminal. */
const inert = (text: string): string => JSON.stringify(text).slice(1, -1)

const isPlain = /^[\w./:@-]+$/

const field = ([name, value]: readonly [string, unknown]): string =>
  `${inert(name)}=${isPlain.test(String(value)) ? String(value) : Formatter.formatJson(value)}`

/** A line for people. A cause follows, indented, so that none of its lines looks like one of the log. */
export const pretty: Logger.Logger<unknown, string> = Logger.map(entry, ({ fields, first }) => {
  const { cause, durationMs, method, route, status, ...rest } = fields
  const isRequest = first.message === "request"
  const what = isRequest ? `${method} ${route} ${status} ${durationMs} ms` : first.message
  const others = Object.entries(isRequest ? rest : { ...rest, method, route, status, durationMs })
  const shown = others.filter(([, value]) => value !== undefined).map(field)
  const head = [first.time.toTimeString().slice(0, 8), first.level.padEnd(5), inert(what), ...shown].join(" ")
  return [head, ...(typeof cause === "string" ? cause.split("\n").map((text) => `    ${inert(text)}`) : [])]
    .map(escapedJson)
    .join("\n")
})

/** Lines are written together, since each write costs more than the line does. */
const toStderr = (format: Format) =>
  Logger.batched(format === "json" ? json : pretty, {
    window: "20 millis",
    flush: (lines) => Effect.sync(() => void process.stderr.write(`${lines.join("\n")}\n`))
  })

/** A log that cannot be written any more is not a reason to end in the middle of what is under way. */
const ignoreLostLines = Effect.sync(() => void process.stderr.on("error", () => {}))

/** From `info` on, unless `--log-level` says something else. */
export const layer = (format: Format): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.gen(function* () {
      yield* ignoreLostLines
      const level = Option.flatten(yield* Effect.serviceOption(GlobalFlag.LogLevel))
      return Layer.merge(
        Logger.layer([toStderr(format)]),
        Layer.succeed(
          References.MinimumLogLevel,
          Option.getOrElse(level, () => "Info" as const)
        )
      )
    })
  )
