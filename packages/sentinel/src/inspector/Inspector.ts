/**
 * A page that shows what a Sentinel does, live, and lets a person tell it what to do. It is served beside the control, at `/` of
 * its listener, and does nothing that the control's contract cannot do.
 *
 * @since 0.1.0
 */
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import { UrlParameters } from "@le-auth/core/UrlParameters"
import { Control } from "../control/Control.ts"
import { privateHeaders } from "../page/Page.ts"
import * as Page from "./Page.ts"
import { script } from "./script.ts"
import { style } from "./style.ts"
import * as View from "./View.ts"

const aboutOf = (url: string): string | undefined => {
  const mark = url.indexOf("?")
  return mark === -1 ? undefined : UrlParameters.fromSearch(url.slice(mark + 1)).get("about")
}

/**
 * The page. `?about=` shows only what the journal has about an account, user, application, request, code, token or session.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter | Control | Digest.Digest> = HttpRouter.addAll(
  Effect.gen(function* () {
    const control = yield* Control
    const digest = yield* Digest.Digest
    const hashOf = (text: string) =>
      Effect.map(
        digest.digest(Digest.sha256, new TextEncoder().encode(text)),
        (hash) => `'sha256-${Base64.encode(hash)}'`
      )
    const headers = {
      ...privateHeaders,
      "content-security-policy":
        `default-src 'none'; style-src ${yield* hashOf(style)}; script-src ${yield* hashOf(script)}; ` +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin"
    }
    return [
      HttpRouter.route("GET", "/", (request: HttpServerRequest.HttpServerRequest) =>
        Effect.map(View.make(control, aboutOf(request.url)), (view) =>
          HttpServerResponse.text(Page.render(view), { contentType: "text/html; charset=utf-8", headers })
        )
      )
    ]
  })
)
