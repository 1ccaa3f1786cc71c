/** What is logged, for the logger of the application. */
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { Logger as OwnLogger } from "../Options.ts"

type Level = keyof OwnLogger

const toConsole =
  (level: Level): OwnLogger[Level] =>
  (message, fields) =>
    Object.keys(fields).length === 0
      ? console[level](`le-auth: ${message}`)
      : console[level](`le-auth: ${message}`, fields)

const consoleLogger: OwnLogger = {
  info: toConsole("info"),
  warn: toConsole("warn"),
  error: toConsole("error")
}

/** A logger that harms no request: what it throws is dropped, and what it rejects with too. */
export const safely = (logger: OwnLogger = consoleLogger): OwnLogger => {
  const call =
    (level: Level): OwnLogger[Level] =>
    (message, fields) => {
      try {
        // With its `this`, as loggers are often classes.
        const result: unknown = logger[level](message, fields)
        if (result instanceof Promise) result.catch(() => undefined)
      } catch {
        // There is no other place to say it.
      }
    }
  return { info: call("info"), warn: call("warn"), error: call("error") }
}

const text = (part: unknown): string => (typeof part === "string" ? part : (JSON.stringify(part) ?? String(part)))

/** An error has its words where no JSON has them. */
const readable = (part: unknown): unknown => (part instanceof Error ? (part.stack ?? part.message) : part)

/** Lines of Effect's log: the first part is the message, and the others are its details. */
export const layer = (logger: OwnLogger): Layer.Layer<never> =>
  Logger.layer([
    Logger.make((line) => {
      const parts = Array.isArray(line.message) ? line.message.map(readable) : readable(line.message)
      const { annotations, cause, level, message } = Logger.formatStructured.log({ ...line, message: parts })
      const [first, ...details] = Array.isArray(message) ? (message as ReadonlyArray<unknown>) : [message]
      logger[level === "ERROR" || level === "FATAL" ? "error" : level.startsWith("WARN") ? "warn" : "info"](
        text(first),
        {
          ...annotations,
          ...(details.length === 0 ? {} : { detail: details.map(text).join(" ") }),
          ...(cause === undefined ? {} : { cause })
        }
      )
    })
  ])
