/**
 * `le-auth status`
 */
import * as Command from "effect/cli/Command"
import { targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

export const command = Command.make(
  "status",
  targetFlags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Show the user who is signed in, where, and until when, and the token of the application itself that is kept here; " +
      `never a token itself. Exit code 3 without any. ${worksFor.each}`
  ),
  Command.withShortDescription("Show who is signed in, and the application's own token"),
  Command.withExamples([{ command: "le-auth status", description: "The user, the account and the time limit" }])
)
