/**
 * What every site has beside its pages: an icon, rules for robots, and a page for what there is not.
 */
import * as Html from "@le-auth/web/Html"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import icon from "./icon.svg?raw"

const file = (text: string, contentType: string) =>
  HttpServerResponse.text(text, {
    contentType,
    headers: {
      "cache-control": "public, max-age=86400",
      "content-security-policy": "default-src 'none'",
      "x-content-type-options": "nosniff"
    }
  })

/** A page for people, and JSON for programs. */
export const notFound = Effect.gen(function* () {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  if (!(headers["accept"] ?? "").includes("text/html")) {
    return HttpServerResponse.jsonUnsafe(
      { error: "NotFound", message: "There is nothing at this address." },
      { status: 404, headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" } }
    )
  }
  return yield* Html.page({
    title: "There is no such page",
    status: 404,
    body: Html.html`<p>Nothing is at this address. It may be mistyped, or from an older version of the application.</p>
<p class="actions"><a class="button primary" href="/">Go to the start</a></p>`
  })
})

export const layer = Layer.mergeAll(
  // Browsers go by the type, so the old name may have a picture of today.
  HttpRouter.add("GET", "/favicon.ico", file(icon, "image/svg+xml")),
  HttpRouter.add("GET", "/robots.txt", file("User-agent: *\nDisallow: /\n", "text/plain; charset=utf-8")),
  HttpRouter.add("*", "/*", notFound)
)
