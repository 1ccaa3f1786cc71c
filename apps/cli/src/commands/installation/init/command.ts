/**
 * `le-auth installation init`
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Load from "../../Load.ts"

const flags = {
  file: Argument.String("file").pipe(
    Argument.withDefault("installation.json"),
    Argument.withDescription("Where to write it, - for stdout (default: installation.json)")
  ),
  redirectUris: Flag.String("redirect-uri").pipe(
    Flag.atLeast(0),
    Flag.withMetavar("uri"),
    Flag.withDescription("For users who sign in: where the callback goes; repeatable")
  ),
  app: Flag.Boolean("app").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("For tokens of the application's own, without a user; needs --scope")
  ),
  scope: Flag.String("scope").pipe(
    Flag.optional,
    Flag.withDescription("With --app: what these tokens are for, such as msg.consumer; a space between two")
  ),
  name: Flag.String("name").pipe(
    Flag.withDefault("com.example.app"),
    Flag.withDescription("The unique name of the application (default: com.example.app)")
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
    "Write an installation document for LivePerson: with --redirect-uri for users who sign in, with --app for tokens of " +
      "the application's own, with both for both. What LivePerson would refuse is not written."
  ),
  Command.withShortDescription("Write an installation document"),
  Command.withExamples([
    {
      command: "le-auth installation init --redirect-uri https://app.example.com/callback",
      description: "Users sign in"
    },
    { command: "le-auth installation init job.json --app --scope users.external", description: "A job without a user" }
  ])
)
