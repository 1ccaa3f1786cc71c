/**
 * Shows the address of a sign-in, without starting one.
 */
import { toUrl } from "@le-auth/core/AuthorizeRequest"
import * as Domains from "@le-auth/core/Domains"
import { State } from "@le-auth/core/Identifiers"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import { Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { withCalls } from "../../target/WithTarget.ts"
import * as Output from "../../terminal/Output.ts"
import { join, type Row, table, text } from "../../terminal/TerminalText.ts"

export const run = Effect.fnUntraced(function* (_: Selection) {
  const { accountId, clientId, redirectUris } = (yield* Target).installation
  const resolved = yield* Domains.resolve(accountId, "sentinel")
  const sentinel = yield* Domains.Domains.useSync(({ forBrowser }) => forBrowser(resolved))
  const random = yield* SecureRandom.SecureRandom
  const state = State.make(Base64Url.encode(yield* random.randomBytes(32)))
  const redirectUri = redirectUris[0]
  const url = toUrl({ accountId, clientId, state, ...(redirectUri === undefined ? {} : { redirectUri }) }, sentinel)
  const rows: ReadonlyArray<Row> = [
    [
      "host",
      sentinel,
      sentinel === resolved
        ? text`where the Domain API says that Sentinel of account ${accountId} is`
        : text`where the browser finds Sentinel of account ${accountId} (LE_AUTH_AUTHORIZE_ORIGIN)`
    ],
    ["v", "1.0", text`the version of the API; 1 would be another version`],
    ["response_type", "code", text`the browser brings back a code, never a token`],
    ["client_id", clientId, text`the application that asks; it is not a secret`],
    redirectUri === undefined
      ? ["redirect_uri", "(none)", text`allowed if exactly one is registered: Sentinel sends the browser there`]
      : [
          "redirect_uri",
          redirectUri,
          text`where the browser comes back to; compared character by character with the registered ones`
        ],
    ["state", state, text`256 random bits, made for this address; the callback must bring them back unchanged`]
  ]
  yield* Output.print(
    { url, sentinel, account: accountId, application: clientId, redirectUri: redirectUri ?? null, state },
    text`${url}`
  )
  yield* Output.say(
    join("\n\n", [
      text`\n${table(rows)}`,
      join(" ", [
        text`This command does not wait for the callback: to sign in, use le-auth login.`,
        text`What comes back to the redirect URI is explained by: le-auth callback`
      ])
    ])
  )
}, withCalls)
