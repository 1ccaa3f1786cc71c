/**
 * Looks into a store in SQL. However large it is, a look takes some milliseconds; only `count` goes through all
 * sessions.
 */
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment, Statement } from "effect/sql/Statement"
import type { FamilyState, Found, RecentPage, SessionState, StoreInspection } from "../../StoreInspection.ts"
import { keptAfterEnd as codeKeptAfterEnd } from "./codes.ts"
import { grantColumns, grantOf, type GrantRow, isAlive, sessionOf, type Time, timeOf } from "./rows.ts"

type Run = ReturnType<typeof SqlStore.operations>
type Operations = Pick<StoreInspection["Service"], "find" | "sessions" | "families" | "count">

interface SessionRow {
  readonly s_id: string
  readonly s_account_id: string
  readonly s_user_id: string
  readonly s_created_at: Time
  readonly last_seen_at: Time
  readonly idle_expires_at: Time
  readonly s_expires_at: Time
  readonly ended_at: Time | null
}

/** Of a grant whose session is forgotten, everything is `null`. */
type FamilyRow = GrantRow & { readonly revoked_at: Time | null; readonly is_family_alive: boolean | number | null } & (
    | SessionRow
    | { readonly s_id: null }
  )

type FoundRow = FamilyRow &
  (
    | { readonly kind: "code"; readonly redirect_uri: string | null; readonly code_challenge: string | null }
    | { readonly kind: "refresh-token" }
    | { readonly kind: "access-token" }
  ) & { readonly found_expires_at: Time; readonly found_used_at: Time | null }

/**
 * How many of the newest are looked at to list and to count. `forget_at` has an index, and is the later the newer a row
 * is; an index for the inspector alone would cost every sign-in.
 */
const mostLookedAt = 1000

const sessionState = (row: SessionRow, now: number): SessionState => {
  const session = sessionOf({
    ...row,
    id: row.s_id,
    account_id: row.s_account_id,
    user_id: row.s_user_id,
    created_at: row.s_created_at,
    expires_at: row.s_expires_at
  })
  const endedAt = timeOf(row.ended_at)
  return { session, endedAt, isAlive: endedAt === undefined && now < session.idleExpiresAt && now < session.expiresAt }
}

const familyState = (row: FamilyRow, now: number): FamilyState => {
  const revokedAt = timeOf(row.revoked_at)
  const session = row.s_id === null ? undefined : sessionState(row, now)
  return { grant: grantOf(row), revokedAt, session, isAlive: Boolean(row.is_family_alive) }
}

const foundOf = (row: FoundRow, now: number): Found => {
  const family = familyState(row, now)
  const usedAt = timeOf(row.found_used_at)
  switch (row.kind) {
    case "code":
      return {
        kind: "code",
        family,
        redirectUri: row.redirect_uri ?? undefined,
        codeChallenge: row.code_challenge ?? undefined,
        expiresAt: Number(row.found_expires_at),
        usedAt
      }
    case "refresh-token":
      return { kind: "refresh-token", family, usedAt }
    case "access-token":
      return { kind: "access-token", family, expiresAt: Number(row.found_expires_at) }
  }
}

export const make = (sql: SqlClient, run: Run): Operations => {
  const sessionColumns = sql`s.id AS s_id, s.account_id AS s_account_id, s.user_id AS s_user_id,
    s.created_at AS s_created_at, s.last_seen_at, s.idle_expires_at, s.expires_at AS s_expires_at, s.ended_at`

  /**
   * As for a client that comes with one of its tokens: a refresh token of a session that lives, a code that waits, or
   * an access token that lives, which is looked for only where the session has one.
   */
  const isFamilyAlive = (now: number) => sql`g.revoked_at IS NULL AND s.id IS NOT NULL AND s.ended_at IS NULL AND (
    (g.is_renewable = 1 AND ${isAlive(sql, now)})
    OR (g.redeemed_order IS NULL AND g.forget_at > ${now + codeKeptAfterEnd})
    OR (s.last_access > ${now} AND g.id IN (SELECT a.grant_id FROM sentinel_access a WHERE a.expires_at > ${now})))`
  const familyColumns = (now: number) =>
    sql`${grantColumns(sql)}, g.revoked_at, (${isFamilyAlive(now)}) AS is_family_alive, ${sessionColumns}`

  const newestRows = (table: string) =>
    sql`(SELECT * FROM ${sql(table)} ORDER BY forget_at DESC, created_at DESC LIMIT ${mostLookedAt})`

  const newestOf = <Row extends object, A>(
    rows: Statement<Row>,
    { from, isWanted }: { readonly from: Fragment; readonly isWanted: Fragment },
    state: (row: Row) => A
  ): Effect.Effect<RecentPage<A>, SqlError> =>
    Effect.gen(function* () {
      const [counted] = yield* sql<{ readonly looked_at: Time; readonly total: Time }>`
        SELECT count(*) AS looked_at, count(CASE WHEN ${isWanted} THEN 1 END) AS total FROM ${from}`
      return {
        newest: (yield* rows).map(state),
        total: Number(counted?.total),
        isPartial: Number(counted?.looked_at) >= mostLookedAt
      }
    })

  return {
    find: (id, now) =>
      sql<FoundRow>`
        SELECT f.kind, f.redirect_uri, f.code_challenge, f.expires_at AS found_expires_at, f.used_at AS found_used_at,
          ${familyColumns(now)}
        FROM (
          SELECT 'code' AS kind, grant_id, redirect_uri, code_challenge, expires_at, spent_at AS used_at
            FROM sentinel_code WHERE id = ${id}
          UNION ALL SELECT 'refresh-token', grant_id, NULL, NULL, NULL, used_at FROM sentinel_refresh WHERE id = ${id}
          UNION ALL SELECT 'access-token', grant_id, NULL, NULL, expires_at, NULL FROM sentinel_access WHERE id = ${id}
        ) AS f
        JOIN sentinel_grant g ON g.id = f.grant_id LEFT JOIN sentinel_session s ON s.id = g.session_id
        LIMIT 1`.pipe(
        Effect.map(([row]) => (row === undefined ? Option.none() : Option.some(foundOf(row, now)))),
        run("explain")
      ),
    sessions: ({ limit, now, onlyAlive }) => {
      const isWanted = onlyAlive ? isAlive(sql, now) : sql`1 = 1`
      const from = sql`${newestRows("sentinel_session")} AS s`
      const rows = sql<SessionRow>`SELECT ${sessionColumns} FROM ${from} WHERE ${isWanted}
        ORDER BY s.created_at DESC LIMIT ${limit}`
      return newestOf(rows, { from, isWanted }, (row) => sessionState(row, now)).pipe(run("list the sessions"))
    },
    count: (now) =>
      sql<{ readonly count: Time }>`SELECT count(*) AS count FROM sentinel_session s WHERE ${isAlive(sql, now)}`.pipe(
        Effect.map(([row]) => Number(row?.count)),
        run("count the sessions")
      ),
    families: ({ limit, now, onlyAlive }) => {
      const newest = newestRows("sentinel_grant")
      const isWanted = onlyAlive ? isFamilyAlive(now) : sql`1 = 1`
      const withSessions = (grants: Fragment) => sql`${grants} AS g LEFT JOIN sentinel_session s ON s.id = g.session_id`
      // Sessions are looked for only where they matter.
      const listed = onlyAlive ? newest : sql`(SELECT * FROM ${newest} AS n ORDER BY created_at DESC LIMIT ${limit})`
      const rows = sql<FamilyRow>`SELECT ${familyColumns(now)} FROM ${withSessions(listed)} WHERE ${isWanted}
        ORDER BY g.created_at DESC LIMIT ${limit}`
      const from = onlyAlive ? withSessions(newest) : sql`${newest} AS g`
      return newestOf(rows, { from, isWanted }, (row) => familyState(row, now)).pipe(run("list the token families"))
    }
  }
}
