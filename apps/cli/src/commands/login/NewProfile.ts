/**
 * The target of a sign-in: a known one, or a new one, whose settings are asked for.
 */
import type { Origin } from "@le-auth/core/Origin"
import { SettingsError } from "@le-auth/core/Settings"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Net from "node:net"
import { configured, find, given, profileOf } from "../../target/FindTarget.ts"
import * as Profiles from "../../target/Profiles.ts"
import type { Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import { wrongUsage } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { ask, canAsk } from "../../terminal/Prompts.ts"
import { join, type Text, text } from "../../terminal/TerminalText.ts"
import { questions, type SettingName } from "./Questions.ts"

interface Options extends Selection {
  readonly app: boolean
  readonly settings: Option.Option<string>
}

const names = Object.keys(questions) as ReadonlyArray<SettingName>

/** Other commands work without one, and so does an application without a user. */
const checkRedirectUri =
  ({ app }: Options) =>
  ({ installation, profile }: Target["Service"]): Effect.Effect<void, SettingsError> =>
    app || installation.redirectUris.length > 0
      ? Effect.void
      : Effect.fail(
          new SettingsError({
            problems: [
              profile === undefined
                ? "LE_AUTH_REDIRECT_URI is missing: the callback of the sign-in arrives there (without a user: le-auth login --app)"
                : `The profile ${profile} has no redirect URI: it is for --app, and a user needs another profile`
            ]
          })
        )

/**
 * Takes the settings of the environment, unless they belong to another account, and asks for the rest after an
 * introduction.
 */
const gather = Effect.fnUntraced(function* (options: Options, introduction: Text) {
  const { account } = options
  const mayAsk = yield* canAsk
  const configuredAccount = yield* given("LE_AUTH_ACCOUNT_ID")
  const isOther = Option.isSome(account) && Option.exists(configuredAccount, (id) => id !== account.value)
  const values: Record<string, string> = Option.isSome(account) ? { LE_AUTH_ACCOUNT_ID: account.value } : {}
  for (const name of names) {
    const value = isOther || name in values ? Option.none<string>() : yield* given(name)
    if (Option.isSome(value)) values[name] = value.value
  }
  const needed = names.filter((name) => !options.app || name !== "LE_AUTH_REDIRECT_URI")
  const missing = needed.filter((name) => !(name in values))
  if (mayAsk && missing.length > 0) {
    yield* Output.say(introduction)
    for (const name of missing) values[name] = yield* ask(questions[name])
  }
  return yield* Effect.provideService(
    configured,
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromUnknown(values)
  ).pipe(Effect.tap(checkRedirectUri(options)))
})

/** Whether the local Sentinel listens, within a second: a person waits. */
const isRunning = (localSentinel: Origin) =>
  Effect.callback<boolean>((resume) => {
    const socket = Net.connect(Number(new URL(localSentinel).port), "localhost")
    socket.setTimeout(1000, () => socket.destroy(new Error("timeout")))
    socket.once("connect", () => resume(Effect.sync(() => socket.destroy().destroyed)))
    socket.once("error", () => resume(Effect.succeed(false)))
  })

/** The default name is the account, unless another application's profile has that name. */
const keep = Effect.fnUntraced(function* (target: Target["Service"], name: Option.Option<string>) {
  const { accountId, clientId } = target.installation
  const isNamed = Option.isSome(name) && name.value !== Profiles.local
  const keepAs: string = isNamed ? name.value : accountId
  const { profiles } = yield* Profiles.read
  if (!isNamed && profiles.some((other) => other.name === keepAs && other.application !== clientId)) {
    return yield* wrongUsage(text`The profile ${keepAs} belongs to another application. Name a new one with --profile.`)
  }
  return { target, keepAs }
})

/**
 * The target of a sign-in, and the name to keep it under if it is new.
 *
 * What the environment alone describes is not kept: it is set each time.
 */
export const resolve = Effect.fnUntraced(function* (options: Options) {
  const name = yield* profileOf(options)
  const isNew = Option.isSome(options.settings)
  const mayAsk = yield* canAsk
  const incomplete = (error: SettingsError) => (mayAsk ? Effect.undefined : Effect.fail(error))
  const known = Effect.tap(find(options), (target) =>
    target === undefined ? Effect.void : checkRedirectUri(options)(target)
  )
  const found = isNew ? undefined : yield* Effect.catchTag(known, "SettingsError", incomplete)
  const first = text`This is the first sign-in there, so a few questions come first.`
  if (found === undefined) return yield* keep(yield* gather(options, first), name)
  const { localSentinel } = found
  if (localSentinel === undefined) return { target: found, keepAs: undefined }
  if (yield* isRunning(localSentinel)) {
    const { instead } = yield* Effect.promise(() => import("./LocalAccounts.ts"))
    const other = yield* instead(found, { app: options.app, localSentinel })
    return other === undefined ? { target: found, keepAs: undefined } : yield* keep(other, name)
  }
  if (!mayAsk || Option.contains(name, Profiles.local)) return { target: found, keepAs: undefined }
  const nowhere = join("\n", [
    text`No account is configured, and no local Sentinel runs at ${localSentinel}.`,
    text`For a local one, stop here with Ctrl-C and run le-auth sentinel start. For an account, answer these questions:`
  ])
  return yield* keep(yield* gather(options, nowhere), name)
})
