/** Sessions in SQL. */
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SentinelStore, Session } from "../../SentinelStore.ts"
import { isAlive, sessionOf, type SessionRow } from "./rows.ts"

type Run = ReturnType<typeof SqlStore.operations>
type Operations = Pick<
  SentinelStore["Service"],
  "createSession" | "findSession" | "touchSession" | "endSession" | "endUserSessions"
>

/** Access tokens may live a little longer than the session that they come from. */
export const keptAfterEnd = 7 * 24 * 3_600_000

const hasRow = (rows: ReadonlyArray<unknown>): boolean => rows.length > 0

export const make = (sql: SqlClient, run: Run): Operations => {
  const find = (id: string, now: number) =>
    sql<Omit<SessionRow, "id">>`SELECT account_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at
      FROM sentinel_session s WHERE s.id = ${id} AND ${isAlive(sql, now)}`

  return {
    createSession: (session: Session, now) =>
      Effect.gen(function* () {
        const created = yield* sql`
          INSERT INTO sentinel_session
            (id, account_id, user_id, created_at, last_seen_at, idle_expires_at, expires_at, forget_at)
          VALUES (${session.id}, ${session.accountId}, ${session.userId}, ${session.createdAt}, ${session.lastSeenAt},
            ${session.idleExpiresAt}, ${session.expiresAt}, ${session.expiresAt + keptAfterEnd})
          ON CONFLICT (id) DO NOTHING RETURNING id`
        if (hasRow(created)) return "Created" as const
        return hasRow(yield* find(session.id, now)) ? "Exists" : "Ended"
      }).pipe(run("create a session")),
    findSession: (id, now) =>
      Effect.map(find(id, now), ([row]) =>
        row === undefined ? Option.none() : Option.some(sessionOf({ id, ...row }))
      ).pipe(run("find a session")),
    touchSession: (id, idleExpiresAt, now) =>
      sql`UPDATE sentinel_session AS s SET last_seen_at = ${now}, idle_expires_at = ${idleExpiresAt}
        WHERE s.id = ${id} AND ${isAlive(sql, now)} RETURNING id`.pipe(Effect.map(hasRow), run("touch a session")),
    endSession: (id, now) =>
      sql`UPDATE sentinel_session SET ended_at = ${now} WHERE id = ${id} AND ended_at IS NULL RETURNING id`.pipe(
        Effect.map(hasRow),
        run("end a session")
      ),
    endUserSessions: (accountId, userId, now) =>
      sql`UPDATE sentinel_session SET ended_at = ${now}
        WHERE account_id = ${accountId} AND user_id = ${userId} AND ended_at IS NULL`.pipe(
        Effect.asVoid,
        run("end the sessions of a user")
      )
  }
}
