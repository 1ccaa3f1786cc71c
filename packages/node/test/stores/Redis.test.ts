import { assert, describe, it } from "@effect/vitest"
import type { SessionKey } from "@le-auth/core/Session"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Redis } from "effect/persistence/Redis"
import * as Scope from "effect/Scope"
import * as RedisDatabase from "../RedisDatabase.ts"
import { cable } from "./Cable.ts"
import { redisDump } from "./dumps.ts"
import { redisClient } from "./Engines.ts"
import { type Engine, provesRecovery, provesStores } from "./suites.ts"

const server = RedisDatabase.ofThisFile()

const use = <A, E>(run: (redis: Redis["Service"]) => Effect.Effect<A, E>) =>
  Effect.suspend(() => Effect.provide(Redis.use(run), redisClient(server.url)))

const recordOf = (key: SessionKey) => `le-auth:{${key.accountId}}:session:${key.toString()}`

/** Leaves the beginning of a value. */
const cut = (name: string) =>
  use((redis) =>
    Effect.flatMap(redis.send<string>("GET", name), (text) => Effect.asVoid(redis.send("SET", name, text.slice(0, 40))))
  )

/** Takes so much time off everything that ends: keys with a time to live, and what an index says of its members. */
const elapse = `for _, name in ipairs(redis.call('KEYS', '*')) do
  if redis.call('TYPE', name).ok == 'zset' then
    for _, member in ipairs(redis.call('ZRANGE', name, 0, -1)) do redis.call('ZINCRBY', name, -ARGV[1], member) end
  end
  local left = redis.call('PTTL', name)
  if left >= 0 and left <= tonumber(ARGV[1]) then redis.call('DEL', name)
  elseif left >= 0 then redis.call('PEXPIRE', name, left - ARGV[1]) end
end`

const engine: Engine = {
  name: "Redis",
  url: () => server.url,
  hasClock: true,
  corrupt: (key) => cut(recordOf(key)),
  corruptToken: (key) => cut(`le-auth:app-token:${key.toString()}`),
  legacy: (key, before) =>
    use((redis) =>
      Effect.flatMap(redis.send<string>("GET", recordOf(key)), (text) =>
        redis.send("SET", recordOf(key), before(text.slice(text.indexOf("\n") + 1)))
      )
    ),
  elapse: (duration) => use((redis) => redis.send("EVAL", elapse, "0", `${Duration.toMillis(duration)}`)),
  dump: redisDump(() => server.url)
}

provesStores(engine)
provesRecovery(engine)

describe("a program that ends while Redis is away", () => {
  it.live("does not wait for the commands that Redis never got", () =>
    Effect.gen(function* () {
      const { cut, url } = yield* cable(server.url)
      const scope = yield* Scope.make()
      const redis = Context.get(yield* Layer.buildWithScope(redisClient(url), scope), Redis)
      yield* cut
      // Those that were under way fail; from then on the client keeps what it is given for the next connection.
      yield* Effect.repeat(Effect.timeoutOption(Effect.exit(redis.send("PING")), "100 millis"), {
        until: Option.isNone
      })
      const closing = yield* Effect.forkDetach(Scope.close(scope, Exit.void))
      assert.isTrue(Option.isSome(yield* Effect.timeoutOption(Fiber.await(closing), "20 seconds")))
    })
  )
})
