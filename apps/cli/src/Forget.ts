/**
 * Removes the sessions of this computer. LivePerson hears nothing of it.
 *
 * @since 0.1.0
 */
import { Sessions } from "@le-auth/core/Sessions"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { all } from "./CurrentSession.ts"
import { withTarget } from "./Target.ts"

/**
 * @since 0.1.0
 */
export const run = Effect.gen(function* () {
  const sessions = yield* all
  yield* Effect.forEach(sessions, ({ key }) => Sessions.use((_) => _.forget(key)), { discard: true })
  yield* Console.error(
    sessions.length === 0
      ? "Nobody was signed in."
      : `Forgot ${sessions.map(({ key }) => key.subject).join(", ")}. The session at LivePerson goes on: ` +
          "to end it, use le-auth logout --everywhere instead."
  )
}).pipe(withTarget)
