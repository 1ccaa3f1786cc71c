/**
 * The routes of a sign-in: the way to Sentinel, and the way back.
 *
 * @since 0.1.0
 */
import { AccountId } from "@le-auth/core/Identifiers"
import * as Origin from "@le-auth/core/Origin"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { ReturnPath } from "@le-auth/core/ReturnPath"
import type { SessionKey } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import { SignIn } from "@le-auth/core/SignIn"
import { noStore, privateHeaders } from "@le-auth/core/shared/PagePolicy"
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { BrowserSessions } from "./BrowserSessions.ts"
import * as Html from "./Html.ts"
import { asked } from "./internal/asked.ts"
import * as Reporter from "./internal/reporter.ts"
import * as Problem from "./Problem.ts"
import { isDeliberate, isNavigation } from "./SameOrigin.ts"
import * as SignInWindow from "./SignInWindow.ts"
import * as StartLimit from "./StartLimit.ts"
import { currentSession, WebApplication } from "./WebApplication.ts"

const isAccountId = Schema.is(AccountId)
const isReturnPath = Schema.is(ReturnPath)

/** The code is used up, so a write that fails is tried again. */
const saving = { times: 3, schedule: Schedule.exponential("100 millis") }

const redirect = (status: 302 | 303, location: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({
    status,
    headers: { location, ...privateHeaders }
  })

/**
 * Only GET: a sign-in is neither started nor used up by a look at the headers (HEAD), and LivePerson documents no other
 * response mode than the query, so nothing arrives by POST (OAuth 2.0 form post response mode).
 */
const getOnly = HttpServerResponse.empty({ status: 405, headers: { allow: "GET", ...noStore } })

const search = (request: HttpServerRequest): string => {
  const query = request.url.indexOf("?")
  return query === -1 ? "" : request.url.slice(query)
}

/** The parameter of a browser that has been sent on to the host of the redirect URI. */
const sentOn = "sent-on"

/** Whether a `Host` is another name of this computer, on the port of this origin. */
const sendingOn = (origin: string) => {
  const { host, port, protocol } = new URL(origin)
  return (cameBy: string | undefined): boolean => {
    if (cameBy === undefined || !Origin.isLoopback(cameBy) || !Origin.isLoopback(host)) return false
    const url = URL.parse(`${protocol}//${cameBy}`)
    return url !== null && url.port === port && url.host !== host
  }
}

/**
 * `GET /login?returnTo=/path&account=12345678` starts a sign-in. Both parameters are optional.
 *
 * A browser that another site sent here first gets a page with a button, since a sign-in needs a person's own step.
 *
 * On a developer's machine a browser that came by another name (`127.0.0.1` instead of `localhost`) is first sent to
 * the host of the redirect URI. Otherwise the cookie that binds the sign-in would not come back with the callback. It
 * is sent on only once, since a proxy may have changed `Host`. Elsewhere the header is not read.
 */
const login = Effect.gen(function* () {
  const application = yield* WebApplication
  const signIn = yield* SignIn
  const isSentOn = sendingOn(application.origin)
  const { frameAncestors, paths } = application
  const wait = application.startLimit === undefined ? () => Effect.succeedNone : StartLimit.make(application.startLimit)
  const report = yield* Reporter.make("A sign-in could not be started")
  const page = (status: number, title: string, text: string) =>
    Html.page({ title, status, body: Html.html`<p>${text}</p>`, frameAncestors })
  const button = (request: HttpServerRequest) =>
    Html.page({
      title: "Sign in",
      frameAncestors,
      body: Html.html`<p>Another page sent you here to sign in with LivePerson.</p>
<p class="actions"><a class="button primary" href="${paths.login + search(request)}">Sign in</a></p>`
    })

  return Effect.fnUntraced(
    function* (request: HttpServerRequest) {
      if (request.method !== "GET") return getOnly
      if (!isNavigation(request, application.cookies.attributes.partitioned)) {
        return yield* page(403, "Not started", "A sign-in starts with a click, not from inside a page.")
      }
      if (!isDeliberate(request)) return yield* button(request)
      const parameters = UrlParameters.fromSearch(search(request))
      if (parameters.get(sentOn) === undefined && isSentOn(request.headers["host"])) {
        const query = search(request)
        return redirect(303, `${application.origin}${paths.login}${query}${query === "" ? "?" : "&"}${sentOn}=1`)
      }
      const account = parameters.get("account")
      const returnTo = parameters.get("returnTo")
      if (account !== undefined && !isAccountId(account)) {
        return yield* page(400, "Unknown account", "The account is not a LivePerson account id.")
      }
      const pause = yield* wait(request)
      if (Option.isSome(pause)) {
        const seconds = String(Math.ceil(Duration.toSeconds(pause.value)))
        return HttpServerResponse.setHeader(
          yield* page(
            429,
            "Too many sign-ins",
            `Too many sign-ins were started from here. Try again in ${seconds} seconds.`
          ),
          "retry-after",
          seconds
        )
      }
      const started = yield* RetryPolicy.disabled(
        signIn.start({
          accountId: account,
          returnTo,
          redirectUri: application.redirectUri,
          cookiePrefix: application.cookiePrefix
        })
      )
      return application.bind(request, started.binding)(redirect(302, started.url))
    },
    (answer, request) =>
      Effect.catch(answer, (error) =>
        Effect.flatMap(report(error), (reference) => {
          const returnTo = UrlParameters.fromSearch(search(request)).get("returnTo")
          return Problem.page({
            title: "The sign-in could not be started",
            error,
            reference,
            loginPath: paths.login,
            returnTo: isReturnPath(returnTo) ? returnTo : undefined,
            frameAncestors
          })
        })
      )
  )
})

/** Whether a callback belongs to no open sign-in, for example because a browser loads an old address again. */
const isNotOpen = (error: Problem.Problem): boolean =>
  error._tag === "CallbackError" &&
  (error.reason._tag === "WrongUserAgent" || error.reason._tag === "UnknownTransaction")

/**
 * The redirect URI. It loads nothing, and immediately leads to an address without `code` and `state` (RFC 9700 section
 * 4.2.4).
 *
 * The browser gets a new identifier at each sign-in, so a planted one is worth nothing (session fixation). Its previous
 * session ends. A callback that comes again leads to the same place as the first, or home.
 */
const callback = Effect.gen(function* () {
  const application = yield* WebApplication
  const signIn = yield* SignIn
  const browserSessions = yield* BrowserSessions
  const sessions = yield* Sessions
  const report = yield* Reporter.make("A callback was refused")
  const { frameAncestors, paths } = application

  const live = currentSession.pipe(
    Effect.provideContext(
      Context.make(WebApplication, application).pipe(
        Context.add(BrowserSessions, browserSessions),
        Context.add(Sessions, sessions)
      )
    ),
    // A failed look-up changes nothing about the callback.
    Effect.orElseSucceed(() => Option.none())
  )

  /** Ends the previous session of this browser, unless another answer to the same callback has brought the new one. */
  const leave = (request: HttpServerRequest, now: SessionKey) => {
    const identifier = application.identifier(request)
    if (identifier === undefined) return Effect.void
    return browserSessions.find(identifier).pipe(
      Effect.flatMap((before) =>
        Option.isSome(before) && before.value.toString() !== now.toString()
          ? sessions.forget(before.value)
          : Effect.void
      ),
      Effect.andThen(browserSessions.remove(identifier)),
      Effect.catch((error) => Effect.logWarning("The session before could not be removed", error.message))
    )
  }

  return Effect.fnUntraced(
    function* (request: HttpServerRequest) {
      if (request.method !== "GET") return getOnly
      const { bindingName, overNames, returnTo, session } = yield* RetryPolicy.disabled(signIn.complete(request))
      yield* leave(request, session.key)
      const identifier = yield* Effect.retry(browserSessions.create(session.key), saving)
      return redirect(303, returnTo ?? paths.home).pipe(
        application.remember(identifier, browserSessions.maxAge),
        application.unbind([bindingName, ...overNames])
      )
    },
    Effect.catch(
      Effect.fnUntraced(function* (error) {
        const reference = yield* report(error)
        const session = yield* live
        const isSignedIn = Option.isSome(session)
        if (isSignedIn && isNotOpen(error)) return redirect(303, paths.home)
        const bindingName = "bindingName" in error ? error.bindingName : undefined
        const page = yield* Problem.page({
          title: isSignedIn ? "This sign-in did not work" : "You are not signed in",
          error,
          reference,
          loginPath: paths.login,
          returnTo: "returnTo" in error ? error.returnTo : undefined,
          ...(isSignedIn ? { homePath: paths.home, more: "You are still signed in as before." } : {}),
          frameAncestors
        })
        return application.unbind(bindingName === undefined ? [] : [bindingName])(page)
      })
    )
  )
})

/**
 * Adds the routes `GET /login`, `GET /login/done`, where a sign-in in a window ends, and the path of the redirect URI
 * to the `HttpRouter`. `WebSignIn` has these routes.
 *
 * @example
 * ```ts
 * import * as SignInRoutes from "@le-auth/web/SignInRoutes"
 * import * as WebApplication from "@le-auth/web/WebApplication"
 * import * as Layer from "effect/Layer"
 *
 * const routes = SignInRoutes.layer.pipe(Layer.provide(WebApplication.layerWith({ paths: { login: "/auth/login" } })))
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1 RFC 6749 section 4.1}
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpRouter.addAll(
  Effect.gen(function* () {
    const { callbackPath, paths, route } = yield* WebApplication
    return [
      HttpRouter.route("GET", route(paths.login), asked(yield* login)),
      HttpRouter.route(
        "GET",
        route(`${paths.login}${SignInWindow.suffix}`),
        asked(() => SignInWindow.response)
      ),
      HttpRouter.route("*", route(callbackPath), asked(yield* callback))
    ]
  })
)
