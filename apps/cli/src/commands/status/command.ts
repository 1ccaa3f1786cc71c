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
    "Show who is signed in, where, and until when, without the token. Exit code 3 when nobody is signed in."
  ),
  Command.withShortDescription("Show who is signed in"),
  Command.withExamples([{ command: "le-auth status", description: "Who am I, and until when?" }])
)
