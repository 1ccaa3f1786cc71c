/**
 * Calls of LivePerson's APIs from code of the application's server: for a user, or for the application itself.
 *
 * @since 0.1.0
 */
import type { AppInstallations } from "@le-auth/core/AppInstallations"
import { type AppTokenError, AppTokens } from "@le-auth/core/AppTokens"
import { type Domains, type DomainsError, resolve } from "@le-auth/core/Domains"
import type { AccessToken, AccountId } from "@le-auth/core/Identifiers"
import type { Origin } from "@le-auth/core/Origin"
import { type SessionError, Sessions } from "@le-auth/core/Sessions"
import { requestHeader } from "@le-auth/core/SessionView"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import * as ByteSize from "effect/ByteSize"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpMethod } from "effect/http/HttpMethod"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { BrowserSessions } from "./BrowserSessions.ts"
import * as Forwarding from "./internal/forwarding.ts"
import { invalid, optionsOf } from "./internal/invalid.ts"
import * as Outgoing from "./internal/outgoing.ts"
import * as WholeBody from "./internal/wholeBody.ts"
import * as Whose from "./internal/whose.ts"
import type { InvalidArgument } from "./InvalidArgument.ts"
import type { Who } from "./UserSession.ts"
import type { WebApplication } from "./WebApplication.ts"

/**
 * A service gave no answer, or none that can be used. `reason` is one class of `TransportProblem` for each cause. An
 * answer that breaks while it is read ends with this error too.
 *
 * @category errors
 * @since 0.1.0
 */
export class ServiceError extends Schema.TaggedError<ServiceError>()("ServiceError", {
  service: Schema.String,
  reason: TransportProblem.TransportProblem
}) {
  /** Whether the service may have acted on the call. `false` is certain. */
  get sent(): boolean {
    return this.reason.sent
  }

  override get message(): string {
    const { reason, service } = this
    return `The service ${service} of LivePerson cannot be used: ${TransportProblem.what(reason)}. ${TransportProblem.remedy(reason)}`
  }
}

/**
 * The options of a call: those of `fetch`, without what a call cannot have, and its limits.
 *
 * - `headers`: `Authorization`, cookies, and headers about the connection are left out.
 * - `body`: it is read before the call, so that the call can be repeated.
 * - `signal`: it ends the call, and an answer that is being read.
 *
 * @category models
 * @since 0.1.0
 */
export interface Init extends Pick<RequestInit, "method" | "headers" | "body" | "signal"> {
  /** The largest body of a call. Default: 1 MiB. `RequestLimits` has the limit of an answer. */
  readonly maximumRequestSize?: ByteSize.Input | undefined
  /** The longest time of a call with its whole answer. Default: six times the timeout of `RequestLimits`. */
  readonly deadline?: Duration.Input | undefined
}

const methods: ReadonlyArray<HttpMethod> = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
const withoutBody = new Set([204, 205, 304])

/** What is about one connection (RFC 9110 section 7.6.1), what `send` sets itself, and what is a browser's secret. */
const ofConnection = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade"
]
const notSent = new Set([
  ...ofConnection,
  "accept-encoding",
  "authorization",
  "content-length",
  "cookie",
  "expect",
  "host",
  requestHeader
])
/** A program may pass the answer on to its page, where LivePerson sets no cookies and does not speak for `ApiProxy`. */
const notReceived = new Set([...ofConnection, "set-cookie", requestHeader])

const serviceOf = (service: string) =>
  typeof service === "string" && /^(?!\.+$)[\w.-]{1,128}$/.test(service)
    ? Effect.succeed(service)
    : Effect.fail(invalid("service", "it is a name of the Domain API, such as accountConfigReadOnly."))

const headersOf = (init: Init) =>
  Effect.try({
    try: () => [...new Headers(init.headers)].filter(([name]) => !notSent.has(name)),
    catch: () => invalid("init", "its headers have a name or a value that no header can have.")
  })

const typeIn = (headers: ReadonlyArray<readonly [string, string]>) =>
  headers.find(([name]) => name === "content-type")?.[1]

const methodOf = ({ body, method = "GET" }: Init) => {
  const found = methods.find((each) => each === String(method).toUpperCase())
  if (found === undefined) return Effect.fail(invalid("init", `its method is one of ${methods.join(", ")}.`))
  return (found === "GET" || found === "HEAD") && body !== undefined && body !== null
    ? Effect.fail(invalid("init", `a ${found} has no body.`))
    : Effect.succeed(found)
}

/** The whole body, and the type that it has by itself. */
const bodyOf = (body: NonNullable<RequestInit["body"]>, limits: Outgoing.Limits) => {
  const tooLarge = invalid("init", `its body has at most ${ByteSize.format(limits.request)}, see maximumRequestSize.`)
  const unreadable = invalid("init", "its body cannot be read, or was read before.")
  const notBytes = invalid("init", "its body is a stream of something else than bytes (Uint8Array).")
  return Effect.gen(function* () {
    const source = yield* Effect.try({ try: () => new Response(body), catch: () => unreadable })
    const whole = source.body ?? new ReadableStream({ start: (controller) => controller.close() })
    const bytes = yield* WholeBody.collect(
      Stream.fromReadableStream({ evaluate: () => whole, onError: () => unreadable }),
      // As fetch does it: nothing else has a size.
      { most: Outgoing.bytes(limits.request), tooLarge, notBytes }
    ).pipe(
      Effect.timeoutOrElse({
        duration: limits.deadline,
        orElse: () => Effect.fail(invalid("init", `its body does not end within ${Duration.format(limits.deadline)}.`))
      })
    )
    return { bytes, contentType: source.headers.get("content-type") ?? undefined }
  })
}

/** Of whatever realm or runtime. */
const isSignal = (signal: unknown): signal is AbortSignal =>
  Predicate.hasProperty(signal, "addEventListener") && Predicate.isFunction(signal.addEventListener)

/** Interrupts an effect when a signal aborts it. */
const untilAborted = <A, E, R>(
  signal: AbortSignal | null | undefined,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | InvalidArgument, R> => {
  if (signal === undefined || signal === null) return effect
  return !isSignal(signal)
    ? Effect.fail(invalid("init", "its signal is an AbortSignal."))
    : Effect.raceFirst(
        Effect.callback<never>((resume) => {
          const abort = () => resume(Effect.interrupt)
          if (signal.aborted) return abort()
          signal.addEventListener("abort", abort, { once: true })
          return Effect.sync(() => signal.removeEventListener("abort", abort))
        }),
        effect
      )
}

/** The answer as `fetch` gives it. */
const responseOf = Effect.fnUntraced(function* (
  { body, end, headers: received, status }: Outgoing.Answer,
  method: HttpMethod,
  errorOf: (error: Outgoing.CallFailed) => unknown
) {
  const headers = new Headers(Object.entries(received).filter(([name]) => !notReceived.has(name)))
  if (withoutBody.has(status) || method === "HEAD") {
    return yield* Effect.as(end, new Response(null, { status, headers }))
  }
  return new Response(yield* Stream.toReadableStreamEffect(Stream.mapError(body, errorOf)), { status, headers })
})

/** For whom a call is. */
interface Caller<E> {
  readonly accountId: AccountId
  readonly authorize: Outgoing.Authorize<E>
}

/** Calls a service for a caller, who is looked up when all that the program wrote is found to be right. */
const call = <E, F, R>(
  service: string,
  path: string,
  init: Init,
  whose: Effect.Effect<Caller<E>, F, R>
): Effect.Effect<
  Response,
  ServiceError | DomainsError | InvalidArgument | E | F,
  Domains | HttpClient.HttpClient | R
> =>
  untilAborted(
    init.signal,
    Effect.gen(function* () {
      const limits = yield* Outgoing.limitsOf(init)
      const method = yield* methodOf(init)
      const headers = yield* headersOf(init)
      const name = yield* serviceOf(service)
      const { accountId, authorize } = yield* whose
      const origin = yield* resolve(accountId, name)
      const address = Forwarding.addressAt(origin, String(path).replaceAll("{account}", accountId))
      if (address === undefined) {
        return yield* invalid(
          "path",
          "write a path below the service's host, such as /api/account/{account}/configuration, without parts that lead elsewhere: .., //, %2F, ; or #."
        )
      }
      const body = init.body === undefined || init.body === null ? undefined : yield* bodyOf(init.body, limits)
      const request = HttpClientRequest.make(method)(address.href, {
        headers: [...headers, ["accept-encoding", "identity"]],
        ...(body === undefined ? {} : { body: HttpBody.uint8Array(body.bytes, typeIn(headers) ?? body.contentType) })
      })
      const signal = init.signal ?? undefined
      const unknown = (code: string) =>
        new ServiceError({
          service,
          reason: TransportProblem.make("UnknownProblem", { host: address.host, sent: true, code })
        })
      const errorOf = ({ reason }: Outgoing.CallFailed) =>
        reason._tag === "Redirected" || reason._tag === "Aborted"
          ? unknown(reason._tag)
          : new ServiceError({ service, reason })
      return yield* Outgoing.send<E>({
        client: yield* HttpClient.HttpClient,
        authorize,
        request,
        address,
        limits,
        signal
      }).pipe(
        Effect.tap(({ end, status }) =>
          // No `Response` can have another one.
          status < 200 || status > 599 ? Effect.andThen(end, Effect.fail(unknown(`status ${status}`))) : Effect.void
        ),
        Effect.flatMap((answer) =>
          // `fetch` rejects a read with the signal's reason, too.
          responseOf(answer, method, (error) => (error.reason._tag === "Aborted" ? signal?.reason : errorOf(error)))
        ),
        Effect.catch((error) => {
          if (!(error instanceof Outgoing.CallFailed)) return Effect.fail(error)
          return error.reason._tag === "Aborted" ? Effect.interrupt : Effect.fail(errorOf(error))
        })
      )
    })
  )

/**
 * Calls a service of LivePerson for a user, and answers as `fetch` does. The host comes from the Domain API, the token
 * is added, and `{account}` in the path is the account of the session. An answer may have any status, and redirects are
 * not followed. The body comes while it is read. Read or cancel it, since it keeps its connection until then, or until
 * the deadline.
 *
 * After a 401 that means the token, the call is repeated once with a new one, see `Sessions.authorized`. The limits are
 * those of `ApiProxy`. It fails with {@link ServiceError} if the service gives no answer, with `InvalidArgument` if an
 * argument cannot be used, and with the errors of `UserSession.accessToken`. An unknown service is a `DomainsError`.
 *
 * @example
 * ```ts
 * import * as ServiceCall from "@le-auth/web/ServiceCall"
 * import type { Who } from "@le-auth/web/UserSession"
 *
 * const users = (who: Who) =>
 *   ServiceCall.callApi(who, "accountConfigReadOnly", "/api/account/{account}/configuration/le-users/users?v=6.0")
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}
 * @category accessors
 * @since 0.1.0
 */
export const callApi = (
  who: Who,
  service: string,
  path: string,
  init?: Init
): Effect.Effect<
  Response,
  ServiceError | SessionError | InvalidArgument,
  WebApplication | BrowserSessions | Sessions | Domains | HttpClient.HttpClient
> =>
  Effect.flatMap(optionsOf("init", init), (init) =>
    call(
      service,
      path,
      init,
      Effect.gen(function* () {
        const key = yield* Whose.signedIn(who)
        const sessions = yield* Sessions
        const caller: Caller<SessionError> = {
          accountId: key.accountId,
          authorize: (client) => sessions.authorized(client, key)
        }
        return caller
      })
    )
  )

/**
 * The options of a call for the application itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface AppInit extends Init {
  /** The account. Default: that of the only installation. */
  readonly accountId?: string | undefined
  /**
   * How the token is written: `Bearer` before it, which is the default, or nothing, as LivePerson's messaging APIs want
   * it.
   */
  readonly scheme?: "Bearer" | "none" | undefined
}

/**
 * Calls a service of LivePerson for the application itself, without a user: with an app token, see `AppTokens`. It is
 * {@link callApi} in all else, with the same limits; `{account}` in the path is the account of the installation.
 *
 * It fails with {@link ServiceError} if the service gives no answer, with `InvalidArgument` if an argument cannot be
 * used, and with the errors of `AppTokens.token`. An unknown service is a `DomainsError`.
 *
 * @example
 * ```ts
 * import * as ServiceCall from "@le-auth/web/ServiceCall"
 *
 * const users = (accountId: string) =>
 *   ServiceCall.callApiAsApp("accountConfigReadOnly", "/api/account/{account}/configuration/le-users/users?v=6.0", {
 *     accountId
 *   })
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 section 4.4}
 * @category accessors
 * @since 0.1.0
 */
export const callApiAsApp = (
  service: string,
  path: string,
  init?: AppInit
): Effect.Effect<
  Response,
  ServiceError | AppTokenError | InvalidArgument,
  AppTokens | AppInstallations | Domains | HttpClient.HttpClient
> =>
  Effect.flatMap(optionsOf("init", init), (init) =>
    call(
      service,
      path,
      init,
      Effect.gen(function* () {
        const { scheme = "Bearer" } = init
        if (scheme !== "Bearer" && scheme !== "none") {
          return yield* invalid("init", 'its scheme is "Bearer" or "none".')
        }
        const { accountId } = yield* Whose.installationOf(init.accountId)
        const tokens = yield* AppTokens
        const caller: Caller<AppTokenError> = {
          accountId,
          authorize: (client) => tokens.authorized(client, { accountId, scheme })
        }
        return caller
      })
    )
  )

/**
 * Which token is asked for.
 *
 * @category models
 * @since 0.1.0
 */
export interface AppTokenOptions {
  /** The account. Default: that of the only installation. */
  readonly accountId?: string | undefined
  /** Another token than this, which was refused. */
  readonly unless?: AccessToken | undefined
}

/**
 * An app token that is valid now, for something else than a call, such as a WebSocket. Any number of callers cause one
 * request, so ask each time and keep none. With `unless` another one than this, which a service refused.
 *
 * It fails with the errors of `AppTokens.token`, and with `InvalidArgument` if the account is none.
 *
 * @example
 * ```ts
 * import * as ServiceCall from "@le-auth/web/ServiceCall"
 *
 * const tokenFor = (accountId: string) => ServiceCall.appToken({ accountId })
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 section 4.4}
 * @category accessors
 * @since 0.1.0
 */
export const appToken = (
  options?: AppTokenOptions
): Effect.Effect<AccessToken, AppTokenError | InvalidArgument, AppTokens> =>
  AppTokens.use((tokens) => Whose.appToken(tokens, options))

/**
 * The origin of a service of LivePerson for an account, such as for a WebSocket.
 *
 * @example
 * ```ts
 * import * as ServiceCall from "@le-auth/web/ServiceCall"
 *
 * // Here it is that of a `TestSentinel`.
 * ServiceCall.serviceOrigin("12345678", "sentinel") // => "http://localhost:4400"
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const serviceOrigin = (
  accountId: string,
  service: string
): Effect.Effect<Origin, DomainsError | InvalidArgument, Domains> =>
  Effect.gen(function* () {
    return yield* resolve(yield* Whose.accountOf(accountId), yield* serviceOf(service))
  })
