/**
 * `le-auth sentinel`
 */
import * as Command from "effect/cli/Command"
import * as Load from "../Load.ts"

/** Each is loaded when it is needed. */
const commands = {
  start: async () => (await import("./start/command.ts")).command,
  exec: async () => (await import("./exec/command.ts")).command,
  init: async () => (await import("./init/command.ts")).command,
  probe: async () => (await import("./probe/command.ts")).command,
  fault: async () => (await import("./control/command.ts")).fault,
  clock: async () => (await import("./control/command.ts")).clock,
  journal: async () => (await import("./control/command.ts")).journal,
  webhook: async () => (await import("./control/command.ts")).webhook,
  approve: async () => (await import("./control/signInsCommand.ts")).approve,
  deny: async () => (await import("./control/signInsCommand.ts")).deny,
  token: async () => (await import("./control/signInsCommand.ts")).token,
  service: async () => (await import("./control/servicesCommand.ts")).service,
  stub: async () => (await import("./control/servicesCommand.ts")).stub,
  introspect: async () => (await import("./control/servicesCommand.ts")).introspect
}

const sentinel = Command.make("sentinel").pipe(
  Command.withDescription("Run a Sentinel of your own, to develop and test against."),
  Command.withShortDescription("Run a Sentinel of your own")
)

/** As much of the command as its arguments need. */
export const forArguments = async (args: ReadonlyArray<string>) =>
  sentinel.pipe(Command.withSubcommands(await Load.commands(commands, args)))
