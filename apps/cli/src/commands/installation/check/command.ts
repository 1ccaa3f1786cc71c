/**
 * `le-auth installation check`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Load from "../../Load.ts"

export const command = Command.make(
  "check",
  { file: Argument.String("file").pipe(Argument.withDescription("The document, - for stdin")) },
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Say what LivePerson would refuse in an installation document, and what le-auth needs, each with its remedy. The " +
      "exit code is 7 if there is one of these, and 0 if there is none, or only advice."
  ),
  Command.withShortDescription("Check an installation document"),
  Command.withExamples([
    { command: "le-auth installation check installation.json", description: "Would LivePerson take it?" },
    {
      command: "le-auth installation check - --json < installation.json | jq -r '.findings[].field'",
      description: "In a script"
    }
  ])
)
