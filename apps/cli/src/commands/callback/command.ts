/**
 * `le-auth callback`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Load from "../Load.ts"

const flags = {
  url: Argument.String("url").pipe(
    Argument.optional,
    Argument.withDescription("The address that came back; without it, or with -, it is read from stdin")
  ),
  state: Flag.String("state").pipe(Flag.optional, Flag.withDescription("The state that was sent, to compare it"))
}

export const command = Command.make(
  "callback",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Read, check and explain a callback: the address that a browser brought back to a redirect URI. The code is not shown, and " +
      "nothing is sent anywhere. Exit code 0 for a code, 4 when the sign-in was refused, 1 for what le-auth would not accept."
  ),
  Command.withShortDescription("Explain a callback address"),
  Command.withExamples([
    {
      command: "le-auth callback",
      description: "Paste the address: keep a code out of the history of your shell"
    },
    { command: "pbpaste | le-auth callback --json", description: "From the clipboard" }
  ])
)
