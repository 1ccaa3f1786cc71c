/**
 * Ready sign-in routes for an application's server.
 *
 * | route | what it does |
 * |---|---|
 * | `GET /login?returnTo=/path` | sends the browser to Sentinel |
 * | `GET` the redirect URI's path | receives the callback, then leads to the return path |
 * | `GET /session` | JSON: the signed-in user, see `SessionView` of `@le-auth/core` |
 * | `POST /session/refresh` | refreshes the access token now |
 * | `POST /session/cookies` | tells which cookies reach the backend from a frame |
 * | `POST /sign-out` | signs out of this application |
 * | `POST /sign-out/everywhere` | signs out of all LivePerson applications |
 *
 * @since 0.1.0
 */
import type { AppInstallations } from "@le-auth/core/AppInstallations"
import type { Domains } from "@le-auth/core/Domains"
import type { AccessToken } from "@le-auth/core/Identifiers"
import type { Origin } from "@le-auth/core/Origin"
import * as Redaction from "@le-auth/core/Redaction"
import * as IncomingRequest from "@le-auth/core/shared/IncomingRequest"
import type { SessionKey } from "@le-auth/core/Session"
import type { Sessions } from "@le-auth/core/Sessions"
import type { SignIn } from "@le-auth/core/SignIn"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import type { AppAccess } from "./AppAccess.ts"
import type { AppFunctions } from "./AppFunctions.ts"
import type { BrowserSessions } from "./BrowserSessions.ts"
import * as CookieProbe from "./CookieProbe.ts"
import * as Running from "./internal/running.ts"
import { OutsideOfRequest } from "./OutsideOfRequest.ts"
import * as ServiceCall from "./ServiceCall.ts"
import * as SessionRoutes from "./SessionRoutes.ts"
import { SessionsInCookies } from "./SessionsInCookies.ts"
import * as SignInRoutes from "./SignInRoutes.ts"
import * as UserSession from "./UserSession.ts"
import * as WebApplication from "./WebApplication.ts"

/**
 * The routes alone, for an application whose own routes share the `WebApplication` with them. Provide
 * `WebApplication.layer` to both.
 *
 * @category layers
 * @since 0.1.0
 */
export const routes = Layer.mergeAll(SignInRoutes.layer, SessionRoutes.layer, CookieProbe.layer)

/**
 * {@link layer} with other addresses and cookies of the application.
 *
 * @example
 * ```ts
 * import * as WebSignIn from "@le-auth/web/WebSignIn"
 *
 * const routes = WebSignIn.layerWith({ paths: { home: "/inbox" } })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (
  options: WebApplication.Options
): Layer.Layer<
  WebApplication.WebApplication,
  WebApplication.Refused,
  AppInstallations | BrowserSessions | HttpRouter.HttpRouter | Sessions | SignIn
> => routes.pipe(Layer.provideMerge(WebApplication.layerWith(options)), Layer.provideMerge(Redaction.layer))

/**
 * Adds the routes to the `HttpRouter`, and gives the application's own routes the `WebApplication` that
 * `WebApplication.currentSession` needs. Spans hide the secrets in addresses and headers (`Redaction` of
 * `@le-auth/core`).
 *
 * It needs an installation with a redirect URI, `SignIn` and `Sessions` (such as those of `NodeServerSignIn` of
 * `@le-auth/node` or `FetchSignIn` of `@le-auth/core`), and `BrowserSessions`. It fails with `WebApplication.Refused`
 * if there is no redirect URI.
 *
 * @example
 * ```ts
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as WebSignIn from "@le-auth/web/WebSignIn"
 * import * as Effect from "effect/Effect"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Layer from "effect/Layer"
 * import * as Option from "effect/Option"
 *
 * const home = HttpRouter.add(
 *   "GET",
 *   "/",
 *   Effect.map(WebApplication.currentSession, (session) =>
 *     HttpServerResponse.text(Option.isSome(session) ? "Signed in" : "Signed out")
 *   )
 * )
 *
 * const routes = Layer.provideMerge(home, WebSignIn.layer)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  WebApplication.WebApplication,
  WebApplication.Refused,
  AppInstallations | BrowserSessions | HttpRouter.HttpRouter | Sessions | SignIn
> = layerWith({})

/**
 * The services that {@link toWebHandler} needs.
 *
 * @category models
 * @since 0.1.0
 */
export type Services =
  | WebApplication.WebApplication
  | BrowserSessions
  | Sessions
  | SignIn
  | Domains
  | HttpClient.HttpClient

/**
 * The routes for a server that is not effect's: Next, Hono, workers, `node:http`. A promise rejects with the errors of
 * its effect: those of core, `InvalidArgument` and `ServiceCall.ServiceError`.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebHandler {
  /** Answers a request. A request for no route gets 404. */
  readonly handler: (request: Request) => Promise<Response>
  /** The signed-in user, if there is one, without a token. See `UserSession.view`. */
  readonly session: (who: UserSession.Who) => Promise<UserSession.View>
  /** Where to send a browser that is not signed in. See `WebApplication.loginPath`. */
  readonly loginPath: (options?: WebApplication.LoginOptions) => Promise<`/${string}`>
  /** Signs out, and gives the `Set-Cookie` headers for the browser. See `UserSession.signOut`. */
  readonly signOut: (
    who: UserSession.Who,
    options?: { readonly everywhere?: boolean | undefined }
  ) => Promise<globalThis.Headers>
  /** Settles when the layer is built. Rejects with the layer's error, as every request then does. */
  readonly ready: Promise<void>
  /** Releases the resources of the layer. */
  readonly dispose: () => Promise<void>
}

/**
 * What needs sessions that are kept on the server. Over `Stateless` it is absent: a refresh has to set cookies, and a
 * promise has no answer that could bring them.
 *
 * @category models
 * @since 0.1.0
 */
export interface TokenFunctions {
  /** An access token that is valid now. With `unless`: another one than this, which was refused. */
  readonly accessToken: (
    who: UserSession.Who,
    options?: { readonly unless?: AccessToken | undefined }
  ) => Promise<AccessToken>
  /** Calls an API of LivePerson for the user. See `ServiceCall.callApi`. */
  readonly callApi: (who: UserSession.Who, service: string, path: string, init?: ServiceCall.Init) => Promise<Response>
  /** The keys of the sessions of an account. */
  readonly sessions: (accountId: string) => Promise<ReadonlyArray<SessionKey>>
  /** The origin of a service of LivePerson for an account, such as for a WebSocket. */
  readonly serviceOrigin: (accountId: string, service: string) => Promise<Origin>
}

/**
 * What {@link toWebHandler} gives for a layer of these services: functions for tokens unless sessions are in cookies,
 * and the `AppFunctions` of the application itself if the layer has `AppFunctions.layer`.
 *
 * @category models
 * @since 0.1.0
 */
export type WebHandlerOf<A> = WebHandler &
  (SessionsInCookies extends A ? unknown : TokenFunctions) &
  (AppAccess extends A ? AppFunctions : unknown)

type MoreRoutes<A> = Layer.Layer<
  never,
  never,
  HttpRouter.HttpRouter | HttpRouter.Request.From<"Requires", A | Services> | A | Services
>

/** The key of the handlers that a process keeps, one for each name. Each copy of this module finds the same. */
const keptKey = Symbol.for("@le-auth/web/WebSignIn/kept")

const kept = (): Map<string, WebHandler> => {
  const scope = globalThis as { [keptKey]?: Map<string, WebHandler> }
  return (scope[keptKey] ??= new Map())
}

/** The kept handler of a name, or a new one. A handler that could not be built, or is disposed of, is not kept. */
const keeping = <H extends WebHandler>(name: string, make: () => H): H => {
  const found = kept().get(name)
  if (found !== undefined) return found as H
  const made = make()
  const handler: H = {
    ...made,
    dispose: () => {
      forget()
      return made.dispose()
    }
  }
  const forget = () => void (kept().get(name) === handler && kept().delete(name))
  kept().set(name, handler)
  made.ready.catch(forget)
  return handler
}

/**
 * Makes one function from `Request` to `Promise<Response>` of the routes. The layer is built at once. `routes` are more
 * routes of your own, which can use its services.
 *
 * With `once` the process has one handler of that name, even if your module is loaded again. Frameworks such as Next
 * build a module once for routes and once for pages, and development servers load it again. The first handler stays,
 * with its stores, until it is disposed of.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as RefreshLock from "@le-auth/core/RefreshLock"
 * import * as SessionStore from "@le-auth/core/SessionStore"
 * import * as TransactionStore from "@le-auth/core/TransactionStore"
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
 * import * as BrowserSessions from "@le-auth/web/BrowserSessions"
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as WebSignIn from "@le-auth/web/WebSignIn"
 * import * as Layer from "effect/Layer"
 * import * as Persistence from "effect/persistence/Persistence"
 *
 * const { handler, session } = WebSignIn.toWebHandler(
 *   WebApplication.layerWith({ paths: { home: "/inbox" } }).pipe(
 *     Layer.provideMerge(NodeServerSignIn.layerServer),
 *     Layer.provide(Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory)),
 *     Layer.provideMerge(BrowserSessions.layer),
 *     Layer.provide(Layer.merge(Persistence.layerMemory, NodeCrypto.layer)),
 *     Layer.provide(AppInstallations.layerConfig)
 *   )
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const toWebHandler = <A, E>(
  services: Layer.Layer<A | Services, E>,
  options: {
    /** The name of the one handler of this process, such as that of your application. Default: each call makes one. */
    readonly once?: string | undefined
    readonly routes?: MoreRoutes<A> | undefined
  } = {}
): WebHandlerOf<A> => {
  const make = () => makeWebHandler(services, options.routes ?? Layer.empty)
  return options.once === undefined ? make() : keeping(options.once, make)
}

/**
 * Logs an error that no route expects, and that is answered with 500. The log has only the path, since a query may have
 * a code.
 */
const logErrors = <A, E, R>(
  app: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R | HttpServerRequest.HttpServerRequest> =>
  Effect.tapCause(app, (cause) => {
    const [{ status }, error] = HttpServerError.causeResponseStripped(cause)
    if (status !== 500 || Option.isNone(error)) return Effect.void
    return HttpServerRequest.HttpServerRequest.use(({ method, url }) =>
      Effect.logError(`${method} ${url.replace(/[?#].*/s, "")} was answered with 500`, error.value)
    )
  })

/** Fails where sessions are in cookies, for callers without types. */
const needsStore = (what: string): Effect.Effect<void, OutsideOfRequest> =>
  Effect.contextWith((context: Context.Context<never>) =>
    Option.isNone(Context.getOption(context, SessionsInCookies))
      ? Effect.void
      : Effect.fail(new OutsideOfRequest({ store: "session cookie", operation: `${what} outside of a request` }))
  )

const makeWebHandler = <A, E>(services: Layer.Layer<A | Services, E>, more: MoreRoutes<A>): WebHandlerOf<A> => {
  // One build for both: the routes, and what is asked outside of them.
  const memoMap = Layer.makeMemoMapUnsafe()
  const runtime = ManagedRuntime.make(services, { memoMap })
  const { dispose, handler } = HttpRouter.toWebHandler(
    Layer.merge(routes, more).pipe(Layer.provideMerge(Redaction.layer), Layer.provideMerge(services)),
    // Its log would contain the addresses, and with them the codes.
    { disableLogger: true, memoMap, middleware: logErrors }
  )
  const running = Running.make(runtime)
  const { call, ready, run, runFor } = running
  const onServer = <T, F>(what: string, effect: Effect.Effect<T, F, Services>) =>
    Effect.andThen(needsStore(what), effect)
  const made: WebHandler & TokenFunctions = {
    handler: (request) => {
      IncomingRequest.look(request)
      return (handler as WebHandler["handler"])(request)
    },
    session: (who) => runFor(who, () => UserSession.view(who)),
    loginPath: (options) => run(WebApplication.loginPath(options)),
    signOut: (who, options) => runFor(who, () => UserSession.signOut(who, options)),
    accessToken: (who, options) => runFor(who, () => onServer("accessToken", UserSession.accessToken(who, options))),
    callApi: (who, service, path, init) => {
      IncomingRequest.look(who)
      return call(init, onServer("callApi", ServiceCall.callApi(who, service, path, init)))
    },
    sessions: (accountId) => run(onServer("sessions", UserSession.list(accountId))),
    serviceOrigin: (accountId, service) =>
      run(onServer("serviceOrigin", ServiceCall.serviceOrigin(accountId, service))),
    ready,
    dispose: async () => {
      await dispose()
      await runtime.dispose()
    }
  }
  // Their type says whether the layer has what they need.
  const ofApp = Running.appFunctions(running as unknown as Running.Running<AppAccess>)
  return { ...made, ...ofApp } as unknown as WebHandlerOf<A>
}
