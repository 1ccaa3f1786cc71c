/**
 * Small pages without script.
 *
 * @since 0.1.0
 */
import * as HtmlText from "@le-auth/core/HtmlText"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

export {
  /** @since 0.1.0 */
  escape,
  /** @since 0.1.0 */
  Html,
  /** @since 0.1.0 */
  html,
  /** @since 0.1.0 */
  join
} from "@le-auth/core/HtmlText"

/**
 * The one style sheet of all pages.
 *
 * @since 0.1.0
 */
export const style = `:root{color-scheme:light dark;--text:#1c2330;--soft:#5b6575;--page:#f5f6f8;--card:#fff;--line:#dfe3e8;--accent:#1f5fd0;--on-accent:#fff}
@media(prefers-color-scheme:dark){:root{--text:#e8ebf0;--soft:#a3adbb;--page:#12161d;--card:#1b212b;--line:#303946;--accent:#7aa9ff;--on-accent:#0b1322}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--page);color:var(--text);font:1rem/1.55 system-ui,sans-serif}
main{width:100%;max-width:34rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:2rem}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}p{margin:0 0 1rem}.soft{color:var(--soft)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.4rem 1.25rem;margin:0 0 1.5rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin:0}form{margin:0}
.button{display:inline-block;font:inherit;font-weight:600;padding:.6rem 1.1rem;border-radius:.5rem;border:1px solid var(--line);background:transparent;color:var(--text);text-decoration:none;cursor:pointer}
.button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
@media(max-width:30rem){body{padding:.75rem}main{padding:1.25rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}.button{width:100%;text-align:center}.actions form{width:100%}}
a:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}`

/**
 * What the Content-Security-Policy lets through: the hash of {@link style}. A test keeps the two together.
 *
 * @since 0.1.0
 */
export const styleHash = "sha256-LDUpexCf4wXiei8Q07u7PXw/PyFWxb2VaDEuyHvzI24="

/**
 * The headers of every page: nothing is loaded or cached, no address is passed on, and nobody frames it but `frameAncestors`
 * (RFC 9700 sections 4.2.4 and 4.16).
 *
 * @since 0.1.0
 */
export const headersFor = (frameAncestors: ReadonlyArray<string>): Record<string, string> => ({
  "content-security-policy": `default-src 'none'; style-src '${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors ${
    frameAncestors.length === 0 ? "'none'" : frameAncestors.join(" ")
  }`,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
  // It knows no list of origins, so it says what it can.
  ...(frameAncestors.length === 0 ? { "x-frame-options": "DENY" } : {})
})

/**
 * The headers of a page that nobody may frame.
 *
 * @since 0.1.0
 */
export const headers: Record<string, string> = headersFor([])

/**
 * A page with a title, which is a text, and a body, which is HTML: the template escapes what you put into it.
 *
 * @example
 * ```ts
 * import * as Html from "@le-auth/web/Html"
 *
 * Html.page({ title: "Hello", body: Html.html`<p>${"<world>"}</p>` })
 * ```
 *
 * @since 0.1.0
 */
export const page = (options: {
  readonly title: string
  readonly body: HtmlText.Html
  readonly status?: number | undefined
  /** Who may show the page in a frame, see `WebApplication.Options`. Default: nobody. */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
}): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(
    HtmlText.html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${options.title}</title>
<style>${new HtmlText.Html(style)}</style>
</head>
<body>
<main>
<h1>${options.title}</h1>
${options.body}
</main>
</body>
</html>
`.text,
    {
      status: options.status ?? 200,
      contentType: "text/html; charset=utf-8",
      headers: headersFor(options.frameAncestors ?? [])
    }
  )
