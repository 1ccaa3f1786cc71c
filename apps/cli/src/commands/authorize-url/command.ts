/**
 * `le-auth authorize-url`
 */
import * as Command from "effect/cli/Command"
import { targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

export const command = Command.make(
  "authorize-url",
  targetFlags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Print the address that a browser would visit to sign in, and explain its parameters. Nothing is started. " +
      worksFor.user
  ),
  Command.withShortDescription("Show the address of a sign-in"),
  Command.withExamples([
    { command: "le-auth authorize-url", description: "Compare it with what your application makes" },
    { command: "le-auth authorize-url --json | jq -r .sentinel", description: "Which host is it?" }
  ])
)
