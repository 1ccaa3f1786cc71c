/**
 * The start page of the example. Signed out it says what there is to see, and offers the two ways to see it. Signed in
 * it calls an API with the user's token, and shows the answer and the code that did it.
 */
import type { Session } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import * as Html from "@le-auth/web/Html"
import * as Problem from "@le-auth/web/Problem"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as ApiCall from "./ApiCall.ts"
// oxlint-disable-next-line import/default
import callSource from "./ApiCall.ts?raw"
import * as CallAnswer from "./CallAnswer.ts"
import type { Configuration, Sentinel } from "./Configuration.ts"

const inspector = ({ control }: Sentinel) => Html.html`<a href="${control}">the inspector</a>`

const signedOut = ({ installation, sentinel }: Configuration) =>
  Html.page({
    title: "Example application",
    body: Html.html`<p>You sign in with LivePerson. The application then calls an API of LivePerson in your name, and shows the answer
and the lines of code that it took. It never sees your password, and no token reaches your browser.</p>
<dl>
<dt>Account</dt><dd>${installation.accountId}</dd>
${
  sentinel !== undefined &&
  Html.html`<dt>Sign in as</dt><dd>agent@example.com, password agent<br>admin@example.com, password admin</dd>
<dt>Sentinel</dt><dd>runs on this computer: see what it does in ${inspector(sentinel)}</dd>`
}
</dl>
<h2>As a server page</h2>
<p>Forms and links, without a script: routes of <code>@le-auth/web</code>.</p>
<p class="actions"><a class="button primary" href="/login">Sign in</a></p>
<h2>As a single page</h2>
<p>A page with a script, which calls the API by way of its server: functions of <code>@le-auth/browser</code>.</p>
<p class="actions"><a class="button" href="/spa/">Open the single page</a></p>`
  })

const at = (milliseconds: number): Html.Html => {
  const time = DateTime.makeUnsafe(milliseconds)
  return Html.html`<time datetime="${DateTime.formatIso(time)}">${DateTime.formatIso(time).replace("T", " ").slice(0, 19)} UTC</time>`
}

const button = (action: string, label: string) =>
  Html.html`<form method="post" action="${action}"><button class="button">${label}</button></form>`

/** It may be wider than the page: then it scrolls, also by the keyboard. */
const block = (label: string, text: string) =>
  Html.html`<pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>`

/** From the first import on: above are words about it. */
const code = callSource.slice(callSource.indexOf("import ")).trimEnd()

const signedIn = ({ sentinel }: Configuration, session: Session, call: CallAnswer.Call) =>
  Html.page({
    title: "You are signed in",
    body: Html.html`<dl>
<dt>Who</dt><dd>${CallAnswer.nameOf(session, call)}</dd>
<dt>Account</dt><dd>${session.key.accountId}</dd>
<dt>Role</dt><dd>${session.claims?.is_admin === true ? "administrator" : "user"}</dd>
<dt>Signed in at</dt><dd>${at(session.signedInAt)}</dd>
<dt>Token valid until</dt><dd>${at(session.expiresAt)}</dd>
</dl>
<h2>A call in your name</h2>
${
  Result.isSuccess(call)
    ? Html.html`<p><code>GET ${call.success.path}</code></p>
<p>The Users API answered <strong>${call.success.status}</strong> in <strong>${call.success.milliseconds} ms</strong>:</p>
${block("The answer", CallAnswer.format(call.success.text))}`
    : Html.html`<p>There is no answer: ${call.failure}</p>`
}
<p class="actions"><a class="button primary" href="/">Call it again</a></p>
<h2>The code of this call</h2>
<p>Your token is added to it on the server, and refreshed when it has to be. This is <code>apps/server/src/ApiCall.ts</code>:</p>
${block("The code of this call", code)}
${sentinel !== undefined && Html.html`<p>What Sentinel was asked for it is in ${inspector(sentinel)}.</p>`}
<h2>Your session</h2>
<div class="actions">
${button("/session/refresh", "Refresh the token")}
${button("/sign-out", "Sign out of this application")}
${button("/sign-out/everywhere", "Sign out of LivePerson everywhere")}
<a class="button" href="/spa/">Open the single page</a>
</div>`
  })

export const layer = (configuration: Configuration) =>
  HttpRouter.add(
    "GET",
    "/",
    Effect.gen(function* () {
      const session = yield* WebApplication.currentSession
      if (Option.isNone(session)) return yield* signedOut(configuration)
      const call = yield* CallAnswer.of(ApiCall.userRecord(session.value))
      // The call may have refreshed the session, or found that it has ended.
      const now = yield* Sessions.use((sessions) => sessions.current(session.value.key))
      return yield* Option.isNone(now) ? signedOut(configuration) : signedIn(configuration, now.value, call)
    }).pipe(
      Effect.catchTag("StoreError", (error) =>
        Effect.flatMap(Problem.report("The home page cannot be shown", error), (reference) =>
          Problem.page({ title: "That did not work", error, reference, loginPath: "/login", homePath: "/" })
        )
      )
    )
  )
