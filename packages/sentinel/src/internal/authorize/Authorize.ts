/**
 * The authorization endpoint (RFC 6749 section 3.1).
 *
 * @see LivePerson, LE Applications Authorization API, "Authorization request"
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Directory } from "../../Directory.ts"
import * as Paths from "../../Paths.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import type { Issuer } from "../documents/Issuer.ts"
import * as Redirect from "../http/Redirect.ts"
import * as RequestContext from "../http/RequestContext.ts"
import { type Handler, type Incoming, longestTarget } from "../http/RouteHandlers.ts"
import {
  type AuthorizationResponse,
  brokenBy,
  sendCode,
  sendError,
  SentBackError
} from "../request/AuthorizationResponse.ts"
import type { IssueCode } from "../request/IssueCode.ts"
import type { LoginTickets } from "../request/LoginTickets.ts"
import type { LoginSessions } from "../session/LoginSessions.ts"
import type { Secrets } from "../session/Secrets.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import * as AuthorizeChecks from "./AuthorizeChecks.ts"

/**
 * Sealed, a request is longer than it was. The login page would refuse the address, and the application would not be
 * told.
 */
const stateTooLong = new SentBackError({
  error: "invalid_request",
  problem: "state-too-long",
  description: "state is too long. A random text is enough, the rest belongs on the server."
})

/** Makes the handler of the endpoint. */
export const make = Effect.fnUntraced(function* (parts: {
  readonly cookies: SentinelCookies
  readonly issuer: Issuer
  readonly issueCode: IssueCode
  readonly secrets: Secrets
  readonly sessions: LoginSessions
  readonly tickets: LoginTickets
}): Effect.fn.Return<Handler, never, Directory> {
  const { cookies, issueCode, issuer, secrets, sessions, tickets } = parts
  const directory = yield* Directory
  const dialect = yield* SentinelDialect
  const loginLifetime = Duration.toMillis(dialect.loginLifetime)

  /** Sends the user to the login page. Nothing is stored: the request goes along, sealed. */
  const askToSignIn = Effect.fnUntraced(function* ({ request }: Incoming, to: AuthorizationResponse, now: number) {
    const known = cookies.login.read(request)
    const browser = known ?? (yield* secrets.make)
    const sealed = yield* tickets.issue(to, browser, now + loginLifetime)
    const address = `${Paths.login}?request=${sealed}`
    if (address.length > longestTarget) return sendError(to, stateTooLong, 302)
    const response = Redirect.to(address, 302)
    return known === undefined ? cookies.login.write(response, browser) : response
  })

  /**
   * Sends the user back to the application with a code, if the browser has a session in this account, else to the login
   * page.
   */
  const proceed = Effect.fnUntraced(function* (incoming: Incoming, to: AuthorizationResponse) {
    const now = yield* Clock.currentTimeMillis
    // A HEAD must change nothing (RFC 9110 section 9.3.2), so it is never given a code.
    if (incoming.request.method === "HEAD") return yield* askToSignIn(incoming, to, now)
    const session = yield* sessions.current(incoming.request, to.accountId, now)
    if (Option.isNone(session)) return yield* askToSignIn(incoming, to, now)
    const code = yield* secrets.make
    const outcome = yield* issueCode(code, to, session.value, now)
    return outcome === "Issued" ? sendCode(to, code, 302) : yield* askToSignIn(incoming, to, now)
  })

  return Effect.fnUntraced(function* (incoming) {
    const { accountId, query, search } = incoming

    // Until account, client and redirect URI are known to be valid, an error is shown.
    const installation = yield* AuthorizeChecks.installation(
      directory,
      accountId,
      yield* AuthorizeChecks.clientId(query)
    )
    const { clientId } = installation
    yield* RequestContext.isFrom({ accountId, clientId })
    const redirect = yield* AuthorizeChecks.redirectUri(query, installation, dialect)

    // From here on, an error is sent back.
    const request = { query, search, installation, dialect }
    const to: AuthorizationResponse = {
      accountId,
      clientId,
      ...redirect,
      state: AuthorizeChecks.stateOf(request),
      codeChallenge: dialect.pkce === "ignored" ? undefined : query.get("code_challenge"),
      nonce: dialect.discovery ? query.get("nonce") : undefined,
      issuer: dialect.issuerInAnswers ? issuer.ofIdTokens(accountId) : undefined
    }
    for (const check of AuthorizeChecks.sentBackChecks) {
      const error = check(request)
      if (error !== undefined) {
        const reason = error.reason ?? error.description
        yield* Effect.logInfo(`authorize refused: ${error.error}, ${reason}`).pipe(
          Effect.annotateLogs({ account: accountId, client: clientId })
        )
        yield* RequestContext.refused(error.error, reason, error.problem)
        return sendError(to, error, 302)
      }
    }
    yield* RequestContext.answersBy((error, description) =>
      sendError(to, new SentBackError({ error, description }), 302)
    )
    return yield* Effect.catchCause(proceed(incoming, to), (cause) =>
      Effect.as(Effect.logError("authorize failed", cause), sendError(to, brokenBy(cause), 302))
    )
  })
})
