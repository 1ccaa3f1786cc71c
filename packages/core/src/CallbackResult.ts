/**
 * The authorization response (RFC 6749 section 4.1.2): what the browser brings back to the redirect URI.
 *
 * @since 0.1.0
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { CallbackError, DuplicateParameter, Malformed } from "./CallbackError.ts"
import { AuthorizationCode, State } from "./Identifiers.ts"
import { printable } from "./OAuthError.ts"
import { UrlParameters } from "./shared/UrlParameters.ts"

/**
 * The user signed in: the callback carries an authorization code.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 section 4.1.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2 RFC 9207 section 2}
 * @category schemas
 * @since 0.1.0
 */
export const Authorized = Schema.TaggedStruct("Authorized", {
  code: AuthorizationCode,
  state: Schema.optionalKey(State),
  /** The issuer of the answer (RFC 9207). LivePerson is not known to send it. */
  issuer: Schema.optionalKey(Schema.String)
})
export type Authorized = typeof Authorized.Type

/**
 * The sign-in ended with an error: the callback carries `error` and perhaps `error_description`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2 RFC 9207 section 2}
 * @category schemas
 * @since 0.1.0
 */
export const Denied = Schema.TaggedStruct("Denied", {
  error: Schema.NonEmptyString,
  errorDescription: Schema.optionalKey(Schema.String),
  state: Schema.optionalKey(State),
  /** The issuer of the answer (RFC 9207). LivePerson is not known to send it. */
  issuer: Schema.optionalKey(Schema.String)
})
export type Denied = typeof Denied.Type

/**
 * What a callback says: a code, or an error.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 section 4.1.2}
 * @category schemas
 * @since 0.1.0
 */
export const CallbackResult = Schema.Union([Authorized, Denied])
export type CallbackResult = typeof CallbackResult.Type

const parameters = ["code", "state", "error", "error_description", "iss"] as const
const isVisible = (value: string): boolean => /^[\x20-\x7e]+$/.test(value)

const refuse = (reason: Malformed | DuplicateParameter) => Result.fail(new CallbackError({ reason }))

/**
 * Reads a callback address. It never throws, whatever the text is.
 *
 * This looks at the form only. Whether the callback belongs to a sign-in of this application is what `SignIn.complete`
 * finds out, and nothing in the result may be believed before that.
 *
 * Unknown parameters are ignored, an empty one counts as absent, a repeated one is refused, and so is a callback that
 * has both a code and an error, or neither.
 *
 * @example
 * ```ts
 * import { fromUrl } from "@le-auth/core/CallbackResult"
 * import * as Result from "effect/Result"
 *
 * const tagOf = (url: string) => Result.getOrThrow(fromUrl(url))._tag
 *
 * tagOf("https://le-app.com/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz") // => "Authorized"
 * tagOf("https://le-app.com/cb?error=access_denied&state=xyz") // => "Denied"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}
 * @category constructors
 * @since 0.1.0
 */
export const fromUrl = (url: string | URL): Result.Result<CallbackResult, CallbackError> => {
  const text = typeof url === "string" ? url : url.href
  const query = text.indexOf("?")
  const fragment = text.indexOf("#")
  // A question mark in the fragment begins no query: nothing is between the two.
  const values = UrlParameters.fromSearch(
    query === -1 ? "" : text.slice(query + 1, fragment === -1 ? undefined : fragment),
    // Codes have no length that all agree on (RFC 6749 section 4.1.2).
    { length: Infinity }
  )
  if (values.excess !== undefined) return refuse(new Malformed({ problem: "it has more than any answer has" }))
  if (values.repeated.size > 0) {
    for (const parameter of parameters) {
      if (values.repeated.has(parameter)) return refuse(new DuplicateParameter({ parameter }))
    }
  }
  const code = values.get("code")
  const error = values.get("error")
  const state = values.get("state")
  if (code === undefined && error === undefined) {
    return refuse(new Malformed({ problem: "it has neither a code nor an error" }))
  }
  if (code !== undefined && error !== undefined) {
    return refuse(new Malformed({ problem: "it has both a code and an error" }))
  }
  if (state !== undefined && !isVisible(state)) {
    return refuse(new Malformed({ problem: "its state has characters that no state has" }))
  }
  // Checked above, so the brand is earned. Plain objects instead of classes, and members one by one: this runs for
  // every callback, forged or not.
  const issuer = values.get("iss")
  if (code !== undefined) {
    if (!isVisible(code)) return refuse(new Malformed({ problem: "its code has characters that no code has" }))
    const authorized: Types.Mutable<Authorized> = { _tag: "Authorized", code: Redacted.make(code) }
    if (state !== undefined) authorized.state = state as State
    if (issuer !== undefined) authorized.issuer = issuer
    return Result.succeed(authorized)
  }
  const description = values.get("error_description")
  return Result.succeed({
    _tag: "Denied",
    error: printable(error!, 100),
    ...(description === undefined ? {} : { errorDescription: printable(description) }),
    ...(state === undefined ? {} : { state: state as State }),
    ...(issuer === undefined ? {} : { issuer })
  })
}
