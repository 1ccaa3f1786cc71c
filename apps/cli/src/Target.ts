/**
 * Which account, application and Sentinel a command is about: a profile, the ones that `LE_AUTH_*` names, or the local
 * Sentinel.
 *
 * @since 0.1.0
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import type { Origin } from "@le-auth/core/Origin"
import type { AccountId } from "@le-auth/core/Identifiers"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import * as UserSealKey from "@le-auth/node/UserSealKey"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Failure, fromError } from "./Failure.ts"
import { find, profileOf } from "./FindTarget.ts"

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

const resolve = Effect.fnUntraced(function* (selection: Selection) {
  const target = yield* find(selection)
  if (target !== undefined) return target
  const name = yield* profileOf(selection)
  const what = Option.isSome(name)
    ? `There is no profile ${name.value}. Make it with: le-auth login --profile ${name.value}`
    : `Account ${Option.getOrElse(selection.account, () => "")} is not known here. Sign in with: le-auth login --account …`
  return yield* new Failure({ message: `${what}\nSee: le-auth accounts list`, code: "configuration" })
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
