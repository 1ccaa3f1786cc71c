/**
 * What `login` signs in to: something known, or something new, which it asks for.
 *
 * @since 0.1.0
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, ClientSecret } from "@le-auth/core/Identifiers"
import type { Origin } from "@le-auth/core/Origin"
import type { SettingsError } from "@le-auth/core/Settings"
import * as Prompt from "effect/cli/Prompt"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Net from "node:net"
import { ask, canAsk } from "./Ask.ts"
import * as Output from "./Output.ts"
import * as Profiles from "./Profiles.ts"
import { configured, find, profileOf, type Selection, type Target } from "./Target.ts"

interface Options extends Selection {
  readonly settings: Option.Option<string>
}

type SettingName = keyof typeof AppInstallations.settings

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
    "https, or http on this computer: http://127.0.0.1:4401/callback"
  )
}

const prompts: Readonly<Record<SettingName, Prompt.Prompt<string>>> = {
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

const names = Object.keys(prompts) as ReadonlyArray<SettingName>

const given = (name: string) => Config.option(Config.NonEmptyString(name)).pipe(Effect.orElseSucceed(Option.none))

/** The settings of the environment, unless they are those of another account; the rest is asked for. */
const gather = Effect.fnUntraced(function* (account: Option.Option<AccountId>) {
  const mayAsk = yield* canAsk
  const configuredAccount = yield* given("LE_AUTH_ACCOUNT_ID")
  const isOther = Option.isSome(account) && Option.exists(configuredAccount, (id) => id !== account.value)
  const values: Record<string, string> = Option.isSome(account) ? { LE_AUTH_ACCOUNT_ID: account.value } : {}
  for (const name of names) {
    const value = isOther ? Option.none<string>() : yield* given(name)
    if (name in values) continue
    if (Option.isSome(value)) values[name] = value.value
    else if (mayAsk) values[name] = yield* ask(prompts[name])
  }
  return yield* Effect.provideService(configured, ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(values))
})

/** Whether something listens there; a person waits. */
const isRunning = (localSentinel: Origin) =>
  Effect.callback<boolean>((resume) => {
    const socket = Net.connect(Number(new URL(localSentinel).port), "localhost")
    socket.setTimeout(1000, () => socket.destroy(new Error("timeout")))
    socket.once("connect", () => resume(Effect.sync(() => socket.destroy().destroyed)))
    socket.once("error", () => resume(Effect.succeed(false)))
  })

/**
 * The target of a sign-in, and the name to keep it under if it is new.
 *
 * What the environment alone describes is not kept: whoever sets it, sets it each time.
 *
 * @since 0.1.0
 */
export const resolve = Effect.fnUntraced(function* (options: Options) {
  const name = yield* profileOf(options)
  const isNew = Option.isSome(options.settings)
  const mayAsk = yield* canAsk
  const incomplete = (error: SettingsError) => (mayAsk ? Effect.undefined : Effect.fail(error))
  const found = isNew ? undefined : yield* Effect.catchTag(find(options), "SettingsError", incomplete)
  const keep = (target: Target["Service"]) => ({
    target,
    keepAs: Option.getOrElse(name, () => target.installation.accountId as string)
  })
  if (isNew || found === undefined) {
    if (!isNew) yield* Output.say("This is the first sign-in there, so a few questions come first.")
    return keep(yield* gather(options.account))
  }
  const isChosen = Option.contains(name, Profiles.local)
  if (found.localSentinel !== undefined && !isChosen && mayAsk && !(yield* isRunning(found.localSentinel))) {
    yield* Output.say(
      `No account is configured, and no local Sentinel runs at ${found.localSentinel}.\n` +
        "For a local one, stop here with Ctrl-C and run le-auth sentinel start. For an account, answer these questions:"
    )
    return keep(yield* gather(options.account))
  }
  return { target: found, keepAs: undefined }
})
