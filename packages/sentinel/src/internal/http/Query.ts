/** The query of an address. */
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"

/** The parameters after the first question mark of a request target or of a `Location`. */
export const parametersOf = (address: string): UrlParameters => {
  const mark = address.indexOf("?")
  return UrlParameters.fromSearch(mark === -1 ? "" : address.slice(mark + 1))
}
