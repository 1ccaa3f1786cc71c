/**
 * Writes results to stdout and messages to stderr. Both take {@link Text} only, so that texts of others never reach a
 * terminal unescaped.
 */
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
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
import { type ExitCode, exitCodes, failed, Failure } from "./Failure.ts"
import { escapedJson, join, lines, text, type Text } from "./TerminalText.ts"

/** `--json`, which every command has. */
export const jsonFlag = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Print JSON, one document a line; also errors, as the last line on stderr")
  )
})

/** Whether the output is JSON. Also known when the arguments are not understood, so that this is also said in JSON. */
export const Json = Context.Reference<boolean>("@le-auth/cli/terminal/Output/Json", { defaultValue: () => false })

/**
 * Each write reports its own failure. Without a listener, the event would end the process.
 */
const ignore = () => {}

const toStdout = (bytes: string | Uint8Array): Effect.Effect<void, Failure> =>
  Effect.callback((resume) => {
    const { stdout } = process
    if (!stdout.listeners("error").includes(ignore)) stdout.on("error", ignore)
    stdout.write(bytes, (error) =>
      resume(
        error === null || error === undefined
          ? Effect.void
          : Effect.fail(failed(text`stdout cannot be written (${error.message}), so the result is lost.`))
      )
    )
  })

/** Writes to stdout. Fails if that was not done, since a script would take an empty output for an answer. */
export const Stdout = Context.Reference<(bytes: string | Uint8Array) => Effect.Effect<void, Failure>>(
  "@le-auth/cli/Output/Stdout",
  { defaultValue: () => toStdout }
)

/** Writes data as it is, such as the bytes of an answer or a script. {@link print} is for the rest. */
export const write = (bytes: string | Uint8Array): Effect.Effect<void, Failure> =>
  Effect.flatMap(Stdout, (stdout) => stdout(bytes))

const line = (text: string) => write(`${text}\n`)
const jsonLine = (data: unknown) => line(escapedJson(JSON.stringify(data)))

/**
 * Writes the result of a command to stdout: as text, or as a line of JSON with the documented fields.
 */
export const print = (data: unknown, text: Text): Effect.Effect<void, Failure> =>
  Effect.flatMap(Json, (json) => (json ? jsonLine(data) : line(text.toString())))

/**
 * Says that a command has succeeded, where there is no other result: a message on stderr, or data with `--json`.
 */
export const done = (data: unknown, text: Text): Effect.Effect<void, Failure> =>
  Effect.flatMap(Json, (json) => (json ? jsonLine(data) : say(text)))

/** Writes a message to stderr. It is text, also with `--json`. */
export const say = (text: Text): Effect.Effect<void> => Console.error(text.toString())

const errorText = (json: boolean, code: ExitCode, message: Text): string =>
  json ? escapedJson(JSON.stringify({ error: { code, exitCode: exitCodes[code], message } })) : `le-auth: ${message}`

/** An error of effect's, which has lines and arguments of the user in it: none of them may look like a line of ours. */
const ofEffect = (error: { readonly message: string }): Text =>
  error instanceof CliError.InvalidValue ? ofValue(error) : lines(error.message).indented(2)

/** The expected value of a flag, in our words. */
const ofValue = ({ expected, kind, option, value }: CliError.InvalidValue): Text => {
  const bare = expected
    .replace(/^(?:must be )?expected:? /i, "")
    .replace("a string representing ", "")
    .replace(/^Path (does not exist|is not a [a-z]+): .*$/s, "$1")
    .replace(/^Invalid key=value format\. .*$/s, "name=value, neither of them empty")
    // Of a flag without a value effect tells the metavariable alone.
    .replace(/^(?=[aeio][a-z]*$)/, "an ")
    .replace(/^(?=[a-z]+$)/, "a ")
  const choices = bare.replaceAll('"', "")
  const words = / \| /.test(choices) ? `one of ${choices.replaceAll(" | ", ", ")}` : bare
  const name = kind === "flag" ? `--${option}` : `<${option}>`
  const must = /^(?:must|is|has|does) /.test(words) ? text`It ${words}.` : text`It must be ${words}.`
  return value === "" ? text`${name} has no value. ${must}` : text`${name} cannot be "${value}". ${must}`
}

const formatter = Effect.gen(function* () {
  const { canColor } = yield* TerminalCapabilities.TerminalCapabilities
  const json = yield* Json
  return {
    ...CliOutput.defaultFormatter({ colors: canColor }),
    formatError: (error): string => {
      const { cause } = error as { readonly cause?: unknown }
      return cause instanceof Failure
        ? errorText(json, cause.code, cause.text)
        : errorText(json, "failed", ofEffect(error))
    }
  } satisfies CliOutput.Formatter
})

/** Help and the version, which effect prints through the console. */
const asked = (event: CliOutput.Presenter.Event) =>
  Effect.gen(function* () {
    const printed: Array<string> = []
    const console: Console.Console = { ...globalThis.console, log: (text: string) => void printed.push(text) }
    yield* Effect.provideService(CliOutput.defaultPresenter.present(event), Console.Console, console)
    yield* line(printed.join("\n"))
  }).pipe(
    // This effect cannot fail, so it sets the exit code itself.
    Effect.catch((failure) =>
      Effect.flatMap(Json, (json) => {
        process.exitCode = exitCodes[failure.code]
        return Console.error(errorText(json, failure.code, failure.text))
      })
    )
  )

/** Help that was asked for is a result. After a mistake, a message of one line is enough. */
const presenter: CliOutput.Presenter = {
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.flatMap(Json, (json) => {
          const messages = event.errors.map(ofEffect)
          return Console.error(
            json
              ? errorText(json, "usage", join("\n", messages))
              : [
                  ...messages.map((message) => errorText(json, "usage", message)),
                  `See: ${event.commandPath.join(" ")} --help`
                ].join("\n")
          )
        })
      : asked(event)
}

const logger = Logger.withConsoleError(
  Logger.make(({ cause, logLevel, message }) => {
    const parts = (Array.isArray(message) ? message : [message]).map((part) => text`${String(part)}`)
    const stack = cause.reasons.length === 0 ? [] : [lines(Cause.pretty(cause)).indented(4)]
    return text`le-auth: ${logLevel.toLowerCase()}: ${join(": ", [...parts, ...stack])}`.toString()
  })
)

/** Without `--completions`, which is a command here, and without `--wizard`, whose questions repeat the help. */
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
 * Errors as one plain message on stderr, or as JSON. The log (warnings and above) also goes to stderr. Colours only on
 * a terminal, and never with `NO_COLOR`.
 */
export const layer: Layer.Layer<never, never, Stdio.Stdio> = Layer.mergeAll(
  Layer.effect(CliOutput.Formatter, formatter),
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns }),
  Logger.layer([logger]),
  Layer.succeed(References.MinimumLogLevel, "Warn")
).pipe(Layer.provideMerge(json))
