/**
 * Ready sign-in routes for an application's server.
 *
 * | route | what it does |
 * |---|---|
 * | `GET /login?returnTo=/path` | sends the browser to Sentinel |
 * | `GET` the redirect URI's path | receives the callback, then leads to the return path |
 * | `GET /session` | JSON: who is signed in, see `SessionView` of `@le-auth/core` |
 * | `POST /session/refresh` | refreshes the access token now |
 * | `POST /session/cookies` | which cookies reach the backend from a frame |
 * | `POST /sign-out` | signs out of this application |
 * | `POST /sign-out/everywhere` | signs out of all LivePerson applications |
 *
 * @since 0.1.0
 */
import type { AppInstallations } from "@le-auth/core/AppInstallations"
import * as Redaction from "@le-auth/core/Redaction"
import type { Sessions } from "@le-auth/core/Sessions"
import type { SignIn } from "@le-auth/core/SignIn"
import type * as SessionView from "@le-auth/core/SessionView"
import { fromSession } from "@le-auth/core/SessionView"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import type { BrowserSessions } from "./BrowserSessions.ts"
import * as CookieProbe from "./CookieProbe.ts"
import * as SessionRoutes from "./SessionRoutes.ts"
import * as SignInRoutes from "./SignInRoutes.ts"
import * as WebApplication from "./WebApplication.ts"

/**
 * The routes alone, for an application whose own routes share the `WebApplication` with them: provide
 * `WebApplication.layer` to both.
 *
 * @since 0.1.0
 */
export const routes = Layer.mergeAll(SignInRoutes.layer, SessionRoutes.layer, CookieProbe.layer)

/**
 * See {@link layer}, with options.
 *
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
 * Adds the routes to the `HttpRouter`, and gives the application's own routes what `WebApplication.currentSession` needs. What is
 * secret in their addresses and headers is hidden in spans (`Redaction` of `@le-auth/core`).
 *
 * @example
 * ```ts
 * import * as WebSignIn from "@le-auth/web/WebSignIn"
 *
 * const routes = WebSignIn.layerWith({ paths: { home: "/inbox" } })
 * ```
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  WebApplication.WebApplication,
  WebApplication.Refused,
  AppInstallations | BrowserSessions | HttpRouter.HttpRouter | Sessions | SignIn
> = layerWith({})

/**
 * What the routes stand on, see {@link toWebHandler}.
 *
 * @since 0.1.0
 */
export type Services = WebApplication.WebApplication | BrowserSessions | Sessions | SignIn

/**
 * The routes for a server that is not effect's: Next, Hono, workers, `node:http`.
 *
 * @since 0.1.0
 */
export interface WebHandler {
  /** Answers a request. What is none of its routes gets 404. */
  readonly handler: (request: Request) => Promise<Response>
  /** Who is signed in, in the browser that sent a request: never a token. Rejects if a store is unavailable. */
  readonly session: (request: Request) => Promise<SessionView.SessionView>
  /** Settles when the layer is built. It rejects with the layer's error, as every request then does. */
  readonly ready: Promise<void>
  /** Releases what the layer holds. */
  readonly dispose: () => Promise<void>
}

type MoreRoutes<A> = Layer.Layer<
  never,
  never,
  HttpRouter.HttpRouter | HttpRouter.Request.From<"Requires", A | Services> | A | Services
>

/** The handlers that a process keeps: each copy of this module finds the same. */
const keptKey = Symbol.for("@le-auth/web/WebSignIn/kept")

const kept = (): Map<string, WebHandler> => {
  const scope = globalThis as { [keptKey]?: Map<string, WebHandler> }
  return (scope[keptKey] ??= new Map())
}

/** One that could not be built, or is disposed of, makes room for another try. */
const keeping = (name: string, make: () => WebHandler): WebHandler => {
  const found = kept().get(name)
  if (found !== undefined) return found
  const made = make()
  const handler: WebHandler = {
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
 * The routes as one function from `Request` to `Promise<Response>`. The layer is built at once; `routes` are more routes of
 * your own, which use its services.
 *
 * With `once` there is one handler of that name in the process, however often your module is loaded: frameworks such as Next build a
 * module once for routes and once for pages, and development servers load it anew. The first one stays, with its stores, until it is
 * disposed of.
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
 * @since 0.1.0
 */
export const toWebHandler = <A, E>(
  services: Layer.Layer<A | Services, E>,
  options: {
    /** The name of the one handler of this process, such as that of your application. Default: each call makes one. */
    readonly once?: string | undefined
    readonly routes?: MoreRoutes<A> | undefined
  } = {}
): WebHandler => {
  const make = () => makeWebHandler(services, options.routes ?? Layer.empty)
  return options.once === undefined ? make() : keeping(options.once, make)
}

/** An error that no route expects is answered with 500, and the log has it: with the path alone, since an address may bear a code. */
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

const makeWebHandler = <A, E>(services: Layer.Layer<A | Services, E>, more: MoreRoutes<A>): WebHandler => {
  // One build for both: the routes, and the look-up of a session outside of them.
  const memoMap = Layer.makeMemoMapUnsafe()
  const runtime = ManagedRuntime.make(services, { memoMap })
  const { dispose, handler } = HttpRouter.toWebHandler(
    Layer.merge(routes, more).pipe(Layer.provideMerge(Redaction.layer), Layer.provideMerge(services)),
    // Its log would have the addresses in it, and with them the codes.
    { disableLogger: true, memoMap, middleware: logErrors }
  )
  const ready = runtime.runPromise(Effect.void)
  // Who does not look at it hears of the error with the first request.
  ready.catch(() => undefined)
  return {
    handler: (request) => (handler as WebHandler["handler"])(request),
    session: (request) =>
      runtime.runPromise(
        WebApplication.storedSession.pipe(
          Redaction.redacting,
          Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(request)),
          Effect.map(Option.match({ onNone: () => ({ signedIn: false }), onSome: fromSession }))
        )
      ),
    ready,
    dispose: async () => {
      await dispose()
      await runtime.dispose()
    }
  }
}
