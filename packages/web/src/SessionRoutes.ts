/**
 * The routes of a session: its view for a page, its refresh, and the two ways to sign out.
 *
 * @since 0.1.0
 */
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import type { SessionKey } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import { fromSession, requestHeader, type SessionView } from "@le-auth/core/SessionView"
import { noStore } from "@le-auth/core/shared/PagePolicy"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { BrowserSessions } from "./BrowserSessions.ts"
import * as Html from "./Html.ts"
import { asked } from "./internal/asked.ts"
import { notOurPage } from "./internal/notOurPage.ts"
import * as Reporter from "./internal/reporter.ts"
import * as Problem from "./Problem.ts"
import { isSameOrigin } from "./SameOrigin.ts"
import { currentKey, currentSession, WebApplication } from "./WebApplication.ts"

const json = (body: unknown, status = 200) => HttpServerResponse.jsonUnsafe(body, { status, headers: noStore })
const signedOut: SessionView = { signedIn: false }

/** Whether a script sent a request, with the header of le-auth. A form of a page without a script cannot send it. */
const isScript = (request: HttpServerRequest): boolean => request.headers[requestHeader] !== undefined

/**
 * Adds the routes `GET /session`, `POST /session/refresh`, `POST /sign-out` and `POST /sign-out/everywhere` to the
 * `HttpRouter`. Scripts get JSON, and forms get redirects and pages. A `POST` of another site gets 403. `WebSignIn` has
 * these routes.
 *
 * @example
 * ```ts
 * import * as SessionRoutes from "@le-auth/web/SessionRoutes"
 * import * as SignInRoutes from "@le-auth/web/SignInRoutes"
 * import * as Layer from "effect/Layer"
 *
 * const routes = Layer.merge(SignInRoutes.layer, SessionRoutes.layer)
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpRouter.addAll(
  Effect.gen(function* () {
    const application = yield* WebApplication
    const browserSessions = yield* BrowserSessions
    const sessions = yield* Sessions
    const { frameAncestors, paths, route } = application

    const home = HttpServerResponse.empty({ status: 303, headers: { ...noStore, location: paths.home } })
    const forbidden = (request: HttpServerRequest) =>
      isScript(request)
        ? Effect.succeed(json({ error: notOurPage.error, message: notOurPage.message }, notOurPage.status))
        : Html.page({
            title: "Not done",
            status: notOurPage.status,
            frameAncestors,
            body: Html.html`<p>${notOurPage.message}</p>`
          })

    const report = yield* Reporter.make("A session could not be used")

    /** The answer for an error. With `isLive` the session goes on. */
    const failed = (request: HttpServerRequest, isLive: boolean) => (error: Problem.Problem) =>
      Effect.flatMap(report(error), (reference) => {
        if (!isScript(request)) {
          return Problem.page({
            title: "That did not work",
            error,
            reference,
            loginPath: paths.login,
            homePath: isLive ? paths.home : undefined,
            frameAncestors
          })
        }
        // A page reads a 401 as the end of the session.
        return Effect.succeed(
          isLive && Problem.isOver(error)
            ? json({ error: error._tag, message: Problem.text(error), reference }, 502)
            : json({ error: Problem.nameOf(error), message: Problem.text(error), reference }, Problem.status(error))
        )
      })

    /** `GET /session`: the view for the page. The access token is refreshed only after its end. */
    const view = Effect.map(currentSession, (session) =>
      json(Option.isSome(session) ? fromSession(session.value) : signedOut)
    )

    /** Whether the session of this browser can still be used. Without an answer of the store it counts as alive. */
    const isLive = (key: SessionKey) =>
      Effect.all([sessions.current(key), Clock.currentTimeMillis]).pipe(
        Effect.map(([session, now]) => Option.isSome(session) && now < session.value.expiresAt),
        Effect.orElseSucceed(() => true)
      )

    /** `POST /session/refresh`: refreshes the access token now. */
    const refresh = (request: HttpServerRequest) =>
      Effect.gen(function* () {
        const key = yield* currentKey
        if (Option.isNone(key)) return isScript(request) ? json(signedOut, 401) : home
        return yield* sessions.refresh(key.value).pipe(
          Effect.map((session) => (isScript(request) ? json(fromSession(session)) : home)),
          Effect.catch((error) =>
            Effect.flatMap(isLive(key.value), (isLive) => failed(request, isLive || !Problem.isOver(error))(error))
          )
        )
      })

    /** Removes the identifier of this browser. */
    const leave = (request: HttpServerRequest) => {
      const identifier = application.identifier(request)
      return identifier === undefined ? Effect.void : browserSessions.remove(identifier)
    }
    // The mark tells a page that this route answered, and not some other server with an empty answer of its own.
    const done = HttpServerResponse.empty({ status: 204, headers: { ...noStore, [requestHeader]: "done" } })
    const left = (request: HttpServerRequest) => application.release(isScript(request) ? done : home)

    /** `POST /sign-out`: out of this application only. LivePerson is not told. */
    const forget = (request: HttpServerRequest) =>
      Effect.gen(function* () {
        const key = yield* currentKey
        if (Option.isSome(key)) {
          yield* sessions.forget(key.value)
          yield* leave(request)
        }
        return left(request)
      })

    /** `POST /sign-out/everywhere`: out of all LivePerson applications. */
    const revokeEverywhere = (request: HttpServerRequest) =>
      Effect.gen(function* () {
        const key = yield* currentKey
        if (Option.isSome(key)) {
          yield* sessions.revokeEverywhere(key.value).pipe(Effect.ensuring(Effect.ignore(leave(request))))
        }
        return left(request)
      }).pipe(Effect.catch((error) => Effect.map(failed(request, false)(error), application.release)))

    const changing =
      <E extends Problem.Problem, R>(
        handler: (request: HttpServerRequest) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
      ) =>
      (request: HttpServerRequest) =>
        isSameOrigin(request, application.origin)
          ? Effect.catch(RetryPolicy.disabled(handler(request)), failed(request, true))
          : forbidden(request)

    /** Gives the routes the services of this layer, so that they need none of a request. */
    const provided = Effect.provide(
      Context.make(WebApplication, application).pipe(
        Context.add(BrowserSessions, browserSessions),
        Context.add(Sessions, sessions)
      )
    )

    return [
      HttpRouter.route(
        "GET",
        route(paths.session),
        asked((request) => provided(Effect.catch(view, failed(request, true))))
      ),
      HttpRouter.route("POST", route(`${paths.session}/refresh`), (request) => provided(changing(refresh)(request))),
      HttpRouter.route("POST", route(paths.signOut), (request) => provided(changing(forget)(request))),
      HttpRouter.route("POST", route(`${paths.signOut}/everywhere`), (request) =>
        provided(changing(revokeEverywhere)(request))
      )
    ]
  })
)
