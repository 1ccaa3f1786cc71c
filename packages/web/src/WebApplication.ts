/**
 * The parts that the routes share: the application's addresses and its cookies.
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
import * as OwnSessions from "./internal/ownSessions.ts"
import { Refusals } from "./internal/refusals.ts"
import type * as StartLimit from "./StartLimit.ts"

/**
 * The application has no redirect URI, so the path of the callback is unknown.
 *
 * @category errors
 * @since 0.1.0
 */
export class NoRedirectUri extends Schema.TaggedError<NoRedirectUri>()("NoRedirectUri", {}) {
  override get message(): string {
    return "The web routes need a redirect URI: list it in the installation (LE_AUTH_REDIRECT_URI), or pass it as an option."
  }
}

/**
 * The errors of an application that cannot start with its options.
 *
 * @category errors
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
 * @category models
 * @since 0.1.0
 */
export interface Paths {
  readonly login: `/${string}`
  readonly session: `/${string}`
  readonly signOut: `/${string}`
  /** The path to which a sign-in without a return path leads, and a sign-out. */
  readonly home: `/${string}`
}

/**
 * The names and attributes of all cookies of the application (OAuth 2.0 for browser-based applications, cookie
 * security).
 *
 * @see draft-ietf-httpbis-rfc6265bis section 4.1.3.2, for the prefix
 * @category models
 * @since 0.1.0
 */
export interface Cookies {
  /**
   * The beginning of all names. Over https it begins with `__Host-`, since such a cookie can only come from this very
   * host. Then come {@link Options.cookiePrefix}, and on loopback the port.
   */
  readonly prefix: string
  readonly attributes: {
    readonly httpOnly: true
    readonly secure: boolean
    readonly sameSite: "lax" | "none"
    readonly partitioned: boolean
    /** `__Host-` needs `/`. Over http it is the base path. */
    readonly path: string
  }
}

/**
 * The application as its routes need it.
 *
 * @category services
 * @since 0.1.0
 */
export class WebApplication extends Context.Service<
  WebApplication,
  {
    /** The redirect URI of its sign-ins. */
    readonly redirectUri: RedirectUri
    /** The path of the redirect URI, to which the browser brings the callback. */
    readonly callbackPath: `/${string}`
    /** The beginning of all public paths of the application, such as `/app`, or empty. */
    readonly basePath: BasePath.BasePath
    /** The application's own origin. It comes from the redirect URI, and never from a header of a request. */
    readonly origin: string
    /** Its public paths. */
    readonly paths: Paths
    /** The path of the route of a public path: the same, unless the proxy takes the base path away. */
    readonly route: (path: `/${string}`) => `/${string}`
    /** Origins whose pages may show its pages in a frame. */
    readonly frameAncestors: ReadonlyArray<string>
    /** The limit of the sign-ins that one address may start. */
    readonly startLimit: StartLimit.Options | undefined
    /** The names and attributes of its cookies. */
    readonly cookies: Cookies
    /** The chosen prefix, for `SignIn`. */
    readonly cookiePrefix: CookieNames.CookiePrefix | undefined
    /** The sessions for which Sentinel lately gave no new token. */
    readonly refusals: Refusals
    /**
     * Whether a session is one of this application. In a store that applications share there are those of others, whose
     * tokens belong to another client.
     */
    readonly isOwn: (key: SessionKey) => Effect.Effect<boolean, StoreError>
    /** The identifier that the browser of a request sent, if it sent one. */
    readonly identifier: (request: HttpServerRequest.HttpServerRequest) => string | undefined
    /** Makes a response give the browser its new identifier. */
    readonly remember: (
      identifier: Redacted.Redacted,
      maxAge: Duration.Duration
    ) => (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
    /** Makes a response take the identifier from the browser. */
    readonly release: (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
    /**
     * Makes a response bind a sign-in to the browser. A browser has at most {@link maximumOpen}, so a new one ends the
     * oldest.
     */
    readonly bind: (
      request: HttpServerRequest.HttpServerRequest,
      binding: UserAgentBinding
    ) => (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
    /** Makes a response remove bindings that are used up. */
    readonly unbind: (
      names: ReadonlyArray<string>
    ) => (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse
  }
>()("@le-auth/web/WebApplication") {}

/**
 * Maximum open sign-ins in one browser. Any page can make a browser start one, and browsers promise to keep at least 50
 * cookies of a site, and no more.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6265#section-6.1 RFC 6265 section 6.1}
 * @category models
 * @since 0.1.0
 */
export const maximumOpen = 4

/**
 * The addresses and cookies of an application. All options have defaults.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The redirect URI of the sign-ins. Default: the first redirect URI of the only installation. */
  readonly redirectUri?: RedirectUri | undefined
  /**
   * The beginning of all public paths, such as `/app`, for an application that has only a part of a host. The routes
   * are below it, and the redirect URI must be. Default: empty.
   */
  readonly basePath?: `/${string}` | undefined
  /**
   * Whether the proxy in front takes the base path away, so that `/app/login` comes in as `/login`. Default: `false`.
   */
  readonly basePathStripped?: boolean | undefined
  /** The paths, below the base path. Default: `/login`, `/session`, `/sign-out` and `/`. */
  readonly paths?: Partial<Paths> | undefined
  /**
   * Origins whose pages may show the application in a frame, such as `["https://*.liveperson.net"]` for LivePerson's
   * agent workspace. Default: none.
   *
   * With them, cookies are `SameSite=None; Secure`, so browsers also send them with requests that other sites cause.
   * Only `Sec-Fetch-Site`, `Origin` and the header `x-le-auth` tell such requests apart, see `SameOrigin`. It needs
   * https.
   */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
  /** The kind of cookies in a frame. Default: `shared`, for a sign-in in a window of its own. */
  readonly frameCookies?: Embedding.FrameCookies | undefined
  /**
   * The beginning of the names of all cookies, such as `shop-`, for applications that share a host. Default:
   * `le-auth-`. On loopback the port comes after it, since cookies do not tell ports apart.
   */
  readonly cookiePrefix?: string | undefined
  /** The limit of the sign-ins that one address may start. Default: no limit. */
  readonly startLimit?: StartLimit.Options | undefined
}

/**
 * {@link layer} with other addresses and cookies. It fails with {@link Refused} at once if they do not fit together.
 *
 * @example
 * ```ts
 * import * as WebApplication from "@le-auth/web/WebApplication"
 *
 * const ApplicationLive = WebApplication.layerWith({
 *   paths: { login: "/auth/login", home: "/inbox" },
 *   frameAncestors: ["https://*.liveperson.net"]
 * })
 * ```
 *
 * @category layers
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
      // Over plain http on a developer's machine browsers drop a Secure cookie, and the sign-in would go round in
      // circles.
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
          // Not a narrower path, since at a start the browser has to send the cookies of all open sign-ins.
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
        isOwn: OwnSessions.make(installations),
        identifier: (request) => request.cookies[sessionCookie],
        remember: (identifier, maxAge) => set(sessionCookie, Redacted.value(identifier), maxAge),
        release: remove([sessionCookie]),
        bind: (request, { maxAge, name, value }) => {
          const names = Object.keys(request.cookies)
          const oldestFirst = CookieNames.openSignIns([...names, name], name).map(({ name }) => name)
          // Names after this one are not open sign-ins of ours.
          const open = oldestFirst.slice(0, oldestFirst.lastIndexOf(name))
          const tooMany = open.slice(0, Math.max(0, open.length + 1 - maximumOpen))
          return (response) => set(name, Redacted.value(value), maxAge)(remove(tooMany)(response))
        },
        unbind: remove
      })
    })
  )

/**
 * The application of the only installation of `AppInstallations`, at the default paths. It fails with {@link Refused}
 * if that has no redirect URI.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = WebApplication.WebApplication.use(({ paths }) => Effect.succeed(paths.signOut)).pipe(
 *   // LE_AUTH_ACCOUNT_ID, LE_AUTH_CLIENT_ID, LE_AUTH_REDIRECT_URI, ...
 *   Effect.provide(Layer.provide(WebApplication.layer, AppInstallations.layerConfig))
 * )
 * program // => "/sign-out"
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<WebApplication, Refused, AppInstallations> = layerWith({})

/**
 * The key of the session of the browser that sent the current request, or none.
 *
 * @example
 * ```ts
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Effect from "effect/Effect"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Option from "effect/Option"
 *
 * const route = HttpRouter.add(
 *   "GET",
 *   "/account",
 *   Effect.map(WebApplication.currentKey, (key) =>
 *     HttpServerResponse.text(Option.isSome(key) ? key.value.accountId : "Signed out")
 *   )
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const currentKey: Effect.Effect<
  Option.Option<SessionKey>,
  StoreError,
  WebApplication | BrowserSessions | HttpServerRequest.HttpServerRequest
> = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const { identifier, isOwn } = yield* WebApplication
  const sent = identifier(request)
  if (sent === undefined) return Option.none()
  const key = yield* BrowserSessions.use((sessions) => sessions.find(sent))
  return Option.isSome(key) && (yield* isOwn(key.value)) ? key : Option.none()
})

/**
 * The session of the browser that sent the current request, or none, for the application's own pages. After the end of
 * its access token, a session is given only if Sentinel gives another token, or cannot be asked.
 *
 * @example
 * ```ts
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Effect from "effect/Effect"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Option from "effect/Option"
 *
 * const hello = HttpRouter.add(
 *   "GET",
 *   "/",
 *   Effect.map(WebApplication.currentSession, (session) =>
 *     HttpServerResponse.text(Option.isSome(session) ? `Hello ${session.value.key.subject}` : "Hello stranger")
 *   )
 * )
 * ```
 *
 * @category accessors
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
 * {@link currentSession} without a call to Sentinel, for code whose answer cannot bring the browser new cookies.
 *
 * @example
 * ```ts
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Effect from "effect/Effect"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Option from "effect/Option"
 *
 * const route = HttpRouter.add(
 *   "GET",
 *   "/badge",
 *   Effect.map(WebApplication.storedSession, (session) =>
 *     HttpServerResponse.text(Option.isSome(session) ? "in" : "out")
 *   )
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const storedSession: typeof currentSession = Effect.gen(function* () {
  const key = yield* currentKey
  if (Option.isNone(key)) return Option.none()
  const { refusals } = yield* WebApplication
  return yield* Sessions.use((sessions) => liveSession(sessions, refusals, key.value, false))
})

/**
 * What a new sign-in is to know.
 *
 * @category models
 * @since 0.1.0
 */
export interface LoginOptions {
  /** The path of the application to which the sign-in leads. Default: home. */
  readonly returnTo?: string | undefined
  /** The account, for an application with several. */
  readonly accountId?: string | undefined
}

/**
 * Where to send a browser that is not signed in: the public path of the login route, with the parameters that it reads.
 * That route looks at them, so a return path that leads elsewhere is refused there.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const program = WebApplication.loginPath({ returnTo: "/inbox?folder=1" }).pipe(
 *   Effect.provide(Layer.provide(WebApplication.layer, AppInstallations.layerConfig))
 * )
 * program // => "/login?returnTo=%2Finbox%3Ffolder%3D1"
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const loginPath = (options: LoginOptions = {}): Effect.Effect<`/${string}`, never, WebApplication> =>
  WebApplication.useSync(({ paths }): `/${string}` => {
    const { accountId: account, returnTo } = options
    // JavaScript has null where `URLSearchParams.get` found none.
    const parameters = new URLSearchParams({
      ...(returnTo === undefined || returnTo === null ? {} : { returnTo }),
      ...(account === undefined || account === null ? {} : { account })
    })
    const query = parameters.toString()
    return query === "" ? paths.login : `${paths.login}?${query}`
  })
