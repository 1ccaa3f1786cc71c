/**
 * The authorization endpoint (RFC 6749 section 3.1).
 *
 * @see LivePerson, LE Applications Authorization API, "Authorization request"
 */
import * as ContractPaths from "@le-auth/core/shared/ContractPaths"
import { append, UrlParameters } from "@le-auth/core/shared/UrlParameters"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { Directory, type Installation } from "../../Directory.ts"
import * as Paths from "../../Paths.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import type { Issuer } from "../documents/Issuer.ts"
import * as Scopes from "../documents/Scopes.ts"
import { passesBy } from "../http/passesBy.ts"
import * as Redirect from "../http/Redirect.ts"
import * as RequestContext from "../http/RequestContext.ts"
import { type Handler, type Incoming, longestTarget } from "../http/RouteHandlers.ts"
import * as ShortForm from "../http/ShortForm.ts"
import type { ShownError } from "../http/ShownError.ts"
import {
  type AuthorizationResponse,
  brokenBy,
  sendCode,
  sendError,
  SentBackError
} from "../request/AuthorizationResponse.ts"
import type { IssueCode } from "../request/IssueCode.ts"
import type { LoginRequest, LoginTickets } from "../request/LoginTickets.ts"
import type { LoginSessions } from "../session/LoginSessions.ts"
import type { Secrets } from "../session/Secrets.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import type { IdTokenReader } from "../token/IdTokenReader.ts"
import * as AuthorizeChecks from "./AuthorizeChecks.ts"
import type { Explain } from "./Explained.ts"
import * as OpenIdChecks from "./OpenIdChecks.ts"

/**
 * Sealed, a request is longer than it was. The login page would refuse the address, and the application would not be
 * told.
 */
const stateTooLong = new SentBackError({
  error: "invalid_request",
  problem: "state-too-long",
  description: "state is too long. A random text is enough, the rest belongs on the server."
})

const hintOfAnother = OpenIdChecks.loginRequired("id_token_hint was not issued here, or not for this account.")
const mustSignIn = OpenIdChecks.loginRequired("The user has to sign in, and prompt is none.")

/** What the endpoint reads of a form, to ask the same by GET. */
const parameterNames = [
  "v",
  "response_type",
  "client_id",
  "redirect_uri",
  "state",
  "scope",
  "code_challenge",
  "code_challenge_method",
  "nonce",
  "prompt",
  "max_age",
  "id_token_hint",
  "response_mode"
]

/** The address that asks the same by GET. */
const addressOf = (accountId: string, query: UrlParameters): string =>
  append(ContractPaths.authorize.replace(":accountId", accountId), ShortForm.pick(query, parameterNames))

/** A request whose every check has passed. */
interface Checked {
  readonly incoming: Incoming
  readonly query: UrlParameters
  readonly to: AuthorizationResponse
}

type Proceed = (checked: Checked) => Effect.Effect<HttpServerResponse.HttpServerResponse, StoreError>

/** Makes the handlers of the endpoint. Only the dialect `openid` takes a POST. */
export const make = Effect.fnUntraced(function* (parts: {
  readonly cookies: SentinelCookies
  readonly explain: Explain
  readonly issuer: Issuer
  readonly issueCode: IssueCode
  readonly readIdToken: IdTokenReader
  readonly secrets: Secrets
  readonly sessions: LoginSessions
  readonly tickets: LoginTickets
}): Effect.fn.Return<
  { readonly GET: Handler; readonly POST?: Handler; readonly otherMethods?: string },
  never,
  Directory
> {
  const { cookies, explain, issueCode, issuer, readIdToken, secrets, sessions, tickets } = parts
  const directory = yield* Directory
  const dialect = yield* SentinelDialect
  const loginLifetime = Duration.toMillis(dialect.loginLifetime)

  /** Sends the user to the login page. Nothing is stored: the request goes along, sealed. */
  const askToSignIn = Effect.fnUntraced(function* ({ request }: Incoming, to: LoginRequest, now: number) {
    const known = cookies.login.read(request)
    const browser = known ?? (yield* secrets.make)
    const sealed = yield* tickets.issue(to, browser, now + loginLifetime)
    const address = `${Paths.login}?request=${sealed}`
    if (address.length > longestTarget) return sendError(to, stateTooLong, 302)
    const response = Redirect.to(address, 302)
    return known === undefined ? cookies.login.write(response, browser) : response
  })

  const refuse = Effect.fnUntraced(function* (to: AuthorizationResponse, error: SentBackError, status: 302 | 303) {
    const reason = error.reason ?? error.description
    yield* Effect.logInfo(`authorize refused: ${error.error}, ${reason}`).pipe(
      Effect.annotateLogs({ account: to.accountId, client: to.clientId })
    )
    yield* RequestContext.refused(error.error, reason, error.problem)
    return sendError(to, error, status)
  })

  /**
   * Sends the user back to the application with a code, if the browser has a session in this account that the request
   * can use, else to the login page.
   */
  const proceed: Proceed = Effect.fnUntraced(function* ({ incoming, query, to }) {
    const now = yield* Clock.currentTimeMillis
    const { asksAgain, idTokenHint, isSilent, longestAge } = dialect.discovery
      ? OpenIdChecks.wishesOf(query)
      : OpenIdChecks.none
    const hint = idTokenHint === undefined ? undefined : yield* readIdToken(idTokenHint, to.accountId, incoming.request)
    if (hint !== undefined && Option.isNone(hint)) return yield* refuse(to, hintOfAnother, 302)
    // A session that is too old stays too old, wherever the sign-in goes on.
    const again = (mustBeFresh: boolean) =>
      isSilent
        ? refuse(to, mustSignIn, 302)
        : askToSignIn(incoming, { ...to, ...(mustBeFresh && { asksAgain: true }), idTokenHint }, now)
    // A HEAD must change nothing (RFC 9110 section 9.3.2), so it is never given a code.
    if (asksAgain || incoming.request.method === "HEAD") return yield* again(asksAgain)
    const session = yield* sessions.current(incoming.request, to.accountId, now)
    if (Option.isNone(session)) return yield* again(false)
    const { createdAt, userId } = session.value
    if (now - createdAt > longestAge || (hint !== undefined && hint.value.userId !== userId)) return yield* again(true)
    const code = yield* secrets.make
    const outcome = yield* issueCode(code, to, session.value, now)
    return outcome === "Issued" ? sendCode(to, code, 302) : yield* again(false)
  })

  /**
   * Asks by GET what was asked by POST, see `ShortForm`: here a user who is signed in would be a stranger, and a new
   * cookie would end the login pages that are open.
   */
  const askByGet: Proceed = ({ query, to }) => {
    const address = addressOf(to.accountId, query)
    return address.length > longestTarget ? refuse(to, stateTooLong, 303) : Effect.succeed(Redirect.to(address, 303))
  }

  const answer = Effect.fnUntraced(function* (
    incoming: Incoming,
    { query, search, status }: Pick<Incoming, "query" | "search"> & { readonly status: 302 | 303 },
    next: Proceed
  ) {
    const { accountId } = incoming

    // Until account, client and redirect URI are known to be valid, an error is shown. What is known at once, as in a
    // directory in memory, takes no step of its own.
    const shown = (error: ShownError, installation?: Installation) => {
      const clientId = query.get("client_id")
      const redirectUri = query.get("redirect_uri")
      const seen = { request: incoming.request, accountId, clientId, redirectUri }
      const address = () => addressOf(accountId, query)
      return Effect.flip(explain(error, { ...seen, address, ...(installation !== undefined && { installation }) }))
    }
    const installation = yield* Effect.catchEager(
      Effect.flatMapEager(AuthorizeChecks.clientId(query), (clientId) =>
        AuthorizeChecks.installation(directory, accountId, clientId)
      ),
      (error) => shown(error)
    )
    const { clientId } = installation
    const context = yield* RequestContext.Current
    if (context !== undefined) context.application = { accountId, clientId }
    const redirect = yield* Effect.catchEager(AuthorizeChecks.redirectUri(query, installation, dialect), (error) =>
      shown(error, installation)
    )

    // From here on, an error is sent back.
    const request = { query, search, installation, dialect }
    const to: AuthorizationResponse = {
      accountId,
      clientId,
      ...redirect,
      state: AuthorizeChecks.stateOf(request),
      codeChallenge: dialect.pkce === "ignored" ? undefined : query.get("code_challenge"),
      nonce: dialect.discovery ? query.get("nonce") : undefined,
      scope: dialect.discovery ? Scopes.granted(query.get("scope")) : undefined,
      issuer: dialect.issuerInAnswers ? issuer.ofIdTokens(accountId, incoming.request) : undefined
    }
    for (const check of AuthorizeChecks.sentBackChecks) {
      const error = check(request)
      if (error !== undefined) return yield* refuse(to, error, status)
    }
    if (context !== undefined) {
      context.sendBack = (error, description) => sendError(to, new SentBackError({ error, description }), status)
    }
    return yield* Effect.catchCause(next({ incoming, query, to }), (cause) =>
      Effect.as(Effect.logError("authorize failed", cause), sendError(to, brokenBy(cause), status))
    )
  })

  const get: Handler = (incoming) => answer(incoming, { ...incoming, status: 302 }, proceed)

  /** The parameters are those of the form, and `v` may stay in the query of the address (RFC 6749 section 3.1). */
  const post: Handler = Effect.fnUntraced(function* (incoming) {
    const { query: form, text } = yield* ShortForm.read(incoming.request)
    const version = form.has("v") ? undefined : incoming.query.get("v")
    const query = version === undefined ? form : UrlParameters.fromSearch(append(`?${text}`, { v: version }))
    return yield* answer(incoming, { query, search: text, status: 303 }, askByGet)
  })

  return dialect.discovery
    ? { GET: get, POST: post }
    : { GET: get, otherMethods: `For POST: ${passesBy("discovery", true)}` }
})
