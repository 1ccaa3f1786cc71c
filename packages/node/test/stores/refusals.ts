/** Ways in which an engine still reads and no longer writes, and what it says then. */
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as Effect from "effect/Effect"
import { Redis } from "effect/persistence/Redis"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { startRedis } from "../../../../tools/redis.ts"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import { sqliteFile } from "../SqliteFile.ts"
import { redisClient, sqlClient } from "./Engines.ts"

export interface Refusal {
  readonly engine: string
  /** An empty store, until the scope ends. */
  readonly store: Effect.Effect<
    {
      readonly url: string
      readonly refuse: Effect.Effect<unknown, unknown>
      readonly allow: Effect.Effect<unknown, unknown>
    },
    never,
    Scope.Scope
  >
  readonly words: string
}

/** A Redis of its own: what is done to it is done to all of its databases. */
const redisServer = Effect.acquireRelease(
  Effect.promise(() => startRedis()),
  ({ stop }) => Effect.promise(stop)
)

const redis = (words: string, refuse: ReadonlyArray<string>, allow: ReadonlyArray<string>): Refusal => ({
  engine: `Redis, ${refuse.join(" ")}`,
  words,
  store: Effect.map(redisServer, ({ url }) => {
    const tell = ([command = "", ...parts]: ReadonlyArray<string>) =>
      Effect.provide(
        Redis.use((redis) => redis.send(command, ...parts)),
        redisClient(url)
      )
    return { url, refuse: tell(refuse), allow: tell(allow) }
  })
})

/** Those that are connected keep what they had: they come again. */
const postgres: Refusal = {
  engine: "PostgreSQL, read-only",
  words: "cannot execute INSERT in a read-only transaction",
  store: Effect.map(PostgresDatabase.make, (url) => {
    const name = new URL(url).pathname.slice(1)
    const admin = Object.assign(new URL(url), { pathname: "postgres" }).href
    const set = (isReadOnly: string) =>
      SqlClient.SqlClient.use((sql) =>
        Effect.andThen(
          sql`ALTER DATABASE ${sql(name)} SET default_transaction_read_only = ${sql.literal(isReadOnly)}`,
          sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`
        )
      ).pipe(Effect.provide(sqlClient(admin, 1)))
    return { url, refuse: set("on"), allow: set("off") }
  })
}

const sqlite: Refusal = {
  engine: "SQLite, a full disk",
  words: "the disk is full",
  store: Effect.map(sqliteFile, (path) => {
    const tell = (work: (sql: SqlClient.SqlClient, table: string) => Effect.Effect<unknown, unknown>) =>
      SqlClient.SqlClient.use((sql) =>
        Effect.flatMap(
          sql<{ name: string }>`SELECT name FROM sqlite_schema WHERE type = 'table'`,
          Effect.forEach(({ name }) => work(sql, name))
        )
      ).pipe(Effect.provide(NodeSqlite.layer({ filename: path })))
    return {
      url: `sqlite:${path}`,
      refuse: tell(
        (sql, table) =>
          sql`CREATE TRIGGER ${sql(`${table}_full`)} BEFORE INSERT ON ${sql(table)} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`
      ),
      allow: tell((sql, table) => sql`DROP TRIGGER ${sql(`${table}_full`)}`)
    }
  })
}

/** Each engine, in each of its ways. */
export const refusals: ReadonlyArray<Refusal> = [
  sqlite,
  postgres,
  redis(
    "READONLY You can't write against a read only replica",
    ["REPLICAOF", "127.0.0.1", "1"],
    ["REPLICAOF", "NO", "ONE"]
  ),
  redis(
    "OOM command not allowed when used memory > 'maxmemory'",
    ["CONFIG", "SET", "maxmemory", "1"],
    ["CONFIG", "SET", "maxmemory", "0"]
  ),
  redis(
    "NOREPLICAS Not enough good replicas to write",
    ["CONFIG", "SET", "min-replicas-to-write", "1"],
    ["CONFIG", "SET", "min-replicas-to-write", "0"]
  )
]
