/**
 * `le-auth domains`
 *
 * @since 0.1.0
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Load from "../Load.ts"
import { targetFlags } from "../../target/TargetFlags.ts"

const flags = {
  ...targetFlags,
  service: Argument.String("service").pipe(
    Argument.optional,
    Argument.withDescription("One service, such as sentinel; case sensitive (default: all of them)")
  )
}

/**
 * @since 0.1.0
 */
export const command = Command.make(
  "domains",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription("Show on which hosts LivePerson's services are for an account, as its Domain API says."),
  Command.withShortDescription("Show the hosts of LivePerson's services"),
  Command.withExamples([
    { command: "le-auth domains", description: "All services" },
    { command: "le-auth domains accountConfigReadOnly", description: "One: prints https://…" }
  ])
)
