/**
 * `le-auth doctor`
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { appFlag, targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

const flags = {
  ...targetFlags,
  ...appFlag,
  installation: Flag.String("installation").pipe(
    Flag.optional,
    Flag.withMetavar("file"),
    Flag.withDescription(
      "The document that installed the application at LivePerson (- for stdin), to check and compare"
    )
  )
}

export const command = Command.make(
  "doctor",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Look for what could prevent a sign-in or a call: settings, files, keychain, redirect URI and its port, the Domain API, " +
      "Sentinel, this computer's clock. Each finding comes with its remedy; the exit code is that of the " +
      "first problem, and 0 without one. With --app it asks Sentinel for a token of the application itself, verifies it, and " +
      `says its scopes and its end; the token is not kept. ${worksFor.both}`
  ),
  Command.withShortDescription("Find out what is wrong"),
  Command.withExamples([
    { command: "le-auth doctor", description: "What is wrong?" },
    { command: "le-auth doctor --installation installation.json", description: "Is it the redirect URI?" },
    { command: "le-auth doctor --app", description: "What may the application do by itself?" },
    {
      command: "le-auth doctor --json | jq -r '.findings[] | select(.result == \"problem\").message'",
      description: "In a script"
    }
  ])
)
