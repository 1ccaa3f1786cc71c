/** The login page: the form, and what happens when it is sent. */
import { endpoint as authorizePath } from "@le-auth/core/AuthorizeRequest"
import { AccountId } from "@le-auth/core/Identifiers"
import { append } from "@le-auth/core/shared/UrlParameters"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { Directory } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import * as AuthorizeChecks from "../authorize/AuthorizeChecks.ts"
import * as OpenIdChecks from "../authorize/OpenIdChecks.ts"
import * as FormBody from "../http/FormBody.ts"
import * as Query from "../http/Query.ts"
import type { Reachability } from "../http/Reachability.ts"
import * as Redirect from "../http/Redirect.ts"
import * as RequestContext from "../http/RequestContext.ts"
import type { Handler } from "../http/RouteHandlers.ts"
import * as SameOrigin from "../http/SameOrigin.ts"
import { ShownError } from "../http/ShownError.ts"
import { Vouched } from "../http/Vouched.ts"
import type { Render } from "../page/Page.ts"
import { brokenBy, sendCode, sendError, type SentBackError } from "../request/AuthorizationResponse.ts"
import type { IssueCode } from "../request/IssueCode.ts"
import type { LoginTicket, LoginTickets } from "../request/LoginTickets.ts"
import * as RedirectUris from "../request/RedirectUris.ts"
import type { LoginSessions } from "../session/LoginSessions.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import type { IdTokenReader } from "../token/IdTokenReader.ts"
import * as Credentials from "./Credentials.ts"
import * as LoginPage from "./LoginPage.ts"

const startAgain = "Go back to the application and start the sign-in again. Cookies must be allowed."

const notFromHere = new ShownError({
  status: 403,
  error: "access_denied",
  description: "The login form does not belong to this browser.",
  remedy: startAgain
})

/** OpenID Connect Core section 3.1.2.1, `id_token_hint`. */
const anotherUser = OpenIdChecks.loginRequired("The user who signed in is not the one of id_token_hint.")

const notOpenedHere = new ShownError({
  status: 400,
  error: "invalid_request",
  description: "This login page was not opened in this browser, or its cookie is gone.",
  remedy: startAgain
})

const notKnownAnymore = new ShownError({
  status: 401,
  error: "unauthorized_client",
  description: "The account or the application is not known anymore.",
  remedy: startAgain
})

/** The address that begins the same request again. */
const againFrom = (ticket: LoginTicket): string =>
  append(authorizePath("", AccountId.make(ticket.accountId)), {
    response_type: "code",
    client_id: ticket.clientId,
    redirect_uri: ticket.redirectUriWasSent ? ticket.redirectUri : undefined,
    state: ticket.state,
    nonce: ticket.nonce,
    scope: ticket.scope,
    prompt: ticket.asksAgain === true ? "login" : undefined,
    id_token_hint: ticket.idTokenHint,
    code_challenge: ticket.codeChallenge,
    code_challenge_method: ticket.codeChallenge === undefined ? undefined : "S256"
  })

/** Makes the two handlers: `show` gives the form, `submit` takes it. */
export const make = Effect.fnUntraced(function* (parts: {
  readonly reachability: Reachability
  readonly cookies: SentinelCookies
  readonly issueCode: IssueCode
  readonly readIdToken: IdTokenReader
  readonly render: Render
  readonly sessions: LoginSessions
  readonly tickets: LoginTickets
}): Effect.fn.Return<{ readonly show: Handler; readonly submit: Handler }, never, Directory> {
  const { cookies, issueCode, reachability, readIdToken, render, sessions, tickets } = parts
  const directory = yield* Directory
  const dialect = yield* SentinelDialect
  const check = yield* Credentials.make(cookies, tickets)

  /**
   * The account and the application of a ticket. The findings of the authorization endpoint are as old as the ticket,
   * so what may have changed since is checked again: else an address that was removed would still get a code.
   */
  const partiesOf = Effect.fnUntraced(function* (ticket: LoginTicket) {
    const account = yield* directory.account(ticket.accountId)
    const found = yield* directory.installation(ticket.accountId, ticket.clientId)
    if (Option.isNone(account) || Option.isNone(found)) return yield* notKnownAnymore
    const installation = found.value
    if (RedirectUris.registeredOf(installation.redirectUris, ticket.redirectUri, dialect) === undefined) {
      return yield* AuthorizeChecks.notRegistered(installation, ticket.redirectUri)
    }
    const query = Query.parametersOf(againFrom(ticket))
    const request = { query, search: "", installation, dialect }
    const refusal = AuthorizeChecks.checksOfInstallation
      .map((check) => check(request))
      .find((error) => error !== undefined)
    return { account: account.value, installation, ticket, dialect, refusal }
  })

  /** Errors that may go back to the application still do (RFC 6749 section 4.1.2.1). */
  const sendBack = Effect.fnUntraced(function* (ticket: LoginTicket, error: SentBackError, status: 302 | 303) {
    yield* RequestContext.refused(error.error, error.description)
    return sendError(ticket, error, status)
  })

  const tooLate = (ticket: LoginTicket) => {
    const reason = "the login page was open for longer than loginLifetime"
    return Effect.logInfo(`login refused: ${reason}`).pipe(
      Effect.annotateLogs({ account: ticket.accountId, client: ticket.clientId }),
      Effect.andThen(RequestContext.refused("invalid_request", reason)),
      Effect.as(render(LoginPage.expired(againFrom(ticket))))
    )
  }

  const show: Handler = Effect.fnUntraced(function* ({ query, request }) {
    const sealed = query.get("request")
    const browser = cookies.login.read(request)
    if (sealed === undefined || browser === undefined) return yield* notOpenedHere
    const opened = yield* tickets.open(sealed, browser)
    if (Option.isNone(opened)) return yield* notOpenedHere
    if ((yield* Clock.currentTimeMillis) >= opened.value.expiresAt) {
      return yield* tooLate(opened.value)
    }
    const parties = yield* partiesOf(opened.value)
    if (parties.refusal !== undefined) return yield* sendBack(opened.value, parties.refusal, 302)
    const token = yield* tickets.formToken(sealed, browser)
    return render(LoginPage.form({ ...parties, sealed, token }))
  })

  const submit: Handler = Effect.fnUntraced(function* ({ request }) {
    yield* SameOrigin.check(request, reachability)
    const body = yield* Effect.mapError(
      // A password that is too long is a wrong one (R86), and takes as long as any other.
      FormBody.read(request, { length: Infinity }),
      ({ description, status }) => new ShownError({ status, error: "invalid_request", description, remedy: startAgain })
    )
    const browser = cookies.login.read(request)
    const sealed = body.get("request")
    const given = body.get("token")
    if (browser === undefined || sealed === undefined || given === undefined) return yield* notFromHere
    const token = yield* tickets.formToken(sealed, browser)
    if (!Credentials.isSame(token, given)) return yield* notFromHere
    const opened = yield* tickets.open(sealed, browser)
    if (Option.isNone(opened)) return yield* notFromHere
    const ticket = opened.value
    if ((yield* Clock.currentTimeMillis) >= ticket.expiresAt) return yield* tooLate(ticket)
    const parties = yield* partiesOf(ticket)
    yield* RequestContext.isFrom(ticket)
    if (parties.refusal !== undefined) return yield* sendBack(ticket, parties.refusal, 303)

    const { denial } = yield* Vouched
    if (denial !== undefined) {
      yield* RequestContext.refused(denial.error, "refused through the control")
      return sendError(ticket, denial, 303)
    }

    const email = body.get("username") ?? ""
    const password = body.get("password") ?? ""
    const checked = yield* Effect.result(check({ ticket, email, password, request }))
    if (Result.isFailure(checked)) {
      return render(LoginPage.form({ ...parties, sealed, token, email, failure: checked.failure }))
    }
    const { device, user } = checked.success
    // The attempt may have waited for its turn, and the findings before it are as old as that.
    const { refusal } = yield* partiesOf(ticket)
    if (refusal !== undefined) return yield* sendBack(ticket, refusal, 303)
    if (ticket.idTokenHint !== undefined) {
      const hint = yield* readIdToken(ticket.idTokenHint, ticket.accountId, request)
      if (Option.isNone(hint) || hint.value.userId !== user.id) return yield* sendBack(ticket, anotherUser, 303)
    }
    const now = yield* Clock.currentTimeMillis

    return yield* Effect.gen(function* () {
      // This also signs out any other user who was signed in to this account in this browser.
      const before = yield* sessions.current(request, ticket.accountId, now)
      if (Option.isSome(before) && before.value.userId !== user.id) {
        yield* sessions.end(request, ticket.accountId, now)
      }
      const fresh = Redirect.to(againFrom(ticket), 303)
      const code = yield* tickets.derive("code", ticket, user.id)
      // A user who had to sign in again goes on with their session: what other applications got in it lives on, and the
      // next sign-out ends all of it.
      const goesOn = ticket.asksAgain === true && Option.isSome(before) && before.value.userId === user.id
      const secret = yield* tickets.derive("session", ticket, user.id)
      const owner = { accountId: ticket.accountId, userId: user.id }
      const session = goesOn ? before : yield* sessions.begin(secret, owner, now)
      if (Option.isNone(session)) return fresh
      const outcome = yield* issueCode(code, ticket, session.value, now, now)
      yield* Effect.logInfo("signed in").pipe(
        Effect.annotateLogs({ account: ticket.accountId, client: ticket.clientId, user: user.id })
      )
      if (outcome === "NoSession") return fresh
      const answer = outcome === "Spent" ? render(LoginPage.signedIn(parties)) : sendCode(ticket, code, 303)
      const signedIn = goesOn ? answer : cookies.session(ticket.accountId).write(answer, secret)
      return cookies.device(ticket.accountId).write(signedIn, device)
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.as(Effect.logError("login failed", cause), sendError(ticket, brokenBy(cause), 303))
      )
    )
  })

  return { show, submit }
})
