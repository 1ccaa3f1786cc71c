/** Ends the session of a browser in one account. Revocation ends the sessions of a user everywhere. */
import * as Patterns from "@le-auth/core/shared/Patterns"
import { append, type UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Directory } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import * as FormBody from "../http/FormBody.ts"
import type { Reachability } from "../http/Reachability.ts"
import * as Redirect from "../http/Redirect.ts"
import type { Handler } from "../http/RouteHandlers.ts"
import * as SameOrigin from "../http/SameOrigin.ts"
import { ShownError, unavailable } from "../http/ShownError.ts"
import type { Render } from "../page/Page.ts"
import * as RedirectUris from "../request/RedirectUris.ts"
import type { LoginSessions } from "../session/LoginSessions.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import * as LoginPage from "./LoginPage.ts"

/**
 * A POST with the field `account`. It needs no token: the cookie is `SameSite=Lax`, so no form of another site has it.
 * In the dialect `openid` the page that asks the user also says which application the user goes back to.
 */
export const make = Effect.fnUntraced(function* (parts: {
  readonly reachability: Reachability
  readonly cookies: SentinelCookies
  readonly render: Render
  readonly sessions: LoginSessions
}): Effect.fn.Return<Handler, never, Directory> {
  const directory = yield* Directory
  const dialect = yield* SentinelDialect

  /** Where the user goes then, if that is still at an origin of the application. */
  const targetOf = Effect.fnUntraced(function* (accountId: string, body: UrlParameters) {
    const clientId = body.get("client_id")
    const uri = body.get("post_logout_redirect_uri")
    if (!dialect.discovery || clientId === undefined || uri === undefined) return undefined
    const found = yield* directory.installation(accountId, clientId)
    return Option.isSome(found) && RedirectUris.isAtOriginOf(found.value, uri, dialect)
      ? append(uri, { state: body.get("state") })
      : undefined
  })

  return Effect.fnUntraced(function* ({ request }) {
    yield* SameOrigin.check(request, parts.reachability)
    const refuse = (status: 400 | 413, description: string) =>
      new ShownError({ status, error: "invalid_request", description, remedy: "Send a form with the field account." })
    const body = yield* Effect.mapError(FormBody.read(request), (error) => refuse(error.status, error.description))
    const accountId = body.get("account")
    if (accountId === undefined || !Patterns.accountId.test(accountId)) {
      return yield* refuse(400, "The account is missing.")
    }
    yield* parts.sessions.end(request, accountId, yield* Clock.currentTimeMillis).pipe(
      Effect.tapError((error) => Effect.logError("logout failed", error)),
      Effect.mapError(() => unavailable)
    )
    const target = yield* targetOf(accountId, body)
    const answer = target === undefined ? parts.render(LoginPage.signedOut()) : Redirect.to(target, 303)
    return parts.cookies.session(accountId).expire(answer)
  })
})
