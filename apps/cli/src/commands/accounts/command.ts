/**
 * `le-auth accounts`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { worksFor } from "../../target/TargetFlags.ts"

const work = Effect.promise(() => import("./run.ts"))

const profile = Argument.String("profile").pipe(
  Argument.withDescription("Its name, or its account; local is the local Sentinel")
)

const list = Command.make("list", {}, () => Effect.flatMap(work, ({ list }) => list)).pipe(
  Command.withDescription(
    "Show the profiles: the account, the user who is signed in, and until when. A star marks the current one."
  ),
  Command.withShortDescription("Show the profiles"),
  Command.withExamples([{ command: "le-auth accounts list --json", description: "For scripts" }])
)

const use = Command.make("use", { profile }, (options) => Effect.flatMap(work, ({ use }) => use(options))).pipe(
  Command.withDescription("Choose the current profile."),
  Command.withExamples([
    { command: "le-auth accounts use 12345678", description: "By its account" },
    { command: "le-auth accounts use local", description: "The local Sentinel" }
  ])
)

const remove = Command.make("remove", { profile }, (options) =>
  Effect.flatMap(work, ({ remove }) => remove(options))
).pipe(
  Command.withDescription(
    "Remove a profile from this computer, with its client secret, its sessions and its app token. LivePerson is not told."
  ),
  Command.withShortDescription("Remove a profile from this computer"),
  Command.withExamples([
    { command: "le-auth accounts remove staging", description: "Also its secret and its sessions" }
  ])
)

export const command = Command.make("accounts").pipe(
  Command.withDescription(`The accounts and applications that you work with: one profile each. ${worksFor.each}`),
  Command.withShortDescription("List, choose and remove accounts"),
  Command.withSubcommands([list, use, remove])
)
