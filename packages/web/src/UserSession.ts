/**
 * The session of a user for code of the application's server: by the request of their browser, or by a key for work
 * without a request.
 *
 * @since 0.1.0
 */
import type { AccessToken } from "@le-auth/core/Identifiers"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import type { Session, SessionKey } from "@le-auth/core/Session"
import { type SessionError, Sessions } from "@le-auth/core/Sessions"
import { fromSession, type SignedInView, type SignedOutView } from "@le-auth/core/SessionView"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { BrowserSessions } from "./BrowserSessions.ts"
import { optionsOf } from "./internal/invalid.ts"
import { liveSession } from "./internal/liveSession.ts"
import * as Whose from "./internal/whose.ts"
import type { InvalidArgument } from "./InvalidArgument.ts"
import { WebApplication } from "./WebApplication.ts"

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
export type View = (SignedInView & { readonly instance?: string }) | SignedOutView

/**
 * The signed-in user, if there is one, without a call to Sentinel. It fails with a `StoreError` if a store fails.
 *
 * @example
 * ```ts
 * import * as UserSession from "@le-auth/web/UserSession"
 * import type { IncomingMessage } from "node:http"
 *
 * const of = (request: IncomingMessage) => UserSession.view(request)
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const view = (
  who: Who
): Effect.Effect<View, StoreError | InvalidArgument, WebApplication | BrowserSessions | Sessions> =>
  Whose.inRequest(
    who,
    Effect.gen(function* () {
      const key = yield* Whose.keyOf(who)
      if (Option.isNone(key)) return { signedIn: false }
      const { refusals } = yield* WebApplication
      const session = yield* liveSession(yield* Sessions, refusals, key.value, false)
      return Option.match(session, { onNone: () => ({ signedIn: false }), onSome: viewOf })
    })
  )

const viewOf = (session: Session): View => {
  const { instance } = session.key
  return { ...fromSession(session), ...(instance === undefined ? {} : { instance }) }
}

/**
 * An access token that is valid now, refreshed first if that is due. With `unless`, another one than this, which a
 * service refused. Any number of callers cause one refresh. For a request no call to LivePerson is repeated, since a
 * person waits; for a key the `RetryPolicy` in force counts.
 *
 * Fails with `NotSignedIn` or `SessionEnded` if the user has to sign in again, and with the other errors of
 * `Sessions.accessToken`. Sessions in cookies (`SessionsInCookies`) have a token in a route only, where the answer can
 * bring new cookies.
 *
 * @example
 * ```ts
 * import * as UserSession from "@le-auth/web/UserSession"
 *
 * // For a nightly job: the newest session of a user.
 * const tokenOf = (subject: string) => UserSession.accessToken({ accountId: "12345678", subject })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const accessToken = (
  who: Who,
  options?: { readonly unless?: AccessToken | undefined }
): Effect.Effect<AccessToken, SessionError | InvalidArgument, WebApplication | BrowserSessions | Sessions> =>
  Effect.gen(function* () {
    const { unless } = yield* optionsOf("options", options)
    const sessions = yield* Sessions
    const key = yield* Whose.signedIn(who)
    const token = yield* sessions.accessToken(key)
    if (unless === undefined || Redacted.value(token) !== Redacted.value(unless)) return token
    return (yield* sessions.renew(key, { unless })).accessToken
  }).pipe(Whose.isRequest(who) ? RetryPolicy.disabled : identity)

/**
 * Signs out of this application; with `everywhere`, of all LivePerson applications. Gives the `Set-Cookie` headers that
 * take the cookies from the browser of a request. For a key there are no headers. A user who is not signed in causes no
 * error.
 *
 * If the revocation fails, this fails too, but the session here is removed. Then a call without `everywhere` gives the
 * headers. It does not check the site that a request comes from, so only your own pages may cause it.
 *
 * @example
 * ```ts
 * import * as UserSession from "@le-auth/web/UserSession"
 * import * as Effect from "effect/Effect"
 *
 * const leave = (request: Request) =>
 *   Effect.map(UserSession.signOut(request), (headers) => {
 *     headers.set("location", "/")
 *     return new Response(null, { status: 303, headers })
 *   })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const signOut = (
  who: Who,
  options?: { readonly everywhere?: boolean | undefined }
): Effect.Effect<Headers, SessionError | InvalidArgument, WebApplication | BrowserSessions | Sessions> =>
  Effect.gen(function* () {
    const sessions = yield* Sessions
    const browserSessions = yield* BrowserSessions
    const { identifier, release } = yield* WebApplication
    const everywhere = (yield* optionsOf("options", options)).everywhere === true
    const key = yield* Whose.keyOf(who)
    const end: Effect.Effect<void, SessionError> = Option.isNone(key)
      ? Effect.void
      : everywhere
        ? sessions.revokeEverywhere(key.value)
        : sessions.forget(key.value)
    if (!Whose.isRequest(who)) return yield* Effect.as(end, new Headers())
    const leave = HttpServerRequest.use((request) => {
      const sent = identifier(request)
      return sent === undefined || Option.isNone(key) ? Effect.void : browserSessions.remove(sent)
    })
    // As the routes do it: the revocation may fail, and this browser is signed out all the same.
    const left = everywhere ? Effect.ensuring(end, Effect.ignore(leave)) : Effect.andThen(end, leave)
    return yield* Whose.cookiesOf(who, Effect.as(left, release(HttpServerResponse.empty())))
  }).pipe(Whose.isRequest(who) ? RetryPolicy.disabled : identity)

/**
 * The keys of the application's sessions in an account, in no particular order.
 *
 * @example
 * ```ts
 * import * as UserSession from "@le-auth/web/UserSession"
 * import * as Effect from "effect/Effect"
 *
 * // For a user who may not use the application any more.
 * const endAll = Effect.fnUntraced(function* (accountId: string, subject: string) {
 *   const keys = yield* UserSession.list(accountId)
 *   const ofUser = keys.filter((key) => key.subject === subject)
 *   yield* Effect.forEach(ofUser, (key) => UserSession.signOut(key), { discard: true })
 * })
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const list = (
  accountId: string
): Effect.Effect<ReadonlyArray<SessionKey>, StoreError | InvalidArgument, WebApplication | Sessions> =>
  Whose.listed(accountId)
