/** The pages of the sign-in: one template, one style sheet, and headers that let nothing else in. */
import { tokens } from "@le-auth/core/shared/DesignTokens"
import * as Html from "@le-auth/core/shared/Html"
import * as PagePolicy from "@le-auth/core/shared/PagePolicy"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const style = `${tokens}
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:var(--space-5) var(--space-4);color:var(--ink);overflow-wrap:anywhere;background:radial-gradient(60rem 32rem at 50% -8rem,var(--glow),transparent) no-repeat var(--ground);font:var(--text-m)/var(--leading) var(--font)}
main{width:100%;max-width:36rem;min-width:0;background:var(--card);border:1px solid var(--edge);border-radius:var(--radius-l);padding:var(--space-7);box-shadow:0 1px 2px var(--shadow),0 1.5rem 3rem -1.25rem var(--shadow)}
main:has(pre){max-width:52rem}
h1{margin:0 0 var(--space-3);font-size:var(--text-xl);line-height:1.2;font-weight:650;letter-spacing:-.02em;text-wrap:balance}h2{margin:var(--space-6) 0 var(--space-3);font-size:var(--text-l);line-height:1.3;font-weight:650}
p{margin:0 0 var(--space-4);text-wrap:pretty}.soft{color:var(--soft)}a{color:var(--accent)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:var(--space-2) var(--space-5);margin:0 0 var(--space-5)}dt{color:var(--soft)}dd{margin:0;min-width:0}
code,pre{font-family:var(--mono);font-size:.9em}pre{margin:0 0 var(--space-4);padding:var(--space-4);overflow:auto;overflow-wrap:normal;background:var(--ground);border:1px solid var(--edge);border-radius:var(--radius-m);line-height:1.5}pre code{font-size:1em}
.actions{display:flex;flex-wrap:wrap;gap:var(--space-3);margin:0}form{margin:0}
.button{display:inline-block;font:inherit;font-weight:600;padding:var(--space-2) var(--space-4);min-height:2.75rem;border-radius:var(--radius-m);border:1px solid var(--field);background:transparent;color:var(--ink);text-decoration:none;cursor:pointer}.button:hover{border-color:var(--ink)}
.button.primary{background:var(--accent);border-color:transparent;color:var(--accent-ink)}.button.primary:hover{background:var(--accent-strong)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media(max-width:30rem){body{padding:var(--space-4) var(--space-3);place-items:start center}main{padding:var(--space-5)}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:var(--space-2)}.button{width:100%;text-align:center}.actions form{width:100%}}`

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
      ? PagePolicy.make({ styles: [style], scripts, imageSources: ["'self'"] }).pipe(
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
