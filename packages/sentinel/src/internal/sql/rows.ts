/** Rows as what `SentinelStore` speaks of, and conditions that several statements share. */
import type { Slot, Slots } from "@le-auth/core/shared/SqlTemplate"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import type { Grant, Missing, Owner, BrowserSession } from "../../SentinelStore.ts"

/** PostgreSQL gives times as `bigint`, SQLite as `number`. */
export type Time = number | bigint

export const timeOf = (time: Time | null): number | undefined => (time === null ? undefined : Number(time))

export interface SessionRow {
  readonly id: string
  readonly account_id: string
  readonly user_id: string
  readonly created_at: Time
  readonly last_seen_at: Time
  readonly idle_expires_at: Time
  readonly expires_at: Time
}

export const sessionOf = (row: SessionRow): BrowserSession => ({
  id: row.id,
  accountId: row.account_id,
  userId: row.user_id,
  createdAt: Number(row.created_at),
  lastSeenAt: Number(row.last_seen_at),
  idleExpiresAt: Number(row.idle_expires_at),
  expiresAt: Number(row.expires_at)
})

export interface GrantRow {
  readonly grant_id: string
  readonly account_id: string
  readonly client_id: string
  readonly user_id: string
  readonly session_id: string
  readonly created_at: Time
  readonly nonce: string | null
  readonly scope: string | null
  readonly authenticated_at: Time | null
}

export const grantColumns = (sql: SqlClient): Fragment =>
  sql`g.id AS grant_id, g.account_id, g.client_id, g.user_id, g.session_id, g.created_at, g.nonce, g.scope,
    g.authenticated_at`

export const grantOf = (row: GrantRow): Grant => ({
  id: row.grant_id,
  accountId: row.account_id,
  clientId: row.client_id,
  userId: row.user_id,
  sessionId: row.session_id,
  createdAt: Number(row.created_at),
  nonce: row.nonce ?? undefined,
  ...(row.scope !== null && { scope: row.scope }),
  ...(row.authenticated_at !== null && { authenticatedAt: timeOf(row.authenticated_at) })
})

// PostgreSQL keeps the plan of a statement that it has run five times. Made while the tables are small and nothing is
// known of them, a join may go through all of a table, for each request and until the table is analyzed. A value that
// is looked up by its key has one plan: so most of what follows is not a join.

/** The grant of the row that won. */
export const grantOfWinner = (sql: SqlClient, won: Fragment): Fragment =>
  sql`FROM sentinel_grant g WHERE g.id = (SELECT won.grant_id FROM ${won})`

/** What most statements are about. */
export interface AtTime {
  readonly id: string
  readonly now: number
}

/** What every statement that writes is told, see `deadline`. */
export interface Begun {
  readonly begun: number
}

/** Of a session `s`. */
export const isAlive = (sql: SqlClient, now: number | Slot): Fragment =>
  sql`s.ended_at IS NULL AND s.idle_expires_at > ${now} AND s.expires_at > ${now}`

/** Whether a grant `g` was not revoked, and its session `s` was not ended. */
export const isValid = (sql: SqlClient, more: Fragment = sql``): Fragment =>
  sql`g.revoked_at IS NULL
    AND (SELECT s.ended_at IS NULL ${more} FROM sentinel_session s WHERE s.id = g.session_id)`

/** Whether the grant of a row is valid and of this owner; the table has a `grant_id`. */
export const hasValidGrant = (sql: SqlClient, table: string, owner: Slots<Owner>, more?: Fragment): Fragment =>
  sql`(SELECT g.account_id = ${owner.accountId} AND g.client_id = ${owner.clientId} AND ${isValid(sql, more)}
    FROM sentinel_grant g WHERE g.id = ${sql(table)}.grant_id)`

export const isOwned = (row: GrantRow, owner: Owner): boolean =>
  row.account_id === owner.accountId && row.client_id === owner.clientId

export const missing = (why: NonNullable<Missing["why"]>): Missing => ({ _tag: "Missing", why })

/** The later of two times. */
export const latest = (sql: SqlClient, one: Fragment, other: Fragment): Fragment =>
  sql.onDialectOrElse({ pg: () => sql`GREATEST(${one}, ${other})`, orElse: () => sql`max(${one}, ${other})` })

/** Among what a query gives. As an array, which PostgreSQL looks up in the index, whatever it expects of the query. */
export const isAmong = (sql: SqlClient, query: Fragment): Fragment =>
  sql.onDialectOrElse({ pg: () => sql`= ANY(ARRAY(${query}))`, orElse: () => sql`IN (${query})` })
