/**
 * `le-auth token`
 */
import * as Command from "effect/cli/Command"
import { targetFlags } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

export const command = Command.make(
  "token",
  targetFlags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Print a valid access token to stdout, and nothing else; it is refreshed first when it is due. " +
      "Exit code 3 without a session."
  ),
  Command.withShortDescription("Print a valid access token"),
  Command.withExamples([
    { command: 'curl -H "Authorization: Bearer $(le-auth token)" https://…', description: "Call an API" }
  ])
)
