/**
 * The authorization endpoint (RFC 6749 section 3.1).
 *
 * @see LivePerson, LE Applications Authorization API, "Authorization request"
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Directory } from "../../Directory.ts"
import type { Issuer } from "../documents/Issuer.ts"
import { type Handler, type Incoming, longestTarget } from "../http/Endpoint.ts"
import * as Redirect from "../http/Redirect.ts"
import * as Trail from "../http/Trail.ts"
import type { LoginTickets } from "../request/LoginTickets.ts"
import * as RequestFacts from "../http/RequestFacts.ts"
import * as Paths from "../../Paths.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import type { BrowserSessions } from "../session/LoginSessions.ts"
import type { Secrets } from "../session/Secrets.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import * as Checks from "./AuthorizeChecks.ts"
import type { IssueCode } from "../request/IssueCode.ts"
import { brokenBy, sendCode, sendError, SentBackError, type Target } from "../request/AuthorizationResponse.ts"

/** Sealed, a request is longer than it was. The login page would refuse the address, and nobody would be told. */
const stateTooLong = new SentBackError({
  error: "invalid_request",
  problem: "state-too-long",
  description: "state is too long. A random text is enough, the rest belongs on the server."
})

/**
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (parts: {
  readonly cookies: SentinelCookies
  readonly issuer: Issuer
  readonly issueCode: IssueCode
  readonly secrets: Secrets
  readonly sessions: BrowserSessions
  readonly tickets: LoginTickets
}): Effect.fn.Return<Handler, never, Directory> {
  const { cookies, issueCode, issuer, secrets, sessions, tickets } = parts
  const directory = yield* Directory
  const dialect = yield* SentinelDialect
  const loginLifetime = Duration.toMillis(dialect.loginLifetime)

  /** To the login page. Nothing is stored: the request goes along, sealed. */
  const askToSignIn = Effect.fnUntraced(function* ({ request }: Incoming, target: Target, now: number) {
    const known = cookies.login.read(request)
    const browser = known ?? (yield* secrets.make)
    const sealed = yield* tickets.issue(target, browser, now + loginLifetime)
    const address = `${Paths.login}?request=${sealed}`
    if (address.length > longestTarget) return sendError(target, stateTooLong, 302)
    const response = Redirect.to(address, 302)
    return known === undefined ? cookies.login.write(response, browser) : response
  })

  /** Back to the application with a code, if the browser has a session in this account; else to the login page. */
  const proceed = Effect.fnUntraced(function* (incoming: Incoming, target: Target) {
    const now = yield* Clock.currentTimeMillis
    // A HEAD must change nothing (RFC 9110 section 9.3.2), so it is never given a code.
    if (incoming.request.method === "HEAD") return yield* askToSignIn(incoming, target, now)
    const session = yield* sessions.current(incoming.request, target.accountId, now)
    if (Option.isNone(session)) return yield* askToSignIn(incoming, target, now)
    const code = yield* secrets.make
    const outcome = yield* issueCode(code, target, session.value, now)
    return outcome === "Issued" ? sendCode(target, code, 302) : yield* askToSignIn(incoming, target, now)
  })

  return Effect.fnUntraced(function* (incoming) {
    const { accountId, query, search } = incoming

    // Until account, client and redirect URI are known to be valid, an error is shown.
    const installation = yield* Checks.installation(directory, accountId, yield* Checks.clientId(query))
    const { clientId } = installation
    RequestFacts.isFrom(incoming.request, { accountId, clientId })
    const redirect = yield* Checks.redirectUri(query, installation, dialect)

    // From here on, an error is sent back.
    const request = { query, search, installation, dialect }
    const target: Target = {
      accountId,
      clientId,
      ...redirect,
      state: Checks.stateOf(request),
      codeChallenge: dialect.pkce === "ignored" ? undefined : query.get("code_challenge"),
      nonce: dialect.discovery ? query.get("nonce") : undefined,
      issuer: dialect.issuerInAnswers ? issuer.ofIdTokens(accountId) : undefined
    }
    for (const check of Checks.sentBackChecks) {
      const error = check(request)
      if (error !== undefined) {
        const reason = error.reason ?? error.description
        yield* Effect.logInfo(`authorize refused: ${error.error}, ${reason}`).pipe(
          Effect.annotateLogs({ account: accountId, client: clientId })
        )
        yield* Trail.refused(error.error, reason, error.problem)
        return sendError(target, error, 302)
      }
    }
    yield* Trail.answersTo(target)
    return yield* Effect.catchCause(proceed(incoming, target), (cause) =>
      Effect.as(Effect.logError("authorize failed", cause), sendError(target, brokenBy(cause), 302))
    )
  })
})
