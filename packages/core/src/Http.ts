/**
 * What belongs to any HTTP call.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Discard from "./internal/discard.ts"

/**
 * Discards an answer that is not read, so that its connection does not stay open: each answer is either read or
 * discarded.
 *
 * @category combinators
 * @since 0.1.0
 */
export const discard: (response: HttpClientResponse) => Effect.Effect<void> = Discard.discard
