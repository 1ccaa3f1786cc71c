/** The way out: to the backend's login path, which leads to Sentinel. */
import { type Backend, loginAddress } from "./backend.ts"
import { topLocation } from "./frame.ts"
import { isReturnPath, returnPathTo } from "./returnPath.ts"
import { isAccountId } from "./sessionView.ts"

/**
 * @since 0.1.0
 */
export interface RedirectOptions extends Backend {
  /** Where to come back to: a path of this application. Default: where the page is now, with query and fragment. */
  readonly returnTo?: string | undefined
  /** The account to sign in to. May be left out if the application is installed in one account only. */
  readonly account?: string | undefined
}

/**
 * The browser is on its way to the login. The page still runs for a moment.
 *
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
 * - `BadAccount`: the account is no LivePerson account id.
 * - `Framed`: the page is in a frame of another site, from which a login must not start and cannot lead back.
 *
 * `message` says what to do next.
 *
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

/** What is wrong with where a sign-in shall go, if anything is. */
export const badOptions = ({ account, returnTo }: Pick<RedirectOptions, "account" | "returnTo">) =>
  returnTo !== undefined && !isReturnPath(returnTo)
    ? notRedirected("BadReturnTo")
    : account !== undefined && !isAccountId(account)
      ? notRedirected("BadAccount")
      : undefined

/**
 * Sends the user to the sign-in, with a top-level navigation (OAuth 2.1 section 8.3). In a frame of the same site, the whole
 * tab goes. Nothing is awaited, so it can be called in a click.
 *
 * @example
 * ```ts
 * import { redirect } from "@le-auth/browser/plain"
 *
 * const result = redirect({ returnTo: "/inbox" })
 * if (result._tag === "NotRedirected") alert(result.message)
 * ```
 *
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
