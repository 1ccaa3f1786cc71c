/**
 * Where an application sends its user to sign out (OpenID Connect RP-Initiated Logout 1.0). **Not LivePerson.**
 *
 * The session ends unasked only if the application shows an id_token of the very user who is signed in. Otherwise the
 * user is asked, since any page can send a browser here (section 6).
 */
import { append } from "@le-auth/core/shared/UrlParameters"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Directory } from "../../Directory.ts"
import * as Paths from "../../Paths.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import * as Redirect from "../http/Redirect.ts"
import { passesBy } from "../http/passesBy.ts"
import * as RequestContext from "../http/RequestContext.ts"
import { type Handler, longestTarget } from "../http/RouteHandlers.ts"
import * as ShortForm from "../http/ShortForm.ts"
import { ShownError, unavailable } from "../http/ShownError.ts"
import type { Render } from "../page/Page.ts"
import * as RedirectUris from "../request/RedirectUris.ts"
import type { LoginSessions } from "../session/LoginSessions.ts"
import type { SentinelCookies } from "../session/SentinelCookies.ts"
import type { IdTokenReader } from "../token/IdTokenReader.ts"
import * as LoginPage from "./LoginPage.ts"

const badRequest = (description: string, remedy: string) =>
  new ShownError({ status: 400, error: "invalid_request", description, remedy })

const notTheSame = badRequest(
  "client_id is not the application that id_token_hint was issued to.",
  "Send the id_token of this application, or one of the two parameters."
)
const unknownClient = badRequest("The application is not known in this account.", "Check the account and client_id.")
const notRegistered = (registered: RedirectUris.Registered, uri: string) => {
  const passes = RedirectUris.isAtOriginOf(registered, uri, { anyPortOnLocalhost: true })
  return badRequest(
    "post_logout_redirect_uri is not at the origin of a redirect URI of the application.",
    "Use an address at an origin at which the installation has a redirect URI, without a fragment." +
      (passes ? ` ${passesBy("anyPortOnLocalhost", true)}` : "")
  )
}
const tooLong = badRequest("The request is too long for an address.", "Keep the value of state small.")

const names = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"]

const notFound = new ShownError({
  status: 404,
  error: "not_found",
  description: "The account is not known.",
  remedy: "Check the account id in the path."
})

/** Makes the handlers, if the dialect has discovery. */
export const make = Effect.fnUntraced(function* (parts: {
  readonly cookies: SentinelCookies
  readonly readIdToken: IdTokenReader
  readonly render: Render
  readonly sessions: LoginSessions
}): Effect.fn.Return<{ readonly GET: Handler; readonly POST: Handler } | undefined, never, Directory> {
  const { cookies, readIdToken, render, sessions } = parts
  const directory = yield* Directory
  const dialect = yield* SentinelDialect
  if (!dialect.discovery) return undefined

  const show: Handler = Effect.fnUntraced(function* ({ accountId, query, request }) {
    const account = yield* directory.account(accountId)
    if (Option.isNone(account)) return yield* notFound
    const twice = names.find((name) => query.repeated.has(name))
    if (twice !== undefined) return yield* badRequest(`The parameter ${twice} appears more than once.`, "Send it once.")

    const hintText = query.get("id_token_hint")
    const hint = hintText === undefined ? Option.none() : yield* readIdToken(hintText, accountId, request)
    const given = query.get("client_id")
    if (Option.isSome(hint) && given !== undefined && given !== hint.value.clientId) return yield* notTheSame
    const clientId = Option.isSome(hint) ? hint.value.clientId : given
    const found = clientId === undefined ? Option.none() : yield* directory.installation(accountId, clientId)
    if (given !== undefined && Option.isNone(found)) return yield* unknownClient
    if (Option.isSome(found)) yield* RequestContext.isFrom({ accountId, clientId: found.value.clientId })

    // Without an application there is no telling whose address it is, so it is not used.
    const uri = Option.isNone(found) ? undefined : query.get("post_logout_redirect_uri")
    const registered = Option.isNone(found) ? { redirectUris: [] } : found.value
    if (uri !== undefined && !RedirectUris.isAtOriginOf(registered, uri, dialect)) {
      return yield* notRegistered(registered, uri)
    }
    const state = query.get("state")

    const now = yield* Clock.currentTimeMillis
    const unavailableAfter = <A, E>(effect: Effect.Effect<A, E>) =>
      effect.pipe(
        Effect.tapError((error) => Effect.logError("logout failed", error)),
        Effect.mapError(() => unavailable)
      )
    const session = yield* unavailableAfter(sessions.current(request, accountId, now))
    const isTheirs =
      Option.isSome(hint) &&
      Option.isSome(found) &&
      (Option.isNone(session) || session.value.userId === hint.value.userId)
    // A HEAD must change nothing (RFC 9110 section 9.3.2).
    if (!isTheirs || request.method === "HEAD") {
      const target = uri === undefined || clientId === undefined ? undefined : { clientId, uri, state }
      return render(LoginPage.signOut({ account: account.value, target, name: Option.getOrUndefined(found)?.name }))
    }
    yield* unavailableAfter(sessions.end(request, accountId, now))
    const answer = uri === undefined ? render(LoginPage.signedOut()) : Redirect.to(append(uri, { state }), 302)
    return cookies.session(accountId).expire(answer)
  })

  const repeat: Handler = Effect.fnUntraced(function* ({ accountId, request }) {
    const { query } = yield* ShortForm.read(request)
    const twice = names.find((name) => query.repeated.has(name))
    if (twice !== undefined) return yield* badRequest(`The parameter ${twice} appears more than once.`, "Send it once.")
    const address = append(Paths.endSessionEndpoint.replace(":accountId", accountId), ShortForm.pick(query, names))
    return address.length > longestTarget ? yield* tooLong : Redirect.to(address, 303)
  })

  return { GET: show, POST: repeat }
})
