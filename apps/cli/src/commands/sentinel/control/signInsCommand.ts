/**
 * `le-auth sentinel approve`, `deny` and `token`
 */
import type { DenialError } from "@le-auth/sentinel/Approval"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { common } from "./command.ts"

const work = Effect.promise(() => import("./signIns.ts"))

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.optional, Flag.withDescription(description))

const url = Argument.String("url").pipe(
  Argument.withDescription("Where the application sends a browser to sign in; its host counts for nothing")
)

const user = text("user", "Their e-mail address or id (default: the first enabled user of the account)")

export const approve = Command.make("approve", { ...common, url, user }, (options) =>
  Effect.flatMap(work, ({ approve }) => approve(options))
).pipe(
  Command.withDescription(
    "Sign a user in at a running Sentinel, without a browser and without their password, and print where the browser " +
      "would come back to. Every check, and every entry of the journal, is that of a browser."
  ),
  Command.withShortDescription("Sign a user in without a browser"),
  Command.withExamples([
    {
      command: 'le-auth sentinel approve "$URL" --user admin@example.com',
      description: "The callback, with a code, or with an error that Sentinel sends back"
    },
    { command: 'curl "$(le-auth sentinel approve "$URL")"', description: "Come back to the application" }
  ])
)

/** Those of `Approval.DenialError`, repeated because its schema is loaded only when it is used. */
const errors = [
  "invalid_request",
  "unauthorized_client",
  "access_denied",
  "unsupported_response_type",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable",
  "login_required",
  "interaction_required",
  "account_selection_required",
  "consent_required"
] as const satisfies ReadonlyArray<DenialError>

export const deny = Command.make(
  "deny",
  {
    ...common,
    url,
    error: Flag.Literals("error", errors).pipe(
      Flag.optional,
      Flag.withDescription("The error of the callback (default: access_denied)")
    ),
    description: text("description", "The error_description of the callback (default: none)")
  },
  (options) => Effect.flatMap(work, ({ deny }) => deny(options))
).pipe(
  Command.withDescription(
    "Refuse to sign in at a running Sentinel, without a browser, and print where the browser would come back to."
  ),
  Command.withShortDescription("Refuse to sign in without a browser"),
  Command.withExamples([
    { command: 'le-auth sentinel deny "$URL"', description: "The callback with access_denied, and the state" }
  ])
)

export const token = Command.make(
  "token",
  {
    ...common,
    account: text("account", "The account (default: the first one)").pipe(Flag.withMetavar("id")),
    client: text("client", "The client id of an installation (default: the first one that may use codes)"),
    user,
    scope: text("scope", "The scope to ask for (default: none)")
  },
  (options) => Effect.flatMap(work, ({ token }) => token(options))
).pipe(
  Command.withDescription(
    "Print an access token of a running Sentinel, by a whole sign-in without a browser. No password and no client secret " +
      "is needed. For an installation that has client_credentials alone it is an app token."
  ),
  Command.withShortDescription("Print a token of a running Sentinel"),
  Command.withExamples([
    {
      command: 'curl -H "Authorization: Bearer $(le-auth sentinel token)" http://localhost:3000/api/me',
      description: "Call an API as the first user"
    },
    {
      command: "le-auth sentinel token --user admin@example.com --json | jq -r .id_token",
      description: "The whole answer of the token endpoint"
    }
  ])
)
