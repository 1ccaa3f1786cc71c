/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Sign-in with LivePerson for a server of any framework, by promises.
 *
 * @since 0.1.0
 */
import { makeCreateLeAuth } from "./internal/create.ts"
import * as NodeVersion from "./internal/nodeVersion.ts"
import type { Options } from "./Options.ts"

/**
 * The headers of a request: a web `Request`, a request of `node:http`, Express, Fastify or Nest, or `{ headers }` with
 * what Next's `headers()` gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface WithHeaders {
  readonly headers: Pick<Headers, "get"> | Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
}

/**
 * A session, for work without a request. Without `instance` it is the newest one of the user.
 *
 * @category models
 * @since 0.1.0
 */
export interface SessionKey {
  readonly accountId: string
  readonly subject: string
  /** One sign-in of the user, as each browser has its own. */
  readonly instance?: string | undefined
}

/**
 * Whose session: that of the browser that sent a request, or that of a key. A key proves nothing: never take it from a
 * request.
 *
 * @category models
 * @since 0.1.0
 */
export type Who = WithHeaders | SessionKey

/**
 * The user who is signed in, without a token. Times are milliseconds since the epoch. It is a {@link SessionKey} too.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignedIn extends SessionKey {
  readonly signedIn: true
  readonly isAdmin: boolean
  /** One of LivePerson's own administrators, who have no user record in the account. */
  readonly isLpa: boolean
  /** Whether the signature of the id_token was verified. */
  readonly verified: boolean
  readonly signedInAt: number
  readonly expiresAt: number
}

/**
 * No user is signed in.
 *
 * @category models
 * @since 0.1.0
 */
export interface SignedOut {
  readonly signedIn: false
}

/**
 * A request of `node:http`, as far as it is used.
 *
 * @category models
 * @since 0.1.0
 */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
}

/**
 * A response of `node:http`, as far as it is used.
 *
 * @category models
 * @since 0.1.0
 */
export interface NodeResponse {
  readonly headersSent: boolean
  statusCode: number
}

/**
 * The options of a call: those of `fetch`, without what a call cannot have.
 *
 * @category models
 * @since 0.1.0
 */
export type CallInit = Pick<RequestInit, "method" | "headers" | "body" | "signal">

/**
 * The options of a call for the application itself.
 *
 * @category models
 * @since 0.1.0
 */
export interface AppCallInit extends CallInit {
  /** The account. Default: that of the only installation. */
  readonly accountId?: string | undefined
  /**
   * How the token is written: `Bearer` before it, which is the default, or nothing, as LivePerson's messaging APIs want
   * it.
   */
  readonly scheme?: "Bearer" | "none" | undefined
}

/**
 * What a verified app token says: for which account it is (`aud`), to which application it was issued (`azp`), and what
 * that may do (`scope`). Times are seconds since the epoch.
 *
 * @category models
 * @since 0.1.0
 */
export interface AppClaims {
  readonly aud: string
  readonly azp: string
  readonly iss: string
  readonly scope: ReadonlyArray<string>
  readonly iat: number
  readonly exp: number
}

/**
 * A request with a body that was not read yet. Where a parser has read it, `rawBody` has the bytes as they came, or
 * `body` if the parser leaves bodies as they are.
 *
 * @category models
 * @since 0.1.0
 */
export interface WithBody extends WithHeaders {
  readonly rawBody?: unknown
  readonly body?: unknown
}

/**
 * What `createLeAuth` gives. What is expected to go wrong rejects with a `LeAuthError`. No member needs a `this`.
 *
 * @example
 * ```ts
 * import type { LeAuth, Who } from "@le-auth/server"
 *
 * export const usersOf = async (auth: LeAuth, who: Who): Promise<unknown> => {
 *   const path = "/api/account/{account}/configuration/le-users/users?v=6.0"
 *   const answer = await auth.callApi(who, "accountConfigReadOnly", path)
 *   return answer.json()
 * }
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export interface LeAuth {
  /** Answers the requests of its routes, and 404 to all others. */
  readonly handler: (request: Request) => Promise<Response>
  /**
   * The same for `node:http`, Express, Nest and Fastify, also below a mount path. A request for none of its routes goes
   * to `next` before anything of it is read; without `next` it gets 404. Errors of the settings go to `next` too.
   *
   * Put it before parsers of bodies, or let them keep the bytes as `request.rawBody`: calls of pages need them.
   */
  readonly nodeHandler: (request: NodeRequest, response: NodeResponse, next?: (error?: Error) => void) => void
  /** The user who is signed in. It makes no call to LivePerson. */
  readonly session: (who: Who) => Promise<SignedIn | SignedOut>
  /**
   * An access token that is valid now, refreshed if need be. With `unless`: another one than this, which was refused.
   * Any number of callers cause one refresh, so ask each time and keep none.
   */
  readonly accessToken: (who: Who, options?: { readonly unless?: string | undefined }) => Promise<string>
  /**
   * Calls an API of LivePerson for the user, and answers as `fetch` does, without following redirects. `service` is a
   * name of the Domain API, and `{account}` in the path is the account of the session. The token is added, and a 401
   * that means the token leads to a new one and one repetition. Read the answer's body, or cancel it.
   */
  readonly callApi: (who: Who, service: string, path: string, init?: CallInit) => Promise<Response>
  /**
   * A token of the application itself, without a user, that is valid now. With `unless`: another one than this, which
   * was refused. Any number of callers cause one request, so ask each time and keep none.
   */
  readonly appToken: (options?: {
    readonly accountId?: string | undefined
    readonly unless?: string | undefined
  }) => Promise<string>
  /** Calls an API of LivePerson for the application itself, without a user. In all else it is `callApi`. */
  readonly callApiAsApp: (service: string, path: string, init?: AppCallInit) => Promise<Response>
  /**
   * The claims of the app token that a request brings, such as one that LivePerson sends to a bot. The token must be
   * for the account, and have all of `scope`. Without `azp` it may be that of any application of the account.
   */
  readonly verifyAppToken: (
    who: WithHeaders,
    options?: {
      readonly accountId?: string | undefined
      readonly scope?: string | ReadonlyArray<string> | undefined
      readonly azp?: string | undefined
    }
  ) => Promise<AppClaims>
  /**
   * The body of a webhook, if LivePerson signed it for this application: byte by byte as it came, at most 1 MiB. Call
   * it before something reads the body. With `accountId` it must be of that account.
   */
  readonly verifyWebhook: (
    request: WithBody,
    options?: { readonly accountId?: string | undefined }
  ) => Promise<Uint8Array>
  /** Where to send a browser that is not signed in. `returnTo` is a path of your application. */
  readonly loginPath: (options?: {
    readonly returnTo?: string | undefined
    readonly accountId?: string | undefined
  }) => string
  /**
   * Signs out of this application; with `everywhere`, of all LivePerson applications. Gives the headers that take the
   * cookies from the browser.
   */
  readonly signOut: (who: Who, options?: { readonly everywhere?: boolean | undefined }) => Promise<Headers>
  /** The sessions of an account. */
  readonly sessions: (accountId: string) => Promise<ReadonlyArray<SessionKey>>
  /** The origin of a service of LivePerson for an account, such as for a WebSocket. */
  readonly serviceOrigin: (accountId: string, service: string) => Promise<string>
  /** Settles when settings and store are good. To look at it begins the start, as every call does. */
  readonly ready: Promise<void>
  /** Lets what is under way finish, for at most eight seconds, and releases what it holds. Then all calls reject. */
  readonly dispose: () => Promise<void>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * Makes the sign-in of an application. It opens and reads nothing before the first use, so a framework may load it
 * while it builds. A start that failed is tried again with the next use.
 *
 * A process has one instance for an installation and a store: the same options give the first one, and other options
 * throw a `LeAuthError`.
 *
 * @example
 * ```ts
 * import { createLeAuth } from "@le-auth/server"
 *
 * // LE_AUTH_ACCOUNT_ID, LE_AUTH_CLIENT_ID, LE_AUTH_CLIENT_SECRET, LE_AUTH_REDIRECT_URI
 * const auth = createLeAuth({ paths: { home: "/inbox" } })
 *
 * auth.loginPath({ returnTo: "/inbox?folder=1" }) // => "/auth/login?returnTo=%2Finbox%3Ffolder%3D1"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const createLeAuth: (options?: Options) => LeAuth = makeCreateLeAuth(async () => {
  NodeVersion.check()
  return (await import("./internal/nodePlatform.ts")).platform
})
