// Another process of an application without users, at the Sentinel of its argument. It says `ready`, and is asked for
// tokens by lines, see `Question`. It says `waiting ID` when all of its callers have looked for a token and wait at its
// lock, and `answer ID …` with what they got.
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as AppTokens from "@le-auth/core/AppTokens"
import { type AccessToken, AccountId, ClientId } from "@le-auth/core/Identifiers"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { RequestLimits } from "@le-auth/core/RequestLimits"
import * as NodeAppTokens from "@le-auth/node/NodeAppTokens"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { createInterface } from "node:readline"
import { say } from "./atOnce.ts"
import { sealed, stores } from "./Engines.ts"

/** An application: where it keeps its tokens and its locks, as `stores` takes it, and its installation. */
export interface Application {
  readonly url: string
  readonly accountId: string
  readonly clientId: string
  readonly clientSecret: string
  /** Two of different names are as two processes: they share what the store has, and nothing else. */
  readonly name: string
}

export interface Question {
  readonly application: Application
  /** `open` only connects. */
  readonly method: "open" | "token" | "renew"
  /** The token that will not do, for `renew`. */
  readonly unless?: string
  /** How many ask at once. */
  readonly callers: number
}

const [sentinel = ""] = process.argv.slice(2)

/** Told of each attempt that comes to the lock. */
let atTheLock = Effect.void

const watched = Layer.effect(
  RefreshLock,
  Effect.map(RefreshLock, (lock) => ({
    withLock: (id, effect) =>
      Effect.andThen(
        Effect.suspend(() => atTheLock),
        lock.withLock(id, effect)
      )
  }))
)

/** A busy machine takes long to bring all processes to the lock. */
const limits = Context.make(RequestLimits, { timeout: "2 minutes", maximumBodySize: "1 MiB" })

const start = ({ accountId, clientId, clientSecret, url }: Application) => {
  const at = stores(url, { connections: 2 })
  return ManagedRuntime.make(
    NodeAppTokens.layer.pipe(
      Layer.provide(watched),
      Layer.provide(Layer.provideMerge(sealed("application"), at)),
      Layer.provide(
        AppInstallations.layer(
          new AppInstallations.AppInstallation({
            accountId: AccountId.make(accountId),
            clientId: ClientId.make(clientId),
            clientSecret: Redacted.make(clientSecret),
            redirectUris: []
          })
        )
      ),
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ LE_AUTH_DOMAIN_API: sentinel }))),
      Layer.provide(Layer.succeedContext(limits)),
      // That stores are away is what happens here, and lines are for answers.
      Layer.provideMerge(Logger.layer([]))
    )
  )
}
const applications = new Map<string, ReturnType<typeof start>>()

const answer = Effect.fnUntraced(function* (id: string, { callers, method, unless = "" }: Question) {
  const tokens = yield* AppTokens.AppTokens
  const calls: Record<Question["method"], Effect.Effect<AccessToken, AppTokens.AppTokenError>> = {
    open: Effect.succeed(Redacted.make("opened")),
    token: tokens.token(),
    renew: tokens.renew({ unless: Redacted.make(unless) })
  }
  const call = Effect.match(calls[method], { onSuccess: Redacted.value, onFailure: (error) => error.message })
  let isWaiting = false
  const waiting = Effect.suspend(() => {
    if (isWaiting) return Effect.void
    isWaiting = true
    return say(`waiting ${id}`)
  })
  atTheLock = waiting
  const got = yield* Effect.all(
    Array.from({ length: callers }, () => call),
    { concurrency: "unbounded" }
  )
  // They may have got theirs without the lock.
  yield* waiting
  yield* say(`answer ${id} ${JSON.stringify(got)}`)
})

await Effect.runPromise(say("ready"))
for await (const line of createInterface(process.stdin)) {
  const [id, question] = JSON.parse(line) as [string, Question]
  const which = JSON.stringify(question.application)
  const application = applications.get(which) ?? start(question.application)
  applications.set(which, application)
  void application.runPromise(answer(id, question))
}
process.exit(0)
