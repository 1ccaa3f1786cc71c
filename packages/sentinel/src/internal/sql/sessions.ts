/** Sessions in SQL. */
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as SqlTemplate from "@le-auth/core/shared/SqlTemplate"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SentinelStore, BrowserSession } from "../../SentinelStore.ts"
import { inTime, type Writing } from "./deadline.ts"
import { type AtTime, type Begun, isAlive, sessionOf, type SessionRow } from "./rows.ts"

type Run = ReturnType<typeof SqlStore.operations>
type Operations = Pick<
  SentinelStore["Service"],
  "createSession" | "findSession" | "touchSession" | "endSession" | "endUserSessions"
>

/**
 * Access tokens may live a little longer than the session that they come from; if they live even longer, so do its
 * rows.
 */
export const keptAfterEnd = 7 * 24 * 3_600_000

const hasRow = (rows: ReadonlyArray<unknown>): boolean => rows.length > 0

const statements = (sql: SqlClient) => ({
  create: SqlTemplate.make<BrowserSession & Begun & { readonly forgetAt: number }>(
    sql,
    (session) => sql`
      INSERT INTO sentinel_session
        (id, account_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at, forget_at)
      SELECT ${session.id}, ${session.accountId}, ${session.userId}, ${session.createdAt},
        ${session.lastSeenAt}, ${session.idleExpiresAt}, ${session.expiresAt},
        ${session.forgetAt}
      WHERE ${inTime(sql, session.begun)}
      ON CONFLICT (id) DO NOTHING RETURNING id`
  ),
  find: SqlTemplate.make<AtTime, SessionRow>(
    sql,
    ({ id, now }) => sql`
      SELECT id, account_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at
      FROM sentinel_session s WHERE s.id = ${id} AND ${isAlive(sql, now)}`
  ),
  touch: SqlTemplate.make<AtTime & Begun & { readonly idleExpiresAt: number }>(
    sql,
    ({ begun, id, idleExpiresAt, now }) => sql`
      UPDATE sentinel_session AS s SET last_seen_at = ${now}, idle_expires_at = ${idleExpiresAt}
      WHERE s.id = ${id} AND ${isAlive(sql, now)} AND ${inTime(sql, begun)} RETURNING id`
  ),
  end: SqlTemplate.make<AtTime & Begun>(
    sql,
    ({ begun, id, now }) => sql`
      UPDATE sentinel_session SET ended_at = ${now} WHERE id = ${id} AND ended_at IS NULL AND ${inTime(sql, begun)} RETURNING id`
  ),
  endOfUser: SqlTemplate.make<Begun & { readonly accountId: string; readonly userId: string; readonly now: number }>(
    sql,
    ({ accountId, begun, now, userId }) => sql`
      UPDATE sentinel_session SET ended_at = ${now}
      WHERE account_id = ${accountId} AND user_id = ${userId} AND ended_at IS NULL AND ${inTime(sql, begun)}`
  )
})

export const make = (sql: SqlClient, run: Run, writing: Writing): Operations => {
  const { create, end, endOfUser, find, touch } = statements(sql)
  return {
    createSession: (session, now) =>
      writing((begun) => create({ ...session, begun, forgetAt: session.expiresAt + keptAfterEnd })).pipe(
        Effect.flatMap((created) =>
          hasRow(created)
            ? Effect.succeed("Created" as const)
            : Effect.map(find({ id: session.id, now }), (found) => (hasRow(found) ? "Exists" : "Ended"))
        ),
        run("create a session")
      ),
    findSession: (id, now) =>
      find({ id, now }).pipe(
        Effect.map(([row]) => (row === undefined ? Option.none() : Option.some(sessionOf(row)))),
        run("find a session")
      ),
    touchSession: (id, idleExpiresAt, now) =>
      writing((begun) => touch({ begun, id, idleExpiresAt, now })).pipe(Effect.map(hasRow), run("touch a session")),
    endSession: (id, now) => writing((begun) => end({ begun, id, now })).pipe(Effect.map(hasRow), run("end a session")),
    endUserSessions: (accountId, userId, now) =>
      writing((begun) => endOfUser({ accountId, begun, userId, now })).pipe(
        Effect.asVoid,
        run("end the sessions of a user")
      )
  }
}
