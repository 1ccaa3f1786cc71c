/**
 * The path of the application that the user returns to after the sign-in, never another site.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.15 RFC 6749 section 10.15}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11.1 RFC 9700 section 4.11.1}
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * Whether one slash is at the start even when the dots are resolved, by a reader that has decoded `%2f` first. The same
 * rule is in `@le-auth/browser`, which does not load this package.
 */
const staysInside = (text: string): boolean => {
  const path = text.replace(/[?#][^]*/, "")
  return [path, path.replace(/%2f|%5c/gi, "/")].every((path) => {
    const resolved = URL.parse(path, "https://application")
    return resolved !== null && !resolved.pathname.startsWith("//")
  })
}

/**
 * A path on the application's own origin, with an optional query and fragment: `/inbox?folder=1#top`.
 *
 * A path that a browser might read as another origin is refused: `//evil.example`, `/\evil.example`, `https:`, their
 * percent-encoded forms, and `/.//evil.example`, which becomes one when its dots are resolved. So are characters that
 * no path has: white space, backslashes and control characters. At most 2,048 characters.
 *
 * @example
 * ```ts
 * import { ReturnPath } from "@le-auth/core/ReturnPath"
 *
 * ReturnPath.make("/inbox?folder=1") // => "/inbox?folder=1"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.15 RFC 6749 section 10.15}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.11.1 RFC 9700 section 4.11.1}
 * @category schemas
 * @since 0.1.0
 */
export const ReturnPath = Schema.String.check(
  Schema.isPattern(/^\/(?![/\\]|%2f|%5c)[\x21-\x5b\x5d-\x7e]*$/i, {
    expected: "a path of this application that starts with one slash, such as /inbox"
  }),
  Schema.isMaxLength(2048),
  Schema.makeFilter(staysInside, { expected: "a path that also starts with one slash when its dots are resolved" })
).pipe(Schema.brand("ReturnPath"))
export type ReturnPath = typeof ReturnPath.Type
