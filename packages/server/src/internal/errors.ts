/** Every typed error of what is inside, as the one error of this package. */
import type { UnknownInstallation } from "@le-auth/core/AppInstallations"
import type { AppJwtError } from "@le-auth/core/AppJwt"
import { isDevelopmentName } from "@le-auth/core/DevelopmentHosts"
import type { DomainsErrorReason } from "@le-auth/core/Domains"
import type { IdTokenError } from "@le-auth/core/IdToken"
import type { NotSignedIn, SessionError } from "@le-auth/core/Sessions"
import type { SettingsError } from "@le-auth/core/Settings"
import type { TokenError } from "@le-auth/core/TokenError"
import type { TransportProblem } from "@le-auth/core/TransportProblem"
import type { DatabaseError } from "@le-auth/node/NodeDatabase"
import type { InvalidWebhook } from "@le-auth/web/Incoming"
import type { InvalidArgument } from "@le-auth/web/InvalidArgument"
import * as Problem from "@le-auth/web/Problem"
import type { ServiceError } from "@le-auth/web/ServiceCall"
import type * as WebApplication from "@le-auth/web/WebApplication"
import type * as Config from "effect/Config"
import { isLeAuthError, LeAuthError } from "../LeAuthError.ts"

/** What the verbs, and the layers below them, fail with. */
export type Known =
  | SessionError
  | IdTokenError
  | AppJwtError
  | InvalidWebhook
  | InvalidArgument
  | ServiceError
  | SettingsError
  | Config.ConfigError
  | WebApplication.Refused
  | DatabaseError

type About = Partial<Omit<ConstructorParameters<typeof LeAuthError>[0], "_tag" | "status">>

const make = (_tag: LeAuthError["_tag"], status: number, error: { readonly message: string }, about: About = {}) =>
  new LeAuthError({ _tag, status, message: error.message, ...about })

/** A problem on the way to the other side, or of an answer that could not be read. */
const ofTransport = (problem: TransportProblem, error: { readonly message: string }, about: About = {}) => {
  switch (problem._tag) {
    case "AnswerTimeout":
    case "ConnectTimeout":
      return make("Timeout", 504, error, { sent: problem.sent, ...about })
    case "AnswerTooLarge":
    case "Undecodable":
      return make("BadResponse", 502, error, { sent: problem.sent, ...about })
    default:
      return make("Unavailable", 503, error, { sent: problem.sent, ...about })
  }
}

const ofToken = (error: TokenError): LeAuthError => {
  const { reason, startAgain } = error
  switch (reason._tag) {
    case "InvalidGrant":
      // An application without a user has no session that could end.
      if (error.operation === "appToken") return make("Refused", 502, error)
      return make("SessionEnded", 401, error, { startAgain: true })
    case "InvalidClient":
      return make("InvalidClient", Problem.isOver(error) ? 401 : 502, error, { startAgain })
    case "Refused":
      return make("Refused", 502, error, { startAgain })
    case "RateLimited":
      return make("RateLimited", 429, error, { startAgain, retryAfter: reason.retryAfter, sent: false })
    case "Blocked":
      return make("Blocked", 403, error)
    case "Timeout":
      return make("Timeout", 504, error, { startAgain, sent: true })
    case "BadResponse":
      return make("BadResponse", 502, error, { startAgain, sent: true })
    case "Unavailable": {
      const about = { startAgain, sent: reason.sent, retryAfter: reason.retryAfter }
      return reason.transport === undefined
        ? make("Unavailable", 503, error, about)
        : ofTransport(reason.transport, error, about)
    }
  }
}

const ofDomains = (reason: DomainsErrorReason): LeAuthError => {
  switch (reason._tag) {
    case "UnknownAccount":
    case "UnknownService":
      return make(reason._tag, 502, reason)
    case "HostNotAllowed":
      return make("HostNotAllowed", 502, {
        message: `The host ${JSON.stringify(reason.host)} is none of LivePerson's (*.liveperson.net), so nothing was sent to it. Check the option domainApi, and the name of the service.${isDevelopmentName(reason.host) ? " A host in a network of your own is listed in the option developmentHosts." : ""}`
      })
    case "Unavailable": {
      // Only the host was looked up, and nothing else was sent.
      const about = { sent: false, retryAfter: reason.retryAfter }
      if (reason.status === 429) return make("RateLimited", 429, reason, about)
      return reason.transport === undefined
        ? make("Unavailable", 503, reason, about)
        : ofTransport(reason.transport, reason, about)
    }
  }
}

const ofUser = (error: NotSignedIn | { readonly _tag: "SessionEnded"; readonly message: string }) =>
  make(error._tag, 401, error, { startAgain: true })

const ofInstallation = (error: UnknownInstallation) => make("UnknownInstallation", 400, error)

/** A type that has all errors, and a default for none of them. */
const convert = (error: Known): LeAuthError => {
  switch (error._tag) {
    case "NotSignedIn":
    case "SessionEnded":
      return ofUser(error)
    case "TokenError":
      return ofToken(error)
    case "DomainsError":
      return ofDomains(error.reason)
    case "UnknownInstallation":
      return ofInstallation(error)
    case "StoreError":
    case "DatabaseError":
      return make("Store", 503, error)
    case "IdTokenError":
      return make("BadResponse", 502, error, { startAgain: true, sent: true })
    case "InvalidArgument":
      // The request is handed over by the program, so nothing is wrong with what came in.
      return make("InvalidArgument", error.argument === "request" ? 500 : 400, error)
    case "AppJwtError":
      return error.reason === "InsufficientScope"
        ? make("InsufficientScope", 403, error)
        : make("InvalidAppToken", 401, error)
    case "InvalidWebhook":
      return make("InvalidWebhook", error.status, error)
    case "ServiceError":
      return ofTransport(error.reason, error)
    case "SettingsError":
    case "ConfigError":
    case "NoRedirectUri":
    case "BasePathRefused":
    case "EmbeddingRefused":
    case "InvalidCookiePrefix":
      return make("Settings", 500, error)
  }
}

/** Whether it is an error with a name. */
const isTagged = (error: unknown): error is Known =>
  error instanceof Error && typeof (error as { _tag?: unknown })._tag === "string"

/** The typed error, or none for something unexpected. */
export const fromKnown = (error: unknown): LeAuthError | undefined => {
  if (isLeAuthError(error)) return error
  return isTagged(error) ? (convert(error) as LeAuthError | undefined) : undefined
}

/** For what needs a sign-in, where the settings are those of an application without one. */
export const noSignIn = () =>
  new LeAuthError({
    _tag: "Settings",
    status: 500,
    message:
      "LE_AUTH_REDIRECT_URI (option redirectUri) is missing, so users cannot sign in: set it to the address to which the browser brings the callback, such as https://app.example/auth/callback. What the application does for itself works without it."
  })

/** After `dispose`. */
export const disposed = () =>
  new LeAuthError({
    _tag: "Disposed",
    status: 503,
    message: "This instance has been disposed of. Call createLeAuth again."
  })

/** It is thrown for something unexpected, which is in the log. Nothing of that is in here. */
export const unexpected = () => new Error("le-auth failed unexpectedly. The log has what happened.")
