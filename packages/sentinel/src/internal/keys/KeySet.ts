/** The public keys (RFC 7517 section 5). LivePerson's path has no dot before `well-known`. */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Handler } from "../http/RouteHandlers.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import * as SigningKey from "./SigningKey.ts"
import { SigningKeys } from "../../SigningKeys.ts"

/**
 * Shorter than an old key is published after it has signed for the last time, so that no cached set misses it too
 * early. A client that does not know a key asks again, whatever is cached.
 */
const cacheControl = "public, max-age=300"

const answerOf = (keySet: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(keySet, {
    contentType: "application/json",
    headers: { "cache-control": cacheControl, "x-content-type-options": "nosniff" }
  })

/**
 * LivePerson does not say that the keys of id_tokens are published, so a client must be ready not to find them. The
 * keys of app tokens are documented.
 */
const ofAppTokens = (keySet: string): string => {
  const { keys } = JSON.parse(keySet) as { readonly keys: ReadonlyArray<{ readonly kid: string }> }
  return JSON.stringify({ keys: keys.filter(({ kid }) => SigningKey.isOfAppTokens(kid)) })
}

/** Makes the handler of the path of the keys. */
export const make: Effect.Effect<Handler, never, SigningKeys> = Effect.gen(function* () {
  const keys = yield* SigningKeys
  const { publishKeys } = yield* SentinelDialect
  let known: { readonly keySet: string; readonly answer: HttpServerResponse.HttpServerResponse } | undefined
  return () =>
    Effect.orDie(
      Effect.map(keys.keySet, (keySet) => {
        if (known?.keySet !== keySet) known = { keySet, answer: answerOf(publishKeys ? keySet : ofAppTokens(keySet)) }
        return known.answer
      })
    )
})
