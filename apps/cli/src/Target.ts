/**
 * Which account, application and Sentinel a command is about: a profile, the ones that `LE_AUTH_*` names, or the local
 * Sentinel.
 *
 * @since 0.1.0
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import * as UserSealKey from "@le-auth/node/UserSealKey"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Failure, fromError } from "./Failure.ts"
import * as Profiles from "./Profiles.ts"
import { sentinelPort } from "./SentinelPort.ts"

/**
 * @since 0.1.0
 */
export class Target extends Context.Service<
  Target,
  {
    readonly installation: AppInstallations.AppInstallation
    /** The profile that it comes from; `undefined` if it comes from `LE_AUTH_*`. */
    readonly profile: string | undefined
    /** Where the Domain API is, if not where `LE_AUTH_DOMAIN_API` says or at LivePerson. */
    readonly domainApi: Origin | undefined
    /** Where the local Sentinel is, if it is the one; `undefined` for a real account. */
    readonly localSentinel: Origin | undefined
  }
>()("@le-auth/cli/Target") {}

/**
 * What the flags of a command say about its target.
 *
 * @since 0.1.0
 */
export interface Selection {
  readonly profile: Option.Option<string>
  readonly account: Option.Option<AccountId>
}

/**
 * The installation of the command line that a Sentinel without a configuration file knows. Its secret is none: it opens
 * nothing but a Sentinel on this computer.
 */
const development = new AppInstallations.AppInstallation({
  accountId: AccountId.make("12345678"),
  clientId: ClientId.make("22222222-2222-4222-8222-222222222222"),
  clientSecret: Redacted.make("development-only-secret", { label: "client_secret" }),
  redirectUris: [RedirectUri.make("http://127.0.0.1:4401/callback")]
})

/** Who sets one of these means a real account, and hears what is missing. */
const names = Object.keys(AppInstallations.settings)

const given = (name: string) => Config.option(Config.NonEmptyString(name)).pipe(Effect.orElseSucceed(Option.none))

const isConfigured = Effect.map(Effect.forEach(names, given), (values) => values.some(Option.isSome))

/**
 * The local Sentinel, with the application that it knows by itself.
 *
 * @since 0.1.0
 */
export const local = Effect.map(sentinelPort, (port): Target["Service"] => {
  const localSentinel = Origin.make(`http://localhost:${port}`)
  return { installation: development, profile: Profiles.local, domainApi: localSentinel, localSentinel }
})

/**
 * What `LE_AUTH_*` describes.
 *
 * @since 0.1.0
 */
export const configured = Effect.map(AppInstallations.fromConfig, (installation): Target["Service"] => ({
  installation,
  profile: undefined,
  domainApi: undefined,
  localSentinel: undefined
}))

const ofProfile = (profile: Profiles.Profile) =>
  Effect.map(Profiles.open(profile), (installation): Target["Service"] => ({
    installation,
    profile: profile.name,
    domainApi: profile.domainApi,
    localSentinel: undefined
  }))

const wrong = (message: string) => new Failure({ message, code: "configuration" })

const byName = Effect.fnUntraced(function* (name: string) {
  if (name === Profiles.local) return yield* local
  const { profiles } = yield* Profiles.read
  const found = profiles.find((profile) => profile.name === name)
  return found === undefined ? undefined : yield* ofProfile(found)
})

const byAccount = Effect.fnUntraced(function* (account: AccountId) {
  // It may be the only setting: then it is not the account of an installation yet.
  if (Option.contains(yield* given("LE_AUTH_ACCOUNT_ID"), account)) return yield* configured
  const { profiles } = yield* Profiles.read
  const [found, ...others] = profiles.filter((profile) => profile.account === account)
  if (others.length > 0) {
    const names = [found!, ...others].map(({ name }) => name).join(", ")
    return yield* wrong(`Several profiles are of account ${account}: ${names}. Choose with --profile.`)
  }
  if (found !== undefined) return yield* ofProfile(found)
  return account === development.accountId && !(yield* isConfigured) ? yield* local : undefined
})

const byDefault = Effect.gen(function* () {
  if (yield* isConfigured) return yield* configured
  const { current } = yield* Profiles.read
  const found = current === undefined ? undefined : yield* byName(current)
  if (found !== undefined) return found
  return yield* Option.isSome(yield* given("LE_AUTH_DOMAIN_API")) ? configured : local
})

/**
 * The profile that the flags, or `LE_AUTH_PROFILE`, name.
 *
 * @since 0.1.0
 */
export const profileOf = ({ profile }: Selection) =>
  Option.isSome(profile) ? Effect.succeed(profile) : given("LE_AUTH_PROFILE")

/**
 * The target that the flags name, and without flags: `LE_AUTH_PROFILE`, the other `LE_AUTH_*`, the current profile, the local
 * Sentinel. `undefined` if what they name does not exist.
 *
 * @since 0.1.0
 */
export const find = Effect.fnUntraced(function* (selection: Selection) {
  const name = yield* profileOf(selection)
  if (Option.isNone(name))
    return yield* Option.isSome(selection.account) ? byAccount(selection.account.value) : byDefault
  const target = yield* byName(name.value)
  if (target !== undefined && Option.exists(selection.account, (id) => id !== target.installation.accountId)) {
    return yield* wrong(`The profile ${name.value} is of account ${target.installation.accountId}.`)
  }
  return target
})

const resolve = Effect.fnUntraced(function* (selection: Selection) {
  const target = yield* find(selection)
  if (target !== undefined) return target
  const name = yield* profileOf(selection)
  const what = Option.isSome(name)
    ? `There is no profile ${name.value}. Make it with: le-auth login --profile ${name.value}`
    : `Account ${Option.getOrElse(selection.account, () => "")} is not known here. Sign in with: le-auth login --account …`
  return yield* wrong(`${what}\nSee: le-auth accounts list`)
})

const layerOf = (target: Target["Service"]) => {
  const layer = NodeSignIn.layerCliSealed.pipe(
    Layer.provideMerge(AppInstallations.layer(target.installation)),
    Layer.merge(Layer.succeed(Target, target))
  )
  return target.domainApi === undefined
    ? layer
    : Layer.provide(
        layer,
        ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ LE_AUTH_DOMAIN_API: target.domainApi }), {
          asPrimary: true
        })
      )
}

/** Nothing answered; an answer such as 500 is another matter. */
const isUnreachable = (error: { readonly _tag: string; readonly reason?: unknown }): boolean => {
  const reason = error.reason as { readonly _tag?: string; readonly status?: number } | undefined
  return (
    (error._tag === "DomainsError" || error._tag === "TokenError") &&
    reason?._tag === "Unavailable" &&
    reason.status === undefined
  )
}

const notRunning = (localSentinel: Origin) =>
  new Failure({
    message:
      `The local Sentinel at ${localSentinel} does not answer. Start it with: le-auth sentinel start\n` +
      "(in the repository of le-auth: npx le-auth sentinel start, or npm start). For a real account, run le-auth login on a\n" +
      "terminal, or set LE_AUTH_ACCOUNT_ID, LE_AUTH_CLIENT_ID, LE_AUTH_CLIENT_SECRET and LE_AUTH_REDIRECT_URI.",
    code: "unavailable"
  })

type Work<A, E, R> = Effect.Effect<A, E, R>
interface Problem {
  readonly _tag: string
  readonly message: string
}

/**
 * The failure that an error is to the user of a target: who forgot to start the local Sentinel hears how.
 *
 * @since 0.1.0
 */
export const failureAt =
  ({ localSentinel }: Target["Service"]) =>
  (error: Problem): Failure =>
    localSentinel !== undefined && isUnreachable(error) ? notRunning(localSentinel) : fromError(error)

/**
 * Runs work with everything it needs to sign in to a target.
 *
 * @since 0.1.0
 */
export const at = <A, E extends Problem, R>(target: Target["Service"], work: Work<A, E, R>) =>
  work.pipe(
    Effect.provide(layerOf(target)),
    // A person waits, and can try again.
    Effect.provideService(RetryPolicy.Current, RetryPolicy.none),
    Effect.mapError(failureAt(target))
  )

/**
 * Runs a command's work with everything it needs to sign in, and makes its errors ready to be shown.
 *
 * @since 0.1.0
 */
export const withTarget = <A, E extends Problem, R>(work: Work<A, E, R>, selection: Selection) =>
  Effect.flatMap(resolve(selection), (target) => at(target, work)).pipe(
    // One key for profiles and sessions.
    Effect.provide(UserSealKey.layerWith({ onlyIfMade: true })),
    Effect.mapError(fromError)
  )

/**
 * A target in words.
 *
 * @since 0.1.0
 */
export const describe = ({ installation, localSentinel }: Target["Service"]): string =>
  localSentinel === undefined
    ? `account ${installation.accountId}`
    : `account ${installation.accountId} of the local Sentinel at ${localSentinel}`
