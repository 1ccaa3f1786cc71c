/** Where a person signs in to the inspector of a control that has a token, and out again. No script is needed. */
import { html } from "@le-auth/core/shared/Html"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import type { ControlAccess } from "../control/ControlAccess.ts"
import { type BrowserSignIn, type Refusal, signInPath, signOutPath } from "../control/ControlGuard.ts"
import * as FormBody from "../http/FormBody.ts"
import * as Redirect from "../http/Redirect.ts"
import * as Icon from "../page/Icon.ts"
import * as Page from "../page/Page.ts"

const statuses = { missing: 401, wrong: 401, crowded: 429 } as const

const alerts = {
  missing: undefined,
  wrong: "This is not the token of this control, or the sign-in has ended.",
  crowded: "Too many wrong tokens came in. Wait a second, and try again."
} as const

/**
 * Where the browser goes on: an address of this control alone. A second slash or a backslash would lead to another
 * host.
 */
const ownAddress = (address: string | undefined): string =>
  address !== undefined && /^\/(?![/\\])[\x21-\x7e]{0,2000}$/.test(address) ? address : "/"

const contentOf = (refusal: Refusal, address: string): Page.Content => {
  const alert = alerts[refusal]
  return {
    status: statuses[refusal],
    title: `${alert === undefined ? "" : "Problem: "}Inspector of Sentinel`,
    icon: "key",
    formTargets: [],
    referrerPolicy: "same-origin",
    body: html`<h1>Inspector</h1>
      <p class="lead">
        The control of this Sentinel asks for its token: that of <code>SENTINEL_CONTROL_TOKEN</code>, or the one that
        was printed when Sentinel started.
      </p>
      ${alert !== undefined && html`<p role="alert" id="problem">${Icon.small("alert")}<span>${alert}</span></p>`}
      <form method="post" action="${signInPath}">
        ${address !== "/" && html`<input type="hidden" name="address" value="${address}" />`}
        <label for="token">Token</label>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="current-password"
          autocapitalize="none"
          spellcheck="false"
          required
          autofocus${alert !== undefined && html` aria-describedby="problem" aria-invalid="true"`}
        />
        <button>Open the inspector</button>
      </form>`
  }
}

/** The page, and the answer to its form. */
export const make = (access: ControlAccess) =>
  Effect.map(Page.make, (render): BrowserSignIn => ({
    page: (refusal, request) => render(contentOf(refusal, ownAddress(request.url))),
    signIn: Effect.fnUntraced(function* (request) {
      const body = yield* Effect.option(FormBody.read(request))
      const { address, token } = Option.match(body, {
        onNone: () => ({ address: "/", token: "" }),
        onSome: (form) => ({ address: ownAddress(form.get("address")), token: form.get("token")?.trim() ?? "" })
      })
      const judgement = token === "" ? "missing" : yield* access.judgeToken(token)
      return judgement === "right"
        ? yield* access.signIn(request, Redirect.to(address, 303))
        : render(contentOf(judgement, address))
    })
  }))

/** The route that signs a browser out. */
export const layer = (access: ControlAccess) =>
  HttpRouter.add("POST", signOutPath, (request: HttpServerRequest.HttpServerRequest) =>
    access.signOut(request, Redirect.to("/", 303))
  )
