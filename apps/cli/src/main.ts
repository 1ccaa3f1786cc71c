/**
 * The command `le-auth`.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LeAuth from "./LeAuth.ts"
import { WrongUsage } from "./terminal/Failure.ts"
import * as Output from "./terminal/Output.ts"
import * as Signals from "./terminal/Signals.ts"
import { version } from "./Version.ts"

Effect.promise(() => LeAuth.forArguments(process.argv.slice(2))).pipe(
  Effect.flatMap((command) => Command.run(command, { version })),
  Effect.catchTag("ShowHelp", (help) => (help.errors.length === 0 ? Effect.void : Effect.fail(new WrongUsage()))),
  Effect.provide(Layer.provideMerge(Output.layer, NodeServices.layer)),
  Signals.run
)
