/**
 * The parameters of a query or of a form body, read as OAuth 2.0 wants them read.
 *
 * @since 0.1.0
 */

/** Printable ASCII without the two characters that stand for others. */
const isPlain = /^[\x21-\x24\x26-\x2a\x2c-\x7e]*$/
const none: ReadonlySet<string> = new Set()

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
    // Most texts have nothing to decode, and splitting them takes a third of the time.
    if (isPlain.test(text)) {
      for (const pair of (text.startsWith("?") ? text.slice(1) : text).split("&")) {
        const separator = pair.indexOf("=")
        if (separator !== -1) add(pair.slice(0, separator), pair.slice(separator + 1))
        else if (pair !== "") add(pair, "")
      }
    } else {
      for (const [name, value] of new URLSearchParams(text)) add(name, value)
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
