/**
 * `le-auth login`
 */
import { DurationText } from "@le-auth/core/Settings"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { appFlag, targetFlags, worksFor } from "../../target/TargetFlags.ts"
import * as Checked from "../../terminal/Checked.ts"
import * as Load from "../Load.ts"

const flags = {
  ...targetFlags,
  ...appFlag,
  noBrowser: Flag.Boolean("no-browser").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Only print the address, to open it yourself, here or on another computer")
  ),
  qr: Flag.Boolean("qr").pipe(
    Flag.withDefault(false),
    Flag.withoutNegation,
    Flag.withDescription("Also show the address as a QR code")
  ),
  port: Flag.Int("port").pipe(
    Checked.flag(Checked.Port),
    Flag.optional,
    Flag.withDescription(
      "The port to listen on for the callback, 0 for any free one, where the redirect URI has an IP address (default: its own)"
    )
  ),
  callbackHost: Flag.String("callback-host").pipe(
    Flag.optional,
    Flag.withMetavar("address"),
    Flag.withDescription(
      "Listen for the callback on this address, such as 0.0.0.0 in a container; the redirect URI stays as it is, and other " +
        "computers may reach the port (default: LE_AUTH_CALLBACK_HOST, or this computer only)"
    )
  ),
  settings: Flag.File("settings", { mustExist: true }).pipe(
    Flag.optional,
    Flag.withDescription("A file of LE_AUTH_ACCOUNT_ID=… lines, as .env has them, to keep as a profile")
  ),
  timeout: Flag.String("timeout").pipe(
    Checked.flag(DurationText),
    Flag.optional,
    Flag.withMetavar("duration"),
    Flag.withDescription("How long to wait, such as 90s or '2 minutes' (default: 3 minutes)")
  )
}

export const command = Command.make(
  "login",
  flags,
  Load.run(() => import("./run.ts"))
).pipe(
  Command.withDescription(
    "Sign in with your browser. The account and the application come from LE_AUTH_ACCOUNT_ID, LE_AUTH_CLIENT_ID, " +
      "LE_AUTH_CLIENT_SECRET and LE_AUTH_REDIRECT_URI, from --settings, or from an earlier sign-in; without them it is the " +
      "local Sentinel. What is missing is asked for on a terminal, and kept, sealed, for the next time. Where no browser can " +
      "be opened, as over SSH, the address that another computer's browser ends at can be pasted. " +
      "With --app it is the application itself: its settings need no redirect URI, and are kept once Sentinel has given " +
      `a token for them. ${worksFor.both}`
  ),
  Command.withShortDescription("Sign in with your browser"),
  Command.withExamples([
    { command: "le-auth login", description: "Sign in" },
    { command: "le-auth login --account 12345678", description: "Sign in to an account; asks for the rest at first" },
    { command: "le-auth login --settings .env --profile staging", description: "Take the settings of an application" },
    { command: "le-auth login --no-browser --qr", description: "Sign in with a browser on another computer" },
    { command: "le-auth login --app --account 12345678", description: "Keep the settings of a program without a user" }
  ])
)
