/**
 * `le-auth status`
 */
import * as Command from "effect/cli/Command"
import { targetFlags } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

export const command = Command.make(
  "status",
  targetFlags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Show the user who is signed in, where, and until when, without the token. Exit code 3 without a session."
  ),
  Command.withShortDescription("Show who is signed in"),
  Command.withExamples([{ command: "le-auth status", description: "The user, the account and the time limit" }])
)
