/**
 * `le-auth status`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { targetFlags } from "./TargetFlags.ts"

/**
 * @since 0.1.0
 */
export const command = Command.make("status", targetFlags, (options) =>
  Effect.flatMap(
    Effect.promise(() => import("../Status.ts")),
    ({ run }) => run(options)
  )
).pipe(
  Command.withDescription(
    "Show who is signed in, where, and until when, without the token. Exit code 3 when nobody is signed in."
  ),
  Command.withShortDescription("Show who is signed in"),
  Command.withExamples([{ command: "le-auth status", description: "Who am I, and until when?" }])
)
