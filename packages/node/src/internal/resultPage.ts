/**
 * What the user's browser shows when it has brought the callback: static, without scripts, tokens or foreign content.
 */
import { tokens } from "@le-auth/core/shared/DesignTokens"
import { Html, html } from "@le-auth/core/shared/Html"
import * as PagePolicy from "@le-auth/core/shared/PagePolicy"
import type * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const style = `${tokens}
body{margin:15vh auto;padding:0 var(--space-4);max-width:36rem;color:var(--ink);background:var(--ground);font:var(--text-m)/var(--leading) var(--font)}
h1{font-size:var(--text-xl);line-height:1.2;font-weight:650}`

const styleElement = new Html(`<style>${style}</style>`)

/** The port closes with the attempt: no connection may wait for a second request. */
const connection = { connection: "close" }

export type ResultPage = (status: number, title: string, text: string) => HttpServerResponse.HttpServerResponse

export const make: Effect.Effect<ResultPage, never, Digest.Digest> = Effect.map(
  PagePolicy.make({ styles: [style] }),
  (policy) => (status, title, text) =>
    HttpServerResponse.text(
      html`<!doctype html>
        <html lang="en">
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title}</title>
          ${styleElement}
          <h1>${title}</h1>
          <p>${text}</p>
        </html> `.text,
      { status, contentType: "text/html; charset=utf-8", headers: { ...policy(), ...connection } }
    )
)

export const plainAnswer = (
  status: number,
  text: string,
  more: Record<string, string> = {}
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(`${text}\n`, {
    status,
    contentType: "text/plain; charset=utf-8",
    headers: { ...PagePolicy.privateHeaders, ...connection, ...more }
  })
