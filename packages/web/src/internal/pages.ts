/** The pages of the sign-in: one template, one style sheet, and headers that let nothing else in. */
import * as Html from "@le-auth/core/shared/Html"
import * as PagePolicy from "@le-auth/core/shared/PagePolicy"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const style = `:root{color-scheme:light dark;--text:#1c2330;--soft:#5b6575;--page:#f5f6f8;--card:#fff;--line:#dfe3e8;--accent:#1f5fd0;--on-accent:#fff}
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
 * The contents of a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageOptions {
  /** The title, as text. It is also the heading. */
  readonly title: string
  /** The content below the heading. */
  readonly body: Html.Html
  /** Default: 200. */
  readonly status?: number | undefined
  /** Origins whose pages may show the page in a frame, see `WebApplication.Options`. Default: none. */
  readonly frameAncestors?: ReadonlyArray<string> | undefined
}

/** Makes a kind of page, with a script or without. Its one policy is computed with the first page, and kept. */
export const make = (
  script?: string
): ((options: PageOptions) => Effect.Effect<HttpServerResponse.HttpServerResponse>) => {
  const scripts = script === undefined ? [] : [script]
  const scriptElement = script !== undefined && Html.html`<script>${new Html.Html(script)}</script>`
  let kept: PagePolicy.PagePolicy | undefined
  // WebCrypto is on every server that the routes run on, so that an application need not provide a `Digest` for its
  // pages.
  const policy = Effect.suspend(() =>
    kept === undefined
      ? PagePolicy.make({ styles: [style], scripts }).pipe(
          Effect.provide(Digest.layerWebCrypto),
          Effect.tap((made) => Effect.sync(() => (kept = made)))
        )
      : Effect.succeed(kept)
  )

  return ({ body, frameAncestors, status, title }) =>
    Effect.map(policy, (headersOf) =>
      HttpServerResponse.text(
        Html.html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html.Html(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}${scriptElement}
</main>
</body>
</html>
`.text,
        {
          status: status ?? 200,
          contentType: "text/html; charset=utf-8",
          headers: headersOf({ formTargets: ["'self'"], frameAncestors, referrerPolicy: "same-origin" })
        }
      )
    )
}
