/**
 * `le-auth installation`
 */
import * as Command from "effect/cli/Command"
import * as Check from "./check/command.ts"
import * as Init from "./init/command.ts"

export const command = Command.make("installation").pipe(
  Command.withDescription("Write and check the document by which LivePerson installs an application."),
  Command.withShortDescription("Write and check an installation document"),
  Command.withSubcommands([Init.command, Check.command])
)
