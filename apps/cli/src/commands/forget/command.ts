/**
 * `le-auth forget`
 */
import * as Command from "effect/cli/Command"
import { appFlag, targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

export const command = Command.make(
  "forget",
  { ...targetFlags, ...appFlag },
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Remove the sessions of this account and application from this computer, and the token of the application itself; " +
      `with --app that token alone. LivePerson is not told. ${worksFor.both}`
  ),
  Command.withShortDescription("Forget the session and the tokens on this computer"),
  Command.withExamples([
    { command: "le-auth forget", description: "Leave no tokens on this computer" },
    { command: "le-auth forget --app", description: "Let the next command ask for another token of the application" }
  ])
)
