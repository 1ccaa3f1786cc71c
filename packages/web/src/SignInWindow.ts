/**
 * The page at which a sign-in in a window of its own ends: it tells the page that opened the window, and closes it.
 *
 * @since 0.1.0
 */
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Html from "./Html.ts"

/**
 * Where it is, below the login path.
 *
 * @since 0.1.0
 */
export const suffix = "/done"

/**
 * Tells all pages of this origin, and nobody else, that the window with this number is done. Whoever hears it asks the backend
 * who is signed in, so that a made-up message achieves nothing.
 *
 * @since 0.1.0
 */
export const script = `new BroadcastChannel("le-auth").postMessage(new URLSearchParams(location.search).get("window"));close()`

/**
 * What the Content-Security-Policy lets through: the hash of {@link script}. A test keeps the two together.
 *
 * @since 0.1.0
 */
export const scriptHash = "sha256-Nqk41fesYFbLA3qoRevOqa7ZESCVEd8GZN+jNtA0Vog="

const headers = Html.headersFor([])

/**
 * Its text is for browsers that do not close a window that they did not see opened by a script.
 *
 * @since 0.1.0
 */
export const response = HttpServerResponse.setHeader(
  Html.page({
    title: "Done",
    body: Html.html`<p>You can close this window.</p>\n<script>${new Html.Html(script)}</script>`
  }),
  "content-security-policy",
  `${headers["content-security-policy"]}; script-src '${scriptHash}'`
)
