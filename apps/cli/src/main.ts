/**
 * The command `le-auth`.
 *
 * @since 0.1.0
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs"
import { WrongUsage } from "./Failure.ts"
import * as Forget from "./commands/Forget.ts"
import * as Login from "./commands/Login.ts"
import * as Logout from "./commands/Logout.ts"
import * as Output from "./Output.ts"
import * as Signals from "./Signals.ts"
import * as Sentinel from "./commands/Sentinel.ts"
import * as Status from "./commands/Status.ts"
import * as Token from "./commands/Token.ts"

const { version } = JSON.parse(Fs.readFileSync(new URL("../package.json", import.meta.url), "utf8"))

const command = Command.make("le-auth").pipe(
  Command.withDescription(
    "Sign in with LivePerson's Conversational Cloud, and get access tokens for its APIs. " +
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not signed in, 4 denied, 5 timed out, 130 stopped by Ctrl-C."
  ),
  Command.withSubcommands([
    Login.command,
    Token.command,
    Status.command,
    Forget.command,
    Logout.command,
    Sentinel.command
  ])
)

Signals.install()

Command.run(command, { version }).pipe(
  Effect.catchTag("ShowHelp", (help) => (help.errors.length === 0 ? Effect.void : Effect.fail(new WrongUsage()))),
  Effect.provide(Layer.merge(NodeServices.layer, Output.layer)),
  (program) => NodeRuntime.runMain(program, { teardown: Signals.teardown })
)
