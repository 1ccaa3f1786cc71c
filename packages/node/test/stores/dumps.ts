/** All that an engine holds, as text. */
import * as Effect from "effect/Effect"
import { Redis } from "effect/persistence/Redis"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs"
import { redisClient, sqlClient } from "./Engines.ts"

/** The bytes of the file, and of the log beside it. */
export const sqliteDump = (path: string) =>
  Effect.sync(() =>
    [path, `${path}-wal`]
      .filter(Fs.existsSync)
      .map((file) => Fs.readFileSync(file, "latin1"))
      .join("")
  )

/** Every row of every table. */
export const postgresDump = (url: () => string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const tables = yield* sql<{ name: string }>`
      SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`
    const texts = yield* Effect.forEach(
      tables,
      ({ name }) => sql<{ text: string }>`SELECT t::text AS text FROM ${sql(name)} t`
    )
    return texts.flatMap((rows) => rows.map(({ text }) => text)).join("\n")
  }).pipe((dump) => Effect.suspend(() => Effect.provide(dump, sqlClient(url()))))

/** Every key, and every value as whatever it is. */
export const redisDump = (url: () => string) =>
  Redis.use((redis) =>
    Effect.gen(function* () {
      const names = yield* redis.send<Array<string>>("KEYS", "*")
      const reads: Record<string, (name: string) => ReadonlyArray<string>> = {
        string: (name) => ["GET", name],
        hash: (name) => ["HGETALL", name],
        set: (name) => ["SMEMBERS", name],
        zset: (name) => ["ZRANGE", name, "0", "-1"],
        list: (name) => ["LRANGE", name, "0", "-1"]
      }
      const values = yield* Effect.forEach(names, (name) =>
        Effect.gen(function* () {
          const type = yield* redis.send<string>("TYPE", name)
          const read = reads[type]
          if (read === undefined) return yield* Effect.die(new Error(`${name} is a ${type}, which is not searched`))
          const [command, ...rest] = read(name)
          return JSON.stringify(yield* redis.send<unknown>(command!, ...rest))
        })
      )
      return [...names, ...values].join("\n")
    })
  ).pipe((dump) => Effect.suspend(() => Effect.provide(dump, redisClient(url()))))
