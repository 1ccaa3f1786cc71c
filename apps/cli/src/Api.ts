/**
 * Calls an API of LivePerson with the access token.
 *
 * @since 0.1.0
 */
import * as Domains from "@le-auth/core/Domains"
import { Sessions } from "@le-auth/core/Sessions"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Answer from "./api/Answer.ts"
import * as Request from "./api/Request.ts"
import { current, givenToken } from "./CurrentSession.ts"
import { Failure } from "./Failure.ts"
import { type Selection, Target, withTarget } from "./Target.ts"

/**
 * @since 0.1.0
 */
export interface Options extends Selection, Request.Options {
  readonly service: string
  readonly include: boolean
}

/** The client that sends the token, and whose it is. Both send it to allowed hosts only; a session is refreshed once after a 401. */
const authorized = Effect.gen(function* () {
  const client = yield* HttpClient.HttpClient
  const given = yield* givenToken
  if (given !== undefined) {
    return { client: HttpClient.mapRequest(client, HttpClientRequest.bearerToken(given)), user: undefined }
  }
  const { key } = yield* current
  const sessions = yield* Sessions
  return { client: sessions.authorized(client, key), user: key.subject }
})

/**
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (options: Options) {
  const { accountId } = (yield* Target).installation
  const { client, user } = yield* authorized
  const origin = yield* Domains.resolve(accountId, options.service)
  const request = yield* Request.make(options, origin, { account: accountId, user })
  yield* client.execute(request).pipe(
    // The other side is another company: it gets no trace ids of ours.
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    // Such an error carries the request, and that the token.
    Effect.catchTag("HttpClientError", () =>
      Effect.fail(new Failure({ message: `${origin} does not answer. Try again later.`, code: "unavailable" }))
    ),
    Effect.flatMap((response) => Answer.print(response, options.include)),
    Effect.scoped
  )
}, withTarget)
