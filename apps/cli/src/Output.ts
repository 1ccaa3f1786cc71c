/**
 * Where output goes: data to stdout, talk to stderr.
 *
 * @since 0.1.0
 */
import * as CliOutput from "effect/cli/CliOutput"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"

const formatter = Effect.map(TerminalCapabilities.TerminalCapabilities, ({ canColor }): CliOutput.Formatter => ({
  ...CliOutput.defaultFormatter({ colors: canColor }),
  formatError: (error) => `le-auth: ${error.message}`
}))

/** Help is data when somebody asked for it; after a mistake a line is enough, and it is talk. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Console.error(
          [
            ...event.errors.map((error) => `le-auth: ${error.message}`),
            `See: ${event.commandPath.join(" ")} --help`
          ].join("\n")
        )
      : CliOutput.defaultPresenter.present(event)
}

const logger = Logger.withConsoleError(
  Logger.make(({ logLevel, message }) => {
    const text = (Array.isArray(message) ? message : [message]).map(String).join(": ")
    return `le-auth: ${logLevel.toLowerCase()}: ${text}`
  })
)

/**
 * Errors as one plain message on stderr, help after a mistake on stderr, and the log (warnings and above) on stderr.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<never> = Layer.mergeAll(
  Layer.effect(CliOutput.Formatter, formatter),
  CliOutput.layerPresenter(presenter),
  Logger.layer([logger]),
  Layer.succeed(References.MinimumLogLevel, "Warn")
)
