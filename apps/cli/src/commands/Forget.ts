/**
 * `le-auth forget`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { targetFlags } from "./TargetFlags.ts"

/**
 * @since 0.1.0
 */
export const command = Command.make("forget", targetFlags, (options) =>
  Effect.flatMap(
    Effect.promise(() => import("../Forget.ts")),
    ({ run }) => run(options)
  )
).pipe(
  Command.withDescription(
    "Remove the sessions of this account and application from this computer. LivePerson is not told."
  ),
  Command.withShortDescription("Forget the session on this computer"),
  Command.withExamples([{ command: "le-auth forget", description: "Leave no tokens on this computer" }])
)
