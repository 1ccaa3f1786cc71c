/**
 * Calls an API of LivePerson with the access token.
 */
import * as Domains from "@le-auth/core/Domains"
import type { AccessToken } from "@le-auth/core/Identifiers"
import { Sessions } from "@le-auth/core/Sessions"
import * as Transport from "@le-auth/core/Transport"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { type HttpClientError, isHttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import { current, givenToken } from "../../target/CurrentSession.ts"
import { Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withCalls, withTarget } from "../../target/WithTarget.ts"
import { fromError, type LibraryError, withoutAnswer } from "../../terminal/Failure.ts"
import * as Answer from "./Answer.ts"
import * as Request from "./Request.ts"

export interface Options extends Selection, Request.Options {
  readonly service: string
  readonly include: boolean
}

/** Sends the request with a client that adds the token, and prints the answer. `user` is the token's user, if known. */
const call = Effect.fnUntraced(function* <E extends LibraryError = never>(
  options: Options,
  client: HttpClient.HttpClient.With<HttpClientError | E>,
  user: string | undefined
) {
  const { accountId } = (yield* Target).installation
  const origin = yield* Domains.resolve(accountId, options.service)
  const request = yield* Request.make(options, origin, { account: accountId, user })
  yield* client.execute(request).pipe(
    // The API belongs to another company: trace ids are not sent to it.
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    // Such an error carries the request, which carries the token.
    Effect.mapError((error) => (isHttpClientError(error) ? withoutAnswer(Transport.problemOf(error)) : error)),
    Effect.flatMap((response) =>
      Answer.print(response, { include: options.include, isTokenGiven: user === undefined })
    ),
    Effect.scoped
  )
})

const withSession = Effect.fnUntraced(function* (options: Options) {
  const { key } = yield* current
  const sessions = yield* Sessions
  // Sends the token to allowed hosts only, and refreshes it once after a 401.
  yield* call(options, sessions.authorized(yield* HttpClient.HttpClient, key), key.subject)
}, withTarget)

const withToken = Effect.fnUntraced(function* (options: Options, token: AccessToken) {
  const client = yield* HttpClient.HttpClient
  yield* call<never>(options, HttpClient.mapRequest(client, HttpClientRequest.bearerToken(token)), undefined)
}, withCalls)

export const run = Effect.fnUntraced(function* (options: Options) {
  const given = yield* Effect.mapError(givenToken, fromError)
  yield* given === undefined ? withSession(options) : withToken(options, given)
})
