/**
 * The routes of a sign-in: the way out to Sentinel, and the way back.
 *
 * @since 0.1.0
 */
import { AccountId } from "@le-auth/core/Identifiers"
import * as Origin from "@le-auth/core/Origin"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { SignIn } from "@le-auth/core/SignIn"
import { UrlParameters } from "@le-auth/core/UrlParameters"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { BrowserSessions } from "./BrowserSessions.ts"
import * as Html from "./Html.ts"
import * as Problem from "./Problem.ts"
import { isNavigation } from "./SameOrigin.ts"
import * as SignInWindow from "./SignInWindow.ts"
import * as StartLimit from "./StartLimit.ts"
import { WebApplication } from "./WebApplication.ts"

/** A person waits for the next page: a failed call is not repeated behind it. */
const nobodyWaits = Effect.provideService(RetryPolicy.Current, RetryPolicy.none)

const isAccountId = Schema.is(AccountId)

const redirect = (status: 302 | 303, location: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({
    status,
    headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" }
  })

/**
 * Only GET: a sign-in is neither started nor used up by a look at the headers (HEAD), and LivePerson documents no other
 * response mode than the query, so nothing arrives by POST (OAuth 2.0 form post response mode).
 */
const getOnly = HttpServerResponse.empty({ status: 405, headers: { allow: "GET", "cache-control": "no-store" } })

const search = (request: HttpServerRequest): string => {
  const query = request.url.indexOf("?")
  return query === -1 ? "" : request.url.slice(query)
}

/**
 * `GET /login?returnTo=/path&account=12345678` starts a sign-in; both parameters are optional.
 *
 * On a developer's machine a browser that came by another name (`127.0.0.1` instead of `localhost`) is first sent to that of
 * the redirect URI, since the cookie that binds the sign-in would otherwise not come back with the callback. Elsewhere the
 * `Host` header is not looked at: a proxy may have rewritten it.
 */
const login = Effect.gen(function* () {
  const application = yield* WebApplication
  const signIn = yield* SignIn
  const host = new URL(application.origin).host
  const { frameAncestors, paths } = application
  const wait = application.startLimit === undefined ? () => Effect.succeedNone : StartLimit.make(application.startLimit)
  const page = (status: number, title: string, text: string) =>
    Html.page({ title, status, body: Html.html`<p>${text}</p>`, frameAncestors })

  return Effect.fnUntraced(
    function* (request: HttpServerRequest) {
      if (request.method !== "GET") return getOnly
      if (!isNavigation(request, application.cookies.attributes.partitioned)) {
        return page(403, "Not started", "A sign-in starts with a click, not from inside a page.")
      }
      const cameBy = request.headers["host"]
      if (cameBy !== undefined && cameBy !== host && Origin.isLoopback(cameBy) && Origin.isLoopback(host)) {
        return redirect(303, application.origin + paths.login + search(request))
      }
      const parameters = UrlParameters.fromSearch(search(request))
      const account = parameters.get("account")
      const returnTo = parameters.get("returnTo")
      if (account !== undefined && !isAccountId(account)) {
        return page(400, "Unknown account", "The account is not a LivePerson account id.")
      }
      const pause = yield* wait(request)
      if (Option.isSome(pause)) {
        const seconds = String(Math.ceil(Duration.toSeconds(pause.value)))
        return HttpServerResponse.setHeader(
          page(429, "Too many sign-ins", `Too many sign-ins were started from here. Try again in ${seconds} seconds.`),
          "retry-after",
          seconds
        )
      }
      const started = yield* nobodyWaits(
        signIn.start({ accountId: account, returnTo, redirectUri: application.redirectUri })
      )
      return application.bind(started.binding)(redirect(302, started.url))
    },
    Effect.catch((error) =>
      Effect.as(
        Effect.logWarning("A sign-in could not be started", error.message),
        Problem.page({ title: "The sign-in could not be started", error, loginPath: paths.login, frameAncestors })
      )
    )
  )
})

/**
 * The redirect URI. It loads nothing, and at once leads to an address without `code` and `state` (RFC 9700 section 4.2.4).
 *
 * The browser gets a new identifier at each sign-in, so one that somebody planted before is worth nothing (session
 * fixation).
 */
const callback = Effect.gen(function* () {
  const application = yield* WebApplication
  const signIn = yield* SignIn
  const browserSessions = yield* BrowserSessions
  return Effect.fnUntraced(
    function* (request: HttpServerRequest) {
      if (request.method !== "GET") return getOnly
      const { bindingName, returnTo, session } = yield* nobodyWaits(signIn.complete(request))
      const before = application.identifier(request)
      if (before !== undefined) yield* browserSessions.remove(before)
      const identifier = yield* browserSessions.create(session.key)
      return redirect(303, returnTo ?? application.paths.home).pipe(
        application.remember(identifier, browserSessions.maxAge),
        application.unbind(bindingName)
      )
    },
    Effect.catch((error) =>
      Effect.as(
        Effect.logWarning("A callback was refused", error.message),
        Problem.page({
          title: "You are not signed in",
          error,
          loginPath: application.paths.login,
          frameAncestors: application.frameAncestors
        })
      )
    )
  )
})

/**
 * @since 0.1.0
 */
export const layer = HttpRouter.addAll(
  Effect.gen(function* () {
    const application = yield* WebApplication
    return [
      HttpRouter.route("GET", application.paths.login, yield* login),
      HttpRouter.route(
        "GET",
        `${application.paths.login}${SignInWindow.suffix}`,
        Effect.succeed(SignInWindow.response)
      ),
      HttpRouter.route("*", application.callbackPath, yield* callback)
    ]
  })
)
