/** One path of Sentinel with what its methods do. */
import * as Patterns from "@le-auth/core/shared/Patterns"
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Effect from "effect/Effect"
import * as HttpMethod from "effect/http/HttpMethod"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
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

/** The address of a request, read once. Its query may have more parameters than are read. */
export interface Target {
  readonly path: string
  readonly search: string
  readonly query: UrlParameters
}

const noParameters = UrlParameters.fromSearch("")

/** Reads the address of a request, if it is not too long. */
export const targetOf = ({ url }: HttpServerRequest.HttpServerRequest): Target | ShownError => {
  if (url.length > longestTarget) return tooLong
  const mark = url.indexOf("?")
  if (mark === -1) return { path: url, search: "", query: noParameters }
  const search = url.slice(mark + 1)
  return { path: url.slice(0, mark), search, query: UrlParameters.fromSearch(search) }
}

/** Says what is wrong with the query of an address, whatever its path is. */
export const excessOf = ({ query }: Target): ShownError | undefined =>
  query.excess === undefined ? undefined : tooMuch(query.excess)

const read = (
  request: HttpServerRequest.HttpServerRequest,
  target: Target | ShownError,
  path: Readonly<Record<string, string | undefined>>
): Incoming | ShownError => {
  if (target instanceof ShownError) return target
  const { query, search } = target
  const accountId = path["accountId"]
  // The router ends a path at a semicolon, so that `/authorize;x=1` would be `/authorize` (compare CVE-2026-3872).
  if (target.path.includes(";") || (accountId !== undefined && !Patterns.accountId.test(accountId))) return notFound
  return excessOf(target) ?? { request, accountId: accountId ?? "", path, query, search }
}

/**
 * Says what is wrong with a request whatever its path is. The router of effect decodes a query before it looks for the
 * path, with an exception for each wrong escape, so this comes before the router.
 */
export const problemOf = (request: HttpServerRequest.HttpServerRequest): ShownError | undefined => {
  const target = targetOf(request)
  return target instanceof ShownError ? target : excessOf(target)
}

/** Notes an error in the context of the request, then shows it. */
export const refusing =
  (show: Show): Show =>
  (error, request) =>
    Effect.andThen(
      RequestContext.refused(error.error, error.reason ?? error.description, error.problem),
      show(error, request)
    )

/** Answers a request whose path is one of Sentinel's. */
export type Answer = (
  request: HttpServerRequest.HttpServerRequest,
  target: Target | ShownError,
  path: Incoming["path"]
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/** Answers by a handler, and shows what it fails with. */
export const answering =
  (handler: Handler, show: Show): Answer =>
  (request, target, path) => {
    const incoming = read(request, target, path)
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

/** A path, and the answers to its methods. That to HEAD is the one to GET, where it has none of its own. */
export interface Answers {
  readonly path: string
  readonly byMethod: ReadonlyMap<string, Answer>
}

/**
 * The answers of one path: its handlers, 405 with `Allow` for other methods (RFC 9110 section 15.5.6), and OPTIONS,
 * which lets pages of other origins send nothing that needs a preflight.
 */
export const answersOf = (endpoint: RouteHandlers, show: Show, interceptor?: Interceptor | undefined): Answers => {
  const allow = [
    ...(endpoint.GET === undefined ? [] : ["GET", "HEAD"]),
    ...(endpoint.POST === undefined ? [] : ["POST"])
  ]

  const readable = HttpServerResponse.setHeader("access-control-allow-origin", "*")

  /** Without an interceptor this adds no step. */
  const { isPublic = false, path, route } = endpoint
  const handled = (answer: Answer): Answer => {
    const usual: Answer = isPublic ? (...incoming) => Effect.map(answer(...incoming), readable) : answer
    return interceptor === undefined || route === undefined
      ? usual
      : (request, target, params) =>
          interceptor({ route, accountId: params["accountId"] ?? "", request }, usual(request, target, params))
  }

  const refusal = methodNotAllowed(allow.join(", "), endpoint.otherMethods)
  const others = handled((request) => show(refusal, request))
  const options = Effect.succeed(isPublic ? readable(optionsOf(allow.join(", "))) : optionsOf(allow.join(", ")))
  const byMethod = new Map<string, Answer>()
  for (const method of methods) {
    if (!allow.includes(method)) byMethod.set(method, method === "OPTIONS" ? () => options : others)
  }
  if (endpoint.GET !== undefined) byMethod.set("GET", handled(answering(endpoint.GET, show)))
  if (endpoint.POST !== undefined) byMethod.set("POST", handled(answering(endpoint.POST, show)))
  return { path, byMethod }
}

/** The same for a router of effect. */
export const routes = ({ byMethod, path }: Answers): ReadonlyArray<HttpRouter.Route> =>
  Array.from(byMethod, ([method, answer]) =>
    HttpRouter.route(
      method as HttpMethod.HttpMethod,
      path as HttpRouter.PathInput,
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
        Effect.flatMap(HttpRouter.params, (params) => answer(request, targetOf(request), params))
      )
    )
  )
