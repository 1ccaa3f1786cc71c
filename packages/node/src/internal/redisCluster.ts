/** A cluster of Redis as effect's `Redis`, as far as stores need it. */
import * as Effect from "effect/Effect"
import * as Redis from "effect/persistence/Redis"

const keyless = new Set(["CONFIG", "DBSIZE", "INFO", "KEYS", "PING", "SCAN", "SCRIPT", "TIME"])

/** By which key a command finds its node. The keys of a script are in one slot. */
const routingKey = (command: string, args: ReadonlyArray<string>): string | undefined => {
  const name = command.toUpperCase()
  if (name === "EVAL" || name === "EVALSHA") return args[1] === "0" ? undefined : args[2]
  return keyless.has(name) ? undefined : args[0]
}

const notHere = Effect.fail(
  new Redis.RedisError({ cause: "connections of one's own are not made over this client of a cluster" })
)

/** Node-redis finds the nodes, follows those that a slot moves to, and asks anew who is there when one is gone. */
export const make = Effect.fnUntraced(function* (url: URL, timeout: number) {
  const { createCluster } = yield* Effect.promise(() => import("redis"))
  const cluster = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createCluster({
        rootNodes: [{ url: url.href }],
        // The other nodes are made of these, and of their address alone.
        defaults: {
          ...(url.username !== "" && { username: decodeURIComponent(url.username) }),
          ...(url.password !== "" && { password: decodeURIComponent(url.password) }),
          pingInterval: 1000,
          socket: { socketTimeout: timeout, ...(url.protocol === "rediss:" && { tls: true }) }
        },
        topologyRefreshOnReconnectionAttemptStrategy: 500
      })
    ),
    (cluster) => Effect.ignoreCause(Effect.promise(() => cluster.close()))
  )
  const runSync = Effect.runSyncWith(yield* Effect.context<never>())
  // Without a listener they would end the process. The command that failed says so itself.
  const noted = (cause: unknown) => runSync(Effect.logDebug("A node of the Redis cluster", cause))
  cluster.on("error", noted)
  cluster.on("node-error", noted)
  yield* Effect.tryPromise({ try: () => cluster.connect(), catch: (cause) => new Redis.RedisError({ cause }) })
  return yield* Redis.make({
    send: <A>(command: string, ...args: ReadonlyArray<string>) =>
      Effect.tryPromise({
        try: () => cluster.sendCommand<A>(routingKey(command, args), false, [command, ...args]),
        catch: (cause) => new Redis.RedisError({ cause })
      }),
    connect: notHere,
    subscribe: () => notHere
  })
})
