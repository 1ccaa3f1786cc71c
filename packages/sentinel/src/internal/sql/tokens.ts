/** Refresh and access tokens in SQL, and revocation. */
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SentinelStore } from "../../SentinelStore.ts"
import { atomically } from "./atomically.ts"
import { insertTokens } from "./codes.ts"
import {
  grantColumns,
  grantOf,
  grantOfWinner,
  type GrantRow,
  hasValidGrant,
  isAlive,
  isOwned,
  missing,
  type Time
} from "./rows.ts"

type Run = ReturnType<typeof SqlStore.operations>
type Operations = Pick<SentinelStore["Service"], "rotateRefresh" | "revokeGrant" | "revokeToken" | "findAccess">

interface RefreshRow extends GrantRow {
  readonly is_revoked: boolean | number
  readonly is_alive: boolean | number
  readonly used_at: Time | null
  readonly seed: string | null
  readonly successor_used_at: Time | null
}

export const make = (sql: SqlClient, run: Run): Operations => {
  const isRevoked = sql`g.revoked_at IS NOT NULL OR s.ended_at IS NOT NULL AS is_revoked`

  /** Why a refresh token was not rotated. */
  const refreshOf = (id: string, now: number) =>
    sql<RefreshRow>`SELECT r.used_at, r.seed, n.used_at AS successor_used_at, ${grantColumns(sql)},
        ${isRevoked}, ${isAlive(sql, now)} AS is_alive
      FROM sentinel_refresh r JOIN sentinel_grant g ON g.id = r.grant_id JOIN sentinel_session s ON s.id = g.session_id
        LEFT JOIN sentinel_refresh n ON n.id = r.successor_id
      WHERE r.id = ${id}`

  /** The id of the grant that a token, of whichever kind, belongs to. */
  const grantIdOf = (id: string) => sql`(
    SELECT grant_id FROM sentinel_refresh WHERE id = ${id}
    UNION ALL SELECT grant_id FROM sentinel_access WHERE id = ${id} LIMIT 1)`

  return {
    rotateRefresh: ({ grace, id, seed, tokens, ...owner }, now) =>
      Effect.gen(function* () {
        const mayBeUsed = sql`id = ${id} AND used_at IS NULL
          AND ${hasValidGrant(sql, "sentinel_refresh", owner, sql`AND ${isAlive(sql, now)}`)}`
        const rotated = yield* atomically<GrantRow>(sql, {
          win:
            tokens.refreshId === undefined
              ? sql`SELECT grant_id FROM sentinel_refresh WHERE ${mayBeUsed}`
              : sql`UPDATE sentinel_refresh SET used_at = ${now}, seed = ${seed}, successor_id = ${tokens.refreshId}
                  WHERE ${mayBeUsed} RETURNING grant_id`,
          along: (won) => insertTokens(sql, tokens, now, won),
          result: (won) => sql`SELECT ${grantColumns(sql)} ${grantOfWinner(sql, won)}`
        })
        if (rotated !== undefined) return { _tag: "Rotated", grant: grantOf(rotated) } as const
        const [token] = yield* refreshOf(id, now)
        if (token === undefined) return missing("unknown")
        if (token.is_revoked) return missing("revoked")
        if (!isOwned(token, owner)) return missing("of another owner")
        if (!token.is_alive || token.used_at === null || token.seed === null) return missing("expired")
        const grant = grantOf(token)
        const usedAt = Number(token.used_at)
        return now - usedAt < grace && token.successor_used_at === null
          ? ({ _tag: "Retry", grant, seed: token.seed, usedAt } as const)
          : ({ _tag: "Reused", grant } as const)
      }).pipe(run("rotate a refresh token")),
    revokeGrant: (id, now) =>
      sql`UPDATE sentinel_grant SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL RETURNING id`.pipe(
        Effect.map((rows) => rows.length > 0),
        run("revoke a grant")
      ),
    revokeToken: ({ id, ...owner }, now) =>
      Effect.gen(function* () {
        const revoked = yield* atomically<GrantRow>(sql, {
          win: sql`UPDATE sentinel_grant AS g SET revoked_at = ${now}
            WHERE g.id = ${grantIdOf(id)} AND g.account_id = ${owner.accountId} AND g.client_id = ${owner.clientId}
              AND g.revoked_at IS NULL
              AND EXISTS (SELECT 1 FROM sentinel_session s WHERE s.id = g.session_id AND s.ended_at IS NULL)
            RETURNING id AS grant_id, account_id, user_id`,
          along: (won) => [
            sql`UPDATE sentinel_session SET ended_at = ${now}
              WHERE account_id = (SELECT won.account_id FROM ${won}) AND user_id = (SELECT won.user_id FROM ${won})
                AND ended_at IS NULL`
          ],
          result: (won) => sql`SELECT ${grantColumns(sql)} ${grantOfWinner(sql, won)}`
        })
        if (revoked !== undefined) return { _tag: "Revoked", grant: grantOf(revoked) } as const
        const [grant] = yield* sql<GrantRow & Pick<RefreshRow, "is_revoked">>`
          SELECT ${grantColumns(sql)}, ${isRevoked}
          FROM sentinel_grant g JOIN sentinel_session s ON s.id = g.session_id WHERE g.id = ${grantIdOf(id)}`
        if (grant === undefined) return missing("unknown")
        return missing(grant.is_revoked || isOwned(grant, owner) ? "revoked" : "of another owner")
      }).pipe(run("revoke a token")),
    findAccess: (id, now) =>
      sql<GrantRow & { readonly expires_at: Time }>`SELECT a.expires_at, ${grantColumns(sql)}
        FROM sentinel_access a JOIN sentinel_grant g ON g.id = a.grant_id JOIN sentinel_session s ON s.id = g.session_id
        WHERE a.id = ${id} AND a.expires_at > ${now} AND g.revoked_at IS NULL AND s.ended_at IS NULL`.pipe(
        Effect.map(([row]) =>
          row === undefined ? Option.none() : Option.some({ grant: grantOf(row), expiresAt: Number(row.expires_at) })
        ),
        run("find an access token")
      )
  }
}
