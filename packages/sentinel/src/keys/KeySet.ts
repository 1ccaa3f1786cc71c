/**
 * The public keys (RFC 7517 section 5). LivePerson's path has no dot before `well-known`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Handler } from "../http/Endpoint.ts"
import { SigningKeys } from "../SigningKeys.ts"

/**
 * @since 0.1.0
 */
export const make: Effect.Effect<Handler, never, SigningKeys> = Effect.gen(function* () {
  const keys = yield* SigningKeys
  const response = yield* Effect.cached(
    Effect.map(keys.keySet, (json) =>
      HttpServerResponse.text(json, {
        contentType: "application/json",
        headers: { "cache-control": "public, max-age=300", "x-content-type-options": "nosniff" }
      })
    )
  )
  return () => Effect.orDie(response)
})
