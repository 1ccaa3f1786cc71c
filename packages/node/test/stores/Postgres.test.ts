import * as SentinelMigrations from "@le-auth/sentinel/SentinelMigrations"
import * as Effect from "effect/Effect"
import * as ClientMigrations from "@le-auth/core/ClientMigrations"
import * as SqlClient from "effect/sql/SqlClient"
import { afterAll, beforeAll } from "vitest"
import { startPostgres } from "../../../../tools/postgres.mjs"
import { provesCleanUp } from "./cleanUp.ts"
import { provesDirectory } from "./directory.ts"
import { postgresDump } from "./dumps.ts"
import { sqlClient } from "./Engines.ts"
import { provesMigrations } from "./migrations.ts"
import { provesPartitions } from "./partitions.ts"
import { provesPlans } from "./plans.ts"
import { provesDump } from "./sentinelDump.ts"
import { provesProcesses } from "./sentinelProcesses.ts"
import { provesModel } from "./sentinelModel.ts"
import { provesSentinelStore } from "./sentinel.ts"
import { provesSigningKeys } from "./signingKeys.ts"
import { type Engine, provesRecovery, provesStores } from "./suites.ts"

let server: Awaited<ReturnType<typeof startPostgres>>
beforeAll(async () => void (server = await startPostgres()))
afterAll(() => server?.stop())

const use = <A, E>(run: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) =>
  Effect.suspend(() => Effect.provide(SqlClient.SqlClient.use(run), sqlClient(server.url)))

const engine: Engine = {
  name: "PostgreSQL",
  url: () => server.url,
  hasClock: false,
  corrupt: (key) =>
    Effect.asVoid(use((sql) => sql`UPDATE le_auth_session SET record = left(record, 40) WHERE id = ${key.toString()}`)),
  dump: postgresDump(() => server.url)
}

provesStores(engine)
provesRecovery(engine)

let databases = 0
const newDatabase = Effect.map(
  Effect.acquireRelease(
    Effect.suspend(() => {
      const name = `le_auth_test_${process.pid}_${++databases}`
      return Effect.as(
        use((sql) => sql`CREATE DATABASE ${sql(name)}`),
        name
      )
    }),
    (name) => Effect.orDie(use((sql) => sql`DROP DATABASE ${sql(name)} WITH (FORCE)`))
  ),
  (name) => Object.assign(new URL(server.url), { pathname: name }).href
)
provesMigrations("PostgreSQL", newDatabase, {
  name: "ClientMigrations",
  table: "le_auth_client_migrations",
  ...ClientMigrations
})
provesCleanUp("PostgreSQL", newDatabase)

provesSentinelStore("PostgreSQL", () => server.url)
provesMigrations("PostgreSQL", newDatabase, {
  name: "SentinelMigrations",
  table: "sentinel_migrations",
  ...SentinelMigrations
})
provesPartitions(newDatabase)
provesPlans(newDatabase)
provesModel("PostgreSQL", () => server.url, 50)
provesProcesses("PostgreSQL", () => server.url)

provesDump(
  "PostgreSQL",
  () => server.url,
  postgresDump(() => server.url)
)
provesSigningKeys("PostgreSQL", newDatabase, (url) => postgresDump(() => url))
provesDirectory("PostgreSQL", newDatabase, (url) => postgresDump(() => url))
