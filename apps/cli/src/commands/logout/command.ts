/**
 * `le-auth logout`
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

const flags = {
  ...targetFlags,
  everywhere: Flag.Boolean("everywhere").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Confirm that all LivePerson applications are meant")
  ),
  yes: Flag.Boolean("yes").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withAlias("y"),
    Flag.withDescription("Do not ask; needed where there is no terminal")
  )
}

export const command = Command.make(
  "logout",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "End the user's sessions in all LivePerson applications (--everywhere), after asking. " +
      "le-auth forget removes the session from this computer only. " +
      worksFor.user
  ),
  Command.withShortDescription("End all LivePerson sessions of the user"),
  Command.withExamples([{ command: "le-auth logout --everywhere", description: "End all sessions, after asking" }])
)
