/**
 * The page and the answer for what went wrong.
 *
 * Both say it in our own words: what Sentinel, the Domain API or a store said is for the log. A reference connects the two.
 *
 * @since 0.1.0
 */
import type { SessionError } from "@le-auth/core/Sessions"
import type { CompleteError, StartError } from "@le-auth/core/SignIn"
import type { TokenErrorReason } from "@le-auth/core/TokenError"
import * as Effect from "effect/Effect"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Random from "effect/Random"
import * as Html from "./Html.ts"

/** @since 0.1.0 */
export type Problem = StartError | CompleteError | SessionError

/**
 * Whether the session of a browser is of no use any more, so that the way on is a new sign-in.
 *
 * @since 0.1.0
 */
export const isOver = (error: Problem): boolean =>
  error._tag === "NotSignedIn" ||
  error._tag === "SessionEnded" ||
  (error._tag === "TokenError" && error.operation === "refresh" && error.startAgain)

/**
 * The status that fits an error: 400 for what the browser brought, 502 and 503 for what LivePerson or a store did.
 *
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
 * What a script is told that an error is called. A page has one way on from a session that is over, whatever ended it.
 *
 * @since 0.1.0
 */
export const nameOf = (error: Problem): string =>
  isOver(error) && error._tag !== "NotSignedIn" ? "SessionEnded" : error._tag

const tell = "If it stays so, tell the people who run this application."

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
 * What happened, for the user: our own words. Of others' there are only `error` and `error_description` of a callback that is
 * believed, reduced to printable characters.
 *
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
      // What is final says what to keep less of. The engine's own words are for the log.
      return error.isFinal ? error.message : `This application cannot reach its store. Try again in a moment. ${tell}`
    default:
      return error.message
  }
}

/**
 * Six letters and digits, which a user can read out, and which are in the line of the log.
 *
 * @since 0.1.0
 */
export type Reference = string

/**
 * @since 0.1.0
 */
export const reference: Effect.Effect<Reference> = Effect.map(Random.nextIntBetween(0, 36 ** 6), (number) =>
  number.toString(36).toUpperCase().padStart(6, "0")
)

/**
 * Writes an error into the log, and gives the reference for the page.
 *
 * @since 0.1.0
 */
export const report = (what: string, error: Problem): Effect.Effect<Reference> =>
  Effect.tap(reference, (number) => Effect.logWarning(`${what} (reference ${number})`, error.message))

/**
 * A page that says what happened, and offers the way on: a new sign-in, which leads to `returnTo`, or another try at
 * `homePath`, if there is one and the error does not ask for a new sign-in. All of it is escaped.
 *
 * @since 0.1.0
 */
export const page = (options: {
  readonly title: string
  readonly error: Problem
  /** From {@link report}. */
  readonly reference: Reference
  readonly loginPath: string
  /** Where the new sign-in leads. */
  readonly returnTo?: string | undefined
  /** Given if the user is signed in all the same: what was tried can be tried again from here. */
  readonly homePath?: string | undefined
  /** More to say, as plain text. */
  readonly more?: string | undefined
  /** Who may show the page in a frame. Default: nobody. */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
}): Effect.Effect<HttpServerResponse> => {
  const { error, homePath, loginPath, more, returnTo } = options
  const startsAgain = isOver(error) || ("startAgain" in error && error.startAgain)
  const signIn = returnTo === undefined ? loginPath : `${loginPath}?${new URLSearchParams({ returnTo })}`
  const link = (href: string, label: string, kind = "") =>
    Html.html`<a class="button${kind}" href="${href}">${label}</a>`
  // Whoever is blocked stays so, however often they sign in.
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
  return Html.page({
    title: options.title,
    status: homePath !== undefined && isOver(error) ? 502 : status(error),
    frameAncestors: options.frameAncestors,
    body: Html.html`<p>${text(error)}${more === undefined ? "" : ` ${more}`}</p>
<p class="soft">Reference: ${options.reference}</p>
<p class="actions">${actions}</p>`
  })
}
