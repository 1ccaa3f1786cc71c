/**
 * The problems of an authorization request, for programs: the journal, its explanations, and readers of both. The words
 * beside a problem are for people, and may change.
 */
import * as Schema from "effect/Schema"

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
  "pkce-wrong",
  "response-mode-wrong",
  "request-object-sent",
  "prompt-wrong",
  "max-age-wrong",
  "login-required"
])
export type Problem = typeof Problem.Type
