/** The navigation to the backend's login path, which leads to Sentinel. */
import { type Backend, loginAddress } from "./backend.ts"
import { topLocation } from "./frame.ts"
import { isReturnPath, returnPathTo } from "./returnPath.ts"
import { isAccountId } from "./sessionView.ts"

/**
 * A sign-in of the whole tab.
 *
 * @category models
 * @since 0.1.0
 */
export interface RedirectOptions extends Backend {
  /** The return path, a path of this application. Default: the page's own path, with query and fragment. */
  readonly returnTo?: string | undefined
  /** The account to sign in to. Default: the only account in which the application is installed. */
  readonly account?: string | undefined
}

/**
 * The browser is on its way to the login. The page still runs for a moment.
 *
 * @category models
 * @since 0.1.0
 */
export interface Redirecting {
  readonly _tag: "Redirecting"
  readonly url: string
}

/**
 * The browser stays here.
 *
 * - `BadReturnTo`: the return path could lead to another site.
 * - `BadAccount`: the account is not a LivePerson account id.
 * - `Framed`: the page is in a frame of another site. A login must not start there, and cannot lead back there.
 *
 * `message` says what to do next.
 *
 * @category models
 * @since 0.1.0
 */
export interface NotRedirected {
  readonly _tag: "NotRedirected"
  readonly reason: "BadReturnTo" | "BadAccount" | "Framed"
  readonly message: string
}

const messages = {
  BadReturnTo: "The return path must be a path of this application that starts with one slash, such as /inbox.",
  BadAccount: "The account must be a LivePerson account id: 1 to 32 letters and digits.",
  Framed: "A sign-in cannot start in a frame of another site. Open the page in a window of its own, then sign in there."
}

const notRedirected = (reason: NotRedirected["reason"]): NotRedirected => ({
  _tag: "NotRedirected",
  reason,
  message: messages[reason]
})

/** The reason why a sign-in cannot start with these options, or `undefined`. */
export const badOptions = ({ account, returnTo }: Pick<RedirectOptions, "account" | "returnTo">) =>
  returnTo !== undefined && !isReturnPath(returnTo)
    ? notRedirected("BadReturnTo")
    : account !== undefined && !isAccountId(account)
      ? notRedirected("BadAccount")
      : undefined

/**
 * Sends the user to the sign-in, with a top-level navigation (OAuth 2.1 section 8.3). In a frame of the same site, the
 * whole tab goes. It awaits nothing, so it can be called in a click.
 *
 * @example
 * ```ts
 * // compiled only
 * import { redirect } from "@le-auth/page"
 *
 * const result = redirect({ returnTo: "/inbox" })
 * if (result._tag === "NotRedirected") alert(result.message)
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const redirect = (options: RedirectOptions = {}): Redirecting | NotRedirected => {
  const top = topLocation()
  if (top === undefined) return notRedirected("Framed")
  const { account, returnTo = returnPathTo(top) } = options
  const bad = badOptions({ account, returnTo })
  if (bad !== undefined) return bad

  const url = loginAddress(top, options, returnTo)
  try {
    top.assign(url)
  } catch {
    // A sandboxed frame may not navigate the tab.
    return notRedirected("Framed")
  }
  return { _tag: "Redirecting", url: url.href }
}
