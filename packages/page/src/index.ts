/**
 * Sign-in from a web page, without Effect. The functions give results, whose `_tag` says what happened.
 *
 * A page starts a sign-in and learns its result. The application's own backend (`@le-auth/web`) exchanges the code,
 * which needs the client secret, and keeps the tokens. No token reaches the page, unless it uses {@link directApi}.
 * Nothing is written to `localStorage`, `sessionStorage`, cookies or IndexedDB, and nothing is remembered between
 * calls.
 *
 * Expected failures are results, never exceptions. Every answer of the backend is checked.
 *
 * @example
 * ```ts
 * // compiled only
 * import { redirect, resume } from "@le-auth/page"
 *
 * // First thing on the page: it takes a stray callback out of the address bar before any other script runs.
 * const found = await resume()
 * if (found._tag === "SignedIn") document.title = `Account ${found.session.accountId}`
 * else document.querySelector("#sign-in")?.addEventListener("click", () => redirect())
 * ```
 *
 * @see OAuth 2.0 for browser-based applications, "Backend for frontend"
 * @since 0.1.0
 */
export { type Backend, type NoSecret, type Paths, type Request } from "./internal/backend.ts"
export { type Answered, type ApiOptions, callApi } from "./internal/callApi.ts"
export { onChange, onReturn } from "./internal/changes.ts"
export { allowCookies, cookies, type CookiesArrive, type CookiesKeptBack } from "./internal/cookies.ts"
export { directApi } from "./internal/directApi.ts"
export { type NoPopup, popup, type PopupOptions, type PopupResult } from "./internal/popup.ts"
export { type NotRedirected, redirect, type Redirecting, type RedirectOptions } from "./internal/redirect.ts"
export {
  type SessionResult,
  type SignedIn,
  type SignedOut,
  type SignedOutHere,
  type Unavailable
} from "./internal/results.ts"
export { resume } from "./internal/resume.ts"
export { refresh, session, signOut, signOutEverywhere } from "./internal/session.ts"
export { type Session } from "./internal/sessionView.ts"
