/**
 * The parameters of a query or of a form body, read as OAuth 2.0 asks, and in a time that no sender can stretch.
 */

/**
 * Finds what is left to the platform: characters that are not printable ASCII, and escapes that are malformed or not of
 * ASCII. All other escapes can be decoded one by one, and none of them throws; an exception for each would cost more
 * than all else.
 */
const isForPlatform = /[^\x21-\x7e]|%(?![0-7][\da-f])/i
const none: ReadonlySet<string> = new Set()

/** Where nothing is encoded, as in most callbacks. */
const asItIs = (part: string): string => part

/** Decodes a name or a value. Most have nothing to decode, and finding that out takes a third of the time. */
const decode = (part: string): string =>
  part.includes("%") || part.includes("+") ? decodeURIComponent(part.replaceAll("+", " ")) : part

/**
 * The most that is read. RFC 6749 section 3.1 has a server ignore unknown parameters, but not any number of them.
 */
export interface Limits {
  /** The number of parameters, whatever their names. Default: 64. */
  readonly count?: number
  /** The characters of a name or a value, after decoding. Default: 8192. */
  readonly length?: number
}

const defaultCount = 64
const defaultLength = 8192

/** The end of the first `count` pairs; the length of the text, if there are not more. Empty pairs do not count. */
const endOf = (query: string, count: number): number => {
  let start = 0
  for (let found = 0; start < query.length;) {
    const end = query.indexOf("&", start)
    if (end !== start && ++found > count) return start
    if (end === -1) return query.length
    start = end + 1
  }
  return query.length
}

/**
 * Parameters by name: an empty value counts as absent, and which names were repeated is known (RFC 6749 section 3.1:
 * "sent without a value MUST be treated as if they were omitted", "MUST NOT be included more than once").
 *
 * @example
 * ```ts
 * import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
 *
 * const parameters = UrlParameters.fromSearch("?code=abc&state=")
 * parameters.get("code") // => "abc"
 * parameters.get("state") // => undefined
 * ```
 */
export class UrlParameters {
  /** The names that appear more than once, whatever their values. */
  readonly repeated: ReadonlySet<string>
  /** What exceeds a limit, in words: then not all parameters are here, so refuse the request. Else `undefined`. */
  readonly excess: string | undefined
  readonly #values: Map<string, string>

  private constructor(values: Map<string, string>, repeated: ReadonlySet<string>, excess: string | undefined) {
    this.#values = values
    this.repeated = repeated
    this.excess = excess
  }

  /**
   * Reads `application/x-www-form-urlencoded` text; a leading `?` is allowed. Never fails: see the WHATWG URL standard.
   * Parameters beyond the limits are left out, and `excess` says so.
   */
  static fromSearch(text: string, limits?: Limits): UrlParameters {
    const count = limits?.count ?? defaultCount
    const length = limits?.length ?? defaultLength
    const values = new Map<string, string>()
    let repeated: Set<string> | undefined
    let excess: string | undefined
    const add = (name: string, value: string) => {
      if (name.length > length || value.length > length) {
        excess ??= `A parameter is longer than ${length} characters.`
      } else if (values.has(name)) (repeated ??= new Set()).add(name)
      else values.set(name, value)
    }
    const tooMany = () => `There are more than ${count} parameters.`
    const first = text.startsWith("?") ? 1 : 0
    if (isForPlatform.test(text)) {
      const whole = text.slice(first)
      const query = whole.slice(0, endOf(whole, count))
      if (query.length < whole.length) excess = tooMany()
      // The platform takes one question mark away, so a second one would be lost.
      for (const [name, value] of new URLSearchParams(`?${query}`)) add(name, value)
    } else {
      const read = text.includes("%") || text.includes("+") ? decode : asItIs
      let found = 0
      let separator = -1
      for (let start = first; start < text.length;) {
        const next = text.indexOf("&", start)
        const end = next === -1 ? text.length : next
        // Looked for once only, however many pairs have none.
        if (separator < start) separator = text.indexOf("=", start)
        if (separator === -1) separator = text.length
        if (end !== start) {
          if (++found > count) {
            excess = tooMany()
            break
          }
          if (separator < end) add(read(text.slice(start, separator)), read(text.slice(separator + 1, end)))
          else add(read(text.slice(start, end)), "")
        }
        start = end + 1
      }
    }
    return new UrlParameters(values, repeated ?? none, excess)
  }

  /** The value of a parameter (the first one, if it is repeated); `undefined` when it is absent or empty. */
  get(name: string): string | undefined {
    const value = this.#values.get(name)
    return value === "" ? undefined : value
  }

  /** Whether the name is there at all, even without a value, as in LivePerson's `?v1.0`. */
  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** All parameters that have a value. The record has no prototype, so a parameter called `__proto__` is harmless. */
  toRecord(): Record<string, string> {
    const record: Record<string, string> = Object.create(null)
    for (const [name, value] of this.#values) if (value !== "") record[name] = value
    return record
  }
}

/**
 * Adds parameters to a redirect URI. Its own query stays as it is, byte for byte (RFC 6749 section 3.1.2).
 */
export const append = (uri: string, parameters: Readonly<Record<string, string | undefined>>): string => {
  let answer = uri
  const mark = uri.indexOf("?")
  let separator = mark === -1 ? "?" : mark === uri.length - 1 || uri.endsWith("&") ? "" : "&"
  for (const name in parameters) {
    const value = parameters[name]
    if (value === undefined) continue
    answer += `${separator}${name}=${encodeURIComponent(value)}`
    separator = "&"
  }
  return answer
}
