/**
 * The layout of every page of Sentinel, and the headers that keep it safe.
 *
 * No page has a script. The style is part of the page, and the content security policy names it by its hash
 * (`PagePolicy`).
 */
import { Html, html } from "@le-auth/core/shared/Html"
import * as PagePolicy from "@le-auth/core/shared/PagePolicy"
import type * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Icon from "./Icon.ts"
import { style } from "./style.ts"

/** The parts of a page. */
export interface Content {
  readonly status?: number
  readonly title: string
  /** The picture at the head of the page. */
  readonly icon: Icon.Icon
  readonly body: Html
  /** Origins that a form of the page may lead to, also by a redirect of the answer (CSP `form-action`). */
  readonly formTargets?: ReadonlyArray<string> | undefined
  readonly openerPolicy?: "same-origin" | "unsafe-none"
  readonly referrerPolicy?: "no-referrer" | "same-origin"
  readonly headers?: Readonly<Record<string, string>>
  /** The page has more than a form, so it takes more of a wide window. Default: no. */
  readonly isWide?: boolean
}

/** The whole document around a body. */
export const documentOf = (title: string, styleElement: Html, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/favicon.ico" type="image/svg+xml" />
        <title>${title}</title>
        ${styleElement}
      </head>
      <body>
        ${body}
      </body>
    </html> `.text

/** Renders a page into an answer. */
export type Render = (content: Content) => HttpServerResponse.HttpServerResponse

/** Makes {@link Render}. The hash of the style is computed once. */
export const make: Effect.Effect<Render, never, Digest.Digest> = Effect.gen(function* () {
  const headersOf = yield* PagePolicy.make({ styles: [style], imageSources: ["'self'"] })
  const styleElement = new Html(`<style>${style}</style>`)

  return ({ body, formTargets, headers, icon, isWide, openerPolicy, referrerPolicy, status, title }) =>
    HttpServerResponse.text(
      documentOf(
        title,
        styleElement,
        html`<main${isWide === true && html` class="wide"`}>${Icon.mark(icon)}${body}</main>
          <footer>le-auth Sentinel, an identity service for development. Not operated by LivePerson.</footer>`
      ),
      {
        status: status ?? 200,
        contentType: "text/html; charset=utf-8",
        headers: {
          ...headersOf({
            formTargets: formTargets === undefined ? undefined : ["'self'", ...formTargets],
            openerPolicy,
            referrerPolicy
          }),
          ...headers
        }
      }
    )
})
