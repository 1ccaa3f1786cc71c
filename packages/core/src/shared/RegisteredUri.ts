/** The redirect URIs that may be registered. */
import { UrlParameters } from "./UrlParameters.ts"

/**
 * Says why a redirect URI must not be registered; `undefined` if it may.
 *
 * `http` is allowed on every host, because LivePerson's own example installation has it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2 RFC 6749 section 3.1.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-2.6 RFC 9700 section 2.6}
 */
export const problemOf = (uri: string): string | undefined => {
  if (!/^[\x21-\x7e]+$/.test(uri)) return "has spaces, control characters or characters that are not ASCII"
  if (!/^https?:\/\//.test(uri)) return "is not an absolute https or http URI in lower case"
  if (uri.includes("#")) return "has a fragment"
  if (uri.includes("*")) return "has a wildcard; redirect URIs are compared exactly"
  if (uri.includes("\\")) return "has a backslash"
  const authority = /^https?:\/\/([^/?]*)/.exec(uri)![1]!
  if (authority.includes("@")) return "has user information before the host"
  if (!/^[A-Za-z0-9._:[\]-]+$/.test(authority) || !URL.canParse(uri)) return "has no valid host"
  const query = uri.indexOf("?")
  const parameters = UrlParameters.fromSearch(query === -1 ? "" : uri.slice(query))
  if (parameters.excess !== undefined) return "has more or longer parameters than are read here"
  const reserved = ["code", "state", "error", "error_description", "iss"].find((name) => parameters.has(name))
  return reserved === undefined ? undefined : `has the parameter ${reserved} in its query, which the answer adds`
}
