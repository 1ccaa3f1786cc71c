/** Discards an answer that is not read: otherwise its connection stays open until the garbage is collected. */
import * as Effect from "effect/Effect"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"

/**
 * Opens the body and closes it at once, which cancels what has not come yet. Without a body there is nothing to let go
 * of.
 */
export const discard = (response: HttpClientResponse): Effect.Effect<void> =>
  Effect.ignore(Effect.scoped(Stream.toPull(response.stream)))
