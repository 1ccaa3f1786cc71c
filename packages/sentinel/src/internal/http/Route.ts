/**
 * The names of Sentinel's routes.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * `app-token` is that of applications without a user, `keys` the JWKS, `metadata` the discovery documents, `domain` the Domain API, `users` the one resource that needs an access token, `other` every other path.
 *
 * @since 0.1.0
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
  "other"
])
/** @since 0.1.0 */
export type Route = typeof Route.Type
