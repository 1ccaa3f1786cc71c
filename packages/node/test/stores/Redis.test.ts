import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as Effect from "effect/Effect"
import { Redis } from "effect/persistence/Redis"
import { afterAll, beforeAll } from "vitest"
import { startRedis } from "../../../../tools/redis.mjs"
import { redisDump } from "./dumps.ts"
import { type Engine, provesRecovery, provesStores } from "./suites.ts"

let server: Awaited<ReturnType<typeof startRedis>>
beforeAll(async () => void (server = await startRedis()))
afterAll(() => server?.stop())

const use = <A, E>(run: (redis: Redis["Service"]) => Effect.Effect<A, E>) =>
  Effect.suspend(() => Effect.provide(Redis.use(run), NodeRedis.layer({ url: server.url })))

const engine: Engine = {
  name: "Redis",
  url: () => server.url,
  hasClock: true,
  corrupt: (key) =>
    use((redis) => {
      const name = `le-auth:{${key.accountId}}:session:${key.toString()}`
      return Effect.flatMap(redis.send<string>("GET", name), (text) =>
        Effect.asVoid(redis.send("SET", name, text.slice(0, 40)))
      )
    }),
  dump: redisDump(() => server.url)
}

provesStores(engine)
provesRecovery(engine)
