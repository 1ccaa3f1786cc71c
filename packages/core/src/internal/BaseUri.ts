/**
 * What LivePerson's Domain API answers. Apart from its contract, `DomainApi`, which a program that only asks does not
 * load.
 *
 * @see LivePerson, API guidelines, "Domain API"
 */
import * as Schema from "effect/Schema"

/**
 * The host of a service of an account. `baseURI` is a bare host, without scheme and path.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BaseUri = Schema.Struct({
  service: Schema.String,
  account: Schema.String,
  baseURI: Schema.String
})
export type BaseUri = typeof BaseUri.Type

/**
 * The list form. A service that the account does not have is missing.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BaseUris = Schema.Struct({ baseURIs: Schema.Array(BaseUri) })
export type BaseUris = typeof BaseUris.Type
