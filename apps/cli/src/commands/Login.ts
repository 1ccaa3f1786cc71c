/**
 * `le-auth login`
 *
 * @since 0.1.0
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { targetFlags } from "./TargetFlags.ts"

const flags = {
  ...targetFlags,
  noBrowser: Flag.Boolean("no-browser").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Only print the address, to open it in a browser of this computer yourself")
  ),
  timeout: Flag.String("timeout").pipe(
    Flag.withSchema(Schema.DurationFromString),
    Flag.optional,
    Flag.withMetavar("duration"),
    Flag.withDescription("How long to wait, such as '90 seconds' (default: 3 minutes)")
  )
}

/**
 * @since 0.1.0
 */
export const command = Command.make("login", flags, (options) =>
  Effect.flatMap(
    Effect.promise(() => import("../Login.ts")),
    ({ run }) => run(options)
  )
).pipe(
  Command.withDescription(
    "Sign in with your browser. The account and the application come from LE_AUTH_ACCOUNT_ID, LE_AUTH_CLIENT_ID, " +
      "LE_AUTH_CLIENT_SECRET and LE_AUTH_REDIRECT_URI; without them it is the local Sentinel."
  ),
  Command.withShortDescription("Sign in with your browser"),
  Command.withExamples([
    { command: "le-auth login", description: "Sign in" },
    { command: "le-auth login --no-browser", description: "Sign in where no browser can be opened" }
  ])
)
