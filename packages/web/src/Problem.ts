/**
 * The page and the answer for what went wrong.
 *
 * @since 0.1.0
 */
import type { SessionError } from "@le-auth/core/Sessions"
import type { CompleteError, StartError } from "@le-auth/core/SignIn"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Html from "./Html.ts"

/** @since 0.1.0 */
export type Problem = StartError | CompleteError | SessionError

/**
 * The status that fits an error: 400 for what the browser brought, 502 and 503 for what LivePerson or a store did.
 *
 * @since 0.1.0
 */
export const status = (error: Problem): number => {
  switch (error._tag) {
    case "NotSignedIn":
    case "SessionEnded":
      return 401
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
 * A page that says what happened and offers a new sign-in. The message is made of our own texts and of what the other side
 * said, reduced to printable characters; all of it is escaped.
 *
 * @since 0.1.0
 */
export const page = (options: {
  readonly title: string
  readonly error: Problem
  readonly loginPath: string
  /** Who may show the page in a frame. Default: nobody. */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
}): HttpServerResponse =>
  Html.page({
    title: options.title,
    status: status(options.error),
    frameAncestors: options.frameAncestors,
    body: Html.html`<p>${options.error.message}</p>
<p class="actions"><a class="button primary" href="${options.loginPath}">Sign in again</a></p>`
  })
