/**
 * A page that shows what a Sentinel does, live, and lets a person tell it what to do. It is served beside the control,
 * at `/` of its listener, and does nothing that the control's contract cannot do.
 */
import * as PagePolicy from "@le-auth/core/shared/PagePolicy"
import type * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import { Control } from "../../Control.ts"
import { parametersOf } from "../http/Query.ts"
import * as InspectorPage from "./InspectorPage.ts"
import { script } from "./script.ts"
import { style } from "./style.ts"
import * as View from "./View.ts"

/**
 * The route of the page. `?about=` shows only the entries about an account, user, application, request, code, token or
 * session. `canSignOut`: a person signed in to see it.
 */
export const layer = ({
  canSignOut
}: {
  readonly canSignOut: boolean
}): Layer.Layer<never, never, HttpRouter.HttpRouter | Control | Digest.Digest> =>
  HttpRouter.addAll(
    Effect.gen(function* () {
      const control = yield* Control
      const headersOf = yield* PagePolicy.make({
        styles: [style],
        scripts: [script],
        connectSources: ["'self'"],
        imageSources: ["'self'"]
      })
      const headers = headersOf(canSignOut ? { formTargets: ["'self'"], referrerPolicy: "same-origin" } : {})
      return [
        HttpRouter.route("GET", "/", (request: HttpServerRequest.HttpServerRequest) =>
          Effect.map(View.make(control, parametersOf(request.url).get("about")), (view) =>
            HttpServerResponse.text(InspectorPage.render(view, canSignOut), {
              contentType: "text/html; charset=utf-8",
              headers
            })
          )
        )
      ]
    })
  )
