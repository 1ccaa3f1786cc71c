/**
 * The questions of a sign-in to a new account.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, ClientSecret } from "@le-auth/core/Identifiers"
import * as Prompt from "effect/cli/Prompt"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

export type SettingName = keyof typeof AppInstallations.settings

const problemOf = (schema: Schema.Codec<unknown, string>, expected: string) => {
  const isValid = Schema.is(Schema.toEncoded(schema))
  return (text: string) => (isValid(text) ? Effect.succeed(text) : Effect.fail(`This is not ${expected}`))
}

const validate = {
  account: problemOf(AccountId, "an account id: letters and digits"),
  application: problemOf(ClientId, "a client id: visible characters, no spaces"),
  secret: problemOf(ClientSecret, "a client secret: visible characters, no spaces"),
  redirectUri: problemOf(
    AppInstallations.settings.LE_AUTH_REDIRECT_URI,
    "https, or http on this computer or a development host: http://127.0.0.1:4401/callback"
  )
}

/** One for each setting. The secret does not show while it is typed. */
export const questions: Readonly<Record<SettingName, Prompt.Prompt<string>>> = {
  LE_AUTH_ACCOUNT_ID: Prompt.String({ message: "Account id", validate: validate.account }),
  LE_AUTH_CLIENT_ID: Prompt.String({ message: "Client id of the installation", validate: validate.application }),
  LE_AUTH_CLIENT_SECRET: Prompt.map(
    Prompt.Hidden({ message: "Client secret (not shown)", validate: validate.secret }),
    Redacted.value
  ),
  LE_AUTH_REDIRECT_URI: Prompt.String({
    message: "Redirect URI, exactly as registered",
    default: "http://127.0.0.1:4401/callback",
    validate: validate.redirectUri
  })
}
