/**
 * Refreshes the access token now, whether it is due or not.
 */
import * as Sessions from "@le-auth/core/Sessions"
import * as Effect from "effect/Effect"
import { current, validUntil } from "../../target/CurrentSession.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withTarget } from "../../target/WithTarget.ts"
import * as Output from "../../terminal/Output.ts"
import { text } from "../../terminal/TerminalText.ts"

export const run = Effect.fnUntraced(function* (_: Selection) {
  const { key } = yield* current
  const session = yield* Sessions.refresh(key)
  yield* Output.done(
    { account: key.accountId, user: key.subject, validUntil: validUntil(session) },
    text`Refreshed the token of ${key.subject}: valid until ${validUntil(session)}`
  )
}, withTarget)
