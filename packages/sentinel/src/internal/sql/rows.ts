/** Rows as what `SentinelStore` speaks of, and conditions that several statements share. */
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import type { Grant, Missing, Owner, Session } from "../../SentinelStore.ts"

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

export const sessionOf = (row: SessionRow): Session => ({
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
}

export const grantColumns = (sql: SqlClient): Fragment =>
  sql`g.id AS grant_id, g.account_id, g.client_id, g.user_id, g.session_id, g.created_at, g.nonce`

export const grantOf = (row: GrantRow): Grant => ({
  id: row.grant_id,
  accountId: row.account_id,
  clientId: row.client_id,
  userId: row.user_id,
  sessionId: row.session_id,
  createdAt: Number(row.created_at),
  nonce: row.nonce ?? undefined
})

/** The grant of the row that won. */
export const grantOfWinner = (sql: SqlClient, won: Fragment): Fragment =>
  sql`FROM ${won} JOIN sentinel_grant g ON g.id = won.grant_id`

/** Of a session `s`. */
export const isAlive = (sql: SqlClient, now: number): Fragment =>
  sql`s.ended_at IS NULL AND s.idle_expires_at > ${now} AND s.expires_at > ${now}`

/** A grant of this owner that was not revoked, and whose session was not ended; the table has a `grant_id`. */
export const hasValidGrant = (sql: SqlClient, table: string, owner: Owner, more: Fragment = sql``): Fragment =>
  sql`EXISTS (
    SELECT 1 FROM sentinel_grant g JOIN sentinel_session s ON s.id = g.session_id
    WHERE g.id = ${sql(table)}.grant_id AND g.account_id = ${owner.accountId} AND g.client_id = ${owner.clientId}
      AND g.revoked_at IS NULL AND s.ended_at IS NULL ${more})`

export const isOwned = (row: GrantRow, owner: Owner): boolean =>
  row.account_id === owner.accountId && row.client_id === owner.clientId

export const missing = (why: NonNullable<Missing["why"]>): Missing => ({ _tag: "Missing", why })
