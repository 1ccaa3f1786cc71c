// A Sentinel with its control, in a thread of its own that says how long it was held at most: the processor's time
// between two turns of the event loop, so that what else the machine does counts little.
import { generateKeyPairSync, sign } from "node:crypto"
import { parentPort, type MessagePort } from "node:worker_threads"

import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeListener from "@le-auth/node/NodeListener"
import * as Control from "@le-auth/sentinel/Control"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as BoundedJson from "../../packages/sentinel/src/internal/input/BoundedJson.ts"
import * as SentinelFile from "@le-auth/sentinel/SentinelFile"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as NetAddress from "effect/net/NetAddress"

const port = parentPort as MessagePort

/** Milliseconds that this thread has worked. Before Node 23.9 it is the time of the clock. */
const worked = () => {
  if (typeof process.threadCpuUsage !== "function") return performance.now()
  const { system, user } = process.threadCpuUsage()
  return (system + user) / 1000
}

let longest = 0
let last = 0
let isMeasuring = false
const turn = () => {
  const now = worked()
  longest = Math.max(longest, now - last)
  last = now
  if (isMeasuring) setImmediate(turn)
}

/** What one signature takes here, which says how fast this machine is. */
const signature = () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const times = Array.from({ length: 41 }, () => {
    const before = worked()
    for (let count = 0; count < 20; count++) sign("sha256", Buffer.from("budget"), privateKey)
    return (worked() - before) / 20
  })
  return times.toSorted((a, b) => a - b)[20] ?? Number.NaN
}

const open = <E, R>(routes: Layer.Layer<never, E, HttpServer.HttpServer | R>) =>
  Effect.gen(function* () {
    const listening = yield* Layer.build(NodeListener.layer({ host: "127.0.0.1", port: 0 }))
    yield* Effect.provideContext(Layer.build(routes), listening)
    return NetAddress.formatUrlUnsafe(Context.get(listening, HttpServer.HttpServer).address)
  })

const program = Effect.gen(function* () {
  const main = yield* open(Sentinel.layerServer)
  const control = yield* open(ControlServer.layer.pipe(Layer.provide(NodeHttpServer.layerHttpServices)))
  const { accounts, clock } = yield* Control.Control
  const run = Effect.runPromiseWith(yield* Effect.context())
  const start = yield* SentinelConfig.fromUnknown(JSON.parse(JSON.stringify(given)))

  let kept = ""
  const tasks: Record<string, (text: string) => Effect.Effect<unknown, unknown>> = {
    begin: () =>
      Effect.sync(() => {
        longest = 0
        isMeasuring = true
        last = worked()
        setImmediate(turn)
      }),
    end: () =>
      Effect.sync(() => {
        isMeasuring = false
        turn()
        return longest
      }),
    /** What was counted of failures is forgotten by then. */
    later: () => clock.advance(Duration.minutes(16)),
    /** A text for the next task, here before that begins: to bring it from the other thread takes longer than most. */
    keep: (text) => Effect.sync(() => void (kept = text)),
    configuration: () =>
      BoundedJson.parse(kept, { lenient: true }).pipe(
        Effect.flatMap(SentinelFile.fromUnknown),
        Effect.flatMap(accounts.replace)
      ),
    restore: () => accounts.replace(start)
  }
  port.on("message", ({ id, task, text }) => {
    void run(Effect.result(tasks[task]?.(text) ?? Effect.void)).then((result) =>
      port.postMessage({
        id,
        answer: result._tag === "Success" && typeof result.success === "number" ? result.success : undefined
      })
    )
  })
  port.postMessage({ ready: { main, control, signature: signature() } })
  return yield* Effect.never
})

const given = {
  accounts: [
    {
      id: "12345678",
      users: [{ id: "1", email: "agent@example.com", password: "agent" }],
      installations: [
        {
          client_id: "client",
          client_secret: "secret",
          client_name: "Budget",
          scope: "users.external",
          grant_types: ["authorization_code", "refresh_token", "client_credentials"],
          redirect_uris: [
            "http://127.0.0.1/cb",
            ...Array.from({ length: 999 }, (_, index) => `https://a.example/${index}`)
          ]
        }
      ]
    }
  ]
}

const services = Layer.unwrap(
  Effect.map(SentinelConfig.fromUnknown(given), (config) => Control.layerMemory(config))
).pipe(Layer.provideMerge(NodeCrypto.layerServer), Layer.provideMerge(Logger.layer([])))
void Effect.runPromise(program.pipe(Effect.provide(services), Effect.scoped))
