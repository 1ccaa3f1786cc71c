/**
 * Prints a valid access token, for scripts.
 *
 * @since 0.1.0
 */
import { Sessions } from "@le-auth/core/Sessions"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import { current } from "./CurrentSession.ts"
import { withTarget } from "./Target.ts"

/**
 * @since 0.1.0
 */
export const run = Effect.gen(function* () {
  const { key } = yield* current
  const accessToken = yield* Sessions.use((sessions) => sessions.accessToken(key))
  const stdio = yield* Stdio.Stdio
  if (yield* stdio.stdoutIsTerminal) {
    yield* Console.error("Whoever sees this token can act as you until it expires.")
  }
  yield* Console.log(Redacted.value(accessToken))
}).pipe(withTarget)
