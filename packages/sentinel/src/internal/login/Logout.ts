/** Ends the session of a browser in one account. Revocation ends the sessions of a user everywhere. */
import type { Origin } from "@le-auth/core/Origin"
import * as Patterns from "@le-auth/core/shared/Patterns"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FormBody from "../http/FormBody.ts"
import type { Handler } from "../http/RouteHandlers.ts"
import * as SameOrigin from "../http/SameOrigin.ts"
import { ShownError, unavailable } from "../http/ShownError.ts"
import type { Render } from "../page/Page.ts"
import type { LoginSessions } from "../session/LoginSessions.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import * as LoginPage from "./LoginPage.ts"

/**
 * A POST with the field `account`. It needs no token: the cookie is `SameSite=Lax`, so no form of another site has it.
 */
export const make = (parts: {
  readonly cookies: SentinelCookies
  readonly publicOrigin: Origin
  readonly render: Render
  readonly sessions: LoginSessions
}): Handler =>
  Effect.fnUntraced(function* ({ request }) {
    yield* SameOrigin.check(request, parts.publicOrigin)
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
    return parts.cookies.session(accountId).expire(parts.render(LoginPage.signedOut()))
  })
