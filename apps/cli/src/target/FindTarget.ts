/**
 * Finds the target of a command.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Failure } from "../terminal/Failure.ts"
import { type Text, text } from "../terminal/TerminalText.ts"
import * as Profiles from "./Profiles.ts"
import { sentinelPort } from "./SentinelPort.ts"
import type { Target } from "./Target.ts"
import type { Selection } from "./TargetFlags.ts"
import * as UserKey from "./UserKey.ts"

const developmentAccount = AccountId.make("12345678")

/**
 * The installations in a Sentinel without a configuration file: of the command line, for users, and of a program
 * without a user. Their secret is public: it opens nothing but a Sentinel on this computer.
 */
const development = (clientId: string, redirectUris: ReadonlyArray<RedirectUri>) =>
  new AppInstallations.AppInstallation({
    accountId: developmentAccount,
    clientId: ClientId.make(clientId),
    clientSecret: Redacted.make("development-only-secret", { label: "client_secret" }),
    redirectUris
  })

/** Where there is one installation, it is that of users and of `--app`. */
const of = (installation: AppInstallations.AppInstallation) => ({ installation, appInstallation: installation })

/** With one of these, a real account is meant, and the others are reported as missing. */
const names = Object.keys(AppInstallations.settings)

/** A setting of the environment; an empty one counts as missing. */
export const given = (name: string) =>
  Config.option(Config.NonEmptyString(name)).pipe(Effect.orElseSucceed(Option.none))

/** Whether the environment describes an installation, or part of one. */
export const isConfigured = Effect.map(Effect.forEach(names, given), (values) => values.some(Option.isSome))

/** The local Sentinel, with its built-in application. */
export const local = Effect.map(sentinelPort, (port): Target["Service"] => {
  const localSentinel = Origin.make(`http://localhost:${port}`)
  return {
    installation: development("22222222-2222-4222-8222-222222222222", [
      RedirectUri.make("http://127.0.0.1:4401/callback")
    ]),
    appInstallation: development("33333333-3333-4333-8333-333333333333", []),
    profile: Profiles.local,
    domainApi: localSentinel,
    localSentinel
  }
})

/** What `LE_AUTH_*` describes. */
export const configured = Effect.map(AppInstallations.fromConfig, (installation): Target["Service"] => ({
  ...of(installation),
  profile: undefined,
  domainApi: undefined,
  localSentinel: undefined
}))

const ofProfile = (profile: Profiles.Profile) =>
  Effect.map(Effect.provide(Profiles.open(profile), UserKey.opened), (installation): Target["Service"] => ({
    ...of(installation),
    profile: profile.name,
    domainApi: profile.domainApi,
    localSentinel: undefined
  }))

const wrong = (text: Text) => new Failure({ text, code: "configuration" })

const byName = Effect.fnUntraced(function* (name: string) {
  if (name === Profiles.local) return yield* local
  const { profiles } = yield* Profiles.read
  const found = profiles.find((profile) => profile.name === name)
  return found === undefined ? undefined : yield* ofProfile(found)
})

const byAccount = Effect.fnUntraced(function* (account: AccountId) {
  // It may be the only setting; then the others are reported as missing.
  if (Option.contains(yield* given("LE_AUTH_ACCOUNT_ID"), account)) return yield* configured
  const { profiles } = yield* Profiles.read
  const [found, ...others] = profiles.filter((profile) => profile.account === account)
  if (others.length > 0) {
    const names = [found!, ...others].map(({ name }) => name).join(", ")
    return yield* wrong(text`Several profiles belong to account ${account}: ${names}. Choose with --profile.`)
  }
  if (found !== undefined) return yield* ofProfile(found)
  // With a Domain API of its own, the local Sentinel is not meant.
  const isElsewhere = (yield* isConfigured) || Option.isSome(yield* given("LE_AUTH_DOMAIN_API"))
  return account === developmentAccount && !isElsewhere ? yield* local : undefined
})

const byDefault = Effect.gen(function* () {
  if (yield* isConfigured) return yield* configured
  const { current } = yield* Profiles.read
  const found = current === undefined ? undefined : yield* byName(current)
  if (found !== undefined) return found
  return yield* Option.isSome(yield* given("LE_AUTH_DOMAIN_API")) ? configured : local
})

/** The profile that the flags, or `LE_AUTH_PROFILE`, name. */
export const profileOf = ({ profile }: Selection) =>
  Option.isSome(profile) ? Effect.succeed(profile) : given("LE_AUTH_PROFILE")

/**
 * The target that the flags name, and without flags: `LE_AUTH_PROFILE`, the other `LE_AUTH_*`, the current profile, the
 * local Sentinel. `undefined` if what they name does not exist.
 */
export const find = Effect.fnUntraced(function* (selection: Selection) {
  const name = yield* profileOf(selection)
  if (Option.isNone(name))
    return yield* Option.isSome(selection.account) ? byAccount(selection.account.value) : byDefault
  const target = yield* byName(name.value)
  if (target !== undefined && Option.exists(selection.account, (id) => id !== target.installation.accountId)) {
    return yield* wrong(text`The profile ${name.value} belongs to account ${target.installation.accountId}.`)
  }
  return target
})
