/**
 * Removes sessions and the app token from this computer, without telling LivePerson.
 */
import { Sessions } from "@le-auth/core/Sessions"
import * as Effect from "effect/Effect"
import * as CurrentAppToken from "../../target/CurrentAppToken.ts"
import { all } from "../../target/CurrentSession.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withTarget } from "../../target/WithTarget.ts"
import * as Output from "../../terminal/Output.ts"
import { join, type Text, text } from "../../terminal/TerminalText.ts"

export interface Options extends Selection {
  readonly app: boolean
}

const said = (users: ReadonlyArray<Text>, appToken: boolean, app: boolean): Text => {
  if (users.length === 0 && !appToken) {
    return app ? text`No token of the application was kept.` : text`You were not signed in.`
  }
  return join(" ", [
    ...(users.length === 0
      ? []
      : [
          text`Forgot ${join(", ", users)}. The session at LivePerson goes on:`,
          text`to end it, use le-auth logout --everywhere instead.`
        ]),
    ...(appToken ? [text`Forgot the token of the application, which is valid until it ends.`] : [])
  ])
}

export const run = Effect.fnUntraced(function* ({ app }: Options) {
  const sessions = app ? [] : yield* all
  yield* Effect.forEach(sessions, ({ key }) => Sessions.use((_) => _.forget(key)), { discard: true })
  const appToken = yield* CurrentAppToken.forget
  yield* Output.done(
    { forgotten: sessions.map(({ key }) => ({ account: key.accountId, user: key.subject })), appToken },
    said(
      sessions.map(({ key }) => text`${key.subject}`),
      appToken,
      app
    )
  )
}, withTarget)
