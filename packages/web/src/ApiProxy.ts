/**
 * LivePerson's APIs for a page. The page calls this backend, which adds the access token and passes the call on, so
 * that no token reaches the page.
 *
 * It is not an open proxy. It serves the application's own pages only. It calls the services and paths that the
 * application lists, on the hosts that the Domain API names for the session's account.
 *
 * @see OAuth 2.0 for browser-based applications, "Backend for frontend", proxy restrictions
 * @since 0.1.0
 */
import { Domains } from "@le-auth/core/Domains"
import { type SessionError, Sessions } from "@le-auth/core/Sessions"
import * as ByteSize from "effect/ByteSize"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import type { BrowserSessions } from "./BrowserSessions.ts"
import * as Forwarding from "./internal/forwarding.ts"
import * as Outgoing from "./internal/outgoing.ts"
import { answering, refuse, type CallRefused } from "./internal/pageCall.ts"
import { WebApplication } from "./WebApplication.ts"

/**
 * The methods that a page may be allowed to use.
 *
 * @category models
 * @since 0.1.0
 */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/**
 * The calls that a page may make to a service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Permission {
  /**
   * The paths, compared segment by segment. `/a/b` allows itself, `/a/b/*` one segment more, and `/a/b/**` all paths
   * below. `{account}` stands for the account of the session.
   */
  readonly paths: ReadonlyArray<`/${string}`>
  /** Default: only `GET`. */
  readonly methods?: ReadonlyArray<Method> | undefined
}

/**
 * The services for the page, and the limits of a call.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The services of the Domain API that the page may call, by name. There is no default. */
  readonly services: Readonly<Record<string, Permission>>
  /** The path of the route, below the base path. Default: `/liveperson`, for calls of `/liveperson/SERVICE/PATH`. */
  readonly path?: `/${string}` | undefined
  /** The largest body of a call. Default: 1 MiB. `RequestLimits` has the limit of an answer. */
  readonly maximumRequestSize?: ByteSize.Input | undefined
  /**
   * The longest time of a call with its whole answer. Default: six times the timeout of `RequestLimits`, which is 1
   * minute. That timeout itself is for the beginning of the answer, and for each pause in it.
   */
  readonly deadline?: Duration.Input | undefined
}

const getOnly: ReadonlyArray<Method> = ["GET"]
const noBody = new Set([204, 205, 304])

/**
 * The answer for a page while it comes. Above the size the connection breaks, since the status is already sent.
 */
const passOn = ({
  body,
  end,
  headers,
  status
}: Outgoing.Answer): Effect.Effect<HttpServerResponse.HttpServerResponse, Outgoing.CallFailed> => {
  // The application has not allowed the address that it leads to.
  if (status >= 300 && status < 400 && status !== 304) {
    return Effect.andThen(end, new Outgoing.CallFailed({ reason: { _tag: "Redirected" } }))
  }
  const options = { status, headers: Forwarding.ofAnswer(headers) }
  return noBody.has(status)
    ? Effect.as(end, HttpServerResponse.empty(options))
    : Effect.succeed(HttpServerResponse.stream(body, { ...options, contentType: headers["content-type"] }))
}

/** It broke off, or a program in front of this route did not leave it alone. */
const unreadable = () =>
  refuse(
    "Unreadable",
    400,
    "The body of the call could not be read. If a parser or another middleware reads it, put that behind these routes."
  )

/** The answer to a page whose call has none of LivePerson. */
const refused = ({ reason }: Outgoing.CallFailed): Effect.Effect<never, CallRefused> => {
  switch (reason._tag) {
    case "AnswerTimeout":
      return Effect.fail(refuse("Timeout", 504, "LivePerson did not answer in time. Try again later."))
    case "AnswerTooLarge":
      return Effect.fail(refuse("TooLarge", 502, "LivePerson's answer is too large. See RequestLimits."))
    case "Redirected":
      return Effect.fail(refuse("Redirected", 502, "LivePerson answered with a redirect, which is not followed."))
    default:
      return Effect.andThen(
        Effect.logWarning(
          "A call of a page did not reach LivePerson",
          "message" in reason ? reason.message : reason._tag
        ),
        Effect.fail(refuse("Unreachable", 502, "LivePerson cannot be reached. Try again later."))
      )
  }
}

/**
 * What is wrong with the paths of services: a line for each path that allows nothing. {@link layer} throws such a line.
 * For a program that says all that is wrong with its settings at once.
 *
 * @example
 * ```ts
 * import * as ApiProxy from "@le-auth/web/ApiProxy"
 *
 * ApiProxy.problemsOf({ msgHist: { paths: ["/messaging_history/**"] } }) // => []
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const problemsOf = (services: Options["services"]): ReadonlyArray<string> =>
  Object.entries(services).flatMap(([service, { paths }]) =>
    paths
      .filter((pattern) => Forwarding.routeOf(pattern) === undefined)
      .map(
        (pattern) =>
          `the path ${JSON.stringify(pattern)} of ${service} allows nothing. Write /a/b for one path, /a/b/* for one segment more, /a/b/** for all below.`
      )
  )

/** The routes of patterns. */
const routesOf = (paths: ReadonlyArray<string>): ReadonlyArray<Forwarding.Route> =>
  paths.flatMap((pattern) => Forwarding.routeOf(pattern) ?? [])

/**
 * Adds the route `/liveperson/SERVICE/PATH` for the listed services. `BrowserApi` of `@le-auth/browser`, and `callApi`
 * of its plain entry, call it.
 *
 * It answers 401 without a session, 403 for a call that is not listed, and 502 or 504 if LivePerson does not answer, as
 * JSON with the header `x-le-auth: problem`. A pattern that no path can match fails at once, as a defect.
 *
 * @example
 * ```ts
 * import * as ApiProxy from "@le-auth/web/ApiProxy"
 *
 * const api = ApiProxy.layer({
 *   services: {
 *     accountConfigReadOnly: { paths: ["/api/account/{account}/configuration/le-users/users"] },
 *     msgHist: { paths: ["/messaging_history/api/account/{account}/conversations/search"], methods: ["POST"] }
 *   }
 * })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options
): Layer.Layer<
  never,
  never,
  HttpRouter.HttpRouter | WebApplication | BrowserSessions | Sessions | Domains | HttpClient.HttpClient
> =>
  HttpRouter.addAll(
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const domains = yield* Domains
      const client = yield* HttpClient.HttpClient
      const limits = yield* Outgoing.limitsOf(options)
      const scope = yield* Effect.scope
      // A mistake in the program, so it fails at once.
      const [problem] = problemsOf(options.services)
      if (problem !== undefined) throw new Error(`ApiProxy: ${problem}`)
      const services = new Map(
        Object.entries(options.services).map(
          ([name, { methods = getOnly, paths }]) => [name, { methods, routes: routesOf(paths) }] as const
        )
      )
      const { basePath, route } = yield* WebApplication
      const path = route(`${basePath}${options.path ?? "/liveperson"}`)

      const bodyOf = (request: HttpServerRequest) =>
        request.arrayBuffer.pipe(
          Effect.provideService(HttpIncomingMessage.MaxBodySize, limits.request),
          Effect.mapError(({ reason }) =>
            reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
              ? refuse("TooLarge", 413, `A call's body has at most ${ByteSize.format(limits.request)}.`)
              : unreadable()
          ),
          Effect.map((body) => HttpBody.uint8Array(new Uint8Array(body), request.headers["content-type"]))
        )

      const call = yield* answering(
        Effect.fnUntraced(function* (request, key) {
          const [, name = "", rest = ""] = /^\/([^/?]+)(\/.*)$/.exec(request.url.slice(path.length)) ?? []
          const permission = services.get(name)
          const notAllowed = () =>
            refuse("NotAllowed", 403, "The backend does not pass on this call. See the services of ApiProxy.")
          if (permission === undefined) return yield* notAllowed()
          const { methods, routes } = permission
          const method = methods.find((each) => each === request.method)
          if (method === undefined) return yield* notAllowed()
          const origin = yield* domains.resolve(key.accountId, name)
          const address = Forwarding.addressOf(origin, rest, routes, key.accountId)
          if (address === undefined) return yield* notAllowed()

          const forwarded = HttpClientRequest.modify(HttpClientRequest.empty, {
            method,
            // As text, since the query of a `URL` would be written anew.
            url: address.href,
            // The page would not get the header that names a content coding.
            headers: Headers.set(Forwarding.ofRequest(request.headers), "accept-encoding", "identity"),
            ...(method === "GET" ? {} : { body: yield* bodyOf(request) })
          })
          return yield* Outgoing.send<SessionError>({
            client,
            authorize: (client) => sessions.authorized(client, key),
            request: forwarded,
            address,
            limits
          }).pipe(
            Effect.flatMap(passOn),
            Effect.catchTag("CallFailed", refused),
            Effect.provideService(Outgoing.CallsEndWith, scope)
          )
        })
      )

      return [HttpRouter.route("*", `${path}/*`, call)]
    })
  )
