/**
 * `le-auth`: all commands.
 */
import * as Command from "effect/cli/Command"
import { jsonFlag } from "./terminal/Output.ts"

/** Each is loaded when it is needed: together they take as long to load as Node to start. */
const commands = {
  login: () => import("./commands/login/command.ts"),
  token: () => import("./commands/token/command.ts"),
  status: () => import("./commands/status/command.ts"),
  refresh: () => import("./commands/refresh/command.ts"),
  accounts: () => import("./commands/accounts/command.ts"),
  forget: () => import("./commands/forget/command.ts"),
  logout: () => import("./commands/logout/command.ts"),
  api: () => import("./commands/api/command.ts"),
  domains: () => import("./commands/domains/command.ts"),
  "authorize-url": () => import("./commands/authorize-url/command.ts"),
  callback: () => import("./commands/callback/command.ts"),
  "id-token": () => import("./commands/id-token/command.ts"),
  doctor: () => import("./commands/doctor/command.ts"),
  installation: () => import("./commands/installation/command.ts"),
  sentinel: () => import("./commands/sentinel/command.ts"),
  completion: async () => {
    const { commandOf } = await import("./commands/completion/command.ts")
    return { command: commandOf(whole) }
  }
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

/** The whole command. */
export const all = async () => {
  const modules = await Promise.all(Object.values(commands).map((load) => load()))
  return root.pipe(Command.withSubcommands(modules.map(({ command }) => command)))
}

/** As much of the command as its arguments need: if they begin with the name of a command, that one. */
export const forArguments = async ([name = ""]: ReadonlyArray<string>): ReturnType<typeof all> => {
  const load = Object.entries(commands).find(([known]) => known === name)?.[1]
  return load === undefined ? all() : root.pipe(Command.withSubcommands([(await load()).command]))
}
