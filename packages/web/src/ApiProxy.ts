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
import { requestHeader } from "@le-auth/core/SessionView"
import * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
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
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BrowserSessions } from "./BrowserSessions.ts"
import * as Forwarding from "./internal/forwarding.ts"
import * as Problem from "./Problem.ts"
import { isSameOrigin } from "./SameOrigin.ts"
import { currentKey, WebApplication } from "./WebApplication.ts"

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

class Refused extends Data.TaggedError("Refused")<{
  readonly error: string
  readonly status: number
  readonly message: string
}> {}

const refuse = (error: string, status: number, message: string) => new Refused({ error, status, message })

/** Tells the page that this is ours, and not LivePerson's answer. */
const refusal = (error: string, status: number, message: string) =>
  HttpServerResponse.jsonUnsafe(
    { error, message },
    { status, headers: { "cache-control": "no-store", [requestHeader]: "problem" } }
  )

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
      const application = yield* WebApplication
      const browserSessions = yield* BrowserSessions
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

      const call = Effect.fnUntraced(function* (request: HttpServerRequest) {
        // Also to read: what LivePerson answers may cost, or be told from how long it takes.
        if (request.headers[requestHeader] === undefined || !isSameOrigin(request, application.origin)) {
          return yield* refuse("forbidden", 403, "This request did not come from a page of this application.")
        }
        const key = yield* currentKey
        if (Option.isNone(key)) return yield* refuse("NotSignedIn", 401, "Nobody is signed in. Start a sign-in.")
        const [, name = "", rest = ""] = /^\/([^/?]+)(\/.*)$/.exec(request.url.slice(path.length)) ?? []
        const permission = services.get(name)
        const notAllowed = () =>
          refuse("NotAllowed", 403, "The backend does not pass on this call. See the services of ApiProxy.")
        if (permission === undefined) return yield* notAllowed()
        const { methods = ["GET"], paths } = permission
        const method = methods.find((each) => each === request.method)
        if (method === undefined) return yield* notAllowed()
        const origin = yield* domains.resolve(key.value.accountId, name)
        const address = Forwarding.addressOf(origin, rest, paths, key.value.accountId)
        if (address === undefined) return yield* notAllowed()

        const forwarded = HttpClientRequest.modify(HttpClientRequest.empty, {
          method,
          url: address,
          headers: Forwarding.ofRequest(request.headers),
          ...(method === "GET" ? {} : { body: yield* bodyOf(request) })
        })
        const response = yield* sessions
          .authorized(client, key.value)
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

      const provided = Effect.provide(
        Context.make(WebApplication, application).pipe(Context.add(BrowserSessions, browserSessions))
      )
      return [
        HttpRouter.route("*", `${path}/*`, (request) =>
          provided(call(request)).pipe(
            Effect.catch((error) =>
              error._tag === "Refused"
                ? Effect.succeed(refusal(error.error, error.status, error.message))
                : Effect.as(
                    Effect.logWarning("A call could not be passed on", error.message),
                    refusal(error._tag, Problem.status(error), error.message)
                  )
            )
          )
        )
      ]
    })
  )
