/** Codes in SQL, and the tokens that come from them. */
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment, Statement } from "effect/sql/Statement"
import type { NewTokens, SentinelStore } from "../../SentinelStore.ts"
import { atomically, type Won } from "./atomically.ts"
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
type Operations = Pick<SentinelStore["Service"], "issueCode" | "redeemCode">

/** A second use is noticed for as long after the end of a code. */
export const keptAfterEnd = 3_600_000

/** Keeps new tokens for the grant that won, and extends its session. */
export const insertTokens = (
  sql: SqlClient,
  tokens: NewTokens,
  now: number,
  won: Won,
  condition: Fragment = sql`1 = 1`
): ReadonlyArray<Statement<any>> => {
  const winner = grantOfWinner(sql, won)
  return [
    sql`INSERT INTO sentinel_access (id, grant_id, expires_at, forget_at)
      SELECT ${tokens.accessId}, g.id, ${tokens.accessExpiresAt}, ${tokens.accessExpiresAt} ${winner} WHERE ${condition}`,
    ...(tokens.refreshId === undefined
      ? []
      : [
          sql`INSERT INTO sentinel_refresh (id, grant_id, forget_at)
            SELECT ${tokens.refreshId}, g.id, g.forget_at ${winner} WHERE ${condition}`
        ]),
    sql`UPDATE sentinel_session AS s SET last_seen_at = ${now}, idle_expires_at = ${tokens.sessionIdleExpiresAt}
      WHERE s.id = (SELECT g.session_id ${winner} WHERE ${condition}) AND ${isAlive(sql, now)}`
  ]
}

interface RedeemedRow extends GrantRow {
  readonly redirect_matches: boolean | number
  readonly challenge_matches: boolean | number
}

export const make = (sql: SqlClient, run: Run): Operations => {
  const codeOf = (id: string) =>
    sql<GrantRow & { readonly spent_at: Time | null; readonly expires_at: Time }>`
      SELECT c.spent_at, c.expires_at, ${grantColumns(sql)}
      FROM sentinel_code c JOIN sentinel_grant g ON g.id = c.grant_id WHERE c.id = ${id}`

  return {
    issueCode: ({ codeChallenge, expiresAt, grant, id, redirectUri }, now) =>
      Effect.gen(function* () {
        const issued = yield* atomically(sql, {
          win: sql`INSERT INTO sentinel_code (id, grant_id, redirect_uri, code_challenge, expires_at, forget_at)
            SELECT ${id}, ${grant.id}, ${redirectUri ?? null}, ${codeChallenge ?? null}, ${expiresAt},
              ${expiresAt + keptAfterEnd}
            FROM sentinel_session s WHERE s.id = ${grant.sessionId} AND ${isAlive(sql, now)}
            ON CONFLICT (id) DO NOTHING RETURNING grant_id`,
          along: (won) => [
            sql`INSERT INTO sentinel_grant
                (id, account_id, client_id, user_id, session_id, created_at, nonce, forget_at)
              SELECT won.grant_id, ${grant.accountId}, ${grant.clientId}, ${grant.userId}, s.id, ${grant.createdAt},
                ${grant.nonce ?? null}, s.forget_at
              FROM ${won} JOIN sentinel_session s ON s.id = ${grant.sessionId}`
          ],
          result: (won) => sql`SELECT won.grant_id FROM ${won}`
        })
        if (issued !== undefined) return "Issued"
        const [code] = yield* codeOf(id)
        if (code === undefined) return "NoSession"
        return code.spent_at !== null || now >= Number(code.expires_at) ? "Spent" : "Exists"
      }).pipe(run("issue a code")),
    redeemCode: ({ codeChallenge, id, redirectUri, tokens, ...owner }, now) =>
      Effect.gen(function* () {
        const redeemed = yield* atomically<RedeemedRow>(sql, {
          win: sql`UPDATE sentinel_code SET spent_at = ${now}
            WHERE id = ${id} AND spent_at IS NULL AND expires_at > ${now} AND ${hasValidGrant(sql, "sentinel_code", owner)}
            RETURNING grant_id, redirect_uri IS NOT DISTINCT FROM ${redirectUri ?? null} AS redirect_matches,
              code_challenge IS NOT DISTINCT FROM ${codeChallenge ?? null} AS challenge_matches`,
          along: (won) => insertTokens(sql, tokens, now, won, sql`won.redirect_matches AND won.challenge_matches`),
          result: (won) =>
            sql`SELECT won.redirect_matches, won.challenge_matches, ${grantColumns(sql)} ${grantOfWinner(sql, won)}`
        })
        if (redeemed !== undefined) {
          const grant = grantOf(redeemed)
          if (!redeemed.redirect_matches) return { _tag: "Mismatch", grant, of: "redirectUri" } as const
          if (!redeemed.challenge_matches) return { _tag: "Mismatch", grant, of: "codeChallenge" } as const
          return { _tag: "Won", grant } as const
        }
        const [code] = yield* codeOf(id)
        if (code === undefined) return missing("unknown")
        if (!isOwned(code, owner)) return missing("of another owner")
        if (code.spent_at !== null) return { _tag: "Lost", grant: grantOf(code) } as const
        return missing(now >= Number(code.expires_at) ? "expired" : "revoked")
      }).pipe(run("redeem a code"))
  }
}
