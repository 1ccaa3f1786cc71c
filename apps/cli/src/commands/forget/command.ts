/**
 * `le-auth forget`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Load from "../Load.ts"
import { targetFlags } from "../../target/TargetFlags.ts"

/**
 * @since 0.1.0
 */
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
