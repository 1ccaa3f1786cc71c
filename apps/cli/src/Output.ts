/**
 * Where output goes: data to stdout, talk to stderr.
 *
 * @since 0.1.0
 */
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Stdio from "effect/Stdio"
import { type ExitCode, exitCodes, Failure } from "./Failure.ts"

/**
 * `--json`, which every command has.
 *
 * @since 0.1.0
 */
export const jsonFlag = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Print JSON, one document a line; errors too, as the last line on stderr")
  )
})

/**
 * Whether the output is JSON. Also known when the arguments are not understood, so that this too is said in JSON.
 *
 * @since 0.1.0
 */
export const Json = Context.Reference<boolean>("@le-auth/cli/Output/Json", { defaultValue: () => false })

/**
 * The result of a command, on stdout: as text for people, or as a line of JSON, whose fields stay as they are documented.
 *
 * @since 0.1.0
 */
export const print = (data: unknown, text: string): Effect.Effect<void> =>
  Effect.flatMap(Json, (json) => Console.log(json ? JSON.stringify(data) : text))

/**
 * That a command has done what it was told, where that is all there is to say: talk for people, and data for `--json`.
 *
 * @since 0.1.0
 */
export const done = (data: unknown, text: string): Effect.Effect<void> =>
  Effect.flatMap(Json, (json) => (json ? Console.log(JSON.stringify(data)) : Console.error(text)))

/**
 * Talk, on stderr: what happens, and what to do. It is text, with `--json` as well.
 *
 * @since 0.1.0
 */
export const say = (text: string): Effect.Effect<void> => Console.error(text)

const errorText = (json: boolean, code: ExitCode, message: string): string =>
  json ? JSON.stringify({ error: { code, exitCode: exitCodes[code], message } }) : `le-auth: ${message}`

const formatter = Effect.gen(function* () {
  const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
  const json = yield* Json
  return {
    ...CliOutput.defaultFormatter({ colors: canColor }),
    formatError: (error): string => {
      const { cause } = error as { readonly cause?: unknown }
      return errorText(json, cause instanceof Failure ? cause.code : "failed", error.message)
    }
  } satisfies CliOutput.Formatter
})

/** Help is data when somebody asked for it; after a mistake a line is enough, and it is talk. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.flatMap(Json, (json) => {
          const messages = event.errors.map((error) => error.message)
          return Console.error(
            json
              ? errorText(json, "usage", messages.join("\n"))
              : [
                  ...messages.map((message) => errorText(json, "usage", message)),
                  `See: ${event.commandPath.join(" ")} --help`
                ].join("\n")
          )
        })
      : CliOutput.defaultPresenter.present(event)
}

const logger = Logger.withConsoleError(
  Logger.make(({ logLevel, message }) => {
    const text = (Array.isArray(message) ? message : [message]).map(String).join(": ")
    return `le-auth: ${logLevel.toLowerCase()}: ${text}`
  })
)

/** Not `--completions`, which is a command here, and not `--wizard`, which asks for what each flag's help says. */
const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.LogLevel]

const json = Layer.effect(
  Json,
  Stdio.Stdio.use(({ args }) =>
    Effect.map(args, (args) => {
      const end = args.indexOf("--")
      return args.slice(0, end === -1 ? undefined : end).some((word) => /^--json(?:=(?:true|1|y|yes|on))?$/.test(word))
    })
  )
)

/**
 * Errors as one plain message on stderr, or as JSON; help after a mistake on stderr, and the log (warnings and above) on
 * stderr. Colours only on a terminal, and never with `NO_COLOR`.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<never, never, Stdio.Stdio> = Layer.mergeAll(
  Layer.effect(CliOutput.Formatter, formatter),
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns }),
  Logger.layer([logger]),
  Layer.succeed(References.MinimumLogLevel, "Warn")
).pipe(Layer.provideMerge(json))
