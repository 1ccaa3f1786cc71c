/**
 * `le-auth token`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { targetFlags } from "./TargetFlags.ts"

/**
 * @since 0.1.0
 */
export const command = Command.make("token", targetFlags, (options) =>
  Effect.flatMap(
    Effect.promise(() => import("../Token.ts")),
    ({ run }) => run(options)
  )
).pipe(
  Command.withDescription(
    "Print a valid access token to stdout, and nothing else; it is refreshed first when it is due. " +
      "Exit code 3 when nobody is signed in."
  ),
  Command.withShortDescription("Print a valid access token"),
  Command.withExamples([
    { command: 'curl -H "Authorization: Bearer $(le-auth token)" https://…', description: "Call an API" }
  ])
)
