/**
 * What LivePerson's Domain API answers. Apart from its contract, `DomainApi`, so that whoever only asks does not load that.
 *
 * @see LivePerson, API guidelines, "Domain API"
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * Where a service of an account is. `baseURI` is a bare host, without scheme and path.
 *
 * @since 0.1.0
 */
export const BaseUri = Schema.Struct({
  service: Schema.String,
  account: Schema.String,
  baseURI: Schema.String
})
/** @since 0.1.0 */
export type BaseUri = typeof BaseUri.Type

/**
 * The list form. A service that the account does not have is simply missing.
 *
 * @since 0.1.0
 */
export const BaseUris = Schema.Struct({ baseURIs: Schema.Array(BaseUri) })
/** @since 0.1.0 */
export type BaseUris = typeof BaseUris.Type
