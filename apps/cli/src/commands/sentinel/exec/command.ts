/**
 * `le-auth sentinel exec`
 */
import { Origin } from "@le-auth/core/Origin"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Checked from "../../../terminal/Checked.ts"
import * as Load from "../../Load.ts"

const flags = {
  sentinel: Flag.String("sentinel").pipe(
    Checked.flag(Origin),
    Flag.optional,
    Flag.withMetavar("https://host:port"),
    Flag.withDescription("The Sentinel to use (default: the one on this computer, at SENTINEL_PORT or 4400)")
  ),
  command: Argument.String("command").pipe(
    Argument.atLeast(1),
    Argument.withDescription("The program to run, with its arguments, after --")
  )
}

export const command = Command.make(
  "exec",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Run a program that has LivePerson's names in its code against a Sentinel of your own, unchanged. Node programs " +
      "reach Sentinel at liveperson.net and at every name below it; so do the Node programs that they start. They " +
      "trust a certificate authority that lives as long as the program. All programs get LE_AUTH_* and the " +
      "certificate authorities in their environment. The exit code is the program's."
  ),
  Command.withShortDescription("Run a program against a Sentinel of your own"),
  Command.withExamples([
    { command: "le-auth sentinel exec -- node app.js", description: "While le-auth sentinel start --tls runs" },
    { command: "le-auth sentinel exec -- npm test", description: "Also for what it starts" }
  ])
)
