/** Redis behind a name that fails over, and as a cluster. */
import { assert, describe, it } from "@effect/vitest"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import * as RefreshLockRedis from "@le-auth/core/RefreshLockRedis"
import { SessionStore } from "@le-auth/core/SessionStore"
import * as SessionStoreRedis from "@le-auth/core/SessionStoreRedis"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as TransactionStoreRedis from "@le-auth/core/TransactionStoreRedis"
import * as NodeRedis from "@le-auth/node/NodeRedis"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redis from "effect/persistence/Redis"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Net from "node:net"
import { account, session } from "../Samples.ts"
import * as RedisServers from "./redisServers.ts"
import { record } from "./storeFlow.ts"

const connected = (text: string) => {
  const url = Result.getOrThrow(StoreUrl.fromText(text))
  return url._tag === "Redis" ? NodeRedis.layer(url) : assert.fail("it is a URL of Redis")
}

const storesAt = Effect.fnUntraced(function* (url: string) {
  const context = yield* Layer.build(
    Layer.mergeAll(TransactionStoreRedis.layer, SessionStoreRedis.layer, RefreshLockRedis.layer).pipe(
      Layer.provideMerge(connected(url))
    )
  )
  return {
    transactions: Context.get(context, TransactionStore),
    sessions: Context.get(context, SessionStore),
    lock: Context.get(context, RefreshLock),
    redis: Context.get(context, Redis.Redis)
  }
})

type Stores = Effect.Success<ReturnType<typeof storesAt>>

/** A whole life: sign-in, refresh under the lock, sign-out. */
const live = Effect.fnUntraced(function* ({ lock, sessions, transactions }: Stores, name: string) {
  yield* transactions.put(name, record, Duration.minutes(1))
  assert.isTrue(Option.isSome(yield* transactions.take(name)), name)
  const [first, second] = [session(name, account, "first"), session(name, account, "second")]
  assert.isTrue(yield* sessions.set(first, "any"), name)
  assert.isTrue(yield* lock.withLock(first.key.toString(), sessions.set(second, first.generation)), name)
  assert.isFalse(yield* sessions.set(second, first.generation), name)
  assert.isTrue((yield* sessions.list(account)).some((key) => key.subject === name))
  assert.isTrue(yield* sessions.remove(first.key, second.generation), name)
  assert.isTrue(Option.isNone(yield* sessions.get(first.key)), name)
})

/** A name that leads to another server from one moment to the next; connections that are there stay. */
const name = (first: string) =>
  Effect.gen(function* () {
    let port = first
    const sockets = new Set<Net.Socket>()
    const server = yield* Effect.acquireRelease(
      Effect.callback<Net.Server>((resume) => {
        const server = Net.createServer((near) => {
          const far = Net.connect(Number(port), "127.0.0.1")
          for (const socket of [near, far]) {
            sockets.add(socket)
            socket.on("error", () => undefined)
            socket.on("close", () => void (near.destroy(), far.destroy(), sockets.delete(socket)))
          }
          near.pipe(far).pipe(near)
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.close()
          for (const socket of sockets) socket.destroy()
        })
    )
    return {
      url: `redis://127.0.0.1:${(server.address() as Net.AddressInfo).port}`,
      leadTo: (next: string) => Effect.sync(() => void (port = next))
    }
  })

describe("a failover", () => {
  it.live(
    "R92, G6: a client that is connected to the primary of before goes on with the new one within seconds, without a restart",
    () =>
      Effect.gen(function* () {
        const [one, other] = [yield* RedisServers.server(), yield* RedisServers.server()]
        const { leadTo, url } = yield* name(one.port)
        const stores = yield* storesAt(url)
        yield* live(stores, "before")
        yield* leadTo(other.port)
        yield* one.tell("REPLICAOF", "127.0.0.1", other.port)
        const from = performance.now()
        yield* Effect.retry(live(stores, "after"), { schedule: Schedule.spaced("100 millis"), times: 100 })
        // It takes a second or two; a busy machine takes longer.
        assert.isBelow(performance.now() - from, 30_000)
        // The other way round, and all at once.
        yield* leadTo(one.port)
        yield* one.tell("REPLICAOF", "NO", "ONE")
        yield* other.tell("REPLICAOF", "127.0.0.1", one.port)
        yield* Effect.sleep("1 second")
        yield* Effect.forEach(
          Array.from({ length: 30 }, (_, n) => `crowd-${n}`),
          (id) =>
            Effect.retry(stores.transactions.put(id, record, Duration.minutes(1)), {
              schedule: Schedule.spaced("100 millis"),
              times: 100
            }),
          { concurrency: "unbounded" }
        )
        assert.isTrue(Option.isSome(yield* stores.transactions.take("crowd-7")))
      })
  )

  it.live("R92: one that leaves no primary says READONLY, and does not connect anew for each command", () =>
    Effect.gen(function* () {
      const { tell, url } = yield* RedisServers.server()
      const { transactions } = yield* storesAt(url)
      const connections = Effect.map(tell("INFO", "stats"), (text) =>
        Number(/total_connections_received:(\d+)/.exec(String(text))![1])
      )
      yield* tell("REPLICAOF", "127.0.0.1", "1")
      const before = yield* connections
      for (let n = 0; n < 50; n++) {
        const error = yield* Effect.flip(transactions.put(`no-primary-${n}`, record, Duration.minutes(1)))
        assert.include(error.message, "READONLY You can't write against a read only replica")
      }
      assert.isBelow((yield* connections) - before, 20)
      yield* tell("REPLICAOF", "NO", "ONE")
      yield* transactions.put("again", record, Duration.minutes(1))
    })
  )
})

describe("a cluster", () => {
  it.live(
    "G6: of three shards keeps 100 whole sign-ins, refreshes and sign-outs, also while slots move and scripts are lost",
    () =>
      Effect.gen(function* () {
        const servers = yield* RedisServers.cluster(3)
        const stores = yield* storesAt(servers[0]!.url)
        const lives = (from: number, to: number) =>
          Effect.forEach(
            Array.from({ length: to - from }, (_, n) => `life-${from + n}`),
            (name) => live(stores, name),
            { concurrency: 4, discard: true }
          )
        yield* lives(0, 50)
        const sizes = yield* Effect.forEach(servers, ({ tell }) => tell("INFO", "commandstats"))
        for (const size of sizes) assert.include(String(size), "cmdstat_set:", "each shard has its part")
        // A node that was started again knows no script.
        for (const { tell } of servers) yield* tell("SCRIPT", "FLUSH")
        yield* lives(50, 75)

        // The slot of the account moves, with all that is in it.
        const slot = String(yield* servers[0]!.tell("CLUSTER", "KEYSLOT", `{${account}}`))
        const ids = yield* Effect.forEach(servers, ({ tell }) => Effect.map(tell("CLUSTER", "MYID"), String))
        const from = Math.floor((Number(slot) * 3) / 16_384)
        const to = (from + 1) % 3
        yield* stores.sessions.set(session("moving", account, "kept"), "any")
        const moving = Effect.gen(function* () {
          yield* servers[to]!.tell("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[from]!)
          yield* servers[from]!.tell("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[to]!)
          for (;;) {
            const keys = (yield* servers[from]!.tell("CLUSTER", "GETKEYSINSLOT", slot, "100")) as Array<string>
            if (keys.length === 0) break
            yield* servers[from]!.tell("MIGRATE", "127.0.0.1", servers[to]!.port, keys[0]!, "0", "5000")
            yield* Effect.sleep("20 millis")
          }
          for (const index of [to, from, 3 - to - from]) {
            yield* servers[index]!.tell("CLUSTER", "SETSLOT", slot, "NODE", ids[to]!)
          }
        })
        yield* Effect.all([moving, lives(75, 95)], { concurrency: "unbounded" })
        assert.include(
          String(yield* servers[to]!.tell("CLUSTER", "GETKEYSINSLOT", slot, "100")),
          "moving",
          "the slot has moved"
        )
        yield* lives(95, 100)
        assert.isTrue(Option.isSome(yield* stores.sessions.get(session("moving", account, "kept").key)))
      })
  )

  it.live("R95: has the database 0 only, which the start says", () =>
    Effect.gen(function* () {
      const [one] = yield* RedisServers.cluster(1)
      const error = yield* Effect.flip(Layer.build(connected(`${one!.url}/2`)))
      assert.include(error.message, "SELECT is not allowed in cluster mode")
    })
  )
})
