/**
 * `le-auth`: all commands.
 */
import * as Command from "effect/cli/Command"
import * as Load from "./commands/Load.ts"
import { jsonFlag } from "./terminal/Output.ts"

/** Each is loaded when it is needed. */
const commands = {
  login: async () => (await import("./commands/login/command.ts")).command,
  token: async () => (await import("./commands/token/command.ts")).command,
  status: async () => (await import("./commands/status/command.ts")).command,
  refresh: async () => (await import("./commands/refresh/command.ts")).command,
  accounts: async () => (await import("./commands/accounts/command.ts")).command,
  forget: async () => (await import("./commands/forget/command.ts")).command,
  logout: async () => (await import("./commands/logout/command.ts")).command,
  api: async () => (await import("./commands/api/command.ts")).command,
  domains: async () => (await import("./commands/domains/command.ts")).command,
  "authorize-url": async () => (await import("./commands/authorize-url/command.ts")).command,
  callback: async () => (await import("./commands/callback/command.ts")).command,
  "id-token": async () => (await import("./commands/id-token/command.ts")).command,
  doctor: async () => (await import("./commands/doctor/command.ts")).command,
  installation: async () => (await import("./commands/installation/command.ts")).command,
  sentinel: async (rest: ReadonlyArray<string>) => (await import("./commands/sentinel/command.ts")).forArguments(rest),
  completion: async () => (await import("./commands/completion/command.ts")).commandOf(whole)
}

/** Handed to the command that writes down all others, so that none of them needs to know this module. */
const whole = (): Promise<Command.Command.Any> => all()

const root = Command.make("le-auth").pipe(
  Command.withDescription(
    "Get access tokens for the APIs of LivePerson's Conversational Cloud: as a user who signs in, or with --app as the " +
      "application itself, without a user. " +
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not signed in, 4 denied, 5 timed out, 6 no answer, 7 wrong settings, " +
      "8 files or keychain, 9 port taken, 130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP."
  ),
  Command.withExamples([
    { command: "le-auth login", description: "With a user: sign in, and then le-auth token or le-auth api" },
    {
      command: "le-auth token --app",
      description: "Without a user: the application's own token, for a server or a job"
    },
    { command: "le-auth sentinel start", description: "Without an account: a Sentinel of your own" }
  ]),
  Command.withGlobalFlags([jsonFlag])
)

/** As much of the command as its arguments need. */
export const forArguments = async (args: ReadonlyArray<string>) =>
  root.pipe(Command.withSubcommands(await Load.commands(commands, args)))

/** The whole command. */
export const all = () => forArguments([])
