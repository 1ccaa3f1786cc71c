/**
 * The parameters of a query or of a form body, read as OAuth 2.0 wants them read.
 *
 * @since 0.1.0
 */

/** Printable ASCII. Only this is split here; the rest is left to the platform. */
const isPrintable = /^[\x21-\x7e]*$/
const none: ReadonlySet<string> = new Set()

/** Decodes a name or a value. Most have nothing to decode, and to find that out takes a third of the time. */
const decode = (part: string): string => {
  if (!part.includes("%") && !part.includes("+")) return part
  try {
    return decodeURIComponent(part.replaceAll("+", " "))
  } catch {
    // Not every percent sign begins an escape, and not every escape is of UTF-8.
    return new URLSearchParams(`=${part}`).get("") ?? ""
  }
}

/**
 * Parameters by name: an empty value counts as absent, and which names were repeated is known (RFC 6749 section 3.1: "sent
 * without a value MUST be treated as if they were omitted", "MUST NOT be included more than once").
 *
 * @example
 * ```ts
 * import { UrlParameters } from "@le-auth/core/UrlParameters"
 *
 * const parameters = UrlParameters.fromSearch("?code=abc&state=")
 * parameters.get("code") // "abc"
 * parameters.get("state") // undefined
 * ```
 *
 * @since 0.1.0
 */
export class UrlParameters {
  /** The names that appear more than once, whatever their values. */
  readonly repeated: ReadonlySet<string>
  readonly #values: Map<string, string>

  private constructor(values: Map<string, string>, repeated: ReadonlySet<string>) {
    this.#values = values
    this.repeated = repeated
  }

  /** Reads `application/x-www-form-urlencoded` text; a leading `?` is allowed. Never fails: see the WHATWG URL standard. */
  static fromSearch(text: string): UrlParameters {
    const values = new Map<string, string>()
    let repeated: Set<string> | undefined
    const add = (name: string, value: string) => {
      if (values.has(name)) (repeated ??= new Set()).add(name)
      else values.set(name, value)
    }
    if (!isPrintable.test(text)) {
      for (const [name, value] of new URLSearchParams(text)) add(name, value)
    } else {
      for (const pair of (text.startsWith("?") ? text.slice(1) : text).split("&")) {
        const separator = pair.indexOf("=")
        if (separator !== -1) add(decode(pair.slice(0, separator)), decode(pair.slice(separator + 1)))
        else if (pair !== "") add(decode(pair), "")
      }
    }
    return new UrlParameters(values, repeated ?? none)
  }

  /** The value of a parameter (the first one, if it is repeated); `undefined` when it is absent or empty. */
  get(name: string): string | undefined {
    const value = this.#values.get(name)
    return value === "" ? undefined : value
  }

  /** Whether the name is there at all, also without a value, as in LivePerson's `?v1.0`. */
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
