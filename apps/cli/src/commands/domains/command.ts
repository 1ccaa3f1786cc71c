/**
 * `le-auth domains`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Load from "../Load.ts"

const flags = {
  ...targetFlags,
  service: Argument.String("service").pipe(
    Argument.optional,
    Argument.withDescription("One service, such as sentinel; case sensitive (default: all of them)")
  )
}

export const command = Command.make(
  "domains",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    `Show the hosts of LivePerson's services for an account, as its Domain API gives them. ${worksFor.each}`
  ),
  Command.withShortDescription("Show the hosts of LivePerson's services"),
  Command.withExamples([
    { command: "le-auth domains", description: "All services" },
    { command: "le-auth domains accountConfigReadOnly", description: "One: prints https://…" }
  ])
)
