/**
 * The one page of the example. Signed out it offers a sign-in. Signed in it shows the session and its actions.
 */
import type { AppInstallation } from "@le-auth/core/AppInstallations"
import type { Session } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import * as Html from "@le-auth/web/Html"
import * as Problem from "@le-auth/web/Problem"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Option from "effect/Option"
import * as UserRecord from "./UserRecord.ts"

const signedOut = (installation: AppInstallation) =>
  Html.page({
    title: "Example application",
    body: Html.html`<p>This application acts for a user of the LivePerson account ${installation.accountId}. You are not signed in.</p>
<p class="actions"><a class="button primary" href="/login">Sign in</a><a class="button" href="/spa/">The same with a script</a></p>`
  })

const at = (milliseconds: number): Html.Html => {
  const time = DateTime.makeUnsafe(milliseconds)
  return Html.html`<time datetime="${DateTime.formatIso(time)}">${DateTime.formatIso(time).replace("T", " ").slice(0, 19)} UTC</time>`
}

const button = (action: string, label: string, kind = "") =>
  Html.html`<form method="post" action="${action}"><button class="button ${kind}">${label}</button></form>`

const signedIn = (session: Session, name: string) =>
  Html.page({
    title: "You are signed in",
    body: Html.html`<dl>
<dt>Who</dt><dd>${name}</dd>
<dt>Account</dt><dd>${session.key.accountId}</dd>
<dt>Role</dt><dd>${session.claims?.is_admin === true ? "administrator" : "user"}</dd>
<dt>Signed in at</dt><dd>${at(session.signedInAt)}</dd>
<dt>Token valid until</dt><dd>${at(session.expiresAt)}</dd>
</dl>
<div class="actions">
${button("/session/refresh", "Refresh the token", "primary")}
${button("/sign-out", "Sign out of this application")}
${button("/sign-out/everywhere", "Sign out of LivePerson everywhere")}
</div>`
  })

export const layer = (installation: AppInstallation) =>
  HttpRouter.add(
    "GET",
    "/",
    Effect.gen(function* () {
      const session = yield* WebApplication.currentSession
      if (Option.isNone(session)) return yield* signedOut(installation)
      const record = yield* UserRecord.find(session.value)
      // The look-up may have refreshed the session, or found that it has ended.
      const now = yield* Sessions.use((sessions) => sessions.current(session.value.key))
      return yield* Option.isNone(now)
        ? signedOut(installation)
        : signedIn(now.value, UserRecord.nameOf(now.value, record))
    }).pipe(
      Effect.catchTag("StoreError", (error) =>
        Effect.flatMap(Problem.report("The home page cannot be shown", error), (reference) =>
          Problem.page({ title: "That did not work", error, reference, loginPath: "/login", homePath: "/" })
        )
      )
    )
  )
