/**
 * The names of everything secret in OAuth, for what effect hides in spans, errors, logs and `inspect`. effect 4.1 hides
 * none of them by itself.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.2 RFC 9700 section 4.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.3 RFC 9700 section 4.3}
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as UrlParams from "effect/http/UrlParams"
import * as Layer from "effect/Layer"

/**
 * The parameters of a sign-in whose values must not show.
 *
 * @category models
 * @since 0.1.0
 */
export const secretParameters: ReadonlyArray<string> = [
  "code",
  "state",
  "access_token",
  "refresh_token",
  "id_token",
  "client_secret",
  "code_verifier",
  "password",
  "token",
  // A sealed authorization request, as RFC 9101 and the login page of Sentinel have it: the state is in it.
  "request"
]

/** `location` and `referer` carry a callback's address, and with it the code. */
const secretHeaders: ReadonlyArray<string> = [...secretParameters, "location", "referer", "proxy-authorization"]

type Names = ReadonlyArray<string | RegExp>

/** Adds names to a list; the same list gives the same result, since this runs for every request. */
const adding = (more: Names) => {
  let last: { readonly known: Names; readonly all: Names } | undefined
  return (known: Names): Names => {
    if (last?.known !== known) last = { known, all: [...new Set([...known, ...more])] }
    return last.all
  }
}
const withParameters = adding(secretParameters)
const withHeaders = adding(secretHeaders)

/**
 * Runs an effect with these names added to those that are hidden already.
 *
 * @category combinators
 * @since 0.1.0
 */
export const redacting = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.updateService(UrlParams.CurrentRedactedNames, withParameters),
    Effect.updateService(Headers.CurrentRedactedNames, withHeaders)
  )

/**
 * Adds the names for everything that runs with this layer. A program's own additions stay.
 *
 * @example
 * ```ts
 * import * as Redaction from "@le-auth/core/Redaction"
 * import * as Effect from "effect/Effect"
 * import * as UrlParams from "effect/http/UrlParams"
 *
 * const isHidden = Effect.map(UrlParams.CurrentRedactedNames, (names) => names.includes("refresh_token"))
 *
 * Effect.provide(isHidden, Redaction.layer) // => true
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<never> = Layer.merge(
  Layer.effect(UrlParams.CurrentRedactedNames, Effect.map(UrlParams.CurrentRedactedNames, withParameters)),
  Layer.effect(Headers.CurrentRedactedNames, Effect.map(Headers.CurrentRedactedNames, withHeaders))
)
