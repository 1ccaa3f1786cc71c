/**
 * `le-auth forget`
 */
import * as Command from "effect/cli/Command"
import { targetFlags } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

export const command = Command.make(
  "forget",
  targetFlags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Remove the sessions of this account and application from this computer. LivePerson is not told."
  ),
  Command.withShortDescription("Forget the session on this computer"),
  Command.withExamples([{ command: "le-auth forget", description: "Leave no tokens on this computer" }])
)
