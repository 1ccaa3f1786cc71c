/**
 * What is wrong with an authorization request, for whoever decides by it: the journal, its explanations, programs that read them. The words
 * beside it are for people, and may change.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/** @since 0.1.0 */
export const Problem = Schema.Literals([
  "client-id-missing",
  "client-id-repeated",
  "client-unknown",
  "redirect-uri-missing",
  "redirect-uri-repeated",
  "redirect-uri-not-registered",
  "grant-type-not-allowed",
  "parameter-repeated",
  "version-unknown",
  "response-type-wrong",
  "state-not-text",
  "state-too-long",
  "nonce-wrong",
  "pkce-wrong"
])
/** @since 0.1.0 */
export type Problem = typeof Problem.Type
