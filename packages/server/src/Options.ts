/**
 * The options of `createLeAuth`. None is needed: those of the installation come from `LE_AUTH_*`.
 *
 * @since 0.1.0
 */
import type { CustomStores } from "./Stores.ts"

/**
 * One installation of the application.
 *
 * @category models
 * @since 0.1.0
 */
export interface Installation {
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * The calls of LivePerson's APIs that pages of the application may make through its server, by service.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageApi {
  /** Such as `/api/account/{account}/configuration/le-users/users/*`: `*` is one segment, `**` all below. */
  readonly paths: ReadonlyArray<string>
  /** Default: `GET` alone. */
  readonly methods?: ReadonlyArray<"GET" | "POST" | "PUT" | "PATCH" | "DELETE"> | undefined
}

/**
 * Hears what le-auth has to say to the people who run the application. No token and no secret is in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Logger {
  readonly info: (message: string, fields: Readonly<Record<string, unknown>>) => void
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void
  readonly error: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/**
 * The options of `createLeAuth`. Wrong ones are an error of `ready`, and of all calls, which names all of them.
 *
 * @example
 * ```ts
 * import type { Options } from "@le-auth/server"
 *
 * export const options: Options = {
 *   store: "sqlite:state/le-auth.sqlite",
 *   paths: { home: "/inbox" },
 *   api: { accountConfigReadOnly: { paths: ["/api/account/{account}/configuration/le-users/users/*"] } }
 * }
 * ```
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /** The account. Default: `LE_AUTH_ACCOUNT_ID`. */
  readonly accountId?: string | undefined
  /** Default: `LE_AUTH_CLIENT_ID`. */
  readonly clientId?: string | undefined
  /** Default: `LE_AUTH_CLIENT_SECRET`. */
  readonly clientSecret?: string | undefined
  /**
   * Where the browser brings the callback: `https://…`, or `http://` on `localhost` or one of `developmentHosts`.
   * Default: `LE_AUTH_REDIRECT_URI`.
   */
  readonly redirectUri?: string | undefined
  /** Where LivePerson's Domain API is. Default: `LE_AUTH_DOMAIN_API`, else LivePerson's own. */
  readonly domainApi?: string | undefined
  /**
   * Hosts that may be spoken to in plain http, such as containers in a network of your own: `["sentinel", "app"]`.
   * Each is one label, or below `.localhost`, `.internal`, `.test` or `.local`. Default: `LE_AUTH_DEVELOPMENT_HOSTS`,
   * else none.
   */
  readonly developmentHosts?: ReadonlyArray<string> | undefined
  /**
   * Where the user's browser finds Sentinel, if that is elsewhere than for the server: `http://localhost:4400`. For
   * `localhost` and `developmentHosts` only. Default: `LE_AUTH_AUTHORIZE_ORIGIN`, else where the Domain API says.
   */
  readonly authorizeOrigin?: string | undefined
  /**
   * Instead of one installation: that of each account. None for an account that the application does not serve. It is
   * asked each time, so that a new secret counts at once. If it takes more than five seconds, that is an error.
   */
  readonly installations?:
    | ((accountId: string) => Installation | undefined | Promise<Installation | undefined>)
    | undefined
  /**
   * Where sign-ins and sessions are kept: `memory:`, `sqlite:PATH`, `postgres://…`, `redis://…`, or stores of your own.
   * Default: `LE_AUTH_STORE`, else `memory:`.
   */
  readonly store?: string | CustomStores | undefined
  /** The keys that seal sessions in a store, the newest first: 32 bytes in Base64. Default: `LE_AUTH_SEAL_KEYS`. */
  readonly sealKeys?: ReadonlyArray<string> | undefined
  /** The beginning of the paths of all routes: login, session, sign-out and calls of pages. Default: `/auth`. */
  readonly basePath?: string | undefined
  /** The beginning of the public paths that a proxy in front takes away, such as `/app`. Default: none. */
  readonly strippedPrefix?: string | undefined
  /** `home`, after `strippedPrefix`, is where a sign-out ends, and a sign-in without a return path. Default: `/`. */
  readonly paths?: { readonly home?: string | undefined } | undefined
  /** The beginning of the names of all cookies, for applications that share a host: `inbox`. Default: `le-auth`. */
  readonly cookiePrefix?: string | undefined
  /** The APIs that pages may call at `/auth/liveperson/SERVICE/PATH`, by the name of the service. Default: none. */
  readonly api?: Readonly<Record<string, PageApi>> | undefined
  /** Origins whose pages may show the application in a frame, such as `https://*.liveperson.net`. Default: none. */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
  /** Sends the requests to LivePerson. Default: Node's own way with its proxies and certificates; `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** Hears what happens. What it throws is dropped. Default: the console. */
  readonly logger?: Logger | undefined
  /** The variables from which the defaults come. Default: those of the process. A worker hands in its bindings. */
  readonly env?: Readonly<Record<string, unknown>> | undefined
}
