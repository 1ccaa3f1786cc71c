/**
 * `le-auth sentinel init`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Load from "../../Load.ts"

const flags = {
  file: Argument.File("file").pipe(
    Argument.withDefault("sentinel.jsonc"),
    Argument.withDescription("Where to write it (default: sentinel.jsonc)")
  ),
  force: Flag.Boolean("force").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Replace what is there")
  )
}

export const command = Command.make(
  "init",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Write a configuration file to begin with: JSON with comments, with passwords and secrets that are drawn at random, and " +
      "beside it a JSON Schema, so that editors complete and check it."
  ),
  Command.withShortDescription("Write a configuration file"),
  Command.withExamples([
    { command: "le-auth sentinel init", description: "Write sentinel.jsonc and sentinel.schema.json" },
    { command: "le-auth sentinel init staging.jsonc", description: "Under another name" }
  ])
)
