/** Refresh and access tokens in SQL, and revocation. */
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as SqlTemplate from "@le-auth/core/shared/SqlTemplate"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Owner, SentinelStore } from "../../SentinelStore.ts"
import { atomically } from "./atomically.ts"
import { byRefresh, insertTokens, type TokenValues } from "./codes.ts"
import { delay, inTime, type Writing } from "./deadline.ts"
import {
  type AtTime,
  type Begun,
  grantColumns,
  grantOf,
  grantOfWinner,
  type GrantRow,
  hasValidGrant,
  isAlive,
  isOwned,
  isValid,
  missing,
  type Time
} from "./rows.ts"
import { keptRefreshes } from "../store/keptRefreshes.ts"
import type { Unsure } from "./unsure.ts"

type Run = ReturnType<typeof SqlStore.operations>
type Operations = Pick<SentinelStore["Service"], "rotateRefresh" | "revokeGrant" | "revokeToken" | "findAccess">

interface RefreshRow extends GrantRow {
  readonly is_revoked: boolean | number
  readonly is_alive: boolean | number
  readonly used_at: Time | null
  readonly seed: string | null
  readonly retry_until: Time | null
  readonly successor_used_at: Time | null
}

type Rotation = TokenValues & Owner & { readonly id: string; readonly seed: string }
type Revocation = AtTime & Begun & Owner

const isRevoked = (sql: SqlClient) => sql`g.revoked_at IS NOT NULL OR s.ended_at IS NOT NULL AS is_revoked`

/** The id of the grant that a token, of whichever kind, belongs to. */
const grantIdOf = (sql: SqlClient, id: SqlTemplate.Slot) => sql`(
  SELECT grant_id FROM sentinel_refresh WHERE id = ${id}
  UNION ALL SELECT grant_id FROM sentinel_access WHERE id = ${id} LIMIT 1)`

/** What its grant had counted when a refresh token was made. */
const placeOf = (sql: SqlClient, id: SqlTemplate.Slot) =>
  sql`(SELECT COALESCE(p.place, 0) FROM sentinel_refresh p WHERE p.id = ${id})`

const statements = (sql: SqlClient) => ({
  findAccess: SqlTemplate.make<AtTime, GrantRow & { readonly expires_at: Time }>(
    sql,
    ({ id, now }) => sql`
      SELECT a.expires_at, ${grantColumns(sql)}
      FROM sentinel_access a JOIN sentinel_grant g ON g.id = a.grant_id
      WHERE a.id = ${id} AND a.expires_at > ${now} AND ${isValid(sql)}`
  ),
  /** Why a refresh token was not rotated. */
  findRefresh: SqlTemplate.make<AtTime, RefreshRow>(
    sql,
    ({ id, now }) => sql`
      SELECT r.used_at, r.seed, r.retry_until, n.used_at AS successor_used_at, ${grantColumns(sql)},
        ${isRevoked(sql)}, ${isAlive(sql, now)} AS is_alive
      FROM sentinel_refresh r JOIN sentinel_grant g ON g.id = r.grant_id JOIN sentinel_session s ON s.id = g.session_id
        LEFT JOIN sentinel_refresh n ON n.id = r.successor_id
      WHERE r.id = ${id}`
  ),
  /** Why a token was not revoked. */
  findGrant: SqlTemplate.make<{ readonly id: string }, GrantRow & Pick<RefreshRow, "is_revoked">>(
    sql,
    ({ id }) => sql`
      SELECT ${grantColumns(sql)}, ${isRevoked(sql)}
      FROM sentinel_grant g JOIN sentinel_session s ON s.id = g.session_id WHERE g.id = ${grantIdOf(sql, id)}`
  ),
  rotate: byRefresh((isRenewable) => {
    const mayBeUsed = (token: SqlTemplate.Slots<Rotation>) => sql`id = ${token.id} AND used_at IS NULL
      AND ${hasValidGrant(sql, "sentinel_refresh", token, sql`AND ${isAlive(sql, token.now)}`)}
      AND ${inTime(sql, token.begun)}`
    return atomically<Rotation, GrantRow, "grant_id">(sql, {
      guard: (token) =>
        isRenewable
          ? // The grace period begins with the change, not with the request that may have waited for it.
            sql`UPDATE sentinel_refresh SET used_at = ${token.now} + ${delay(sql, token.begun)}, seed = ${token.seed},
                successor_id = ${token.refreshId}
              WHERE ${mayBeUsed(token)} RETURNING grant_id`
          : sql`SELECT grant_id FROM sentinel_refresh WHERE ${mayBeUsed(token)}`,
      columns: ["grant_id"],
      effects: (token, won) => insertTokens(sql, token, won, isRenewable),
      result: (_, won) => sql`SELECT ${grantColumns(sql)} ${grantOfWinner(sql, won)}`
    })
  }),
  /**
   * The grant counts its refresh tokens, and each has the count of its time: so the newest are known without a look at
   * the others.
   */
  keep: atomically<Rotation, GrantRow & { readonly is_older: boolean | number }, "grant_id" | "place">(sql, {
    guard: (token) => {
      const count = sql`COALESCE(g.refresh_count, 0)`
      return sql`UPDATE sentinel_grant AS g SET refresh_count = ${count} + 1
        WHERE g.id = (SELECT r.grant_id FROM sentinel_refresh r WHERE r.id = ${token.id} AND r.used_at IS NULL)
          AND g.account_id = ${token.accountId} AND g.client_id = ${token.clientId}
          AND ${placeOf(sql, token.id)} > ${count} - ${sql.literal(`${keptRefreshes}`)}
          AND ${isValid(sql, sql`AND ${isAlive(sql, token.now)}`)} AND ${inTime(sql, token.begun)}
        RETURNING id AS grant_id, refresh_count AS place`
    },
    columns: ["grant_id", "place"],
    effects: (token, won) => insertTokens(sql, token, won, true, undefined, sql`(SELECT won.place FROM ${won})`),
    result: (token, won) => sql`
      SELECT ${placeOf(sql, token.id)} < (SELECT won.place FROM ${won}) - 1 AS is_older, ${grantColumns(sql)}
      ${grantOfWinner(sql, won)}`
  }),
  revoke: atomically<Revocation, GrantRow, "grant_id" | "account_id" | "user_id">(sql, {
    guard: (token) => sql`
      UPDATE sentinel_grant AS g SET revoked_at = ${token.now}
      WHERE g.id = ${grantIdOf(sql, token.id)} AND g.account_id = ${token.accountId} AND g.client_id = ${token.clientId}
        AND ${isValid(sql)} AND ${inTime(sql, token.begun)}
      RETURNING id AS grant_id, account_id, user_id`,
    columns: ["grant_id", "account_id", "user_id"],
    effects: (token, won) => [
      sql`UPDATE sentinel_session SET ended_at = ${token.now}
        WHERE account_id = (SELECT won.account_id FROM ${won}) AND user_id = (SELECT won.user_id FROM ${won})
          AND ended_at IS NULL`
    ],
    result: (_, won) => sql`SELECT ${grantColumns(sql)} ${grantOfWinner(sql, won)}`
  }),
  revokeGrant: SqlTemplate.make<AtTime & Begun>(
    sql,
    ({ begun, id, now }) => sql`
      UPDATE sentinel_grant SET revoked_at = ${now}
      WHERE id = ${id} AND revoked_at IS NULL AND ${inTime(sql, begun)} RETURNING id`
  )
})

export const make = (sql: SqlClient, run: Run, writing: Writing, unsure: Unsure): Operations => {
  const { findAccess, findGrant, findRefresh, keep, revoke, revokeGrant, rotate } = statements(sql)
  return {
    rotateRefresh: ({ grace, id, keeps = false, seed, tokens, ...owner }, now) => {
      let attempts = 0
      const operation = writing((begun) =>
        Effect.gen(function* () {
          if (attempts++ > 0) {
            // The access token is the mark of what the attempt before this one has done.
            const [done] = yield* findAccess({ id: tokens.accessId, now })
            if (done !== undefined) {
              yield* unsure.confirm
              const grant = grantOf(done)
              return keeps ? ({ _tag: "Kept", grant, isOlder: false } as const) : ({ _tag: "Rotated", grant } as const)
            }
          }
          const values = { ...owner, ...tokens, id, seed, now, begun }
          if (keeps) {
            const kept = yield* keep(values)
            if (kept !== undefined) {
              return { _tag: "Kept", grant: grantOf(kept), isOlder: Boolean(kept.is_older) } as const
            }
          }
          const rotated = keeps ? undefined : yield* rotate(values)
          if (rotated !== undefined) return { _tag: "Rotated", grant: grantOf(rotated) } as const
          for (let hasWaited = false; ;) {
            const [token] = yield* findRefresh({ id, now })
            if (token === undefined) return missing("unknown")
            if (token.is_revoked) return missing("revoked")
            if (!isOwned(token, owner)) return missing("of another owner")
            if (!token.is_alive || token.used_at === null || token.seed === null) return missing("expired")
            const grant = grantOf(token)
            const usedAt = Number(token.used_at)
            // The attempt before this one was still at it.
            const isOurs = attempts > 1 && token.seed === seed
            const isUnanswered = now < Number(token.retry_until ?? 0) || unsure.isUnanswered({ id, seed: token.seed })
            if (isOurs || (token.successor_used_at === null && (now - usedAt < grace || isUnanswered))) {
              yield* unsure.confirm
              return isOurs
                ? ({ _tag: "Rotated", grant } as const)
                : ({ _tag: "Retry", grant, seed: token.seed, usedAt } as const)
            }
            if (hasWaited || token.successor_used_at !== null || !(yield* unsure.breathe)) {
              return { _tag: "Reused", grant } as const
            }
            hasWaited = true
          }
        })
      )
      return unsure.watch({ table: "sentinel_refresh", id, seed, now }, operation, run("rotate a refresh token"))
    },
    revokeGrant: (id, now) =>
      writing((begun) => revokeGrant({ begun, id, now })).pipe(
        Effect.map((rows) => rows.length > 0),
        run("revoke a grant")
      ),
    revokeToken: ({ id, ...owner }, now) =>
      writing((begun) =>
        Effect.gen(function* () {
          const revoked = yield* revoke({ ...owner, begun, id, now })
          if (revoked !== undefined) return { _tag: "Revoked", grant: grantOf(revoked) } as const
          const [grant] = yield* findGrant({ id })
          if (grant === undefined) return missing("unknown")
          return missing(grant.is_revoked || isOwned(grant, owner) ? "revoked" : "of another owner")
        })
      ).pipe(run("revoke a token")),
    findAccess: (id, now) =>
      findAccess({ id, now }).pipe(
        Effect.map(([row]) =>
          row === undefined ? Option.none() : Option.some({ grant: grantOf(row), expiresAt: Number(row.expires_at) })
        ),
        run("find an access token")
      )
  }
}
