/**
 * The page at which a sign-in in a window of its own ends: it tells the page that opened the window, and closes it.
 *
 * @since 0.1.0
 */
import * as Html from "@le-auth/core/shared/Html"
import type * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Pages from "./internal/pages.ts"

/**
 * The end of its path, below the login path.
 *
 * @category models
 * @since 0.1.0
 */
export const suffix = "/done"

/**
 * The script of the page. It tells the number of this window to all pages of this origin, and to no others. They then
 * ask the backend who is signed in, so that a made-up message achieves nothing.
 *
 * @category models
 * @since 0.1.0
 */
export const script = `new BroadcastChannel("le-auth").postMessage(new URLSearchParams(location.search).get("window"));close()`

/**
 * The page. Its text is for browsers that do not close a window that they did not see opened by a script.
 *
 * @category constructors
 * @since 0.1.0
 */
export const response: Effect.Effect<HttpServerResponse.HttpServerResponse> = Pages.make(script)({
  title: "Done",
  body: Html.html`<p>You can close this window.</p>`
})
