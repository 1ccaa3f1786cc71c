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
    Flag.withDescription("Replace an existing file")
  )
}

export const command = Command.make(
  "init",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Write a first configuration file: JSON with comments, with passwords and secrets drawn at random, and " +
      "beside it a JSON Schema, with which editors complete and check it."
  ),
  Command.withShortDescription("Write a configuration file"),
  Command.withExamples([
    { command: "le-auth sentinel init", description: "Write sentinel.jsonc and sentinel.schema.json" },
    { command: "le-auth sentinel init staging.jsonc", description: "Under another name" }
  ])
)
