/**
 * `le-auth sentinel`
 */
import * as Command from "effect/cli/Command"
import * as Control from "./control/command.ts"
import * as Exec from "./exec/command.ts"
import * as Services from "./control/servicesCommand.ts"
import * as SignIns from "./control/signInsCommand.ts"
import * as Init from "./init/command.ts"
import * as Probe from "./probe/command.ts"
import * as Start from "./start/command.ts"

export const command = Command.make("sentinel").pipe(
  Command.withDescription("Run a Sentinel of your own, to develop and test against."),
  Command.withShortDescription("Run a Sentinel of your own"),
  Command.withSubcommands([
    Start.command,
    Exec.command,
    Init.command,
    Probe.command,
    Control.fault,
    Control.clock,
    Control.journal,
    Control.webhook,
    SignIns.approve,
    SignIns.deny,
    SignIns.token,
    Services.service,
    Services.stub,
    Services.introspect
  ])
)
