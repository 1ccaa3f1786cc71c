/** Rows that are there before anything is measured. */
import * as Effect from "effect/Effect"
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import { DatabaseSync } from "node:sqlite"
import { Client } from "pg"
import { createClient } from "redis"
import { clientSteps, day, hour, namesOf, now, sentinelSteps } from "./Work.ts"

/** A database of its own on the server. */
export const newDatabase = async (url: string, name: string) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return Object.assign(new URL(url), { pathname: name }).href
}

const sessionColumns =
  "id, account_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at, last_access, forget_at"
const grantColumns =
  "id, account_id, client_id, user_id, session_id, created_at, redeemed_order, is_renewable, forget_at"
const codeColumns =
  "id, grant_id, session_id, redirect_uri, code_challenge, expires_at, spent_at, issue_order, forget_at"

/** Sign-ins spread over `over` milliseconds up to `until`, as all rows that they leave. */
export const fillPostgres = async (url: string, count: number, label: string, until: number, over: number) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const id = (kind: string) => `encode(sha256(convert_to('${label} ${kind} ' || i, 'UTF8')), 'hex')`
  const at = `(${until} - (i::bigint * 7919 % ${count}) * ${over} / ${count})::bigint`
  const from = `FROM generate_series(1, ${count}) i`
  const forget = `${at} + ${37 * day}`
  const insert = (table: string, columns: string, values: string) =>
    client.query(`INSERT INTO sentinel_${table} (${columns}) SELECT ${values} ${from}`)
  await insert(
    "session",
    sessionColumns,
    `${id("session")}, '12345678', '${label} ' || i, ${at}, ${at},
    ${at} + ${8 * hour}, ${at} + ${30 * day}, ${at} + ${8 * hour}, ${forget}`
  )
  await insert(
    "grant",
    grantColumns,
    `${id("grant")}, '12345678', 'client', '${label} ' || i, ${id("session")}, ${at},
    ${at} * 1000, 1, ${forget}`
  )
  await insert(
    "code",
    codeColumns,
    `${id("code")}, ${id("grant")}, ${id("session")}, 'https://app.example/callback',
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', ${at} + 60000, ${at}, ${at} * 1000, ${at} + 3660000`
  )
  await insert("refresh", "id, grant_id, place, forget_at", `${id("refresh")}, ${id("grant")}, 0, ${forget}`)
  await insert(
    "access",
    "id, grant_id, expires_at, forget_at",
    `${id("access")}, ${id("grant")}, ${at} + ${8 * hour},
    ${at} + ${8 * hour}`
  )
  await client.query("VACUUM ANALYZE")
  await client.end()
}

export const fillSqlite = (path: string, count: number, label: string, until: number, over: number) => {
  const database = new DatabaseSync(path, { timeout: 5000 })
  const insert = (table: string, columns: string) =>
    database.prepare(
      `INSERT INTO sentinel_${table} (${columns}) VALUES (${columns
        .split(", ")
        .map(() => "?")
        .join(", ")})`
    )
  const [session, grant, code] = [
    insert("session", sessionColumns),
    insert("grant", grantColumns),
    insert("code", codeColumns)
  ]
  const refresh = insert("refresh", "id, grant_id, place, forget_at")
  const access = insert("access", "id, grant_id, expires_at, forget_at")
  // Keys are random, so all pages of an index are changed again and again: in memory, and flushed once.
  database.exec("PRAGMA cache_size = -2000000")
  database.exec("PRAGMA synchronous = OFF")
  database.exec("BEGIN IMMEDIATE")
  for (let index = 0; index < count; index++) {
    const names = namesOf(`${label} ${index}`)
    const at = Math.floor(until - (index * over) / count)
    const [idle, forget] = [at + 8 * hour, at + 37 * day]
    session.run(names.session, "12345678", names.user, at, at, idle, at + 30 * day, idle, forget)
    grant.run(names.grant, "12345678", "client", names.user, names.session, at, at * 1000, 1, forget)
    const uri = "https://app.example/callback"
    code.run(names.code, names.grant, names.session, uri, null, at + 60_000, at, at * 1000, at + 3_660_000)
    refresh.run(names.refresh, names.grant, 0, forget)
    access.run(names.access, names.grant, idle, idle)
  }
  database.exec("COMMIT")
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
  database.close()
}

/** How many times the refresh token of a sign-in in memory was rotated. */
const rotations = 5

/** Of a sign-in in memory: session, grant, code, and a refresh and an access token for each set of tokens. */
export const rowsInMemory = 3 + 2 * (rotations + 1)

/** Sign-ins whose refresh tokens were rotated, since no more than 100,000 sessions may be alive. */
export const fillMemory = (store: SentinelStore["Service"], count: number) => {
  for (let index = 0; index < count; index++) {
    const names = namesOf(`filled ${index}`)
    for (const { run } of sentinelSteps.slice(0, 3)) Effect.runSync(run(store, names))
    for (let turn = 0; turn < rotations; turn++) {
      const { nextAccess, nextRefresh } = turn === 0 ? names : namesOf(`filled ${index} ${turn}`)
      Effect.runSync(sentinelSteps[3]!.run(store, { ...names, nextAccess, nextRefresh }))
      Object.assign(names, { refresh: nextRefresh })
    }
  }
}

const sample = namesOf("filled")
const [transaction, session] = clientSteps.filter(({ make }) => make !== undefined).map(({ make }) => make!(sample))

/** As many sign-ins under way as sessions of an application. */
export const fillClientPostgres = async (url: string, count: number) => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const id = (kind: string) => `encode(sha256(convert_to('filled ${kind} ' || i, 'UTF8')), 'hex')`
  const from = `FROM generate_series(1, ${count}) i`
  await client.query(
    `INSERT INTO le_auth_transaction (id, record, expires_at) SELECT ${id("transaction")}, '${transaction}', ${now + hour} ${from}`
  )
  await client.query(`INSERT INTO le_auth_session (id, account_id, record, generation, expires_at)
    SELECT '12345678/client/' || ${id("session")}, '12345678', '${session}', 'any', ${now + 90 * day} ${from}`)
  await client.query("VACUUM ANALYZE")
  await client.end()
}

export const fillClientSqlite = (path: string, count: number) => {
  const database = new DatabaseSync(path, { timeout: 5000 })
  database.exec("PRAGMA cache_size = -2000000")
  database.exec("PRAGMA synchronous = OFF")
  database.exec("BEGIN IMMEDIATE")
  const begun = database.prepare("INSERT INTO le_auth_transaction (id, record, expires_at) VALUES (?, ?, ?)")
  const signedIn = database.prepare(
    "INSERT INTO le_auth_session (id, account_id, record, generation, expires_at) VALUES (?, '12345678', ?, 'any', ?)"
  )
  for (let index = 0; index < count; index++) {
    const names = namesOf(`filled ${index}`)
    begun.run(names.transaction, transaction!, now + hour)
    signedIn.run(names.key.toString(), session!, now + 90 * day)
  }
  database.exec("COMMIT")
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)")
  database.close()
}

export const fillClientRedis = async (url: string, count: number) => {
  const client = createClient({ url })
  await client.connect()
  for (let done = 0; done < count; done += 5000) {
    const some = Array.from({ length: Math.min(5000, count - done) }, (_, index) => namesOf(`filled ${done + index}`))
    await Promise.all(
      some.flatMap(({ key, transaction: id }) => [
        client.set(`le-auth:transaction:${id}`, transaction!, { PX: hour }),
        client.set(`le-auth:{12345678}:session:${key.toString()}`, `any\n${session}`, { PX: 90 * day }),
        client.zAdd("le-auth:{12345678}:sessions", { score: now + 90 * day, value: key.toString() })
      ])
    )
  }
  await client.close()
}
