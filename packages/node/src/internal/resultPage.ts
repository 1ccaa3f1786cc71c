/**
 * What the user's browser shows when it has brought the callback: static, without scripts, tokens or foreign content.
 */
import * as HtmlText from "@le-auth/core/HtmlText"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const style =
  ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}"
/** SHA-256 of the style, for the policy; a test computes it again. */
const styleHash = "sha256-BirR3s73BP43KfiufNo5MeGzCYKcM1NtSq0kw62Zfms="

const headers = {
  "cache-control": "no-store",
  "content-security-policy": `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // The port closes with the attempt: no connection may wait for a second request.
  connection: "close"
}

export const resultPage = (status: number, title: string, text: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(
    HtmlText.html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new HtmlText.Html(style)}</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`.text,
    { status, contentType: "text/html; charset=utf-8", headers }
  )

export const plainAnswer = (
  status: number,
  text: string,
  more: Record<string, string> = {}
): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(`${text}\n`, {
    status,
    contentType: "text/plain; charset=utf-8",
    headers: { ...headers, ...more }
  })
