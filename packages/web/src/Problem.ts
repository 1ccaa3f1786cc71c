/**
 * The page and the answer for an error of a sign-in or a session.
 *
 * Both use our own words. The words of Sentinel, the Domain API or a store go to the log. A reference connects the two.
 *
 * @since 0.1.0
 */
import type { SessionError } from "@le-auth/core/Sessions"
import type { CompleteError, StartError } from "@le-auth/core/SignIn"
import type { TokenErrorReason } from "@le-auth/core/TokenError"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Random from "effect/Random"
import { privateHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Html from "./Html.ts"

/**
 * The errors that a user can meet.
 *
 * @category errors
 * @since 0.1.0
 */
export type Problem = StartError | CompleteError | SessionError

/**
 * Whether the session of a browser has ended, so that the user has to sign in again.
 *
 * @category guards
 * @since 0.1.0
 */
export const isOver = (error: Problem): boolean =>
  error._tag === "NotSignedIn" ||
  error._tag === "SessionEnded" ||
  (error._tag === "TokenError" && error.operation === "refresh" && error.startAgain)

/**
 * The status for an error: 401 for an ended session, 400 for a fault of the request, 502 and 503 for LivePerson or a
 * store.
 *
 * @example
 * ```ts
 * import { StoreError } from "@le-auth/core/StoreError"
 * import * as Problem from "@le-auth/web/Problem"
 *
 * Problem.status(new StoreError({ store: "session store", operation: "get" })) // => 503
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const status = (error: Problem): number => {
  if (isOver(error)) return 401
  switch (error._tag) {
    case "StoreError":
      return 503
    case "DomainsError":
    case "IdTokenError":
      return 502
    case "TokenError":
      return error.isTransient ? 503 : error.reason._tag === "InvalidGrant" ? 400 : 502
    default:
      return 400
  }
}

/**
 * The name of an error for a script. A page has one answer to an ended session, so there is one name for all its
 * causes.
 *
 * @category accessors
 * @since 0.1.0
 */
export const nameOf = (error: Problem): string =>
  isOver(error) && error._tag !== "NotSignedIn" ? "SessionEnded" : error._tag

const tell = "If the problem persists, tell the people who run this application."

const tokenTexts: Record<TokenErrorReason["_tag"], string> = {
  InvalidGrant: "LivePerson no longer accepts this sign-in. Start the sign-in again.",
  InvalidClient: `LivePerson no longer accepts this sign-in, or not this application. Start the sign-in again. ${tell}`,
  Refused: `LivePerson refused the request of this application. ${tell}`,
  RateLimited: "LivePerson has had too many requests. Wait some seconds, then try again.",
  Blocked:
    "LivePerson Support has blocked this account or user name. Ask the people who run this application to open a case with LivePerson.",
  Unavailable: "LivePerson is not available at the moment. Try again later.",
  Timeout: "LivePerson did not answer in time. Try again later.",
  BadResponse: `LivePerson's answer cannot be used. Try again later. ${tell}`
}

/**
 * The text of an error for the user, in our own words. Only of a callback that is believed, `error` and
 * `error_description` are in it, reduced to printable characters.
 *
 * @category accessors
 * @since 0.1.0
 */
export const text = (error: Problem): string => {
  switch (error._tag) {
    case "TokenError":
      return tokenTexts[error.reason._tag]
    case "IdTokenError":
      return `LivePerson's answer does not say reliably who signed in. Start the sign-in again. ${tell}`
    case "DomainsError":
      return `LivePerson's servers for this account cannot be found. Try again later. ${tell}`
    case "StoreError":
      // A final error tells what to keep less of. The engine's own words go to the log.
      return error.isFinal ? error.message : `This application cannot reach its store. Try again in a moment. ${tell}`
    default:
      return error.message
  }
}

/**
 * Six letters and digits, which a user can read out, and which are in the line of the log.
 *
 * @category models
 * @since 0.1.0
 */
export type Reference = string

/**
 * Makes a new reference.
 *
 * @example
 * ```ts
 * import * as Problem from "@le-auth/web/Problem"
 * import * as Effect from "effect/Effect"
 *
 * const program = Effect.map(Problem.reference, (reference) => /^[0-9A-Z]{6}$/.test(reference))
 * program // => true
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const reference: Effect.Effect<Reference> = Effect.map(Random.nextIntBetween(0, 36 ** 6), (number) =>
  number.toString(36).toUpperCase().padStart(6, "0")
)

/**
 * Logs an error as a warning that begins with `what`, and gives the reference for the page.
 *
 * @category accessors
 * @since 0.1.0
 */
export const report = (what: string, error: Problem): Effect.Effect<Reference> =>
  Effect.tap(reference, (number) => Effect.logWarning(`${what} (reference ${number})`, error.message))

/**
 * Makes a page that tells what happened, with a link to a new sign-in, which leads to `returnTo`. With `homePath`, and
 * an error that needs no new sign-in, the link leads there for another try. All texts are escaped.
 *
 * @example
 * ```ts
 * import { StoreError } from "@le-auth/core/StoreError"
 * import * as Problem from "@le-auth/web/Problem"
 * import * as Effect from "effect/Effect"
 *
 * const error = new StoreError({ store: "session store", operation: "get" })
 *
 * const program = Effect.gen(function* () {
 *   const reference = yield* Problem.report("The inbox cannot be shown", error)
 *   const page = yield* Problem.page({ title: "That did not work", error, reference, loginPath: "/login" })
 *   page.status // => 503
 * })
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const page = (options: {
  readonly title: string
  readonly error: Problem
  /** From {@link report}. */
  readonly reference: Reference
  readonly loginPath: string
  /** The return path of the new sign-in. */
  readonly returnTo?: string | undefined
  /** The page from which a user who is still signed in can try again. */
  readonly homePath?: string | undefined
  /** More to say, as plain text. */
  readonly more?: string | undefined
  /** Origins whose pages may show the page in a frame. Default: none. */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
}): Effect.Effect<HttpServerResponse.HttpServerResponse> => {
  const { error, homePath, loginPath, more, returnTo } = options
  const startsAgain = isOver(error) || ("startAgain" in error && error.startAgain)
  const signIn = returnTo === undefined ? loginPath : `${loginPath}?${new URLSearchParams({ returnTo })}`
  const link = (href: string, label: string, kind = "") =>
    Html.html`<a class="button${kind}" href="${href}">${label}</a>`
  // A blocked user stays blocked, however often they sign in.
  const isBlocked = error._tag === "TokenError" && error.reason._tag === "Blocked"
  const actions = isBlocked
    ? homePath === undefined
      ? Html.join([])
      : link(homePath, "Go on", " primary")
    : homePath === undefined
      ? link(signIn, "Sign in again", " primary")
      : startsAgain
        ? Html.join([link(signIn, "Sign in again", " primary"), link(homePath, "Go on")])
        : link(homePath, "Try again", " primary")
  const shown = Html.page({
    title: options.title,
    status: homePath !== undefined && isOver(error) ? 502 : status(error),
    frameAncestors: options.frameAncestors,
    body: Html.html`<p>${text(error)}${more === undefined ? "" : ` ${more}`}</p>
<p class="soft">Reference: ${options.reference}</p>
<p class="actions">${actions}</p>`
  })
  // It has no form, and is what a callback with a code may end at (RFC 9700 section 4.2.4).
  return Effect.map(shown, HttpServerResponse.setHeaders(privateHeaders))
}
