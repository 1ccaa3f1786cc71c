/** Redis as companies run it: a primary with a name that moves, and a cluster. */
import * as Effect from "effect/Effect"
import * as Path from "node:path"
import { createClient } from "redis"
import { startRedis } from "../../../../tools/redis.ts"
import { directory } from "../Samples.ts"

export interface Server {
  readonly url: string
  readonly port: string
  readonly tell: (...command: ReadonlyArray<string>) => Effect.Effect<unknown>
  readonly stop: Effect.Effect<void>
}

/** A server of one's own until the scope ends. */
export const server = Effect.fnUntraced(function* (...more: ReadonlyArray<string>) {
  const { stop, url } = yield* Effect.acquireRelease(
    Effect.promise(() => startRedis(...more)),
    ({ stop }) => Effect.promise(stop)
  )
  const client = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const client = createClient({ url })
      client.on("error", () => undefined)
      return client.connect()
    }),
    (client) => Effect.sync(() => client.isOpen && client.destroy())
  )
  const tell = (...command: ReadonlyArray<string>) =>
    Effect.promise((): Promise<unknown> => client.sendCommand([...command]))
  return { url, port: new URL(url).port, tell, stop: Effect.promise(stop) }
})

const slots = 16_384

/** As many primaries, each with as many of the slots, and no replicas behind them. */
export const cluster = Effect.fnUntraced(function* (size: number) {
  const folder = yield* directory
  const servers = yield* Effect.forEach(
    Array.from({ length: size }),
    (_, index) => server("--cluster-enabled", "yes", "--cluster-config-file", Path.join(folder, `${index}.conf`)),
    { concurrency: "unbounded" }
  )
  const [first] = servers
  for (const [index, { port, tell }] of servers.entries()) {
    const from = Math.ceil((index * slots) / size)
    const to = Math.ceil(((index + 1) * slots) / size) - 1
    yield* tell("CLUSTER", "ADDSLOTSRANGE", `${from}`, `${to}`)
    yield* tell("CLUSTER", "SET-CONFIG-EPOCH", `${index + 1}`)
    if (first!.port !== port) yield* tell("CLUSTER", "MEET", "127.0.0.1", first!.port)
  }
  const isWhole = ({ tell }: Server) =>
    Effect.map(tell("CLUSTER", "INFO"), (info) => {
      const text = String(info)
      return text.includes("cluster_state:ok") && text.includes(`cluster_known_nodes:${size}`)
    })
  for (const one of servers) {
    yield* Effect.repeat(Effect.andThen(Effect.sleep("50 millis"), isWhole(one)), { until: (whole) => whole })
  }
  return servers
})
