/**
 * What the user's browser shows when it has brought the callback: static, without scripts, tokens or foreign content.
 */
import { Html, html } from "@le-auth/core/shared/Html"
import * as PagePolicy from "@le-auth/core/shared/PagePolicy"
import type * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const style =
  ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}"

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
