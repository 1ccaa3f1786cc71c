/**
 * `le-auth sentinel probe`
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { targetFlags, worksFor } from "../../../target/TargetFlags.ts"
import * as Load from "../../Load.ts"

const flag = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDefault(false), Flag.withoutNegation, Flag.withDescription(description))

const flags = {
  ...targetFlags,
  output: Flag.String("output").pipe(
    Flag.optional,
    Flag.withMetavar("file"),
    Flag.withDescription("Also write what was seen to a new file, without any value of the account")
  ),
  signIn: flag("sign-in", "Sign a user in with the browser, for what only their tokens show; nothing of it is kept"),
  allowRevoke: flag(
    "allow-revoke",
    "Also ask the revocation endpoint, with a made-up token, and use an old refresh token of --sign-in once"
  ),
  dryRun: flag("dry-run", "Show all requests, and send none"),
  yes: flag("yes", "Do not ask before it begins")
}

export const command = Command.make(
  "probe",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Learn the dialect of a real account: at most 36 harmless questions, each shown before it is sent, settle the points " +
      "that sentinel start --point has. It needs no password, changes nothing, and keeps a second between requests and " +
      "five between log-in calls. At most 4 requests have a wrong secret, which is made up, and at most 3 more if the " +
      "settings are wrong. If you are signed in, the session is refreshed once. It stops at the first answer 429. " +
      worksFor.each
  ),
  Command.withShortDescription("Learn the dialect of an account"),
  Command.withExamples([
    { command: "le-auth sentinel probe --dry-run", description: "What would it send?" },
    { command: "le-auth sentinel probe --output dialect.json", description: "Ask, and write down what was seen" },
    { command: "le-auth sentinel probe --sign-in", description: "Also what the tokens of a user show" }
  ])
)
