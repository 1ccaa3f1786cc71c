/**
 * The session of a user for code of the application's server: by the request of their browser, or by a key for work
 * without a request.
 *
 * @since 0.1.0
 */
import type { AccessToken } from "@le-auth/core/Identifiers"
import type { SessionKey } from "@le-auth/core/Session"
import type { SessionError, Sessions } from "@le-auth/core/Sessions"
import type * as SessionView from "@le-auth/core/SessionView"
import type { StoreError } from "@le-auth/core/StoreError"
import type * as Effect from "effect/Effect"
import type { BrowserSessions } from "./BrowserSessions.ts"
import type { InvalidArgument } from "./InvalidArgument.ts"
import type { WebApplication } from "./WebApplication.ts"

/**
 * The headers of a request: a web `Request`, a request of `node:http`, Express, Fastify or Nest, or `{ headers }` with
 * what Next's `headers()` gives. Only the cookies are read.
 *
 * @category models
 * @since 0.1.0
 */
export interface WithHeaders {
  readonly headers: Pick<Headers, "get"> | Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
}

/**
 * A session, for work without a request. Without `instance` it is the newest one of the user. A `SessionKey` of core,
 * and a {@link View}, are keys too.
 *
 * @category models
 * @since 0.1.0
 */
export interface Key {
  readonly accountId: string
  readonly subject: string
  /** One sign-in of the user, as each browser has its own. */
  readonly instance?: string | undefined
}

/**
 * Whose session: that of the browser that sent a request, or that of a key. A key is not looked at again: never take it
 * from a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Who = WithHeaders | Key

/**
 * The user who is signed in, without a token. It is a {@link Key} too.
 *
 * @category models
 * @since 0.1.0
 */
export type View = (SessionView.SignedInView & { readonly instance?: string }) | SessionView.SignedOutView

/** Who is signed in. */
export declare const view: (
  who: Who
) => Effect.Effect<View, StoreError | InvalidArgument, WebApplication | BrowserSessions | Sessions>

/** A valid access token. */
export declare const accessToken: (
  who: Who,
  options?: { readonly unless?: AccessToken | undefined }
) => Effect.Effect<AccessToken, SessionError | InvalidArgument, WebApplication | BrowserSessions | Sessions>

/** Signs out. */
export declare const signOut: (
  who: Who,
  options?: { readonly everywhere?: boolean | undefined }
) => Effect.Effect<Headers, SessionError | InvalidArgument, WebApplication | BrowserSessions | Sessions>

/** The keys of the sessions of an account. */
export declare const list: (
  accountId: string
) => Effect.Effect<ReadonlyArray<SessionKey>, StoreError | InvalidArgument, Sessions>
