/**
 * What the routes share: where the application lives, and its cookies.
 *
 * @since 0.1.0
 */
import { AppInstallations } from "@le-auth/core/AppInstallations"
import * as CookieNames from "@le-auth/core/CookieNames"
import type { RedirectUri } from "@le-auth/core/Identifiers"
import type { Session, SessionKey } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import type { UserAgentBinding } from "@le-auth/core/SignIn"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as BasePath from "./BasePath.ts"
import { BrowserSessions } from "./BrowserSessions.ts"
import * as Embedding from "./Embedding.ts"
import { liveSession } from "./internal/liveSession.ts"
import { Refusals } from "./internal/refusals.ts"
import type * as StartLimit from "./StartLimit.ts"

/**
 * The application has no redirect URI, so nobody knows where the callback comes in.
 *
 * @since 0.1.0
 */
export class NoRedirectUri extends Schema.TaggedError<NoRedirectUri>()("NoRedirectUri", {}) {
  override get message(): string {
    return "The web routes need a redirect URI: list it in the installation (LE_AUTH_REDIRECT_URI), or pass it as an option."
  }
}

/**
 * Why there is no application as it was asked for.
 *
 * @since 0.1.0
 */
export type Refused =
  | NoRedirectUri
  | BasePath.BasePathRefused
  | Embedding.EmbeddingRefused
  | CookieNames.InvalidCookiePrefix

/**
 * Paths of the application. Those of {@link WebApplication} are public, as browsers see them.
 *
 * @since 0.1.0
 */
export interface Paths {
  readonly login: `/${string}`
  readonly session: `/${string}`
  readonly signOut: `/${string}`
  /** Where the user goes after a sign-in or a sign-out without a return path. */
  readonly home: `/${string}`
}

/**
 * How all cookies of the application are set (OAuth 2.0 for browser-based applications, cookie security; RFC 6265bis section
 * 4.1.3.2 for the prefix).
 *
 * @since 0.1.0
 */
export interface Cookies {
  /**
   * How all names begin: with `__Host-` over https, since such a cookie can only come from this very host; then
   * {@link Options.cookiePrefix}; on loopback the port.
   */
  readonly prefix: string
  readonly attributes: {
    readonly httpOnly: true
    readonly secure: boolean
    readonly sameSite: "lax" | "none"
    readonly partitioned: boolean
    /** `__Host-` wants `/`. Over http it is the base path. */
    readonly path: string
  }
}

/**
 * @since 0.1.0
 */
export class WebApplication extends Context.Service<
  WebApplication,
  {
    readonly redirectUri: RedirectUri
    /** The path of the redirect URI: where the browser brings the callback. */
    readonly callbackPath: `/${string}`
    /** How all public paths of the application begin: as `/app`, or empty. */
    readonly basePath: BasePath.BasePath
    /** The application's own origin, from the redirect URI; never from a header of a request. */
    readonly origin: string
    readonly paths: Paths
    /** Where a public path comes in here: the same, unless the proxy takes the base path away. */
    readonly route: (path: `/${string}`) => `/${string}`
    /** Who may show its pages in a frame. Empty: nobody. */
    readonly frameAncestors: ReadonlyArray<string>
    readonly startLimit: StartLimit.Options | undefined
    readonly cookies: Cookies
    /** As it was chosen, for `SignIn`. */
    readonly cookiePrefix: CookieNames.CookiePrefix | undefined
    /** Which sessions Sentinel lately gave no new token. */
    readonly refusals: Refusals
    /** The identifier that this browser sent, if it sent one. */
    readonly identifier: (request: HttpServerRequest.HttpServerRequest) => string | undefined
    /** Gives the browser its new identifier. */
    readonly remember: (
      identifier: Redacted.Redacted,
      maxAge: Duration.Duration
    ) => (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
    /** Takes the identifier from the browser. */
    readonly release: (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
    /** Binds a sign-in to the browser. One browser has at most {@link maximumOpen} of them: a new one ends the oldest. */
    readonly bind: (
      request: HttpServerRequest.HttpServerRequest,
      binding: UserAgentBinding
    ) => (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
    /** Removes bindings that are used up. */
    readonly unbind: (
      names: ReadonlyArray<string>
    ) => (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
  }
>()("@le-auth/web/WebApplication") {}

/**
 * So many sign-ins can be open in one browser. Any page can make a browser start one, and browsers promise no more than 50
 * cookies for a site (RFC 6265 section 6.1), among them that of the session.
 *
 * @since 0.1.0
 */
export const maximumOpen = 4

/**
 * @since 0.1.0
 */
export interface Options {
  /** Where the callback comes in. Default: the first redirect URI of the only installation. */
  readonly redirectUri?: RedirectUri | undefined
  /**
   * How all public paths of the application begin, such as `/app`, where it has only a part of a host. The routes are below it,
   * and so must be the redirect URI. Default: nothing.
   */
  readonly basePath?: `/${string}` | undefined
  /** Whether the proxy in front takes the base path away, so that `/app/login` comes in as `/login`. Default: `false`. */
  readonly basePathStripped?: boolean | undefined
  /** Below the base path. Default: `/login`, `/session`, `/sign-out` and `/`. */
  readonly paths?: Partial<Paths> | undefined
  /**
   * Who may show the application in a frame, such as `["https://*.liveperson.net"]` for LivePerson's agent workspace.
   * Default: nobody.
   *
   * With it, cookies are `SameSite=None; Secure`, so they are sent with requests that other sites cause, and only
   * `Sec-Fetch-Site`, `Origin` and the header `x-le-auth` tell those apart: see `SameOrigin`. It needs https.
   */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
  /** Which cookies the application has in a frame. Default: `shared`, for a sign-in in a window of its own. */
  readonly frameCookies?: Embedding.FrameCookies | undefined
  /**
   * How the names of all cookies begin, such as `shop-`, for applications that share a host. Default: `le-auth-`. On loopback
   * the port comes after it, since cookies do not tell ports apart.
   */
  readonly cookiePrefix?: string | undefined
  /** How often one address may start a sign-in. Default: no limit. */
  readonly startLimit?: StartLimit.Options | undefined
}

/**
 * See {@link layer}, with options.
 *
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<WebApplication, Refused, AppInstallations> =>
  Layer.effect(
    WebApplication,
    Effect.gen(function* () {
      const installations = yield* AppInstallations
      const only = yield* Effect.option(installations.find())
      const redirectUri = options.redirectUri ?? Option.getOrUndefined(only)?.redirectUris[0]
      if (redirectUri === undefined) return yield* new NoRedirectUri()
      const frameAncestors = options.frameAncestors ?? []
      yield* Embedding.check(frameAncestors, redirectUri)
      const cookiePrefix =
        options.cookiePrefix === undefined ? undefined : yield* CookieNames.parsePrefix(options.cookiePrefix)

      const basePath = yield* BasePath.check(options.basePath ?? "/", redirectUri)
      const isStripped = options.basePathStripped === true
      const { origin, pathname, protocol } = new URL(redirectUri)
      const own: Paths = { login: "/login", session: "/session", signOut: "/sign-out", home: "/", ...options.paths }
      // Over plain http on a developer's machine a Secure cookie would be dropped, and the sign-in would go round in circles.
      const secure = protocol === "https:"
      const embedded = frameAncestors.length > 0
      const partitioned = embedded && options.frameCookies === "partitioned"
      const cookies: Cookies = {
        prefix: CookieNames.prefixFor(redirectUri, cookiePrefix),
        attributes: {
          httpOnly: true,
          secure,
          sameSite: embedded ? "none" : "lax",
          partitioned,
          // Not less without the prefix: at a start the browser has to show which sign-ins are open.
          path: secure || basePath === "" ? "/" : basePath
        }
      }
      const sessionCookie = `${cookies.prefix}session`
      const { attributes } = cookies
      const set = (name: string, value: string, maxAge: Duration.Duration) =>
        HttpServerResponse.setCookieUnsafe(name, value, { ...attributes, maxAge })
      const remove = (names: ReadonlyArray<string>) =>
        HttpServerResponse.setCookiesUnsafe(names.map((name) => [name, "", { ...attributes, maxAge: 0 }] as const))

      return WebApplication.of({
        redirectUri,
        callbackPath: pathname as `/${string}`,
        origin,
        basePath,
        paths: {
          login: `${basePath}${own.login}`,
          session: `${basePath}${own.session}`,
          signOut: `${basePath}${own.signOut}`,
          home: `${basePath}${own.home}`
        },
        route: (path) => (isStripped ? (path.slice(basePath.length) as `/${string}`) : path),
        frameAncestors,
        startLimit: options.startLimit,
        cookies,
        cookiePrefix,
        refusals: new Refusals(),
        identifier: (request) => request.cookies[sessionCookie],
        remember: (identifier, maxAge) => set(sessionCookie, Redacted.value(identifier), maxAge),
        release: remove([sessionCookie]),
        bind: (request, { maxAge, name, value }) => {
          const names = Object.keys(request.cookies)
          const oldestFirst = CookieNames.openSignIns([...names, name], name).map(({ name }) => name)
          // What is later than this one is none of ours.
          const open = oldestFirst.slice(0, oldestFirst.lastIndexOf(name))
          const tooMany = open.slice(0, Math.max(0, open.length + 1 - maximumOpen))
          return (response) => set(name, Redacted.value(value), maxAge)(remove(tooMany)(response))
        },
        unbind: remove
      })
    })
  )

/**
 * The application of the only installation, with the defaults of all options.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<WebApplication, Refused, AppInstallations> = layerWith({})

/**
 * The key of the session of the browser that sent the current request.
 *
 * @since 0.1.0
 */
export const currentKey: Effect.Effect<
  Option.Option<SessionKey>,
  StoreError,
  WebApplication | BrowserSessions | HttpServerRequest.HttpServerRequest
> = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const identifier = (yield* WebApplication).identifier(request)
  return identifier === undefined ? Option.none() : yield* BrowserSessions.use((sessions) => sessions.find(identifier))
})

/**
 * The session of the browser that sent the current request, for the application's own pages. A session whose access token is
 * over is there only if Sentinel gives another token, or cannot be asked.
 *
 * @example
 * ```ts
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Effect from "effect/Effect"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 *
 * const hello = Effect.map(WebApplication.currentSession, (session) =>
 *   HttpServerResponse.text(session._tag === "Some" ? `Hello ${session.value.key.subject}` : "Hello stranger"))
 * ```
 *
 * @since 0.1.0
 */
export const currentSession: Effect.Effect<
  Option.Option<Session>,
  StoreError,
  WebApplication | BrowserSessions | Sessions | HttpServerRequest.HttpServerRequest
> = Effect.gen(function* () {
  const key = yield* currentKey
  if (Option.isNone(key)) return Option.none()
  const { refusals } = yield* WebApplication
  return yield* Sessions.use((sessions) => liveSession(sessions, refusals, key.value, true))
})

/**
 * The same without a call to Sentinel, for where no answer goes to the browser that could bring it new cookies.
 *
 * @since 0.1.0
 */
export const storedSession: typeof currentSession = Effect.gen(function* () {
  const key = yield* currentKey
  if (Option.isNone(key)) return Option.none()
  const { refusals } = yield* WebApplication
  return yield* Sessions.use((sessions) => liveSession(sessions, refusals, key.value, false))
})
