/**
 * `le-auth token`
 */
import * as Command from "effect/cli/Command"
import { appFlag, targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

export const command = Command.make(
  "token",
  { ...targetFlags, ...appFlag },
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Print a valid access token to stdout, and nothing else; it is refreshed first when it is due. " +
      "Exit code 3 without a session. With --app it is a token of the application itself, which is asked for when none " +
      `is kept on this computer. ${worksFor.both}`
  ),
  Command.withShortDescription("Print a valid access token"),
  Command.withExamples([
    { command: 'curl -H "Authorization: Bearer $(le-auth token)" https://…', description: "Call an API" },
    { command: "le-auth token --app --json", description: "The application's own, with its scopes and its end" }
  ])
)
