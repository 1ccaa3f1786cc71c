/**
 * Removes the sessions from this computer, without telling LivePerson.
 */
import { Sessions } from "@le-auth/core/Sessions"
import * as Effect from "effect/Effect"
import { all } from "../../target/CurrentSession.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withTarget } from "../../target/WithTarget.ts"
import * as Output from "../../terminal/Output.ts"
import { join, text } from "../../terminal/TerminalText.ts"

export const run = Effect.fnUntraced(function* (_: Selection) {
  const sessions = yield* all
  const users = join(
    ", ",
    sessions.map(({ key }) => text`${key.subject}`)
  )
  yield* Effect.forEach(sessions, ({ key }) => Sessions.use((_) => _.forget(key)), { discard: true })
  yield* Output.done(
    { forgotten: sessions.map(({ key }) => ({ account: key.accountId, user: key.subject })) },
    sessions.length === 0
      ? text`You were not signed in.`
      : join(" ", [
          text`Forgot ${users}. The session at LivePerson goes on:`,
          text`to end it, use le-auth logout --everywhere instead.`
        ])
  )
}, withTarget)
