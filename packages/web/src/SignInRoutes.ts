/**
 * The routes of a sign-in: the way out to Sentinel, and the way back.
 *
 * @since 0.1.0
 */
import { AccountId } from "@le-auth/core/Identifiers"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { SignIn } from "@le-auth/core/SignIn"
import { UrlParameters } from "@le-auth/core/UrlParameters"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import { BrowserSessions } from "./BrowserSessions.ts"
import * as Html from "./Html.ts"
import * as Problem from "./Problem.ts"
import { isNavigation } from "./SameOrigin.ts"
import { WebApplication } from "./WebApplication.ts"

/** A person waits for the next page: a failed call is not repeated behind it. */
const nobodyWaits = Effect.provideService(RetryPolicy.Current, RetryPolicy.none)

const isAccountId = Schema.is(AccountId)

const redirect = (status: 302 | 303, location: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({
    status,
    headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" }
  })

/** The router also sends HEAD here. A sign-in is neither started nor used up by a look at the headers. */
const getOnly = HttpServerResponse.empty({ status: 405, headers: { allow: "GET", "cache-control": "no-store" } })

const search = (request: HttpServerRequest): string => {
  const query = request.url.indexOf("?")
  return query === -1 ? "" : request.url.slice(query)
}

/**
 * `GET /login?returnTo=/path&account=12345678` starts a sign-in; both parameters are optional.
 *
 * A browser that came by another name of this server (`127.0.0.1` instead of `localhost`) is first sent to the one of the
 * redirect URI, since the cookie that binds the sign-in would otherwise not come back with the callback.
 */
const login = Effect.gen(function* () {
  const application = yield* WebApplication
  const signIn = yield* SignIn
  const host = new URL(application.origin).host
  return (request: HttpServerRequest) => {
    if (request.method !== "GET") return Effect.succeed(getOnly)
    if (!isNavigation(request)) {
      return Effect.succeed(
        Html.page({
          title: "Not started",
          status: 403,
          body: "<p>A sign-in starts with a click, not from inside a page.</p>"
        })
      )
    }
    if (request.headers["host"] !== undefined && request.headers["host"] !== host) {
      return Effect.succeed(redirect(303, application.origin + application.paths.login + search(request)))
    }
    const parameters = UrlParameters.fromSearch(search(request))
    const account = parameters.get("account")
    const returnTo = parameters.get("returnTo")
    if (account !== undefined && !isAccountId(account)) {
      return Effect.succeed(
        Html.page({ title: "Unknown account", status: 400, body: "<p>The account is not a LivePerson account id.</p>" })
      )
    }
    return signIn.start({ accountId: account, returnTo, redirectUri: application.redirectUri }).pipe(
      nobodyWaits,
      Effect.map((started) => application.bind(started.binding)(redirect(302, started.url))),
      Effect.catch((error) =>
        Effect.as(
          Effect.logWarning("A sign-in could not be started", error.message),
          Problem.page({ title: "The sign-in could not be started", error, loginPath: application.paths.login })
        )
      )
    )
  }
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
        application.remember(identifier),
        application.unbind(bindingName)
      )
    },
    Effect.catch((error) =>
      Effect.as(
        Effect.logWarning("A callback was refused", error.message),
        Problem.page({ title: "You are not signed in", error, loginPath: application.paths.login })
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
      HttpRouter.route("GET", application.callbackPath, yield* callback)
    ]
  })
)
