/**
 * The log of a running Sentinel, on stderr: lines for people on a terminal, JSON for everything else.
 */
import * as Cause from "effect/Cause"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as References from "effect/References"
import { escapedJson } from "../../../terminal/TerminalText.ts"

export type Format = "json" | "pretty"

interface Line {
  readonly time: Date
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

const isFields = (part: unknown): part is Record<string, unknown> =>
  Predicate.isObject(part) && !Array.isArray(part) && !(part instanceof Error)

const words = (part: unknown): string => (part instanceof Error ? part.message : String(part))

const read = ({ cause, date, fiber, logLevel, message }: Logger.Options<unknown>): Line => {
  const parts = Array.isArray(message) ? message : [message]
  return {
    time: date,
    level: logLevel.toLowerCase(),
    message: parts
      .filter((part) => !isFields(part))
      .map(words)
      .join(": "),
    fields: {
      ...fiber.getRef(References.CurrentLogAnnotations),
      ...Object.assign({}, ...parts.filter(isFields)),
      ...(cause.reasons.length === 0 ? {} : { cause: Cause.pretty(cause) })
    }
  }
}

/** One line of JSON. Whatever a value has in it, it stays one line (CWE-117). */
export const json = (options: Logger.Options<unknown>): string => {
  const { fields, level, message, time } = read(options)
  const first = { time, level, message }
  return escapedJson(JSON.stringify(Object.assign({ ...first }, fields, first)))
}

/** Without control characters, with which a text could write over others on a terminal. */
const inert = (text: string): string => JSON.stringify(text).slice(1, -1)

const isPlain = /^[\w./:@-]+$/

/** A line for people. A cause follows, indented, so that none of its lines looks like one of the log. */
export const pretty = (options: Logger.Options<unknown>): string => {
  const { fields, level, message, time } = read(options)
  const { cause, durationMs, method, route, status, ...rest } = fields
  const isRequest = message === "request"
  const what = isRequest ? `${method} ${route} ${status} ${durationMs} ms` : message
  const others = Object.entries(isRequest ? rest : { ...rest, method, route, status, durationMs })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${inert(name)}=${isPlain.test(String(value)) ? String(value) : JSON.stringify(value)}`)
  const line = [time.toTimeString().slice(0, 8), level.padEnd(5), inert(what), ...others].join(" ")
  return [line, ...(typeof cause === "string" ? cause.split("\n").map((text) => `    ${inert(text)}`) : [])]
    .map(escapedJson)
    .join("\n")
}

/** Lines are written together, since each write costs more than the line does. */
const writer = () => {
  let waiting = ""
  let isPlanned = false
  const flush = () => {
    isPlanned = false
    if (waiting === "") return
    const text = waiting
    waiting = ""
    process.stderr.write(text)
  }
  process.on("exit", flush)
  // A log that nobody can read any more is no reason to end in the middle of what is under way.
  process.stderr.on("error", () => {})
  return (line: string) => {
    waiting += `${line}\n`
    if (waiting.length > 65_536) flush()
    else if (!isPlanned) {
      isPlanned = true
      setTimeout(flush, 20).unref()
    }
  }
}

/** From `info` on, unless `--log-level` says something else. */
export const layer = (format: Format): Layer.Layer<never> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const write = writer()
      const line = format === "json" ? json : pretty
      const level = Option.getOrElse(
        Option.flatten(yield* Effect.serviceOption(GlobalFlag.LogLevel)),
        () => "Info" as const
      )
      return Layer.merge(
        Logger.layer([Logger.make((options) => write(line(options)))]),
        Layer.succeed(References.MinimumLogLevel, level)
      )
    })
  )
