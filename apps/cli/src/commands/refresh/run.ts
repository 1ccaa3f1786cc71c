/**
 * Refreshes the access token now, whether it is due or not.
 *
 * @since 0.1.0
 */
import * as Sessions from "@le-auth/core/Sessions"
import * as Effect from "effect/Effect"
import { current, validUntil } from "../../target/CurrentSession.ts"
import * as Output from "../../terminal/Output.ts"
import { type Selection, withTarget } from "../../target/Target.ts"
import { text } from "../../terminal/Shown.ts"

/**
 * @since 0.1.0
 */
export const run = Effect.fnUntraced(function* (_: Selection) {
  const { key } = yield* current
  const session = yield* Sessions.refresh(key)
  yield* Output.done(
    { account: key.accountId, user: key.subject, validUntil: validUntil(session) },
    text`Refreshed the token of ${key.subject}: valid until ${validUntil(session)}`
  )
}, withTarget)
