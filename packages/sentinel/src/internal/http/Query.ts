/**
 * The query of an address.
 *
 * @since 0.1.0
 */
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"

/**
 * The parameters after the first question mark of a request target or of a `Location`.
 *
 * @since 0.1.0
 */
export const parametersOf = (address: string): UrlParameters => {
  const mark = address.indexOf("?")
  return UrlParameters.fromSearch(mark === -1 ? "" : address.slice(mark + 1))
}
