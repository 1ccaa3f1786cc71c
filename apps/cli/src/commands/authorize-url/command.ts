/**
 * `le-auth authorize-url`
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
  "authorize-url",
  targetFlags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Print the address that a browser would visit to sign in, and explain its parameters. Nothing is started."
  ),
  Command.withShortDescription("Show the address of a sign-in"),
  Command.withExamples([
    { command: "le-auth authorize-url", description: "Compare it with what your application makes" },
    { command: "le-auth authorize-url --json | jq -r .sentinel", description: "Which host is it?" }
  ])
)
