/** Several nodes of a web application behind a balancer that keeps no browser at the same node. */
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll } from "vitest"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import * as RedisDatabase from "../RedisDatabase.ts"
import { postgresDump, redisDump, sqliteDump } from "./dumps.ts"
import { type Engine, provesWebNodes, provesWebStorm } from "./webNodes.ts"

const postgres = PostgresDatabase.ofThisFile()
const redis = RedisDatabase.ofThisFile()

const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "le-auth-nodes-"))
afterAll(() => Fs.rmSync(folder, { recursive: true }))
const file = Path.join(folder, "stores.sqlite")

const onSqlite: Engine = { name: "SQLite", url: () => `sqlite:${file}`, dump: sqliteDump(file) }
const onPostgres: Engine = {
  name: "PostgreSQL",
  url: () => postgres.url,
  dump: postgresDump(() => postgres.url)
}
const onRedis: Engine = { name: "Redis", url: () => redis.url, dump: redisDump(() => redis.url) }

for (const engine of [onSqlite, onPostgres, onRedis]) provesWebNodes(engine)
for (const engine of [onPostgres, onRedis]) provesWebStorm(engine)
