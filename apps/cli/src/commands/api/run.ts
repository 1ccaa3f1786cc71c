/**
 * Calls an API of LivePerson with the access token.
 */
import { AppTokens } from "@le-auth/core/AppTokens"
import * as Domains from "@le-auth/core/Domains"
import type { AccessToken } from "@le-auth/core/Identifiers"
import { Sessions } from "@le-auth/core/Sessions"
import * as Transport from "@le-auth/core/Transport"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { type HttpClientError, isHttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as CurrentAppToken from "../../target/CurrentAppToken.ts"
import { current, givenToken } from "../../target/CurrentSession.ts"
import { Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withApplication, withCalls, withTarget } from "../../target/WithTarget.ts"
import { fromError, type LibraryError, withoutAnswer, wrongUsage } from "../../terminal/Failure.ts"
import { text } from "../../terminal/TerminalText.ts"
import * as Answer from "./Answer.ts"
import * as Request from "./Request.ts"

export interface Options extends Selection, Request.Options {
  readonly service: string
  readonly app: boolean
  readonly scheme: Option.Option<"Bearer" | "none">
  readonly include: boolean
}

/** Sends the request with a client that adds the token, and prints the answer. */
const call = Effect.fnUntraced(function* <E extends LibraryError = never>(
  options: Options,
  client: HttpClient.HttpClient.With<HttpClientError | E>,
  { user, whose }: { readonly whose: Answer.Whose; readonly user: Request.Names["user"] }
) {
  const { accountId } = (yield* Target).installation
  const origin = yield* Domains.resolve(accountId, options.service)
  const request = yield* Request.make(options, origin, { account: accountId, user })
  yield* client.execute(request).pipe(
    // The API belongs to another company: trace ids are not sent to it.
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    // Such an error carries the request, which carries the token.
    Effect.mapError((error) => (isHttpClientError(error) ? withoutAnswer(Transport.problemOf(error)) : error)),
    Effect.flatMap((response) => Answer.print(response, { include: options.include, whose })),
    Effect.scoped
  )
})

const withSession = Effect.fnUntraced(function* (options: Options) {
  const { key } = yield* current
  const sessions = yield* Sessions
  // Sends the token to allowed hosts only, and refreshes it once after a 401.
  const client = sessions.authorized(yield* HttpClient.HttpClient, key)
  yield* call(options, client, { whose: "user", user: key.subject })
}, withTarget)

const withAppToken = Effect.fnUntraced(function* (options: Options) {
  // Renewed first if it is due.
  yield* CurrentAppToken.current
  const scheme = Option.getOrUndefined(options.scheme)
  const tokens = yield* AppTokens
  const client = tokens.authorized(yield* HttpClient.HttpClient, scheme === undefined ? {} : { scheme })
  yield* call(options, client, {
    whose: scheme === "none" ? "application without Bearer" : "application",
    user: { noUser: text`An application has no {user}: write the id of one out.` }
  })
}, withApplication)

const withGivenToken = Effect.fnUntraced(function* (options: Options, token: AccessToken) {
  const client = HttpClient.mapRequest(yield* HttpClient.HttpClient, HttpClientRequest.bearerToken(token))
  yield* call<never>(options, client, {
    whose: "given",
    user: { noUser: text`The {user} of LE_AUTH_ACCESS_TOKEN is not known: write it out.` }
  })
}, withCalls)

export const run = Effect.fnUntraced(function* (options: Options) {
  if (options.app) return yield* withAppToken(options)
  if (Option.isSome(options.scheme)) return yield* wrongUsage(text`--scheme is for --app: a user's token takes Bearer.`)
  const given = yield* Effect.mapError(givenToken, fromError)
  yield* given === undefined ? withSession(options) : withGivenToken(options, given)
})
