/**
 * APIs of LivePerson for a page: the page calls this backend, which adds the access token and passes the call on. So no token
 * ever reaches the page.
 *
 * It is no open proxy: it calls the services that the application lists, on the hosts that the Domain API names for the
 * session's account, at the paths that the application lists, and for its own pages only.
 *
 * @see OAuth 2.0 for browser-based applications, "Backend for frontend", proxy restrictions
 * @since 0.1.0
 */
import { Domains } from "@le-auth/core/Domains"
import * as RequestLimits from "@le-auth/core/RequestLimits"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { Sessions } from "@le-auth/core/Sessions"
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { BrowserSessions } from "./BrowserSessions.ts"
import * as Forwarding from "./internal/forwarding.ts"
import { answering, refuse } from "./internal/pageCall.ts"
import type { WebApplication } from "./WebApplication.ts"

/** @since 0.1.0 */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/**
 * What a page may do with a service.
 *
 * @since 0.1.0
 */
export interface Permission {
  /** How a path must begin. `{account}` stands for the account of the session. */
  readonly paths: ReadonlyArray<`/${string}`>
  /** Default: `GET` alone. */
  readonly methods?: ReadonlyArray<Method> | undefined
}

/**
 * @since 0.1.0
 */
export interface Options {
  /** The services of the Domain API that the page may call, by name. There is no default. */
  readonly services: Readonly<Record<string, Permission>>
  /** Where the page calls them: `/liveperson/SERVICE/PATH`. Default: `/liveperson`. */
  readonly path?: `/${string}` | undefined
  /** How large the body of a call may be. Default: 1 MiB. Of an answer, `RequestLimits` says it. */
  readonly maximumRequestSize?: ByteSize.Input | undefined
}

const noBody = new Set([204, 205, 304])

/** Passes an answer on while it comes, up to a size. Afterwards the connection breaks, since the status is out already. */
const passOn = (response: HttpClientResponse, most: number) => {
  const { headers, status } = response
  if (Number(headers["content-length"] ?? 0) > most) {
    return Effect.fail(refuse("TooLarge", 502, "LivePerson's answer is too large. See RequestLimits."))
  }
  // Where it leads, nobody has allowed.
  if (status >= 300 && status < 400 && status !== 304) {
    return Effect.fail(refuse("Redirected", 502, "LivePerson answered with a redirect, which is not followed."))
  }
  const options = { status, headers: Forwarding.ofAnswer(headers) }
  if (noBody.has(status)) return Effect.succeed(HttpServerResponse.empty(options))
  let size = 0
  const body = response.stream.pipe(
    Stream.catchReason("HttpClientError", "EmptyBodyError", () => Stream.empty),
    Stream.tap((chunk) => {
      size += chunk.byteLength
      return size > most ? Effect.fail(refuse("TooLarge", 502, "")) : Effect.void
    })
  )
  return Effect.succeed(
    HttpServerResponse.stream(body, { ...options, contentType: headers["content-type"] ?? "application/octet-stream" })
  )
}

/**
 * Adds the route `/liveperson/SERVICE/PATH` for the listed services. `BrowserApi` of `@le-auth/browser`, and `callApi` of its
 * plain entry, call it.
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
      const services = new Map(Object.entries(options.services))
      const path = options.path ?? "/liveperson"

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
          const { methods = ["GET"], paths } = permission
          const method = methods.find((each) => each === request.method)
          if (method === undefined) return yield* notAllowed()
          const origin = yield* domains.resolve(key.accountId, name)
          const address = Forwarding.addressOf(origin, rest, paths, key.accountId)
          if (address === undefined) return yield* notAllowed()

          const forwarded = HttpClientRequest.modify(HttpClientRequest.empty, {
            method,
            url: address,
            headers: Forwarding.ofRequest(request.headers),
            ...(method === "GET" ? {} : { body: yield* bodyOf(request) })
          })
          const response = yield* sessions
            .authorized(client, key)
            .execute(forwarded)
            .pipe(
              // The other side is another company: it gets no trace ids of ours.
              Effect.provideService(HttpClient.TracerPropagationEnabled, false),
              Effect.provideService(RetryPolicy.Current, RetryPolicy.none),
              // Such an error carries the request, and that the token.
              Effect.catchTag("HttpClientError", () =>
                Effect.fail(refuse("Unreachable", 502, "LivePerson cannot be reached. Try again later."))
              ),
              Effect.timeoutOrElse({
                duration: limits.timeout,
                orElse: () => Effect.fail(refuse("Timeout", 504, "LivePerson did not answer in time. Try again later."))
              })
            )
          return yield* passOn(response, most)
        })
      )

      return [HttpRouter.route("*", `${path}/*`, call)]
    })
  )
