/** `createLeAuth` for a platform. */
import { AccessToken } from "@le-auth/core/Identifiers"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as BrowserSessions from "@le-auth/web/BrowserSessions"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { LeAuth, SessionKey, SignedIn, SignedOut, WithHeaders } from "../LeAuth.ts"
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

/** What is inside, for the settings that were read. */
const compose = (settings: Settings.Settings, platform: Platform, options: Options, logger: Layer.Layer<never>) => {
  const signIn = options.fetch === undefined ? platform.signIn : FetchPlatform.platform.signIn
  const fetch = options.fetch === undefined ? Layer.empty : Layer.succeed(FetchHttpClient.Fetch, options.fetch)
  const services = WebApplication.layerWith(settings.application).pipe(
    Layer.provideMerge(BrowserSessions.layer),
    Layer.provideMerge(signIn),
    Layer.provide(settings.stores),
    Layer.provide(settings.installations),
    Layer.provide(ConfigProvider.layer(settings.config)),
    Layer.provide(fetch),
    Layer.provideMerge(logger)
  )
  return settings.api === undefined
    ? WebSignIn.toWebHandler(services)
    : WebSignIn.toWebHandler(services, { routes: ApiProxy.layer(settings.api) })
}

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
        const web = compose(
          await Effect.runPromise(Settings.read(options, platform)),
          platform,
          options,
          Log.layer(logger)
        )
        try {
          await web.ready
        } catch (error) {
          await web.dispose().catch(() => undefined)
          throw error
        }
        return { web, platform, dispose: web.dispose }
      } catch (error) {
        throw outward(error, "The start of le-auth")
      }
    },
    over: Errors.disposed
  })

  /**
   * Looks at a request before anything is built. So a framework that makes answers in advance learns, also where there
   * are no settings yet, that this one depends on its request.
   */
  const look = (who: unknown): void => {
    try {
      void (who as Partial<WithHeaders> | null | undefined)?.headers
    } catch {
      // What is wrong with it shows when it is read.
    }
  }

  /** Runs a verb. */
  const use = <A>(what: string, run: (web: ReturnType<typeof compose>) => Promise<A>): Promise<A> =>
    lifecycle.use(({ web }) =>
      run(web).catch((error: unknown) => {
        throw outward(error, what)
      })
    )

  const dispose = (): Promise<void> => {
    forget()
    return lifecycle.dispose()
  }

  const { basePath, strippedPrefix } = Settings.prefixes(options)
  const handler = (request: Request) => {
    look(request)
    return use("A request", (web) => web.handler(request))
  }

  const auth: LeAuth = {
    handler,

    nodeHandler: nodeHandler({
      routes: Routes.make(options, given),
      handler,
      ready: () => lifecycle.use(({ platform }) => Promise.resolve(platform)),
      logger
    }),

    session: (who) => {
      look(who)
      return use("session", async (web): Promise<SignedIn | SignedOut> => ({ ...(await web.session(who)) }))
    },

    accessToken: (who, options) => {
      look(who)
      return use("accessToken", async (web) => {
        const unless = options?.unless
        const refused = unless === undefined ? undefined : Redacted.make(unless)
        if (refused !== undefined && !isAccessToken(refused)) {
          throw new LeAuthError({
            _tag: "InvalidArgument",
            status: 400,
            message: "The option unless is not a token: hand in the one that was refused."
          })
        }
        return Redacted.value(await web.accessToken(who, { unless: refused }))
      })
    },

    callApi: async (who, service, path, options) => {
      look(who)
      const init = options ?? {}
      const response = await lifecycle.use(({ web }) =>
        web.callApi(who, service, path, init).catch((error: unknown) => {
          // As fetch does.
          throw init.signal?.aborted === true ? error : outward(error, "callApi")
        })
      )
      return watched(response, {
        mapError: (error) => (init.signal?.aborted === true ? error : outward(error, "callApi")),
        during: lifecycle.tracking
      })
    },

    loginPath: (options) => {
      const { accountId, returnTo } = options ?? {}
      const query = new URLSearchParams()
      if (returnTo !== undefined) query.set("returnTo", returnTo)
      if (accountId !== undefined) query.set("account", accountId)
      const path = `${strippedPrefix}${basePath}/login`
      return query.size === 0 ? path : `${path}?${query}`
    },

    signOut: (who, options) => {
      look(who)
      return use("signOut", (web) => web.signOut(who, options ?? {}))
    },

    sessions: (accountId) => use("sessions", async (web) => (await web.sessions(accountId)).map(keyOf)),

    serviceOrigin: (accountId, service) => use("serviceOrigin", (web) => web.serviceOrigin(accountId, service)),

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
