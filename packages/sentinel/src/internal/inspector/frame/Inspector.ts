/**
 * The pages that show what a Sentinel does, live, and let a person tell it what to do. They are served beside the
 * control, by its listener, and do nothing that the control's contract cannot do.
 */
import { type Html, html } from "@le-auth/core/shared/Html"
import * as PagePolicy from "@le-auth/core/shared/PagePolicy"
import type * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import { Control } from "../../../Control.ts"
import { parametersOf } from "../../http/Query.ts"
import * as Frame from "./Frame.ts"
import { script } from "../script.ts"
import { style } from "../style.ts"
import type { View } from "../View.ts"
import { home, views } from "./Views.ts"

/** What stands between the path of a view and the query; `undefined` where nothing does. */
const itemOf = ({ path }: View, address: string): string | undefined => {
  const [own = ""] = address.split("?", 1)
  const text = own.startsWith(`${path}/`) ? own.slice(path.length + 1) : ""
  return text === "" ? undefined : decodeURIComponent(text)
}

const surroundingsOf = Effect.fnUntraced(function* (control: Control["Service"]) {
  const [newest] = yield* control.journal.read({ limit: 1 })
  return {
    clock: yield* control.clock.state,
    armed: (yield* control.faults.list).length,
    sequence: newest?.sequence ?? 0
  }
})

/** The routes of all views. `canSignOut`: a person signed in to see them. */
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
      const headers = headersOf({
        formTargets: ["'self'"],
        ...(canSignOut && { referrerPolicy: "same-origin" as const })
      })

      const answer = (view: View) =>
        Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
          const parameters = parametersOf(request.url)
          const content: Html = yield* view.render({ control, parameters, item: itemOf(view, request.url) })
          const surroundings = yield* surroundingsOf(control)
          return HttpServerResponse.text(Frame.render({ ...surroundings, view, canSignOut }, html`${content}`), {
            contentType: "text/html; charset=utf-8",
            headers
          })
        })

      return [
        HttpRouter.route("GET", "/", answer(home)),
        ...views.flatMap((view) => [
          HttpRouter.route("GET", view.path, answer(view)),
          ...(view.hasItems === true ? [HttpRouter.route("GET", `${view.path}/:item`, answer(view))] : [])
        ])
      ]
    })
  )
