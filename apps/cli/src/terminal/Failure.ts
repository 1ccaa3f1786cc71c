/**
 * The failures of a command: the message for the user, and the exit code.
 */
import type { AppInstallation, UnknownInstallation } from "@le-auth/core/AppInstallations"
import type { AppJwtError } from "@le-auth/core/AppJwt"
import type { CallbackError } from "@le-auth/core/CallbackError"
import type { DomainsError } from "@le-auth/core/Domains"
import type { IdTokenError } from "@le-auth/core/IdToken"
import type { NotSignedIn, SessionEnded } from "@le-auth/core/SessionError"
import type { SettingsError } from "@le-auth/core/Settings"
import type { SignInError } from "@le-auth/core/SignIn"
import type { StoreError } from "@le-auth/core/StoreError"
import type { TokenError } from "@le-auth/core/TokenError"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import type { LoopbackError } from "@le-auth/node/LoopbackError"
import type { DatabaseError } from "@le-auth/node/NodeDatabase"
import type { InvalidSigningKey } from "@le-auth/sentinel/SigningKeys"
import type { SealedRow } from "@le-auth/sentinel/SentinelSql"
import type { ConfigError } from "effect/Config"
import type { CryptoError } from "effect/crypto/CryptoError"
import * as Data from "effect/Data"
import * as CliError from "effect/cli/CliError"
import * as Runtime from "effect/Runtime"
import { join, text, type Text } from "./TerminalText.ts"

/**
 * The exit codes, for scripts; with `--json` an error carries their names. A signal ends with 128 and its number:
 * Ctrl-C with 130.
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

export type ExitCode = keyof typeof exitCodes

/** A failure that is ready to be shown: its message goes to stderr, without a stack trace. */
export class Failure extends Data.TaggedError("Failure")<{
  readonly text: Text
  readonly code: ExitCode
}> {
  override get message(): string {
    return this.text.toString()
  }
  override get [CliError.userMessage](): string {
    return this.message
  }
  override get [Runtime.errorExitCode](): number {
    return exitCodes[this.code]
  }
}

export const failed = (text: Text): Failure => new Failure({ text, code: "failed" })

export const wrongUsage = (text: Text): Failure => new Failure({ text, code: "usage" })

/** The command was called wrongly, and the message was shown already. */
export class WrongUsage extends Data.TaggedError("WrongUsage") {
  override readonly [Runtime.errorExitCode] = exitCodes.usage
  override readonly [Runtime.errorReported] = false
}

/** There is no session; the message says how to sign in, or that no user can. */
export const notSignedIn = ({ accountId, redirectUris }: AppInstallation): Failure =>
  new Failure({
    text:
      redirectUris.length > 0
        ? text`You are not signed in to account ${accountId}. Sign in with: le-auth login`
        : join(" ", [
            text`No user is signed in to account ${accountId}, and there is no redirect URI to sign in with.`,
            text`An application without a user adds --app: le-auth token --app`
          ]),
    code: "notSignedIn"
  })

/** All errors of the libraries that a command can meet. */
export type LibraryError =
  | AppJwtError
  | CallbackError
  | ConfigError
  | CryptoError
  | DatabaseError
  | DomainsError
  | IdTokenError
  | InvalidSigningKey
  | LoopbackError
  | NotSignedIn
  | SealedRow
  | SessionEnded
  | SettingsError
  | SignInError
  | StoreError
  | TokenError
  | UnknownInstallation

/** For an error whose reasons are errors themselves, something for each of these. */
type ByReason<E, A> = E extends { readonly reason: { readonly _tag: infer R extends string } }
  ? { readonly [Reason in R]: A }
  : A
type ByTag<A> = { readonly [E in LibraryError as E["_tag"]]: ByReason<E, A> }

/** A new error, or a new reason, does not compile without an exit code. */
const codes: ByTag<ExitCode> = {
  AppJwtError: "failed",
  CallbackError: {
    Denied: "denied",
    DuplicateParameter: "failed",
    Expired: "timedOut",
    Malformed: "failed",
    MissingState: "failed",
    UnknownTransaction: "failed",
    WrongIssuer: "failed",
    WrongUserAgent: "failed"
  },
  ConfigError: "configuration",
  CryptoError: {
    DecryptionFailed: "failed",
    InvalidArgument: "failed",
    InvalidKey: "failed",
    NotExtractable: "failed",
    Unsupported: "failed"
  },
  DatabaseError: "storage",
  DomainsError: {
    HostNotAllowed: "failed",
    Unavailable: "unavailable",
    UnknownAccount: "failed",
    UnknownService: "failed"
  },
  IdTokenError: "failed",
  InvalidSigningKey: "configuration",
  LoopbackError: {
    CannotListen: "port",
    NotLoopback: "configuration",
    PortInUse: "port",
    Timeout: "timedOut"
  },
  NotSignedIn: "notSignedIn",
  SealedRow: "storage",
  SessionEnded: "notSignedIn",
  SettingsError: "configuration",
  SignInError: {
    InvalidReturnPath: "failed",
    UnknownRedirectUri: "configuration",
    InsecureRedirectUri: "configuration"
  },
  StoreError: "storage",
  TokenError: {
    BadResponse: "failed",
    Blocked: "denied",
    InvalidClient: "configuration",
    InvalidGrant: "failed",
    RateLimited: "unavailable",
    Refused: "configuration",
    Timeout: "unavailable",
    Unavailable: "unavailable"
  },
  UnknownInstallation: "configuration"
}

const otherPort = text`Or receive the callback on another port: le-auth login --port 0`

/** The command that helps, where the libraries cannot know one. */
const remedies: Readonly<Record<string, Text>> = {
  SessionEnded: text`Use: le-auth login`,
  "DomainsError/UnknownService": text`See: le-auth domains`,
  "LoopbackError/CannotListen": otherPort,
  "LoopbackError/PortInUse": otherPort
}

/** Only here it is certain that the installation is the cause. */
const noAppTokens = join(" ", [
  text`Add client_credentials to grant_types of the application's installation, and the scopes that it needs to its scope;`,
  text`at LivePerson its administrator can update the installation.`
])

const remedyOf = (error: LibraryError): Text | undefined => {
  if (error._tag === "TokenError" && error.operation === "appToken" && error.reason._tag === "Refused") {
    if (error.reason.error === "unauthorized_client") return noAppTokens
  }
  return remedies[error._tag] ?? remedies[`${error._tag}/${reasonOf(error)}`]
}

const reasonOf = (error: LibraryError): string | undefined =>
  (error as { readonly reason?: { readonly _tag?: string } }).reason?._tag

/** The exit code of a request without an answer: some problems pass with time, others need a setting. */
export const codeOfProblem = (problem: TransportProblem.TransportProblem): ExitCode => {
  if (TransportProblem.heals(problem)) return "unavailable"
  return problem.sent ? "failed" : "configuration"
}

const codeOf = (error: LibraryError): ExitCode => {
  if ("reason" in error && typeof error.reason === "object" && error.reason._tag === "Unavailable") {
    if (error.reason.transport !== undefined) return codeOfProblem(error.reason.transport)
  }
  const code: ExitCode | Readonly<Record<string, ExitCode>> = codes[error._tag]
  return typeof code === "string" ? code : (code[reasonOf(error) ?? ""] ?? "failed")
}

const problemsOfSettings = (problems: ReadonlyArray<string>): Text =>
  join("\n", [text`The configuration has problems:`, ...problems.map((problem) => text`  - ${problem}`)])

/** What is wrong with a setting, behind its name. The schema says both, each on a line. */
const problemOfSetting = ({ cause }: ConfigError): string => {
  const [problem = "", ...places] = cause.message.split("\n")
  const name = /at \["(\w+)"\]/.exec(places.join(" "))?.[1]
  return name === undefined ? problem : `${name}: ${problem}`
}

/**
 * Only the list of problems with settings has lines of our own; a line feed in another message came from elsewhere.
 */
const said = (error: LibraryError): Text => {
  if (error._tag === "SettingsError") return problemsOfSettings(error.problems)
  return error._tag === "ConfigError" ? problemsOfSettings([problemOfSetting(error)]) : text`${error.message}`
}

/** The failure to show for an error of the libraries, whose messages say what to do next. */
export const fromError = (error: LibraryError | Failure): Failure => {
  if (error._tag === "Failure") return error
  const remedy = remedyOf(error)
  return new Failure({
    text: remedy === undefined ? said(error) : text`${said(error)} ${remedy}`,
    code: codeOf(error)
  })
}

/** The failure of a request of the command itself that had no answer. */
export const withoutAnswer = (problem: TransportProblem.TransportProblem): Failure =>
  new Failure({ text: text`${problem.message}`, code: codeOfProblem(problem) })
