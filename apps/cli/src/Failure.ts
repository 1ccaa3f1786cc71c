/**
 * How a command fails: what the user reads, and the exit code.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as CliError from "effect/cli/CliError"
import * as Runtime from "effect/Runtime"

/**
 * The exit codes, for scripts; with `--json` an error carries their names. Ctrl-C ends with 130.
 *
 * @since 0.1.0
 */
export const exitCodes = {
  failed: 1,
  usage: 2,
  notSignedIn: 3,
  denied: 4,
  timedOut: 5,
  /** LivePerson, the local Sentinel or the network did not answer: the same command may work later. */
  unavailable: 6,
  /** A setting is missing or wrong: the same command fails until it is changed. */
  configuration: 7,
  /** What is kept, in files, the keychain or a database, cannot be read or written. */
  storage: 8,
  /** The port of the redirect URI cannot be opened. */
  port: 9
} as const

/** @since 0.1.0 */
export type ExitCode = keyof typeof exitCodes

/**
 * A failure that is ready to be shown: its message goes to stderr, without a stack trace.
 *
 * @since 0.1.0
 */
export class Failure extends Data.TaggedError("Failure")<{
  readonly message: string
  readonly code: ExitCode
}> {
  override get [CliError.userMessage](): string {
    return this.message
  }
  override get [Runtime.errorExitCode](): number {
    return exitCodes[this.code]
  }
}

/** @since 0.1.0 */
export const failed = (message: string): Failure => new Failure({ message, code: "failed" })

/** @since 0.1.0 */
export const wrongUsage = (message: string): Failure => new Failure({ message, code: "usage" })

/**
 * The command was called wrongly; what is wrong was shown already.
 *
 * @since 0.1.0
 */
export class WrongUsage extends Data.TaggedError("WrongUsage") {
  override readonly [Runtime.errorExitCode] = exitCodes.usage
  override readonly [Runtime.errorReported] = false
}

/**
 * Nobody is signed in, and how to change that.
 *
 * @since 0.1.0
 */
export const notSignedIn = (account: string): Failure =>
  new Failure({
    message: `Nobody is signed in to account ${account}. Sign in with: le-auth login`,
    code: "notSignedIn"
  })

interface Tagged {
  readonly _tag: string
  readonly message: string
  readonly reason?: unknown
}

/** By the tag of an error, or by it and the tag of its reason. */
const codes: Readonly<Record<string, ExitCode>> = {
  NotSignedIn: "notSignedIn",
  SessionEnded: "notSignedIn",
  "CallbackError/Denied": "denied",
  "LoopbackError/Timeout": "timedOut",
  "LoopbackError/PortInUse": "port",
  "LoopbackError/CannotListen": "port",
  "LoopbackError/NotLoopback": "configuration",
  "DomainsError/Unavailable": "unavailable",
  "TokenError/Unavailable": "unavailable",
  SettingsError: "configuration",
  ConfigError: "configuration",
  UnknownInstallation: "configuration",
  StoreError: "storage",
  DatabaseError: "storage"
}

/** The command that helps, where the libraries cannot know one. */
const remedies: Readonly<Record<string, string>> = {
  SessionEnded: "Use: le-auth login",
  "DomainsError/UnknownService": "See: le-auth domains"
}

/** What is said of an error by the tag of its reason, or by its own. */
const byTag = <A>(of: Readonly<Record<string, A>>, { _tag, reason }: Tagged): A | undefined =>
  of[`${_tag}/${(reason as { readonly _tag?: string } | undefined)?._tag}`] ?? of[_tag]

/**
 * The failure that an error of the libraries is to the user of a command. Their messages say what to do next.
 *
 * @since 0.1.0
 */
export const fromError = (error: Tagged): Failure => {
  if (error instanceof Failure) return error
  const remedy = byTag(remedies, error)
  return new Failure({
    message: remedy === undefined ? error.message : `${error.message} ${remedy}`,
    code: byTag(codes, error) ?? "failed"
  })
}
