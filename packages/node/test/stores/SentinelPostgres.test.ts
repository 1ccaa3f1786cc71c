import * as SentinelMigrations from "@le-auth/sentinel/SentinelMigrations"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import { postgresDump } from "./dumps.ts"
import { provesMigrations } from "./migrations.ts"
import { provesPartitions } from "./partitions.ts"
import { provesPlans } from "./plans.ts"
import { provesSentinelStore } from "./sentinel.ts"
import { provesDump } from "./sentinelDump.ts"
import { provesRetries } from "./sentinelRetries.ts"
import { provesState } from "./sentinelState.ts"
import { provesModel } from "./sentinelModel.ts"

const server = PostgresDatabase.ofThisFile()
const url = () => server.url

provesSentinelStore("PostgreSQL", url)
provesMigrations("PostgreSQL", PostgresDatabase.make, {
  name: "SentinelMigrations",
  table: "sentinel_migrations",
  ...SentinelMigrations
})
provesPartitions(PostgresDatabase.make)
provesPlans(PostgresDatabase.make)
provesModel("PostgreSQL", url, 50)
provesDump("PostgreSQL", url, postgresDump(url))
provesState("PostgreSQL", PostgresDatabase.make)
provesRetries("PostgreSQL", url)
