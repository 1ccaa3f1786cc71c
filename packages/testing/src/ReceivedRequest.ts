/**
 * What a `TestSentinel` was sent.
 *
 * @since 0.1.0
 */
import * as Redaction from "@le-auth/core/Redaction"
import * as SentinelApi from "@le-auth/core/SentinelApi"
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Paths from "@le-auth/sentinel/Paths"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"

/**
 * What a request is for. `exchange` and `refresh` are the two uses of the token endpoint; `app-token` is for
 * applications without a user, `domain` is the Domain API, `keys` the JWKS. `users`, `status-reasons` and `userinfo`
 * are the resources that need a token, and `end-session` is where applications send a user to sign out.
 *
 * @category models
 * @since 0.1.0
 */
export type RequestKind =
  | "authorize"
  | "login"
  | "logout"
  | "exchange"
  | "refresh"
  | "app-token"
  | "revoke"
  | "keys"
  | "domain"
  | "users"
  | "status-reasons"
  | "userinfo"
  | "end-session"
  | "other"

/**
 * Which requests are meant: those of one kind, both uses of the token endpoint as `token`, or `any`.
 *
 * @category models
 * @since 0.1.0
 */
export type RequestTarget = RequestKind | "token" | "any"

/**
 * A request as it came in, with everything that is secret out of sight: it can be logged, printed and compared.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedRequest {
  readonly endpoint: RequestKind
  readonly method: string
  readonly path: string
  /** When, in milliseconds since 1970, by the clock of the test. */
  readonly at: number
  /** The parameters of the query and of the form, except secrets. */
  readonly parameters: Readonly<Record<string, string>>
  /** The secret parameters, and a bearer token as `bearer`. See them with `Redacted.value`. */
  readonly secrets: Readonly<Record<string, Redacted.Redacted>>
}

const secretParameters = new Set(Redaction.secretParameters)

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`)

const paths: ReadonlyArray<readonly [RegExp, RequestKind | "token"]> = [
  [patternOf(SentinelApi.authorize.path), "authorize"],
  [patternOf(Paths.login), "login"],
  [patternOf(Paths.logout), "logout"],
  [patternOf(SentinelApi.token.path), "token"],
  [patternOf(SentinelApi.appToken.path), "app-token"],
  [patternOf(SentinelApi.appTokenV2.path), "app-token"],
  [patternOf(SentinelApi.revoke.path), "revoke"],
  [patternOf(SentinelApi.keys.path), "keys"],
  // In every spelling.
  [/^\/(?:api|csdr)\/account\/[^/]+\/service\/(?:[^/]+\/)?baseURI(?:\.json)?$/, "domain"],
  [patternOf(Paths.users), "users"],
  [patternOf(Paths.user), "users"],
  [patternOf(Paths.statusReasons), "status-reasons"],
  [patternOf(Paths.userinfo), "userinfo"],
  [patternOf(Paths.endSessionEndpoint), "end-session"]
]

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): string =>
  body._tag === "Uint8Array" && /^application\/x-www-form-urlencoded\b/i.test(body.contentType)
    ? new TextDecoder().decode(body.body)
    : ""

/**
 * Reads a request on its way to Sentinel. A body that is not a form is not looked at.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromClientRequest = (
  request: HttpClientRequest.HttpClientRequest,
  url: URL,
  at: number
): ReceivedRequest => {
  const all = {
    ...UrlParameters.fromSearch(url.search).toRecord(),
    ...UrlParameters.fromSearch(bodyOf(request)).toRecord()
  }
  const found = paths.find(([pattern]) => pattern.test(url.pathname))?.[1] ?? "other"
  const tokenUse = all["grant_type"] === "refresh_token" ? "refresh" : "exchange"
  const bearer = /^bearer +(.+)$/i.exec(request.headers["authorization"] ?? "")?.[1]
  const entries = Object.entries(all)
  return {
    endpoint: found === "token" ? tokenUse : found,
    method: request.method,
    path: url.pathname,
    at,
    parameters: Object.fromEntries(entries.filter(([name]) => !secretParameters.has(name))),
    secrets: Object.fromEntries(
      [
        ...entries.filter(([name]) => secretParameters.has(name)),
        ...(bearer === undefined ? [] : [["bearer", bearer]])
      ].map(([name, value]) => [name, Redacted.make(value!, { label: name! })])
    )
  }
}

/**
 * Whether a request is one of those that are meant.
 *
 * @category guards
 * @since 0.1.0
 */
export const isTo = ({ endpoint }: ReceivedRequest, target: RequestTarget): boolean =>
  target === "any" || target === endpoint || (target === "token" && (endpoint === "exchange" || endpoint === "refresh"))
