/**
 * The functions of `@le-auth/page`, which need no Effect, for pages of `@le-auth/web`: the paths of its routes are the
 * default here, and not those of `@le-auth/server`, which begin with `/auth`.
 *
 * @example
 * ```ts
 * // compiled only
 * import { redirect, resume } from "@le-auth/browser/plain"
 *
 * // First thing on the page: it takes a stray callback out of the address bar before any other script runs.
 * const found = await resume()
 * if (found._tag === "SignedIn") document.title = `Account ${found.session.accountId}`
 * else document.querySelector("#sign-in")?.addEventListener("click", () => redirect())
 * ```
 *
 * @since 0.1.0
 */
import * as Page from "@le-auth/page"
import { atRoot } from "./internal/atRoot.ts"

export type * from "@le-auth/page"
export { onChange, onReturn } from "@le-auth/page"

/**
 * In a frame of another site, asks the user for the cookies, and gives the session. See {@link Page.allowCookies}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const allowCookies: typeof Page.allowCookies = (options) => Page.allowCookies(atRoot(options))

/**
 * Calls an API of LivePerson through the backend. See {@link Page.callApi}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const callApi: typeof Page.callApi = (service, path, options) => Page.callApi(service, path, atRoot(options))

/**
 * Whether the session's cookies reach the backend from this page. See {@link Page.cookies}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const cookies: typeof Page.cookies = (options) => Page.cookies(atRoot(options))

/**
 * Makes a function that calls APIs of LivePerson with a token from the backend. See {@link Page.directApi}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const directApi: typeof Page.directApi = (options) => Page.directApi(atRoot(options))

/**
 * Signs in with a window of its own, and gives the session. See {@link Page.popup}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const popup: typeof Page.popup = (options) => Page.popup(atRoot(options))

/**
 * Sends the user to the sign-in with the whole tab. See {@link Page.redirect}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const redirect: typeof Page.redirect = (options) => Page.redirect(atRoot(options))

/**
 * Makes the backend refresh the access token now, and gives the session. See {@link Page.refresh}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const refresh: typeof Page.refresh = (options) => Page.refresh(atRoot(options))

/**
 * Cleans the address bar, then gives the session. Call it first on the page. See {@link Page.resume}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const resume: typeof Page.resume = (options) => Page.resume(atRoot(options))

/**
 * The session of this browser. See {@link Page.session}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const session: typeof Page.session = (options) => Page.session(atRoot(options))

/**
 * Signs the user out of this application only. See {@link Page.signOut}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const signOut: typeof Page.signOut = (options) => Page.signOut(atRoot(options))

/**
 * Signs the user out of **all LivePerson applications**. See {@link Page.signOutEverywhere}.
 *
 * @category accessors
 * @since 0.1.0
 */
export const signOutEverywhere: typeof Page.signOutEverywhere = (options) => Page.signOutEverywhere(atRoot(options))
