/**
 * `le-auth`: all commands.
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import { jsonFlag } from "../Output.ts"
import * as Completion from "./Completion.ts"
import * as Forget from "./Forget.ts"
import * as Login from "./Login.ts"
import * as Logout from "./Logout.ts"
import * as Sentinel from "./Sentinel.ts"
import * as Status from "./Status.ts"
import * as Token from "./Token.ts"

/**
 * @since 0.1.0
 */
export const command = Command.make("le-auth").pipe(
  Command.withDescription(
    "Sign in with LivePerson's Conversational Cloud, and get access tokens for its APIs. " +
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not signed in, 4 denied, 5 timed out, 6 no answer, 7 wrong settings, " +
      "8 files or keychain, 9 port taken, 130 stopped by Ctrl-C."
  ),
  Command.withGlobalFlags([jsonFlag]),
  Command.withSubcommands([
    Login.command,
    Token.command,
    Status.command,
    Forget.command,
    Logout.command,
    Sentinel.command,
    Completion.command
  ])
)
