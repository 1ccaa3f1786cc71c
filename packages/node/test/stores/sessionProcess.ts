// Another process of an application, at the Sentinel of its argument. It is asked for tokens by lines, see `Question`.
// It says `waiting ID` when all of its callers have looked at the session and are at its lock, and `answer ID …` with
// what they got.
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { RequestLimits } from "@le-auth/core/RequestLimits"
import { Sessions } from "@le-auth/core/Sessions"
import * as NodeServerSignIn from "@le-auth/node/NodeServerSignIn"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { createInterface } from "node:readline"
import { installation } from "../FakeSentinel.ts"
import { key } from "../Samples.ts"
import { say } from "./atOnce.ts"
import { stores } from "./Engines.ts"

/** Where an application keeps its sessions, and its locks, as `stores` takes it. */
export interface Place {
  readonly sessions: string
  readonly locks: string
}

export interface Question {
  readonly place: Place
  readonly method: "accessToken" | "refresh" | "renew"
  readonly subject: string
  /** The access token that will not do, for `renew`. */
  readonly unless?: string
  /** How many ask at once. */
  readonly callers: number
}

const [sentinel = ""] = process.argv.slice(2)

const options = { lease: "2 seconds", connections: 2 } as const

const storesAt = ({ locks, sessions }: Place) => {
  const layer = stores(sessions, options)
  return locks === sessions
    ? layer
    : Layer.merge(layer, Layer.provide(Layer.effect(RefreshLock, RefreshLock), stores(locks, options)))
}

/** Told of each caller that comes to the lock of a session. */
const atTheLock = new Map<string, Effect.Effect<void>>()

const watched = Layer.effect(
  RefreshLock,
  Effect.map(RefreshLock, (lock) => ({
    withLock: (id, effect) =>
      Effect.andThen(
        Effect.suspend(() => atTheLock.get(id)!),
        lock.withLock(id, effect)
      )
  }))
)

const applicationAt = (place: Place) =>
  ManagedRuntime.make(
    NodeServerSignIn.layerServer.pipe(
      Layer.provide(watched),
      Layer.provide(storesAt(place)),
      Layer.provide(AppInstallations.layer(installation())),
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ LE_AUTH_DOMAIN_API: sentinel })))
    )
  )
const applications = new Map<string, ReturnType<typeof applicationAt>>()

const answer = Effect.fnUntraced(function* (id: string, { callers, method, subject, unless = "" }: Question) {
  const sessions = yield* Sessions
  const call = {
    accessToken: sessions.accessToken(key(subject)),
    refresh: Effect.map(sessions.refresh(key(subject)), ({ accessToken }) => accessToken),
    renew: Effect.map(sessions.renew(key(subject), { unless: Redacted.make(unless) }), ({ accessToken }) => accessToken)
  }[method].pipe(
    Effect.match({ onSuccess: Redacted.value, onFailure: (error) => error.message }),
    // A process that stands still for a while has not run out of time.
    Effect.provideService(RequestLimits, { timeout: "2 minutes", maximumBodySize: "1 MiB" })
  )
  let coming = callers
  atTheLock.set(
    key(subject).toString(),
    Effect.suspend(() => (--coming === 0 ? say(`waiting ${id}`) : Effect.void))
  )
  const got = yield* Effect.all(
    Array.from({ length: callers }, () => call),
    { concurrency: "unbounded" }
  )
  // Somebody may have got theirs without the lock.
  if (coming > 0) yield* say(`waiting ${id}`)
  yield* say(`answer ${id} ${JSON.stringify(got)}`)
})

for await (const line of createInterface(process.stdin)) {
  const [id, question] = JSON.parse(line) as [string, Question]
  const where = JSON.stringify(question.place)
  const application = applications.get(where) ?? applicationAt(question.place)
  applications.set(where, application)
  void application.runPromise(answer(id, question))
}
process.exit(0)
