/**
 * `le-auth refresh`
 */
import * as Command from "effect/cli/Command"
import { targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

export const command = Command.make(
  "refresh",
  targetFlags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Refresh the access token now, whether it is due or not. It also keeps the LivePerson session alive. " +
      "le-auth token refreshes by itself when it is due. " +
      worksFor.user
  ),
  Command.withShortDescription("Refresh the access token now"),
  Command.withExamples([{ command: "le-auth refresh", description: "Refresh the current session" }])
)
