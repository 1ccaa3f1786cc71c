/**
 * The identity service as HTTP routes: as a layer for a router, as a server, and as a function of web requests.
 *
 * @since 0.1.0
 */
import * as Origin from "@le-auth/core/Origin"
import { html } from "@le-auth/core/shared/Html"
import { siteFiles } from "@le-auth/core/shared/SiteFiles"
import * as Redaction from "@le-auth/core/Redaction"
import * as ContractPaths from "@le-auth/core/shared/ContractPaths"
import * as Context from "effect/Context"
import type * as Aead from "effect/crypto/Aead"
import type * as CryptoError from "effect/crypto/CryptoError"
import type * as Digest from "effect/crypto/Digest"
import type * as Kdf from "effect/crypto/Kdf"
import type * as Mac from "effect/crypto/Mac"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import type * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import type * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as Authorize from "./internal/authorize/Authorize.ts"
import * as Explained from "./internal/authorize/Explained.ts"
import * as Register from "./internal/authorize/Register.ts"
import type { Development } from "./Development.ts"
import * as IssueCode from "./internal/request/IssueCode.ts"
import * as Directory from "./Directory.ts"
import * as Issuer from "./internal/documents/Issuer.ts"
import * as Metadata from "./internal/documents/Metadata.ts"
import * as Domain from "./internal/documents/Domain.ts"
import * as Audience from "./internal/http/Audience.ts"
import * as Door from "./internal/http/Door.ts"
import * as Entrance from "./internal/http/Entrance.ts"
import * as Redirect from "./internal/http/Redirect.ts"
import * as RouteHandlers from "./internal/http/RouteHandlers.ts"
import * as Reachability from "./internal/http/Reachability.ts"
import { Interceptor } from "./internal/http/Interceptor.ts"
import { passesBy } from "./internal/http/passesBy.ts"
import { notFound, notImplemented, ShownError } from "./internal/http/ShownError.ts"
import * as TrustedProxies from "./internal/http/TrustedProxies.ts"
import * as KeySet from "./internal/keys/KeySet.ts"
import type { InvalidSigningKey } from "./internal/keys/SigningKey.ts"
import * as EndSession from "./internal/login/EndSession.ts"
import * as Login from "./internal/login/Login.ts"
import * as LoginTickets from "./internal/request/LoginTickets.ts"
import * as Logout from "./internal/login/Logout.ts"
import * as CountedStore from "./internal/operations/CountedStore.ts"
import * as Health from "./internal/operations/Health.ts"
import * as Metrics from "./internal/operations/Metrics.ts"
import * as Observation from "./internal/operations/Observation.ts"
import * as ErrorPage from "./internal/page/ErrorPage.ts"
import * as Page from "./internal/page/Page.ts"
import * as Passwords from "./Passwords.ts"
import * as Paths from "./Paths.ts"
import type { SentinelConfig } from "./SentinelConfig.ts"
import * as SentinelDialect from "./SentinelDialect.ts"
import * as SentinelStore from "./SentinelStore.ts"
import * as LoginSessions from "./internal/session/LoginSessions.ts"
import * as Secrets from "./internal/session/Secrets.ts"
import * as SentinelCookies from "./internal/session/SentinelCookies.ts"
import * as Guesses from "./internal/start/Guesses.ts"
import * as StartPage from "./internal/start/StartPage.ts"
import * as SigningKeys from "./SigningKeys.ts"
import * as AppToken from "./internal/token/AppToken.ts"
import * as ClientAuthentication from "./internal/token/ClientAuthentication.ts"
import * as ClientThrottle from "./internal/token/ClientThrottle.ts"
import * as CodeExchange from "./internal/token/CodeExchange.ts"
import * as IdTokenReader from "./internal/token/IdTokenReader.ts"
import * as Refresh from "./internal/token/Refresh.ts"
import * as Revoke from "./internal/token/Revoke.ts"
import * as TokenAnswer from "./internal/token/TokenAnswer.ts"
import * as TokenEndpoint from "./internal/token/TokenEndpoint.ts"
import * as TokenSet from "./internal/token/TokenSet.ts"
import * as StatusReasons from "./internal/resources/StatusReasons.ts"
import * as Stubs from "./internal/resources/Stubs.ts"
import * as TokenCheck from "./internal/resources/TokenCheck.ts"
import * as UserInfo from "./internal/resources/UserInfo.ts"
import * as Users from "./internal/resources/Users.ts"

/**
 * Settings of Sentinel's routes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * The address of Sentinel as browsers see it. Cookies and the answers of the Domain API follow it. It is configured,
   * and never taken from `X-Forwarded-*`, which a client can choose. On loopback, and with a name that no public DNS
   * has, `Host` counts if it is loopback or the name of this origin, whatever its port.
   */
  readonly publicOrigin: Origin.Origin
  /**
   * Other hosts that it is reached by, without a port, such as the name of its container. The Domain API, and the
   * metadata of a dialect that has them, answer with the host and port they were asked by, if it is one of them.
   */
  readonly hostNames?: ReadonlyArray<string>
  /** Whether a server of Sentinel also has `/metrics`. Default: no, since they are for operators only. */
  readonly metrics?: boolean
  /** Whether a server of Sentinel also answers by the stubs of accounts, see `Stub`. Default: yes. */
  readonly stubs?: boolean
  /**
   * The pages for a developer's computer: a start page at `/`, the list of users, error pages that say more. Only a
   * server of Sentinel has the start page. Default: none.
   */
  readonly development?: Development | undefined
}

/**
 * Settings of a server that is Sentinel and nothing else.
 *
 * @category models
 * @since 0.1.0
 */
export interface ServerOptions extends Partial<Options> {
  /**
   * The networks of proxies of your own. Only they may say in `X-Forwarded-For` which address a request comes from, and
   * only the counting of failed attempts believes them. `[]` says that there are none. Default: none, and the first
   * such header is logged as a warning.
   */
  readonly trustedProxies?: ReadonlyArray<IpNetwork.IpNetwork>
  /** Whether its `HttpServer` speaks TLS, so that its own address is `https`. Default: no. */
  readonly tls?: boolean
}

/**
 * The services that Sentinel's routes need: the accounts and users it knows, what it remembers of sign-ins, and the
 * keys it signs with. `layerMemory`, `SentinelSql.layer` and the layers of `Control` give them.
 *
 * @category models
 * @since 0.1.0
 */
export type Services = Directory.Directory | SentinelStore.SentinelStore | SigningKeys.SigningKeys

/**
 * The cryptography that Sentinel uses. `NodeCrypto.layerServer` of `@le-auth/node` has it all; so has
 * `NodeCrypto.layer` of `@effect/platform-node`, whose signatures take another thread each.
 *
 * @category models
 * @since 0.1.0
 */
export type Crypto = Aead.Aead | Digest.Digest | Kdf.Kdf | Mac.Mac | SecureRandom.SecureRandom | Signature.Signature

/**
 * The pages, with the limits of those for development. Only a server that is Sentinel and nothing else has a start
 * page.
 */
const makePages = Effect.fnUntraced(function* (
  options?: Pick<Options, "development" | "publicOrigin">,
  hasStart = false
) {
  const render = yield* Page.make
  const audience = options === undefined ? undefined : yield* Audience.make(options)
  const show = yield* ErrorPage.make(render, (request, requestId) => {
    if (audience === undefined) return undefined
    const inspector = audience.inspector(request)
    return { hasStart, entry: inspector && `${inspector}/requests?about=${encodeURIComponent(requestId)}` }
  })
  return { audience, render, show: RouteHandlers.refusing(show) }
})

/** The paths of the contract, and those of `Paths`. */
const endpoints = Effect.fnUntraced(function* (
  { hostNames, publicOrigin }: Options,
  { audience, render }: { readonly audience: Audience.Audience | undefined; readonly render: Page.Render }
) {
  const cookies = SentinelCookies.make(publicOrigin)
  const secrets = yield* Secrets.make
  const tickets = yield* LoginTickets.make.pipe(Effect.orDie)
  const sessions = yield* LoginSessions.make(cookies, secrets)
  const issueCode = yield* IssueCode.make(secrets)
  const authenticate = yield* ClientThrottle.make(yield* ClientAuthentication.make)
  const reachability = Reachability.make({ hostNames, publicOrigin })
  const issuer = yield* Issuer.make(reachability.originOf)
  const readIdToken = yield* IdTokenReader.make(issuer)
  const grantParts = { answer: yield* TokenAnswer.make, secrets, tokenSets: yield* TokenSet.make }

  const explain = Explained.make(audience, tickets)

  const parts = { cookies, explain, issueCode, readIdToken, sessions, tickets }
  const authorize = yield* Authorize.make({ ...parts, issuer, secrets })
  const login = yield* Login.make({ ...parts, audience, reachability, render })
  const logout = yield* Logout.make({ cookies, reachability, render, sessions })
  const endSession = yield* EndSession.make({ cookies, readIdToken, render, sessions })
  const token = yield* TokenEndpoint.make(
    authenticate,
    issuer,
    new Map([
      ["authorization_code", yield* CodeExchange.make(grantParts)],
      ["refresh_token", yield* Refresh.make(grantParts)]
    ])
  )
  const appToken = yield* AppToken.make(authenticate, issuer)
  const revoke = yield* Revoke.make(authenticate, secrets)
  const keys = yield* KeySet.make
  const check = yield* TokenCheck.make
  const users = yield* Users.make(check)

  const all: ReadonlyArray<RouteHandlers.RouteHandlers> = [
    { route: "authorize", path: ContractPaths.authorize, ...authorize },
    { route: "login", path: Paths.login, GET: login.show, POST: login.submit },
    { route: "logout", path: Paths.logout, POST: logout },
    ...(audience === undefined
      ? []
      : [{ path: Paths.register, POST: Register.make({ audience, reachability, render, tickets }) }]),
    { route: "token", path: ContractPaths.token, POST: token },
    { route: "app-token", path: ContractPaths.appToken, POST: appToken.v1 },
    { route: "app-token", path: ContractPaths.appTokenV2, POST: appToken.v2 },
    { route: "revoke", path: ContractPaths.revoke, POST: revoke },
    { route: "keys", path: ContractPaths.keys, GET: keys },
    ...(yield* Domain.endpoints(reachability.hostOf)),
    { route: "users", path: Paths.users, GET: users.all },
    { route: "users", path: Paths.user, GET: users.one },
    { route: "status-reasons", path: Paths.statusReasons, GET: StatusReasons.make(check) },
    ...(endSession === undefined
      ? []
      : [
          { route: "end-session" as const, path: Paths.endSessionEndpoint, ...endSession },
          { route: "userinfo" as const, path: Paths.userinfo, ...UserInfo.make(check) }
        ]),
    ...(yield* Metadata.endpoints(reachability.originOf, issuer))
  ]
  return all
})

/**
 * Adds Sentinel's routes to a router, which should compare paths exactly, see `HttpRouter.RouterConfig`. It adds
 * neither health nor metrics, no start page, and no stubs, which may have any path.
 *
 * Run the server with `Redaction.layer` of `@le-auth/core`, as {@link layerServer} and {@link toWebHandler} do. Without
 * it effect puts codes and states into the spans of requests.
 *
 * @example
 * ```ts
 * import * as Origin from "@le-auth/core/Origin"
 * import * as Redaction from "@le-auth/core/Redaction"
 * import * as Sentinel from "@le-auth/sentinel/Sentinel"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServerResponse from "effect/http/HttpServerResponse"
 * import * as Layer from "effect/Layer"
 *
 * // Sentinel beside a route of your own, on one port. It still needs its services, such as `Sentinel.layerMemory`.
 * const routes = Layer.merge(
 *   Sentinel.layer({ publicOrigin: Origin.fromHost("localhost:4400") }),
 *   HttpRouter.add("GET", "/", HttpServerResponse.text("Hello"))
 * )
 * const routerConfig = { caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false }
 * const server = HttpRouter.serve(routes, { disableLogger: true, routerConfig }).pipe(Layer.provide(Redaction.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options
): Layer.Layer<never, never, HttpRouter.HttpRouter | Services | Exclude<Crypto, Kdf.Kdf | Signature.Signature>> =>
  Layer.merge(
    HttpRouter.addAll(
      Effect.gen(function* () {
        const { show, ...pages } = yield* makePages(options)
        const interceptor = yield* Interceptor
        return (yield* endpoints(options, pages)).flatMap((endpoint) =>
          RouteHandlers.routes(RouteHandlers.answersOf(endpoint, show, interceptor))
        )
      })
    ),
    Layer.effectDiscard(
      // By the time of a request the router has all of its routes.
      Effect.flatMap(HttpRouter.HttpRouter, (router) =>
        Entrance.open(options.publicOrigin, () => router.asHttpEffect())
      )
    )
  )

/** The methods that some path takes. */
const usedMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "OPTIONS"])

/** Looks for the stubs of a request, where stubs answer. */
const findStubs = Effect.flatMap(TokenCheck.make, Stubs.make)
const noStubs: Stubs.FindStubs = () => Effect.succeed(undefined)

/** The paths that only a dialect with discovery has. */
const pathsOfDiscovery = [...Metadata.paths, Paths.userinfo, Paths.endSessionEndpoint].map(
  (path) => new RegExp(`^${path.replace(":accountId", "[^/]+").replaceAll(".", "\\.")}(?:\\?|$)`)
)

const notWithoutDiscovery = new ShownError({
  ...notFound,
  remedy: `This address is OpenID Connect's, which LivePerson does not have. ${passesBy("discovery", true)}`
})

type Request = HttpServerRequest.HttpServerRequest

const pathOf = ({ url }: Request): string => url.split("?", 1)[0]!

/** Leads a browser on from an address that people guess. */
const leading = (audience: Audience.Audience | undefined, request: Request) => {
  if (audience === undefined || request.method !== "GET") return undefined
  const guess = Guesses.of(pathOf(request))
  if (guess?._tag === "Start") return Effect.succeed(Redirect.to("/", 302))
  const inspector = guess?._tag === "Inspector" ? audience.inspector(request) : undefined
  return inspector === undefined || guess?._tag !== "Inspector"
    ? undefined
    : Effect.succeed(Redirect.to(inspector + guess.path, 302))
}

/** Says on the page what the address may have been meant to be. */
const guessed = (audience: Audience.Audience | undefined, error: ShownError, request: Request): ShownError => {
  const guess = audience === undefined ? undefined : Guesses.of(pathOf(request))
  return guess?._tag === "Hint"
    ? new ShownError({ ...notFound, remedy: error.remedy, more: html`<p>${guess.hint}</p>` })
    : error
}

/** Answers all other paths: by a stub, or as Sentinel answers errors. */
const makeOthers = Effect.fnUntraced(function* (
  { audience, show }: Pick<Effect.Success<ReturnType<typeof makePages>>, "audience" | "show">,
  find: Stubs.FindStubs
) {
  const interceptor = yield* Interceptor
  const { discovery } = yield* SentinelDialect.SentinelDialect
  const missing = ({ url }: Request) =>
    !discovery && pathsOfDiscovery.some((path) => path.test(url)) ? notWithoutDiscovery : notFound
  return Effect.fnUntraced(function* (request: Request, target: RouteHandlers.Target) {
    const stubs = yield* find(request)
    const usual =
      stubs === undefined
        ? (leading(audience, request) ??
          show(
            usedMethods.has(request.method) ? guessed(audience, missing(request), request) : notImplemented,
            request
          ))
        : RouteHandlers.answering(stubs.handler, show)(request, target, { accountId: stubs.accountId })
    if (interceptor === undefined) return yield* usual
    const route = stubs === undefined ? "other" : "stub"
    return yield* interceptor({ route, accountId: stubs?.accountId ?? "", request }, usual)
  })
})

/** What browsers ask of every site. */
const siteAnswers: ReadonlyArray<RouteHandlers.Answers> = Object.entries(siteFiles).map(([path, file]) => ({
  path,
  byMethod: new Map([["GET", () => Effect.succeed(file)]])
}))

/** The start page, where there is one. */
const startPage = (
  options: Options,
  { audience, render }: Pick<Effect.Success<ReturnType<typeof makePages>>, "audience" | "render">
): ReadonlyArray<RouteHandlers.RouteHandlers> => {
  if (audience === undefined) return []
  const { originOf } = Reachability.make(options)
  const GET = ({ request }: RouteHandlers.Incoming) =>
    Effect.map(audience.development.accounts.list, (accounts) =>
      render(
        StartPage.content({
          accounts,
          origin: originOf(request),
          inspector: audience.inspector(request),
          seesUsers: audience.seesUsers(request),
          seesBuiltIn: audience.seesBuiltIn(request)
        })
      )
    )
  return [{ path: "/", GET }]
}

/** Health, and metrics where they are wanted. */
const operations = (options: Pick<Options, "metrics">) =>
  Effect.gen(function* () {
    const health = yield* Health.make
    return options.metrics === true ? [...health, yield* Metrics.make] : health
  })

/** All that a server of Sentinel answers, in one pass for each request. */
const makeWhole = Effect.fnUntraced(function* (options: Options) {
  const pages = yield* makePages(options, true)
  const { show } = yield* makePages()
  const interceptor = yield* Interceptor
  const own = yield* Effect.provideServiceEffect(
    endpoints(options, pages),
    SentinelStore.SentinelStore,
    Effect.map(SentinelStore.SentinelStore, CountedStore.make)
  )
  const enter = Door.make({
    all: [
      ...own.map((endpoint) => RouteHandlers.answersOf(endpoint, pages.show, interceptor)),
      ...(yield* operations(options)).map((endpoint) => RouteHandlers.answersOf(endpoint, show)),
      ...startPage(options, pages).map((endpoint) => RouteHandlers.answersOf(endpoint, pages.show)),
      ...siteAnswers
    ],
    refuse: show,
    others: yield* makeOthers(pages, options.stubs === false ? noStubs : yield* findStubs)
  })
  const app = yield* Observation.make(enter)
  yield* Entrance.open(options.publicOrigin, () => app)
  return app
})

/** The hosts that are not reached by the name `localhost`, which leads to 127.0.0.1 alone on some computers. */
const otherLoopback = /^(?:\[::1\]|127\.(?!0\.0\.1(?::|$)))/

/**
 * `http://localhost:PORT`, for a server that listens on every address or on loopback: the name that documents and
 * people use, and that strict clients compare as text.
 */
const loopbackOrigin = (scheme: "http" | "https") =>
  Effect.map(HttpServer.HttpServer, ({ address }) => {
    const host = NetAddress.formatUrlUnsafe(address).replace(/^https?:\/\//, "")
    const port = /:(\d+)$/.exec(host)?.[1] ?? "80"
    const { origin } = new URL(`${scheme}://${otherLoopback.test(host) ? host : `localhost:${port}`}`)
    return Origin.Origin.make(origin)
  })

/**
 * A server that is Sentinel and nothing else. It needs an `HttpServer`, such as that of `NodeServe.layerOf` of
 * `@le-auth/node`. It logs decisions, and no access log unless `AccessLog` says so. Without `publicOrigin` its address
 * is `http://localhost:PORT` with the port of the server.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Origin from "@le-auth/core/Origin"
 * import * as Sentinel from "@le-auth/sentinel/Sentinel"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import type * as HttpServer from "effect/http/HttpServer"
 * import * as Layer from "effect/Layer"
 *
 * declare const httpServer: Layer.Layer<HttpServer.HttpServer> // such as that of NodeHttpServer
 *
 * const publicOrigin = Origin.fromHost("sentinel.example")
 *
 * export const server = Sentinel.layerServerWith({ publicOrigin, metrics: true }).pipe(
 *   Layer.provide(httpServer),
 *   Layer.provide(Sentinel.layerMemory(SentinelConfig.development())),
 *   Layer.provide(NodeCrypto.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerServerWith = (
  options: ServerOptions
): Layer.Layer<never, never, HttpServer.HttpServer | Services | Exclude<Crypto, Kdf.Kdf | Signature.Signature>> =>
  Layer.unwrap(
    Effect.map(
      options.publicOrigin === undefined
        ? loopbackOrigin(options.tls === true ? "https" : "http")
        : Effect.succeed(options.publicOrigin),
      (publicOrigin) =>
        Layer.effectDiscard(
          Effect.flatMap(makeWhole({ ...options, publicOrigin }), (app) =>
            HttpServer.serveEffect(TrustedProxies.make(options.trustedProxies)(app))
          )
        ).pipe(Layer.provide(Redaction.layer))
    )
  )

/**
 * A server that is Sentinel and nothing else, at `http://localhost:PORT` with the port of its `HttpServer`, without
 * metrics. {@link layerServerWith} has an example. It is a value, so it is built once in a program: for two of them put
 * `Layer.fresh` around one.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerServer: Layer.Layer<
  never,
  never,
  HttpServer.HttpServer | Services | Exclude<Crypto, Kdf.Kdf | Signature.Signature>
> = layerServerWith({})

/**
 * A server for operators only: `/health/live`, `/health/ready` and `/metrics`, for a port that only they can reach. It
 * needs an `HttpServer` of its own, and the store whose readiness it tells.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Sentinel from "@le-auth/sentinel/Sentinel"
 * import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
 * import type * as HttpServer from "effect/http/HttpServer"
 * import * as Layer from "effect/Layer"
 *
 * declare const privatePort: Layer.Layer<HttpServer.HttpServer> // such as that of NodeHttpServer
 * declare const store: Layer.Layer<SentinelStore> // the one of the Sentinel that it tells about
 *
 * export const forOperators = Sentinel.layerOperationsServer.pipe(
 *   Layer.provide([privatePort, store, NodeCrypto.layer])
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOperationsServer: Layer.Layer<
  never,
  never,
  HttpServer.HttpServer | SentinelStore.SentinelStore | Digest.Digest | SecureRandom.SecureRandom
> = Layer.effectDiscard(
  Effect.gen(function* () {
    const pages = yield* makePages()
    const { show } = pages
    const others = yield* makeOthers(pages, noStubs)
    const endpoints = (yield* operations({ metrics: true })).map((one) => RouteHandlers.answersOf(one, show))
    yield* HttpServer.serveEffect(Door.app(Door.make({ all: [...endpoints, ...siteAnswers], refuse: show, others })))
  })
)

/**
 * Everything that Sentinel needs for one process: the directory, the dialect and the signing keys of a configuration (a
 * new key if it has none), and a store in memory. Default of `passwords`: as for development, see `Passwords`. Fails
 * with `InvalidSigningKey` if a key of the configuration cannot be used.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Sentinel from "@le-auth/sentinel/Sentinel"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Layer from "effect/Layer"
 *
 * export const services = Sentinel.layerMemory(SentinelConfig.development()).pipe(Layer.provide(NodeCrypto.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerMemory = (
  config: SentinelConfig,
  options?: { readonly passwords?: Passwords.Options }
): Layer.Layer<Services, CryptoError.CryptoError | InvalidSigningKey, Crypto> =>
  Layer.mergeAll(
    Directory.layer(config).pipe(Layer.provide(Passwords.layerWith(options?.passwords ?? {}))),
    SentinelStore.layerMemory,
    config.signing_keys === undefined ? SigningKeys.layer : SigningKeys.layerFrom(config.signing_keys),
    SentinelDialect.layer(config.points ?? {}, config.dialect)
  )

/** All that {@link toWebHandler} answers. */
class Whole extends Context.Service<Whole, Effect.Success<ReturnType<typeof makeWhole>>>()(
  "@le-auth/sentinel/Sentinel/Whole"
) {}

/** Where a web request comes from. */
const RemoteAddress = Context.Reference<string | undefined>("@le-auth/sentinel/Sentinel/RemoteAddress", {
  defaultValue: () => undefined
})

/** A web request does not have its address, so the caller gives it. */
const withRemoteAddress = HttpMiddleware.make((app) =>
  Effect.flatMap(RemoteAddress, (address) =>
    address === undefined
      ? app
      : Effect.updateService(app, HttpServerRequest.HttpServerRequest, (request) =>
          request.modify({ remoteAddress: Option.some(address) })
        )
  )
)

/**
 * Sentinel as a function from web requests to web answers, without a port. `dispose` releases what `services` holds.
 *
 * Give the address of the client where you know it, as Bun, Deno and Hono do: failed sign-ins are counted by it. Behind
 * a proxy of yours it is what that proxy says, and never what a client can write. All requests without an address count
 * as one network, which is never known.
 *
 * Requests run with everything that `services` provides, so a layer with a `Clock` or a logger in it also works.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Origin from "@le-auth/core/Origin"
 * import * as Sentinel from "@le-auth/sentinel/Sentinel"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Layer from "effect/Layer"
 *
 * export const { dispose, handler } = Sentinel.toWebHandler(
 *   { publicOrigin: Origin.fromHost("localhost:4400") },
 *   Sentinel.layerMemory(SentinelConfig.development()).pipe(Layer.provideMerge(NodeCrypto.layer))
 * )
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const toWebHandler = <E>(
  options: Options,
  services: Layer.Layer<Services | Crypto, E>
): {
  readonly handler: (
    request: globalThis.Request,
    from?: { readonly remoteAddress?: string | undefined }
  ) => Promise<globalThis.Response>
  readonly dispose: () => Promise<void>
} => {
  const { dispose, handler } = HttpEffect.toWebHandlerLayerWith(
    Layer.effect(Whole, makeWhole(options)).pipe(Layer.provideMerge(Layer.provideMerge(Redaction.layer, services))),
    { toHandler: (context) => Effect.succeed(withRemoteAddress(Context.get(context, Whole))) }
  )
  return {
    handler: (request, from) =>
      // Some servers call a handler with another second argument.
      typeof from?.remoteAddress === "string"
        ? handler(request, Context.make(RemoteAddress, from.remoteAddress))
        : handler(request),
    dispose
  }
}
