/** Whose session a caller means: that of a request's browser, or that of a key. */
import { AppInstallations } from "@le-auth/core/AppInstallations"
import type { AppTokenError, AppTokens } from "@le-auth/core/AppTokens"
import { type AccessToken, AccountId } from "@le-auth/core/Identifiers"
import type { SessionKey } from "@le-auth/core/Session"
import { NotSignedIn, Sessions } from "@le-auth/core/Sessions"
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Cookies from "effect/http/Cookies"
import * as HttpEffect from "effect/http/HttpEffect"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { empty, type HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { BrowserSessions } from "../BrowserSessions.ts"
import { invalid, optionsOf } from "./invalid.ts"
import type { InvalidArgument } from "../InvalidArgument.ts"
import type { AppTokenOptions } from "../ServiceCall.ts"
import type { Key, Who, WithHeaders } from "../UserSession.ts"
import { currentKey, WebApplication } from "../WebApplication.ts"

/** Whether it is a request. One that also has the members of a key, such as `request.accountId`, is a request. */
export const isRequest = (who: Who): who is WithHeaders =>
  Predicate.hasProperty(who, "headers") && Predicate.isObject(who.headers)

/** Characters that no header has, and that a `Request` would throw at. */
const notInHeaders = /[^\t\x20-\x7e\x80-\xff]/g

/** A header of a request, or the empty text. Several of one name are joined. */
export const headerOf = ({ headers }: WithHeaders, wanted: string, separator = ", "): string => {
  const found = Predicate.isFunction(headers.get)
    ? headers.get(wanted)
    : Object.entries(headers)
        .filter(([name]) => name.toLowerCase() === wanted)
        .flatMap(([, value]) => value ?? [])
        .join(separator)
  return String(found ?? "").replace(notInHeaders, "")
}

const cookiesIn = (who: WithHeaders): string => headerOf(who, "cookie", "; ")

/** A request, or what has the headers of one. */
export const requestIn = <A extends WithHeaders>(request: A): Effect.Effect<A, InvalidArgument> => {
  if (!Predicate.isObject(request) || !isRequest(request)) {
    return Effect.fail(invalid("request", "hand over a request, or what has its headers: { headers }."))
  }
  return Predicate.isFunction((request.headers as { readonly then?: unknown }).then)
    ? Effect.fail(invalid("request", "its headers are a promise. Await them."))
    : Effect.succeed(request)
}

/** A request with the cookies of another one, and nothing else of it. */
const requestOf = (who: WithHeaders) =>
  Effect.map(WebApplication, ({ origin }) => {
    const cookie = cookiesIn(who)
    return new Request(origin, { headers: cookie === "" ? {} : { cookie } })
  })

/** Runs an effect as if it answered the request, for stores in cookies. What they set is lost. */
export const inRequest = <A, E, R>(who: Who, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | WebApplication> =>
  isRequest(who)
    ? Effect.flatMap(requestOf(who), (request) =>
        Effect.provideService(effect, HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(request))
      )
    : effect

/** The cookies that an effect sets as the answer to a request, those of stores in cookies too. */
export const cookiesOf = <E>(
  who: WithHeaders,
  answer: Effect.Effect<HttpServerResponse, E, HttpServerRequest.HttpServerRequest>
): Effect.Effect<Headers, E, WebApplication> =>
  Effect.gen(function* () {
    const request = HttpServerRequest.fromWeb(yield* requestOf(who))
    const headers = new Headers()
    let exit: Exit.Exit<HttpServerResponse, E> | undefined
    const handled = HttpEffect.toHandled(
      Effect.map(Effect.exit(answer), (done) => {
        exit = done
        return Exit.isSuccess(done) ? done.value : empty()
      }),
      (_, { cookies }) =>
        Effect.sync(() => {
          for (const cookie of Cookies.toSetCookieHeaders(cookies)) headers.append("set-cookie", cookie)
        })
    )
    yield* handled.pipe(
      Effect.provideService(HttpServerRequest.HttpServerRequest, request),
      // A span would tell of a request that was never sent.
      Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true)
    )
    yield* exit!
    return headers
  })

const decodeAccount = Schema.decodeUnknownOption(AccountId)

/** An account id that a program wrote. */
export const accountOf = (accountId: string): Effect.Effect<AccountId, InvalidArgument> =>
  Option.match(decodeAccount(accountId), {
    onNone: () =>
      Effect.fail(invalid("accountId", "it is the id of an account of LivePerson, as a text of letters and digits.")),
    onSome: Effect.succeed
  })

/** The installation in an account that a program named, or the only one. */
export const installationOf = (accountId: string | undefined) =>
  Effect.gen(function* () {
    const account = accountId === undefined ? undefined : yield* accountOf(accountId)
    return yield* AppInstallations.use((installations) => installations.find(account))
  })

/** The app token of an account that a program named, or of the only one. */
export const appToken = (
  tokens: AppTokens["Service"],
  options: AppTokenOptions | undefined
): Effect.Effect<AccessToken, AppTokenError | InvalidArgument> => {
  // A token in memory costs less than a look at options.
  if (options === undefined) return tokens.token()
  return Effect.flatMap(optionsOf("options", options), ({ accountId, unless }) => {
    const of = (account: AccountId | undefined) =>
      unless === undefined ? tokens.token(account) : tokens.renew({ unless, accountId: account })
    return accountId === undefined ? of(undefined) : Effect.flatMap(accountOf(accountId), of)
  })
}

/** The keys of the application's own sessions in an account. */
export const listed = Effect.fnUntraced(function* (accountId: string) {
  const { isOwn } = yield* WebApplication
  const account = yield* accountOf(accountId)
  const keys = yield* Sessions.use((sessions) => sessions.list(account))
  const ofClients = [...new Map(keys.map((key) => [key.clientId, key])).values()]
  const clients = new Set((yield* Effect.filter(ofClients, isOwn)).map(({ clientId }) => clientId))
  return keys.filter(({ clientId }) => clients.has(clientId))
})

/** The session of a key. Without an instance it is the newest one of the user. */
const named = Effect.fnUntraced(function* (who: Key) {
  const sessions = yield* Sessions
  const ofUser = (yield* listed(who.accountId)).filter(
    ({ instance, subject }) => subject === who.subject && (who.instance ?? instance) === instance
  )
  if (ofUser.length < 2) return Option.fromUndefinedOr(ofUser[0])
  const found = (yield* Effect.forEach(ofUser, sessions.current, { concurrency: 8 })).flatMap(Option.toArray)
  const newest = Math.max(...found.map(({ signedInAt }) => signedInAt))
  return Option.fromUndefinedOr(found.find(({ signedInAt }) => signedInAt === newest)?.key)
})

/** The key of a session, or none. */
export const keyOf = (
  who: Who
): Effect.Effect<
  Option.Option<SessionKey>,
  StoreError | InvalidArgument,
  WebApplication | BrowserSessions | Sessions
> =>
  Effect.gen(function* () {
    if (isRequest(who)) {
      if (Predicate.isFunction((who.headers as { readonly then?: unknown }).then)) {
        return yield* invalid("who", "its headers are a promise. Await them.")
      }
      const request = HttpServerRequest.fromWeb(yield* requestOf(who))
      return yield* Effect.provideService(currentKey, HttpServerRequest.HttpServerRequest, request)
    }
    if (Predicate.isObject(who) && Predicate.isString(who.accountId) && Predicate.isString(who.subject)) {
      return yield* named(who)
    }
    return yield* invalid("who", "hand over a request, { headers }, or a key { accountId, subject }.")
  })

/** The key of a session that is there. */
export const signedIn = (who: Who) =>
  Effect.flatMap(keyOf(who), Option.match({ onNone: () => Effect.fail(new NotSignedIn()), onSome: Effect.succeed }))
