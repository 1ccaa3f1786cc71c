/**
 * The layout of every page of Sentinel, and the headers that keep it safe.
 *
 * No page has a script. The style is part of the page, and the content security policy names it by its hash.
 *
 * @since 0.1.0
 */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Html, html } from "./Html.ts"
import * as Icon from "./Icon.ts"
import { style } from "./style.ts"

/**
 * What a page is made of.
 *
 * @since 0.1.0
 */
export interface Content {
  readonly status?: number
  readonly title: string
  /** What is at the head of the page. */
  readonly icon: Icon.Icon
  readonly body: Html
  /** Origins that a form of the page may lead to, also by a redirect of the answer (CSP `form-action`). */
  readonly formTargets?: ReadonlyArray<string>
  readonly openerPolicy?: "same-origin" | "unsafe-none"
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * The headers of every answer of Sentinel that is not a public document (RFC 9700 sections 2.6 and 4.2.4).
 *
 * @since 0.1.0
 */
export const privateHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

/**
 * The headers that keep a page to itself, with the sources of its content security policy as it may have them.
 *
 * @since 0.1.0
 */
export const pageHeaders = (policy: string): Readonly<Record<string, string>> => ({
  ...privateHeaders,
  "content-security-policy": `default-src 'none'; base-uri 'none'; frame-ancestors 'none'; ${policy}`,
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin"
})

/**
 * The source expression of a style or a script that is part of the page (CSP Level 3 section 2.3.1).
 *
 * @since 0.1.0
 */
export const sourceOf = (text: string): Effect.Effect<string, never, Digest.Digest> =>
  Digest.Digest.use((digest) =>
    Effect.map(digest.digest(Digest.sha256, Utf8.encode(text)), (hash) => `'sha256-${Base64.encode(hash)}'`)
  )

/**
 * The whole document around a body.
 *
 * @since 0.1.0
 */
export const documentOf = (title: string, styleElement: Html, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        ${body}
      </body>
    </html> `.text

/**
 * Renders a page into an answer.
 *
 * @since 0.1.0
 */
export type Render = (content: Content) => HttpServerResponse.HttpServerResponse

/**
 * Makes {@link Render}. The hash of the style is computed once.
 *
 * @since 0.1.0
 */
export const make: Effect.Effect<Render, never, Digest.Digest> = Effect.gen(function* () {
  const styleSource = yield* sourceOf(style)
  const styleElement = new Html(`<style>${style}</style>`)

  return ({ body, formTargets, headers, icon, openerPolicy, status, title }) =>
    HttpServerResponse.text(
      documentOf(
        title,
        styleElement,
        html`<main>${Icon.mark(icon)}${body}</main>
          <footer>le-auth Sentinel, an identity service for development. Not operated by LivePerson.</footer>`
      ),
      {
        status: status ?? 200,
        contentType: "text/html; charset=utf-8",
        headers: {
          ...pageHeaders(
            `style-src ${styleSource}; ` +
              `form-action ${formTargets === undefined ? "'none'" : ["'self'", ...formTargets].join(" ")}`
          ),
          ...(openerPolicy === undefined ? {} : { "cross-origin-opener-policy": openerPolicy }),
          ...headers
        }
      }
    )
})
