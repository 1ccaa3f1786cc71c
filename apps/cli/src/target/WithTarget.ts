/**
 * Runs the work of a command with everything it needs at its target, and makes its errors ready to be shown.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import type { Origin } from "@le-auth/core/Origin"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as SealedAppTokenStore from "@le-auth/core/SealedAppTokenStore"
import { Sessions } from "@le-auth/core/Sessions"
import type { TransportProblem } from "@le-auth/core/TransportProblem"
import * as AppTokenFile from "@le-auth/node/AppTokenFile"
import * as FileRefreshLock from "@le-auth/node/FileRefreshLock"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as NodeSignIn from "@le-auth/node/NodeSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Failure, fromError, type LibraryError } from "../terminal/Failure.ts"
import * as Output from "../terminal/Output.ts"
import { join, text } from "../terminal/TerminalText.ts"
import { find, given, profileOf } from "./FindTarget.ts"
import { Target } from "./Target.ts"
import type { Selection } from "./TargetFlags.ts"
import * as UserKey from "./UserKey.ts"

/** Tells the user if `LE_AUTH_DOMAIN_API` does not count, since a profile has its own Domain API. */
export const sayIgnored = Effect.fnUntraced(function* ({ domainApi, profile }: Target["Service"]) {
  const set = yield* given("LE_AUTH_DOMAIN_API")
  if (domainApi === undefined || Option.isNone(set) || set.value === domainApi) return
  yield* Output.say(
    text`LE_AUTH_DOMAIN_API does not count here: the profile ${profile ?? ""} has its own Domain API, ${domainApi}.`
  )
})

const resolve = Effect.fnUntraced(function* (selection: Selection) {
  const target = yield* find(selection)
  if (target !== undefined) {
    yield* sayIgnored(target)
    return target
  }
  const name = yield* profileOf(selection)
  const what = Option.isSome(name)
    ? text`There is no profile ${name.value}. Make it with: le-auth login --profile ${name.value}`
    : text`Account ${Option.getOrElse(selection.account, () => "")} is not known here. Sign in with: le-auth login --account …`
  return yield* new Failure({
    text: text`${what}\n(without a user: le-auth login --app). See: le-auth accounts list`,
    code: "configuration"
  })
})

/** The settings of a target, which go before those of the environment. */
const settingsOf = ({ domainApi }: Target["Service"]) =>
  domainApi === undefined
    ? Layer.empty
    : ConfigProvider.layerAdd(ConfigProvider.fromUnknown({ LE_AUTH_DOMAIN_API: domainApi }), { asPrimary: true })

/** The app tokens of the user, sealed in a file. */
const appTokenFile = Layer.provide(SealedAppTokenStore.layer, AppTokenFile.layer)

const signInAt = (target: Target["Service"]) =>
  Layer.merge(NodeSignIn.layerCliSealed, appTokenFile).pipe(
    Layer.provideMerge(AppInstallations.layer(target.installation)),
    Layer.provideMerge(UserKey.opened),
    Layer.merge(Layer.succeed(Target, target)),
    Layer.provide(settingsOf(target))
  )

/** Where the file cannot be used, each command asks for a token of its own. */
const keptAppTokens = Layer.merge(FileRefreshLock.layer, Layer.provide(appTokenFile, UserKey.opened)).pipe(
  Layer.catchTag("StoreError", ({ message }) =>
    Layer.merge(RefreshLock.layerMemory, AppTokenStore.layerMemory).pipe(
      Layer.tap(() => Effect.logWarning(`The app token is not kept on this computer. ${message}`))
    )
  )
)

const applicationAt = (target: Target["Service"]) =>
  AppTokens.layer.pipe(
    Layer.provideMerge(keptAppTokens),
    Layer.provide(AppInstallations.layer(target.appInstallation)),
    Layer.provideMerge(callsAt(target))
  )

const callsAt = (target: Target["Service"]) =>
  NodeServerSignIn.layerCalls.pipe(Layer.merge(Layer.succeed(Target, target)), Layer.provide(settingsOf(target)))

/** There was no answer at all; an answer such as 500 is another matter. */
const isUnreachable = (error: { readonly _tag: string; readonly reason?: unknown }): boolean => {
  const reason = error.reason as
    | { readonly _tag?: string; readonly status?: number; readonly transport?: TransportProblem }
    | undefined
  return (
    (error._tag === "DomainsError" || error._tag === "TokenError") &&
    reason?._tag === "Unavailable" &&
    reason.status === undefined &&
    reason.transport?._tag !== "AnswerTooLarge" &&
    reason.transport?._tag !== "Undecodable"
  )
}

const notRunning = (localSentinel: Origin) =>
  new Failure({
    text: join("\n", [
      text`The local Sentinel at ${localSentinel} does not answer. Start it with: le-auth sentinel start`,
      text`(in the repository of le-auth: npx le-auth sentinel start, or npm start). For a real account, run le-auth login on a`,
      text`terminal (without a user: le-auth login --app), or set LE_AUTH_ACCOUNT_ID, LE_AUTH_CLIENT_ID, LE_AUTH_CLIENT_SECRET`,
      text`and, if users sign in, LE_AUTH_REDIRECT_URI.`
    ]),
    code: "unavailable"
  })

type Work<A, E, R> = Effect.Effect<A, E, R>
type Problem = LibraryError | Failure

/** The failure to show for an error at a target. If the local Sentinel is not running, it says how to start it. */
export const failureAt =
  ({ localSentinel }: Target["Service"]) =>
  (error: Problem): Failure =>
    localSentinel !== undefined && isUnreachable(error) ? notRunning(localSentinel) : fromError(error)

/** Without this, tokens that are only in memory would end with the command. */
const saved = Effect.mapError(
  Sessions.use(({ flush }) => flush),
  (error) =>
    new Failure({
      text: text`The new tokens could not be saved, and the old ones may not work any more. ${error.message} Then use: le-auth login`,
      code: "storage"
    })
)

/** Runs work with everything it needs to sign in to a target. */
export const at = <A, E extends Problem, R>(target: Target["Service"], work: Work<A, E, R>) =>
  // A person waits, and can try again.
  work.pipe(
    Effect.tap(saved),
    Effect.provide(signInAt(target)),
    RetryPolicy.disabled,
    Effect.mapError(failureAt(target))
  )

/** Runs a command's work with everything it needs to sign in, and makes its errors ready to be shown. */
export const withTarget = <A, E extends Problem, R>(work: Work<A, E, R>, selection: Selection) =>
  Effect.flatMap(resolve(selection), (target) => at(target, work)).pipe(
    Effect.provide(UserKey.layerWith({ onlyIfMade: true })),
    Effect.mapError(fromError)
  )

/** Runs work of the application itself at a target. */
export const atApplication = <A, E extends Problem, R>(target: Target["Service"], work: Work<A, E, R>) =>
  work.pipe(Effect.provide(applicationAt(target)), RetryPolicy.disabled, Effect.mapError(failureAt(target)))

/**
 * The same for work of the application itself, which no user signs in to. Its token is kept for other commands; those
 * that run at the same time ask for one token.
 */
export const withApplication = <A, E extends Problem, R>(work: Work<A, E, R>, selection: Selection) =>
  Effect.flatMap(resolve(selection), (target) => atApplication(target, work)).pipe(
    Effect.provide(UserKey.layerWith({})),
    Effect.mapError(fromError)
  )

/**
 * The same for work that needs no session: of the files on this computer it reads only the profile, if there is one.
 */
export const withCalls = <A, E extends Problem, R>(work: Work<A, E, R>, selection: Selection) =>
  Effect.flatMap(resolve(selection), (target) =>
    work.pipe(Effect.provide(callsAt(target)), RetryPolicy.disabled, Effect.mapError(failureAt(target)))
  ).pipe(Effect.provide(UserKey.layerWith({ onlyIfMade: true })), Effect.mapError(fromError))
