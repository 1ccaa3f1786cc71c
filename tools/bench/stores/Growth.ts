/** The same work with few and with many live rows. */
import { DatabaseSync } from "node:sqlite"
import { Client } from "pg"
import { openSentinel } from "./Engines.ts"
import { ours } from "./Sides.ts"
import type { Bench } from "./Speed.ts"
import { day, hour, namesOf, now, sentinelSteps } from "./Work.ts"

const rounds = 15
/** Each sign-in is a row in each of the five tables. */
const sizes = [2_000, 200_000]
const atLeast = 0.8

/** A database of its own on the server. */
export const newDatabase = async (url: string, name: string) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return Object.assign(new URL(url), { pathname: name }).href
}

/** Sign-ins spread over `over` milliseconds up to `until`, as all rows that they leave. */
export const fillPostgres = async (url: string, count: number, label: string, until: number, over: number) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const id = (kind: string) => `encode(sha256(convert_to('${label} ${kind} ' || i, 'UTF8')), 'hex')`
  const at = `(${until} - (i::bigint * 7919 % ${count}) * ${over} / ${count})::bigint`
  const from = `FROM generate_series(1, ${count}) i`
  const forget = `${at} + ${37 * day}`
  await client.query(`INSERT INTO sentinel_session SELECT ${id("session")}, '12345678', '${label} ' || i, ${at}, ${at},
    ${at} + ${8 * hour}, ${at} + ${30 * day}, NULL, ${forget} ${from}`)
  await client.query(`INSERT INTO sentinel_grant SELECT ${id("grant")}, '12345678', 'client', '${label} ' || i,
    ${id("session")}, ${at}, NULL, NULL, ${forget} ${from}`)
  await client.query(`INSERT INTO sentinel_code SELECT ${id("code")}, ${id("grant")}, 'https://app.example/callback',
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', ${at} + 60000, ${at}, ${at} + 3660000 ${from}`)
  await client.query(
    `INSERT INTO sentinel_refresh SELECT ${id("refresh")}, ${id("grant")}, NULL, NULL, NULL, ${forget} ${from}`
  )
  await client.query(`INSERT INTO sentinel_access SELECT ${id("access")}, ${id("grant")}, ${at} + ${8 * hour},
    ${at} + ${8 * hour} ${from}`)
  await client.query("VACUUM ANALYZE")
  await client.end()
}

export const fillSqlite = (path: string, count: number, label: string, until: number, over: number) => {
  const database = new DatabaseSync(path, { timeout: 5000 })
  const insert = (table: string, columns: number) =>
    database.prepare(`INSERT INTO ${table} VALUES (${Array(columns).fill("?").join(", ")})`)
  const [session, grant] = [insert("sentinel_session", 9), insert("sentinel_grant", 9)]
  const [code, refresh, access] = [
    insert("sentinel_code", 7),
    insert("sentinel_refresh", 6),
    insert("sentinel_access", 4)
  ]
  // Keys are random, so all pages of an index are changed again and again: in memory, and flushed once.
  database.exec("PRAGMA cache_size = -2000000")
  database.exec("PRAGMA synchronous = OFF")
  database.exec("BEGIN IMMEDIATE")
  for (let index = 0; index < count; index++) {
    const names = namesOf(`${label} ${index}`)
    const at = Math.floor(until - (index * over) / count)
    const [idle, forget] = [at + 8 * hour, at + 37 * day]
    session.run(names.session, "12345678", names.user, at, at, idle, at + 30 * day, null, forget)
    grant.run(names.grant, "12345678", "client", names.user, names.session, at, null, null, forget)
    code.run(names.code, names.grant, "https://app.example/callback", null, at + 60_000, at, at + 3_660_000)
    refresh.run(names.refresh, names.grant, null, null, null, forget)
    access.run(names.access, names.grant, idle, idle)
  }
  database.exec("COMMIT")
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
  database.close()
}

let made = 0

export const growth = async ({ folder, postgres, verdict }: Bench) => {
  for (const engine of ["SQLite", "PostgreSQL"].filter((engine) => (process.argv[4] ?? engine) === engine)) {
    const databases = []
    for (const size of sizes) {
      const url =
        engine === "SQLite" ? `sqlite:${folder}/growth${size}.sqlite` : await newDatabase(postgres, `growth${size}`)
      const { close, store } = await openSentinel(url)
      // All live: codes for an hour, access tokens for 8, sessions for 37 days.
      if (engine === "SQLite") fillSqlite(url.slice("sqlite:".length), size, "filled", now, hour / 2)
      else await fillPostgres(url, size, "filled", now, hour / 2)
      databases.push({ close, side: ours("le-auth", store, sentinelSteps) })
    }
    for (const connections of [1, 32]) {
      const times = engine === "SQLite" ? 100 : connections === 1 ? 300 : 960
      // The best of short rounds of each: what else the machine does at a moment is not growth.
      const best = sentinelSteps.map((): [few: number, many: number] => [0, 0])
      for (let round = -1; round < rounds; round++) {
        const names = databases.map(() =>
          Array.from({ length: times }, () => namesOf(`growth ${process.pid} ${made++}`))
        )
        for (const step of sentinelSteps.keys()) {
          const rates = best[step]!
          const turns = [...databases.keys()]
          for (const turn of round % 2 === 0 ? turns : turns.toReversed()) {
            const { rate } = await databases[turn]!.side.run(step, names[turn]!, connections)
            if (round >= 0) rates[turn] = Math.max(rates[turn]!, rate)
          }
        }
      }
      console.log(
        `\ngrowth: Sentinel's store, ${engine}, ${connections} at once, from ${sizes.map((size) => (size * 5).toLocaleString("en")).join(" to ")} live rows`
      )
      for (const [step, [few, many]] of best.entries()) {
        verdict(
          many / few >= atLeast,
          `${sentinelSteps[step]!.title}: ${(many / few).toFixed(2)}x the rate; the budget is ${atLeast}x`
        )
      }
    }
    for (const { close } of databases) await close()
  }
}
