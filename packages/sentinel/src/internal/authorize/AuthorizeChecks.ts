/**
 * The checks of an authorization request, in the order of the protocol.
 *
 * The first three decide where an answer would go, and show what they find. Only then is it safe to send the user back
 * with an error, as the others do (RFC 6749 section 4.1.2.1; LivePerson, "Authorization request", response codes).
 */
import type { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Directory, Installation } from "../../Directory.ts"
import type { SentinelDialect } from "../../SentinelDialect.ts"
import * as ApiVersion from "../http/ApiVersion.ts"
import { passesBy } from "../http/passesBy.ts"
import type { Problem } from "../http/Problem.ts"
import { ShownError } from "../http/ShownError.ts"
import * as Text from "@le-auth/core/shared/StorableText"
import { SentBackError } from "../request/AuthorizationResponse.ts"
import * as RedirectUris from "../request/RedirectUris.ts"
import * as Pkce from "../token/Pkce.ts"
import * as OpenIdChecks from "./OpenIdChecks.ts"

const badRequest = (problem: Problem, description: string, remedy: string): ShownError =>
  new ShownError({ status: 400, error: "invalid_request", problem, description, remedy })

/** One answer for both, so that it does not tell which accounts exist. */
const unknownAccountOrClient = (reason: string) =>
  new ShownError({
    status: 401,
    error: "unauthorized_client",
    problem: "client-unknown",
    description: "The account or the application is not known.",
    remedy:
      "Check the account id in the path and client_id. An application has another client_id in each account in which it is installed.",
    reason
  })

/**
 * Shown 1: `client_id` is there, once.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}
 */
export const clientId = (query: UrlParameters): Effect.Effect<string, ShownError> => {
  if (query.repeated.has("client_id")) {
    return Effect.fail(
      badRequest("client-id-repeated", "The parameter client_id appears more than once.", "Send it once.")
    )
  }
  const value = query.get("client_id")
  if (value !== undefined) return Effect.succeed(value)
  // Some clients add their query with a second question mark, because the endpoint already has one.
  const hasTwoQueries = query.get("v")?.includes("?") === true
  return Effect.fail(
    badRequest(
      "client-id-missing",
      "The parameter client_id is missing.",
      hasTwoQueries
        ? "The query has a second question mark after v. The endpoint already has a query: add parameters with an ampersand."
        : "Add client_id with the id of the application's installation."
    )
  )
}

/**
 * Shown 2: the account exists, and the application is installed in it. The same look-ups are made for an unknown
 * account and an unknown application, so that they take the same time.
 */
export const installation = (
  directory: Directory["Service"],
  accountId: string,
  clientId: string
): Effect.Effect<Installation, ShownError> =>
  Effect.flatMapEager(directory.installation(accountId, clientId), (found) =>
    Option.isSome(found)
      ? Effect.succeed(found.value)
      : Effect.flatMap(directory.account(accountId), (account) =>
          Effect.fail(
            unknownAccountOrClient(
              Option.isSome(account)
                ? "the application is not installed in the account, or disabled"
                : "the account is not known"
            )
          )
        )
  )

/** What helps against a redirect URI that is not registered; `toRegister` says how one is registered. */
export const remedyOf = (
  installation: Installation,
  given: string,
  toRegister = "Add it to redirect_uris of the installation."
): string => {
  if (!installation.grantTypes.includes("authorization_code")) {
    return "It gets tokens of its own, and signs no users in. Send the client_id of an application with the grant authorization_code."
  }
  const passes = RedirectUris.registeredOf(installation, given, { anyPortOnLocalhost: true }) !== undefined
  return (
    `${toRegister} Or correct it: it is compared character by character, so that scheme, host, port, path and a slash ` +
    `at the end all count.${passes ? ` ${passesBy("anyPortOnLocalhost", true)}` : ""}`
  )
}

/**
 * The redirect URI is not registered, so this is shown.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.4 RFC 6749 section 3.1.2.4}
 */
export const notRegistered = (installation: Installation, given: string): ShownError =>
  badRequest(
    "redirect-uri-not-registered",
    "The redirect URI is not one of those that are registered for the application.",
    remedyOf(installation, given)
  )

/**
 * Shown 3: `redirect_uri` is a registered one; it may be left out if exactly one is registered.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.3 RFC 6749 section 3.1.2.3}
 */
export const redirectUri = (
  query: UrlParameters,
  installation: Installation,
  options: { readonly anyPortOnLocalhost: boolean }
): Effect.Effect<{ readonly redirectUri: string; readonly redirectUriWasSent: boolean }, ShownError> => {
  if (query.repeated.has("redirect_uri")) {
    return Effect.fail(
      badRequest("redirect-uri-repeated", "The parameter redirect_uri appears more than once.", "Send it once.")
    )
  }
  const given = query.get("redirect_uri")
  const [first, ...others] = installation.redirectUris
  if (given === undefined) {
    return first !== undefined && others.length === 0
      ? Effect.succeed({ redirectUri: first, redirectUriWasSent: false })
      : Effect.fail(
          badRequest(
            "redirect-uri-missing",
            "The parameter redirect_uri is missing.",
            "It may be left out only if the installation has exactly one redirect URI."
          )
        )
  }
  // The registered text itself, or a copy: one cut out of a request would keep the whole request in memory.
  const redirectUri = RedirectUris.registeredOf(installation, given, options)
  return redirectUri !== undefined
    ? Effect.succeed({ redirectUri, redirectUriWasSent: true })
    : Effect.fail(notRegistered(installation, given))
}

/** The input of the checks. `search` is the query as it came. */
export interface CheckedRequest {
  readonly query: UrlParameters
  readonly search: string
  readonly installation: Installation
  readonly dialect: SentinelDialect
}

/** A check whose result is sent back: the error that it finds, or `undefined`. */
export type SentBackCheck = (request: CheckedRequest) => SentBackError | undefined

const invalidRequest = (problem: Problem, description: string) =>
  new SentBackError({ error: "invalid_request", problem, description })
const publicWithoutPkce = new SentBackError({
  error: "unauthorized_client",
  problem: "pkce-wrong",
  description: `The installation has no secret, and this Sentinel has no PKCE. ${passesBy("pkce", "supported")}`
})

/** Only an application with a secret can go without PKCE. */
const ignoredByPkce = ({ secretHash }: Installation): string =>
  secretHash === undefined ? "" : ` ${passesBy("pkce", "ignored")}`

const ignoredByDiscovery = passesBy("discovery", false)

/**
 * The installation has the grant type `authorization_code`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 */
export const mayUseCodes: SentBackCheck = ({ installation }) =>
  installation.grantTypes.includes("authorization_code")
    ? undefined
    : new SentBackError({
        error: "unauthorized_client",
        problem: "grant-type-not-allowed",
        description: "The installation has no grant type authorization_code."
      })

/**
 * No known parameter appears twice.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}
 */
export const nothingTwice: SentBackCheck = ({ dialect, installation, query }) => {
  if (query.repeated.size === 0) return undefined
  const twice = [
    "response_type",
    "state",
    "scope",
    "v",
    ...(dialect.pkce === "ignored" ? [] : ["code_challenge", "code_challenge_method"]),
    ...(dialect.discovery ? OpenIdChecks.parameters : [])
  ].find((name) => query.repeated.has(name))
  if (twice === undefined) return undefined
  const more = twice.startsWith("code_challenge") ? ignoredByPkce(installation) : ""
  const words = OpenIdChecks.parameters.includes(twice) ? ` ${ignoredByDiscovery}` : more
  return invalidRequest("parameter-repeated", `The parameter ${twice} appears more than once.${words}`)
}

/** `v` is 1.0, or absent, as the dialect says. */
export const versionIsKnown: SentBackCheck = ({ dialect, query }) => {
  const { bareVersion, version } = dialect
  const rules = {
    versions: ApiVersion.authorizeVersions,
    version,
    bareVersion,
    points: { version: "version" }
  } as const
  const problem = ApiVersion.problemOf(query, rules)
  return problem === undefined ? undefined : invalidRequest("version-unknown", problem)
}

/**
 * `response_type` is `code`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.1 RFC 6749 section 3.1.1}
 */
export const responseTypeIsCode: SentBackCheck = ({ query }) => {
  const value = query.get("response_type")
  if (value === "code") return undefined
  return value === undefined
    ? invalidRequest("response-type-wrong", "response_type is missing. It must be code.")
    : new SentBackError({
        error: "unsupported_response_type",
        problem: "response-type-wrong",
        description: "response_type must be code."
      })
}

/** `state` is text, so that it can be given back as it came: bytes that are not UTF-8 would come back as others. */
export const stateIsText: SentBackCheck = ({ query, search }) =>
  query.get("state")?.includes("\ufffd") === true && !isUtf8(search)
    ? invalidRequest("state-not-text", "state is not encoded in UTF-8.")
    : undefined

/** The most characters of any text that a client may choose. */
const longestNonce = 2048

/** `nonce` is a text that every store can hold. */
export const nonceCanBeKept: SentBackCheck = ({ dialect, query }) => {
  const nonce = dialect.discovery ? query.get("nonce") : undefined
  if (nonce === undefined) return undefined
  if (nonce.length > longestNonce)
    return invalidRequest("nonce-wrong", `nonce is longer than ${longestNonce} characters. ${ignoredByDiscovery}`)
  const problem = Text.problemOf(nonce)
  return problem === undefined ? undefined : invalidRequest("nonce-wrong", `nonce ${problem}. ${ignoredByDiscovery}`)
}

/**
 * A replacement character may have been sent as such; escapes of other bytes also decode to it. `%ZZ` is text as it is.
 */
const isUtf8 = (search: string): boolean => {
  try {
    return decodeURIComponent(search.replaceAll(/%(?![\da-f]{2})/gi, "%25")) !== ""
  } catch {
    return false
  }
}

/**
 * The challenge of PKCE is one of the method S256, where the dialect has PKCE. Without a method it would be `plain`,
 * which protects nothing. An application without a secret must have one.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.3 RFC 7636 section 4.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1 RFC 9700 section 2.1.1}
 */
export const challengeIsS256: SentBackCheck = ({ installation, dialect, query }) => {
  const isPublic = installation.secretHash === undefined
  if (dialect.pkce === "ignored") return isPublic ? publicWithoutPkce : undefined
  const wrong = (description: string) => invalidRequest("pkce-wrong", description + ignoredByPkce(installation))
  const challenge = query.get("code_challenge")
  const method = query.get("code_challenge_method")
  if (challenge === undefined) {
    if (method !== undefined) return wrong("code_challenge_method is there, but no code_challenge.")
    if (isPublic) return wrong("code_challenge is missing.")
    return dialect.pkce === "required"
      ? invalidRequest("pkce-wrong", `code_challenge is missing. ${passesBy("pkce", "supported")}`)
      : undefined
  }
  if (method !== "S256") return wrong("code_challenge_method must be S256.")
  return Pkce.isChallenge(challenge)
    ? undefined
    : wrong("code_challenge must be 43 characters of base64url: the SHA-256 of the verifier.")
}

/** What OpenID Connect demands, where the dialect has it. */
export const openIdFits: SentBackCheck = ({ dialect, query }) => {
  if (!dialect.discovery) return undefined
  for (const check of OpenIdChecks.checks) {
    const error = check(query)
    if (error !== undefined) {
      const { error: code, problem } = error
      return new SentBackError({
        error: code,
        description: `${error.description} ${ignoredByDiscovery}`,
        ...(problem !== undefined && { problem })
      })
    }
  }
  return undefined
}

/**
 * The checks that are sent back, in this order. `scope`, `prompt`, `max_age` and other parameters are ignored where the
 * dialect has no discovery: LivePerson documents none.
 */
export const sentBackChecks: ReadonlyArray<SentBackCheck> = [
  mayUseCodes,
  nothingTwice,
  versionIsKnown,
  responseTypeIsCode,
  stateIsText,
  nonceCanBeKept,
  openIdFits,
  challengeIsS256
]

/**
 * The checks that look at more than the request, so that their outcome can change while the user is on the login page.
 */
export const checksOfInstallation: ReadonlyArray<SentBackCheck> = [mayUseCodes, challengeIsS256]

/** The `state` to give back: none if it is repeated, since its meaning is then unknown, or if it is not text. */
export const stateOf = (request: CheckedRequest): string | undefined =>
  request.query.repeated.has("state") || stateIsText(request) !== undefined ? undefined : request.query.get("state")
