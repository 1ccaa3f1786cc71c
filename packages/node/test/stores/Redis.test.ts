import * as Effect from "effect/Effect"
import { Redis } from "effect/persistence/Redis"
import * as Services from "../Services.ts"
import { redisDump } from "./dumps.ts"
import { redisClient } from "./Engines.ts"
import { type Engine, provesRecovery, provesStores } from "./suites.ts"

const server = Services.redis()

const use = <A, E>(run: (redis: Redis["Service"]) => Effect.Effect<A, E>) =>
  Effect.suspend(() => Effect.provide(Redis.use(run), redisClient(server.url)))

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
