/** Where the user comes back to, and what must not be in that address. */

/** Whether the path of an address starts with two slashes once its dots are resolved. */
const leadsAway = (address: string): boolean => new URL(address, "https://a").pathname.startsWith("//")

/** The same rule as `ReturnPath` of `@le-auth/core`: one slash, then nothing that a browser reads as another origin. */
export const isReturnPath = (path: string): boolean =>
  path.length <= 2048 &&
  /^\/(?![/\\]|%2f|%5c)[\x21-\x5b\x5d-\x7e]*$/i.test(path) &&
  !leadsAway(path) &&
  !leadsAway(path.replace(/%2f|%5c/gi, "/"))

const isCallbackName = (name: string): boolean =>
  /^(code|state|error|error_description|error_uri|iss|session_state)$/.test(name)

/** The first parameter of a text in which there is one. Never throws, whatever the text. */
const parameter = (text: string): readonly [name: string, value: string] => {
  for (const entry of new URLSearchParams(text)) return entry
  return ["", ""]
}

/** A query without the parameters of a callback, the rest to the letter as it was. */
const withoutCallback = (query: string): string => {
  const parts = query.split("&").map((text) => ({ text, parameter: parameter(text) }))
  // `state` or `iss` alone is no callback: those may be the page's own. Empty counts as absent (RFC 6749 section 3.1).
  return parts.some(({ parameter: [name, value] }) => (name === "code" || name === "error") && value !== "")
    ? parts
        .filter(({ parameter: [name] }) => !isCallbackName(name))
        .map(({ text }) => text)
        .join("&")
    : query
}

/**
 * The address of a page without the parameters of a callback: in its query, in its fragment, and in the query that some
 * routers keep in the fragment (`#/inbox?folder=1`).
 */
export const cleaned = (href: string): URL => {
  const url = new URL(href)
  const search = withoutCallback(url.search.slice(1))
  if (search !== url.search.slice(1)) url.search = search
  let hash = url.hash.slice(1)
  const query = hash.slice(hash.indexOf("?") + 1)
  const rest = withoutCallback(query)
  if (rest !== query) hash = (hash.slice(0, -query.length) + rest).replace(/\?$/, "")
  hash = withoutCallback(hash)
  if (hash !== url.hash.slice(1)) url.hash = hash
  // What is left may be a callback again: of `##error=y?code=x` there is `#error=y`.
  return url.href === href ? url : cleaned(url.href)
}

/** The return path to a page: as much of its address as a return path can hold. */
export const returnPathTo = ({ href }: Location): string => {
  const { hash, pathname, search } = cleaned(href)
  // A browser leaves backslashes in queries and fragments as they are.
  const query = search.replaceAll("\\", "%5C")
  return [pathname + query + hash.replaceAll("\\", "%5C"), pathname + query, pathname].find(isReturnPath) ?? "/"
}
