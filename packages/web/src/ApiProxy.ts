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
import * as RequestLimits from "@le-auth/core/RequestLimits"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { Sessions } from "@le-auth/core/Sessions"
import { problemOf } from "@le-auth/core/Transport"
import * as ByteSize from "effect/ByteSize"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Headers from "effect/http/Headers"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { BrowserSessions } from "./BrowserSessions.ts"
import * as Forwarding from "./internal/forwarding.ts"
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

const late = () => refuse("Timeout", 504, "LivePerson did not answer in time. Try again later.")
const tooLarge = () => refuse("TooLarge", 502, "LivePerson's answer is too large. See RequestLimits.")

/** A call to LivePerson with a scope of its own, which always ends, so that the connection is released. */
const making = Effect.fnUntraced(function* (deadline: Duration.Duration) {
  const scope = yield* Scope.make()
  const isLate = Deferred.makeUnsafe<never, CallRefused>()
  const end = Scope.close(scope, Exit.void)
  const timer = yield* Effect.sleep(deadline).pipe(
    Effect.andThen(Deferred.fail(isLate, late())),
    // Also if a page has its answer, but does not read on.
    Effect.andThen(end),
    Effect.forkDetach
  )
  yield* Scope.addFinalizer(
    scope,
    Effect.sync(() => timer.interruptUnsafe())
  )
  return { scope, end, isLate: Deferred.await(isLate) }
})

/**
 * Passes an answer on while it comes, up to a size. Above it the connection breaks, since the status is already sent.
 */
const passOn = (
  response: HttpClientResponse,
  most: number,
  pause: Duration.Duration,
  call: Effect.Success<ReturnType<typeof making>>
): Effect.Effect<HttpServerResponse.HttpServerResponse, CallRefused> => {
  const { headers, status } = response
  if (Number(headers["content-length"] ?? 0) > most) return Effect.fail(tooLarge())
  // The application has not allowed the address that it leads to.
  if (status >= 300 && status < 400 && status !== 304) {
    return Effect.fail(refuse("Redirected", 502, "LivePerson answered with a redirect, which is not followed."))
  }
  const options = { status, headers: Forwarding.ofAnswer(headers) }
  if (noBody.has(status)) return Effect.as(call.end, HttpServerResponse.empty(options))
  let size = 0
  const body = response.stream.pipe(
    Stream.catchReason("HttpClientError", "EmptyBodyError", () => Stream.empty),
    Stream.timeoutOrElse({ duration: pause, orElse: () => Stream.fail(late()) }),
    Stream.interruptWhen(call.isLate),
    Stream.tap((chunk) => {
      size += chunk.byteLength
      return size > most ? Effect.fail(tooLarge()) : Effect.void
    }),
    Stream.ensuring(call.end)
  )
  return Effect.succeed(HttpServerResponse.stream(body, { ...options, contentType: headers["content-type"] }))
}

/** The routes of patterns. A pattern that allows nothing is a mistake in the program, so it fails at once. */
const routesOf = (service: string, paths: ReadonlyArray<string>): ReadonlyArray<Forwarding.Route> =>
  paths.map((pattern) => {
    const route = Forwarding.routeOf(pattern)
    if (route !== undefined) return route
    throw new Error(
      `ApiProxy: the path ${JSON.stringify(pattern)} of ${service} allows nothing. Write /a/b for one path, /a/b/* for one segment more, /a/b/** for all below.`
    )
  })

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
      const limits = yield* RequestLimits.RequestLimits
      const most = Number(ByteSize.toBigInt(ByteSize.fromInputUnsafe(limits.maximumBodySize)))
      const mostOfRequest =
        options.maximumRequestSize === undefined
          ? ByteSize.mebibytes(1)
          : ByteSize.fromInputUnsafe(options.maximumRequestSize)
      const pause = Duration.fromInputUnsafe(limits.timeout)
      const deadline = Duration.fromInputUnsafe(options.deadline ?? Duration.times(pause, 6))
      const services = new Map(
        Object.entries(options.services).map(
          ([name, { methods = getOnly, paths }]) => [name, { methods, routes: routesOf(name, paths) }] as const
        )
      )
      const { basePath, route } = yield* WebApplication
      const path = route(`${basePath}${options.path ?? "/liveperson"}`)

      const bodyOf = (request: HttpServerRequest) =>
        request.arrayBuffer.pipe(
          Effect.provideService(HttpIncomingMessage.MaxBodySize, mostOfRequest),
          Effect.mapError(() =>
            refuse("TooLarge", 413, `A call's body has at most ${ByteSize.format(mostOfRequest)}.`)
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
            url: address,
            // The page would not get the header that names a content coding.
            headers: Headers.set(Forwarding.ofRequest(request.headers), "accept-encoding", "identity"),
            ...(method === "GET" ? {} : { body: yield* bodyOf(request) })
          })
          const call = yield* making(deadline)
          return yield* sessions
            .authorized(HttpClient.withScope(client), key)
            .execute(forwarded)
            .pipe(
              Scope.provide(call.scope),
              // LivePerson is another company, so it gets no trace ids.
              Effect.provideService(HttpClient.TracerPropagationEnabled, false),
              RetryPolicy.disabled,
              // Such an error has the request in it, and with it the token.
              Effect.catchTag("HttpClientError", (error) =>
                Effect.andThen(
                  Effect.logWarning("A call of a page did not reach LivePerson", problemOf(error).message),
                  Effect.fail(refuse("Unreachable", 502, "LivePerson cannot be reached. Try again later."))
                )
              ),
              Effect.timeoutOrElse({ duration: pause, orElse: () => Effect.fail(late()) }),
              Effect.flatMap((response) => passOn(response, most, pause, call)),
              Effect.onError(() => call.end)
            )
        })
      )

      return [HttpRouter.route("*", `${path}/*`, call)]
    })
  )
