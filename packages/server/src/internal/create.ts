/** `createLeAuth` for a platform. */
import * as AppTokens from "@le-auth/core/AppTokens"
import { AccessToken } from "@le-auth/core/Identifiers"
import * as IncomingRequest from "@le-auth/core/shared/IncomingRequest"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as AppFunctions from "@le-auth/web/AppFunctions"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { CallInit, LeAuth, SessionKey, SignedIn, SignedOut } from "../LeAuth.ts"
import { LeAuthError } from "../LeAuthError.ts"
import type { Options } from "../Options.ts"
import { watched } from "./body.ts"
import * as Errors from "./errors.ts"
import * as FetchPlatform from "./fetchPlatform.ts"
import * as Lifecycle from "./lifecycle.ts"
import * as Log from "./log.ts"
import { nodeHandler } from "./nodeHandler.ts"
import type { Platform } from "./Platform.ts"
import * as Registry from "./registry.ts"
import * as Routes from "./routes.ts"
import * as Settings from "./settings.ts"

const isAccessToken = Schema.is(AccessToken)

/** What is inside, for the settings that were read: `users` only where they can sign in. */
const compose = (settings: Settings.Settings, platform: Platform, options: Options, logger: Layer.Layer<never>) => {
  const { calls, signIn } = options.fetch === undefined ? platform : FetchPlatform.platform
  const around = Layer.mergeAll(
    settings.installations,
    logger,
    options.fetch === undefined ? Layer.empty : Layer.succeed(FetchHttpClient.Fetch, options.fetch)
  ).pipe(Layer.provideMerge(ConfigProvider.layer(settings.config)))
  if (settings.application === undefined) {
    const app = AppFunctions.make(
      AppFunctions.layer.pipe(
        Layer.provideMerge(AppTokens.layer),
        Layer.provideMerge(calls),
        Layer.provide(settings.stores),
        Layer.provideMerge(around)
      )
    )
    return { app, users: undefined }
  }
  const services = WebApplication.layerWith(settings.application).pipe(
    Layer.provideMerge(BrowserSessions.layer),
    Layer.provideMerge(AppFunctions.layer),
    Layer.provide(AppTokens.layer),
    Layer.provideMerge(signIn),
    Layer.provide(settings.stores),
    Layer.provideMerge(around)
  )
  const users =
    settings.api === undefined
      ? WebSignIn.toWebHandler(services)
      : WebSignIn.toWebHandler(services, { routes: ApiProxy.layer(settings.api) })
  return { app: users, users }
}

type Composed = ReturnType<typeof compose>
type Users = NonNullable<Composed["users"]>

/** The token that was refused, as it is inside. */
const refusedToken = (unless: string | undefined): AccessToken | undefined => {
  if (unless === undefined) return undefined
  const refused = Redacted.make(unless)
  if (isAccessToken(refused)) return refused
  throw new LeAuthError({
    _tag: "InvalidArgument",
    status: 400,
    message: "The option unless is not a token: hand in the one that was refused."
  })
}

/** Options with no more members than there are here. Any other value is refused inside: it may be a demand. */
const membersOf = <A extends object, B extends object>(options: A | undefined, pick: (options: A) => B) =>
  Predicate.isObject(options) ? pick(options) : (options as undefined)

/** A session's key as plain data. */
const keyOf = ({ accountId, instance, subject }: SessionKey): SessionKey =>
  instance === undefined ? { accountId, subject } : { accountId, subject, instance }

const make = (options: Options, given: Settings.Given, load: () => Promise<Platform>, forget: () => void): LeAuth => {
  const logger = Log.safely(options.logger)

  /** What goes out of here in place of an error: one of ours, or none that holds anything. */
  const outward = (error: unknown, what: string): Error => {
    const known = Errors.fromKnown(error)
    if (known !== undefined) return known
    // The end interrupts what is still under way.
    if (lifecycle.isOver()) return Errors.disposed()
    logger.error(`${what} failed unexpectedly`, {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    return Errors.unexpected()
  }

  const lifecycle = Lifecycle.make({
    build: async () => {
      try {
        const platform = await load()
        const composed = compose(
          await Effect.runPromise(Settings.read(options, platform)),
          platform,
          options,
          Log.layer(logger)
        )
        try {
          await composed.app.ready
        } catch (error) {
          await composed.app.dispose().catch(() => undefined)
          throw error
        }
        return { ...composed, platform, dispose: composed.app.dispose }
      } catch (error) {
        throw outward(error, "The start of le-auth")
      }
    },
    over: Errors.disposed
  })

  /** Runs something of the application itself. */
  const useApp = <A>(what: string, run: (app: Composed["app"]) => Promise<A>): Promise<A> =>
    lifecycle.use(({ app }) =>
      run(app).catch((error: unknown) => {
        throw outward(error, what)
      })
    )

  /** Runs something of users who sign in. */
  const useUsers = <A>(what: string, run: (users: Users) => Promise<A>): Promise<A> =>
    lifecycle.use(async ({ users }) => {
      if (users === undefined) throw Errors.noSignIn()
      return run(users).catch((error: unknown) => {
        throw outward(error, what)
      })
    })

  /** Gives the answer of a call. The end waits for what is read of it. */
  const answered = async (
    what: string,
    init: CallInit,
    call: (built: { readonly app: Composed["app"]; readonly users: Users | undefined }) => Promise<Response>
  ): Promise<Response> => {
    const response = await lifecycle.use((built) =>
      call(built).catch((error: unknown) => {
        // As fetch does.
        throw init.signal?.aborted === true ? error : outward(error, what)
      })
    )
    return watched(response, {
      mapError: (error) => (init.signal?.aborted === true ? error : outward(error, what)),
      during: lifecycle.tracking
    })
  }

  const dispose = (): Promise<void> => {
    forget()
    return lifecycle.dispose()
  }

  const { basePath, strippedPrefix } = Settings.prefixes(options)
  const routes = Routes.make(options, given)
  const handler = (request: Request) => {
    IncomingRequest.look(request)
    return lifecycle.use(async ({ users }) => {
      if (users !== undefined) {
        return users.handler(request).catch((error: unknown) => {
          throw outward(error, "A request")
        })
      }
      if (routes.has(request.method, Routes.pathOf(request.url))) throw Errors.noSignIn()
      return new Response(null, { status: 404 })
    })
  }

  const auth: LeAuth = {
    handler,

    nodeHandler: nodeHandler({
      routes,
      handler,
      ready: () =>
        lifecycle.use(async ({ platform, users }) => {
          if (users === undefined) throw Errors.noSignIn()
          return platform
        }),
      logger
    }),

    session: (who) => {
      IncomingRequest.look(who)
      return useUsers("session", async (users): Promise<SignedIn | SignedOut> => ({ ...(await users.session(who)) }))
    },

    accessToken: (who, options) => {
      IncomingRequest.look(who)
      return useUsers("accessToken", async (users) =>
        Redacted.value(
          await users.accessToken(
            who,
            membersOf(options, ({ unless }) => ({ unless: refusedToken(unless) }))
          )
        )
      )
    },

    callApi: (who, service, path, options) => {
      IncomingRequest.look(who)
      const init = options ?? {}
      return answered("callApi", init, async ({ users }) => {
        if (users === undefined) throw Errors.noSignIn()
        return users.callApi(who, service, path, init)
      })
    },

    // Each step counts here: of all verbs this one is called the most, and mostly for what is in memory.
    appToken: (options) =>
      lifecycle.use(({ app }) => {
        const chosen = membersOf(options, ({ accountId, unless }) => ({ accountId, unless: refusedToken(unless) }))
        return app.appToken(chosen).then(Redacted.value, (error: unknown) => {
          throw outward(error, "appToken")
        })
      }),

    callApiAsApp: (service, path, options) => {
      const init = options ?? {}
      return answered("callApiAsApp", init, ({ app }) => app.callApiAsApp(service, path, init))
    },

    verifyAppToken: (who, options) => {
      IncomingRequest.look(who)
      return useApp("verifyAppToken", async (app) => {
        const { aud, azp, exp, iat, iss, scope } = await app.verifyAppToken(who, options)
        return { aud, azp, iss, scope, iat, exp }
      })
    },

    verifyWebhook: (request, options) => {
      IncomingRequest.look(request)
      return useApp("verifyWebhook", (app) =>
        app.verifyWebhook(
          request,
          membersOf(options, ({ accountId }) => ({ accountId }))
        )
      )
    },

    loginPath: (options) => {
      const { accountId, returnTo } = options ?? {}
      const query = new URLSearchParams()
      // `URLSearchParams.get` gives null where there is none.
      if (returnTo !== undefined && returnTo !== null) query.set("returnTo", returnTo)
      if (accountId !== undefined && accountId !== null) query.set("account", accountId)
      const path = `${strippedPrefix}${basePath}/login`
      return query.size === 0 ? path : `${path}?${query}`
    },

    signOut: (who, options) => {
      IncomingRequest.look(who)
      return useUsers("signOut", (users) => users.signOut(who, options))
    },

    sessions: (accountId) => useUsers("sessions", async (users) => (await users.sessions(accountId)).map(keyOf)),

    serviceOrigin: (accountId, service) => useApp("serviceOrigin", (app) => app.serviceOrigin(accountId, service)),

    get ready() {
      const ready = lifecycle.use(async () => undefined)
      // An application that does not look at it gets the error with each call.
      ready.catch(() => undefined)
      return ready
    },

    dispose,
    [Symbol.asyncDispose]: dispose
  }
  return auth
}

/** Makes `createLeAuth`. Nothing is loaded, read or opened before the first use. */
export const makeCreateLeAuth =
  (load: () => Promise<Platform>) =>
  (chosen?: Options): LeAuth => {
    // JavaScript may have null where there are none.
    const options = chosen ?? {}
    const given = Settings.given(options)
    return Registry.shared(options, given, (forget) => make(options, given, load, forget))
  }
