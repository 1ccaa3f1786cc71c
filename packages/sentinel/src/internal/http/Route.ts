/** The names of Sentinel's routes. */
import * as Schema from "effect/Schema"

/**
 * `app-token` is the route of applications without a user, `keys` the JWKS, `metadata` the discovery documents,
 * `domain` the Domain API. `users` and `status-reasons` are the resources that need a token, `stub` is what an
 * account's own stubs answer, and `other` every other path.
 */
export const Route = Schema.Literals([
  "authorize",
  "login",
  "logout",
  "token",
  "app-token",
  "revoke",
  "keys",
  "metadata",
  "domain",
  "users",
  "status-reasons",
  "stub",
  "other"
])
export type Route = typeof Route.Type
