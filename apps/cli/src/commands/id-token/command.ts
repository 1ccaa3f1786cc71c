/**
 * `le-auth id-token`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

const flags = {
  ...targetFlags,
  jwt: Argument.String("jwt").pipe(
    Argument.optional,
    Argument.withDescription("The id_token, or - to read it from stdin (default: that of the current session)")
  ),
  verify: Flag.Boolean("verify").pipe(
    Flag.withDefault(true),
    Flag.withDescription("Check its signature with Sentinel's keys (default: yes); without it no network is needed")
  )
}

export const command = Command.make(
  "id-token",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Read an id_token, verify it with the keys that Sentinel publishes, and explain its claims. " +
      "Exit code 0 only if it is verified, or with --no-verify. " +
      worksFor.user
  ),
  Command.withShortDescription("Verify and explain an id_token"),
  Command.withExamples([
    { command: "le-auth id-token", description: "The id_token of the current session" },
    { command: "le-auth id-token - < token.txt", description: "A token that your application has received" },
    { command: "le-auth id-token --no-verify --json - < token.txt | jq .claims", description: "Only read it" }
  ])
)
