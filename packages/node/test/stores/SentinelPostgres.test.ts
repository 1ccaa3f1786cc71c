import * as SentinelMigrations from "@le-auth/sentinel/SentinelMigrations"
import * as Services from "../Services.ts"
import { postgresDump } from "./dumps.ts"
import { provesMigrations } from "./migrations.ts"
import { provesPartitions } from "./partitions.ts"
import { provesPlans } from "./plans.ts"
import { provesSentinelStore } from "./sentinel.ts"
import { provesDump } from "./sentinelDump.ts"
import { provesModel } from "./sentinelModel.ts"

const server = Services.postgres()
const url = () => server.url

provesSentinelStore("PostgreSQL", url)
provesMigrations("PostgreSQL", Services.newDatabase, {
  name: "SentinelMigrations",
  table: "sentinel_migrations",
  ...SentinelMigrations
})
provesPartitions(Services.newDatabase)
provesPlans(Services.newDatabase)
provesModel("PostgreSQL", url, 50)
provesDump("PostgreSQL", url, postgresDump(url))
