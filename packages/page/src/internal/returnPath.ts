/** Return paths, and the parameters of a callback that must not stay in an address. */

/** Whether the path of an address starts with two slashes once its dots are resolved. */
const leadsAway = (address: string): boolean => new URL(address, "https://a").pathname.startsWith("//")

/**
 * Whether a text is a return path, by the rule of `ReturnPath` of `@le-auth/core`. It begins with one slash, and no
 * browser reads it as another origin.
 */
export const isReturnPath = (path: string): boolean =>
  path.length <= 2048 &&
  /^\/(?![/\\]|%2f|%5c)[\x21-\x5b\x5d-\x7e]*$/i.test(path) &&
  !leadsAway(path) &&
  !leadsAway(path.replace(/%2f|%5c/gi, "/"))

const isCallbackName = (name: string): boolean =>
  /^(code|state|error|error_description|error_uri|iss|session_state)$/.test(name)

/** The only parameter of one part of a query. It never throws. */
const parameter = (text: string): readonly [name: string, value: string] => {
  for (const entry of new URLSearchParams(text)) return entry
  return ["", ""]
}

/** A query without the parameters of a callback. The rest of its text stays unchanged. */
const withoutCallback = (query: string): string => {
  const parts = query.split("&").map((text) => ({ text, parameter: parameter(text) }))
  // `state` or `iss` alone may be the page's own. An empty value counts as absent (RFC 6749 section 3.1).
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
  // The rest may be a callback again: `##error=y?code=x` leaves `#error=y`.
  return url.href === href ? url : cleaned(url.href)
}

/** The return path to a page, with as much of its address as a return path can have. */
export const returnPathTo = ({ href }: Location): string => {
  const { hash, pathname, search } = cleaned(href)
  // Browsers do not encode backslashes in queries and fragments.
  const query = search.replaceAll("\\", "%5C")
  return [pathname + query + hash.replaceAll("\\", "%5C"), pathname + query, pathname].find(isReturnPath) ?? "/"
}
