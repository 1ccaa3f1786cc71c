/** One path of Sentinel with what its methods do. */
import { AccountId } from "@le-auth/core/Identifiers"
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Effect from "effect/Effect"
import * as HttpMethod from "effect/http/HttpMethod"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import type { Interceptor } from "./Interceptor.ts"
import * as RequestContext from "./RequestContext.ts"
import type { Route } from "./Route.ts"
import { internalError, notFound, type Show, ShownError } from "./ShownError.ts"

/**
 * A request whose path is one of Sentinel's. `accountId` has the form of an account id; it is empty where the path has
 * none.
 */
export interface Incoming {
  readonly request: HttpServerRequest.HttpServerRequest
  readonly accountId: string
  readonly path: Readonly<Record<string, string | undefined>>
  readonly query: UrlParameters
  /** The query as it came. */
  readonly search: string
}

/** Answers a request. Its failure is shown at Sentinel; a defect is shown as an internal error. */
export type Handler = (incoming: Incoming) => Effect.Effect<HttpServerResponse.HttpServerResponse, ShownError>

/** The handlers of one path. */
export interface RouteHandlers {
  /** Its name for an interceptor. Routes without a name are not intercepted. */
  readonly route?: Route
  /** A path of the contract in `@le-auth/core`, with `:accountId`. */
  readonly path: string
  /** Whether pages of every origin may read the answers, which then say so (Fetch, CORS protocol). */
  readonly isPublic?: boolean
  /** A GET handler is also asked for HEAD. */
  readonly GET?: Handler
  readonly POST?: Handler
  /** Which point lets it take other methods, where there is one. */
  readonly otherMethods?: string
}

/** The most characters of a request target. Parsers in front of Sentinel often have a limit near it. */
export const longestTarget = 8192

const tooLong = new ShownError({
  status: 414,
  error: "invalid_request",
  description: "The address is longer than 8192 characters.",
  remedy: "Keep the value of state small: a random text is enough, the rest belongs on the server."
})

const tooMuch = (description: string) =>
  new ShownError({
    status: 400,
    error: "invalid_request",
    description,
    remedy: "Send what is documented, and nothing more."
  })

/** The address takes other methods (RFC 9110 section 15.5.6). */
export const methodNotAllowed = (allow: string, more?: string): ShownError =>
  new ShownError({
    status: 405,
    error: "invalid_request",
    description: "This address does not take this method.",
    remedy: `Use ${allow}.${more === undefined ? "" : ` ${more}`}`,
    headers: { allow }
  })

/**
 * The methods that a parser of HTTP lets through: those of the standard, of WebDAV and of its extensions. The router
 * takes any method, though its type names those of the standard only.
 */
const methods: ReadonlyArray<HttpMethod.HttpMethod> = [
  ...HttpMethod.all,
  ...((
    "ACL BIND CHECKOUT COPY LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY PROPFIND PROPPATCH PURGE REBIND " +
    "REPORT SEARCH SOURCE SUBSCRIBE UNBIND UNLINK UNLOCK UNSUBSCRIBE"
  ).split(" ") as ReadonlyArray<string> as ReadonlyArray<HttpMethod.HttpMethod>)
]

const isAccountId = Schema.is(AccountId)

const read = (
  request: HttpServerRequest.HttpServerRequest,
  path: Readonly<Record<string, string | undefined>>
): Incoming | ShownError => {
  const { url } = request
  if (url.length > longestTarget) return tooLong
  const mark = url.indexOf("?")
  // The router ends a path at a semicolon, so that `/authorize;x=1` would be `/authorize` (compare CVE-2026-3872).
  const hasParameters = (mark === -1 ? url : url.slice(0, mark)).includes(";")
  const accountId = path["accountId"]
  if (hasParameters || (accountId !== undefined && !isAccountId(accountId))) return notFound
  const search = mark === -1 ? "" : url.slice(mark + 1)
  const query = UrlParameters.fromSearch(search)
  if (query.excess !== undefined) return tooMuch(query.excess)
  return { request, accountId: accountId ?? "", path, query, search }
}

/** Whether a query can have more parameters than are read, by the number of its separators. */
const hasManySeparators = (search: string): boolean => {
  let count = 0
  for (let at = search.indexOf("&"); at !== -1 && count < 64; at = search.indexOf("&", at + 1)) count++
  return count === 64
}

/**
 * Says what is wrong with a request whatever its path is. The router of effect decodes a query before it looks for the
 * path, with an exception for each wrong escape, so this comes before the router.
 */
export const problemOf = ({ url }: HttpServerRequest.HttpServerRequest): ShownError | undefined => {
  if (url.length > longestTarget) return tooLong
  const mark = url.indexOf("?")
  if (mark === -1) return undefined
  const search = url.slice(mark + 1)
  if (!hasManySeparators(search)) return undefined
  const { excess } = UrlParameters.fromSearch(search)
  return excess === undefined ? undefined : tooMuch(excess)
}

/** Notes an error in the context of the request, then shows it. */
export const refusing =
  (show: Show): Show =>
  (error, request) =>
    Effect.andThen(
      RequestContext.refused(error.error, error.reason ?? error.description, error.problem),
      show(error, request)
    )

type Answering = (
  request: HttpServerRequest.HttpServerRequest,
  path: Incoming["path"]
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/** Answers by a handler, and shows what it fails with. */
export const answering =
  (handler: Handler, show: Show): Answering =>
  (request, params) => {
    const incoming = read(request, params)
    if (incoming instanceof ShownError) return show(incoming, request)
    return Effect.catchCause(handler(incoming), (cause) => {
      const failure = cause.reasons.find((reason) => reason._tag === "Fail")
      if (failure !== undefined) return show(failure.error, request)
      return Effect.andThen(Effect.logError("defect in Sentinel", cause), show(internalError, request))
    })
  }

/** The answer to OPTIONS. */
export const optionsOf = (allow: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({ status: 204, headers: { allow } })

/**
 * The routes of one path: its handlers, 405 with `Allow` for other methods (RFC 9110 section 15.5.6), and OPTIONS,
 * which lets pages of other origins send nothing that needs a preflight.
 */
export const routes = (
  endpoint: RouteHandlers,
  show: Show,
  interceptor?: Interceptor | undefined
): ReadonlyArray<HttpRouter.Route> => {
  const path = endpoint.path as HttpRouter.PathInput
  const allow = [
    ...(endpoint.GET === undefined ? [] : ["GET", "HEAD"]),
    ...(endpoint.POST === undefined ? [] : ["POST"])
  ]

  const readable = HttpServerResponse.setHeader("access-control-allow-origin", "*")

  /** Without an interceptor this adds no step. */
  const { isPublic = false, route } = endpoint
  const handled = (answer: Answering) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
      Effect.flatMap(HttpRouter.params, (params) => {
        const usual = isPublic ? Effect.map(answer(request, params), readable) : answer(request, params)
        return interceptor === undefined || route === undefined
          ? usual
          : interceptor({ route, accountId: params["accountId"] ?? "", request }, usual)
      })
    )

  const refusal = methodNotAllowed(allow.join(", "), endpoint.otherMethods)
  const options = isPublic ? readable(optionsOf(allow.join(", "))) : optionsOf(allow.join(", "))
  const own = (method: "GET" | "POST", handler: Handler | undefined) =>
    handler === undefined ? [] : [HttpRouter.route(method, path, handled(answering(handler, show)))]
  const others = methods
    .filter((method) => !allow.includes(method))
    .map((method) =>
      HttpRouter.route(method, path, method === "OPTIONS" ? options : handled((request) => show(refusal, request)))
    )
  return [...own("GET", endpoint.GET), ...own("POST", endpoint.POST), ...others]
}
