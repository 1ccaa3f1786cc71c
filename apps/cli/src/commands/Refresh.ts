/**
 * `le-auth refresh`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { targetFlags } from "./TargetFlags.ts"

/**
 * @since 0.1.0
 */
export const command = Command.make("refresh", targetFlags, (options) =>
  Effect.flatMap(
    Effect.promise(() => import("../Refresh.ts")),
    ({ run }) => run(options)
  )
).pipe(
  Command.withDescription(
    "Refresh the access token now, whether it is due or not. It also keeps the LivePerson session alive. " +
      "le-auth token refreshes by itself when it is due."
  ),
  Command.withShortDescription("Refresh the access token now"),
  Command.withExamples([{ command: "le-auth refresh", description: "Refresh the current session" }])
)
