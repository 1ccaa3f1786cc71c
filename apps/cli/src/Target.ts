/**
 * Which account, application and Sentinel a command is about: the ones that `LE_AUTH_*` names, or the local Sentinel.
 *
 * @since 0.1.0
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import type { SettingsError } from "@le-auth/core/Settings"
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Failure, fromError } from "./Failure.ts"
import { sentinelPort } from "./SentinelPort.ts"

/**
 * @since 0.1.0
 */
export class Target extends Context.Service<
  Target,
  {
    readonly installation: AppInstallations.AppInstallation
    /** Where the local Sentinel is, if it is the one; `undefined` for a real account. */
    readonly localSentinel: Origin | undefined
  }
>()("@le-auth/cli/Target") {}

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

/**
 * What the flags of a command say about its target.
 *
 * @since 0.1.0
 */
export interface Selection {
  readonly account: Option.Option<AccountId>
}

/** Who sets one of these means a real account, and hears what is missing. */
const names = [...Object.keys(AppInstallations.settings), "LE_AUTH_DOMAIN_API"]

const isConfigured = Effect.map(
  Effect.forEach(names, (name) => Config.option(Config.NonEmptyString(name)).pipe(Effect.orElseSucceed(Option.none))),
  (values) => values.some(Option.isSome)
)

const resolve: Effect.Effect<Target["Service"], SettingsError | Config.ConfigError> = Effect.gen(function* () {
  if (yield* isConfigured) {
    return { installation: yield* AppInstallations.fromConfig, localSentinel: undefined }
  }
  return { installation: development, localSentinel: Origin.make(`http://localhost:${yield* sentinelPort}`) }
})

const layerOf = (target: Target["Service"]) => {
  const layer = NodeSignIn.layerCli.pipe(
    Layer.provideMerge(AppInstallations.layer(target.installation)),
    Layer.merge(Layer.succeed(Target, target))
  )
  return target.localSentinel === undefined
    ? layer
    : Layer.provide(
        layer,
        ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ LE_AUTH_DOMAIN_API: target.localSentinel }), {
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
      "(in the repository of le-auth: npx le-auth sentinel start, or npm start). For a real account, set\n" +
      "LE_AUTH_ACCOUNT_ID, LE_AUTH_CLIENT_ID, LE_AUTH_CLIENT_SECRET and LE_AUTH_REDIRECT_URI.",
    code: "unavailable"
  })

const select = ({ account }: Selection) =>
  Effect.flatMap(Effect.mapError(resolve, fromError), (target) =>
    Option.isNone(account) || account.value === target.installation.accountId
      ? Effect.succeed(target)
      : Effect.fail(
          new Failure({
            message: `Account ${account.value} is not configured; it is ${target.installation.accountId}.`,
            code: "configuration"
          })
        )
  )

/**
 * Runs a command's work with everything it needs to sign in, and makes its errors ready to be shown.
 *
 * @since 0.1.0
 */
export const withTarget = <A, E extends { readonly _tag: string; readonly message: string }, R>(
  work: Effect.Effect<A, E, R>,
  selection: Selection
) =>
  Effect.flatMap(select(selection), (target) =>
    work.pipe(
      Effect.provide(layerOf(target)),
      // A person waits, and can try again.
      Effect.provideService(RetryPolicy.Current, RetryPolicy.none),
      Effect.mapError((error) =>
        target.localSentinel !== undefined && isUnreachable(error) ? notRunning(target.localSentinel) : fromError(error)
      )
    )
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
