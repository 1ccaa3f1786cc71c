/** Codes in SQL, and the tokens that come from them. */
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as SqlTemplate from "@le-auth/core/SqlTemplate"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment, Statement } from "effect/sql/Statement"
import type { Grant, NewTokens, Owner, SentinelStore } from "../../SentinelStore.ts"
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

/** What new tokens are kept with. */
export type TokenValues = NewTokens & { readonly now: number }

/** Keeps new tokens for the grant that won, and extends its session. Of `isRenewable`, there is a refresh token. */
export const insertTokens = (
  sql: SqlClient,
  tokens: SqlTemplate.Slots<TokenValues>,
  won: Won,
  isRenewable: boolean,
  condition: Fragment = sql`1 = 1`
): ReadonlyArray<Statement<any>> => {
  const winner = grantOfWinner(sql, won)
  const refresh = sql`INSERT INTO sentinel_refresh (id, grant_id, forget_at)
    SELECT ${tokens.refreshId}, g.id, g.forget_at ${winner} AND ${condition}`
  return [
    sql`INSERT INTO sentinel_access (id, grant_id, expires_at, forget_at)
      SELECT ${tokens.accessId}, g.id, ${tokens.accessExpiresAt}, ${tokens.accessExpiresAt} ${winner} AND ${condition}`,
    ...(isRenewable ? [refresh] : []),
    sql`UPDATE sentinel_session AS s SET last_seen_at = ${tokens.now}, idle_expires_at = ${tokens.sessionIdleExpiresAt}
      WHERE s.id = (SELECT g.session_id ${winner} AND ${condition}) AND ${isAlive(sql, tokens.now)}`
  ]
}

/** One for tokens with a refresh token, and one for those without. */
export const byRefresh = <Values extends NewTokens, A>(
  make: (isRenewable: boolean) => (values: Values) => A
): ((values: Values) => A) => {
  const [renewable, other] = [make(true), make(false)]
  return (values) => (values.refreshId === undefined ? other(values) : renewable(values))
}

interface CodeRow extends GrantRow {
  readonly spent_at: Time | null
  readonly expires_at: Time
}

interface Issue extends Omit<Grant, "id" | "nonce"> {
  readonly id: string
  readonly grantId: string
  readonly nonce: string | null
  readonly redirectUri: string | null
  readonly codeChallenge: string | null
  readonly expiresAt: number
  readonly forgetAt: number
  readonly now: number
}

interface Redemption extends TokenValues, Owner {
  readonly id: string
  readonly redirectUri: string | null
  readonly codeChallenge: string | null
}

interface RedeemedRow extends GrantRow {
  readonly redirect_matches: boolean | number
  readonly challenge_matches: boolean | number
}

const statements = (sql: SqlClient) => ({
  find: SqlTemplate.make<{ readonly id: string }, CodeRow>(
    sql,
    ({ id }) => sql`
      SELECT c.spent_at, c.expires_at, ${grantColumns(sql)}
      FROM sentinel_code c JOIN sentinel_grant g ON g.id = c.grant_id WHERE c.id = ${id}`
  ),
  issue: atomically<Issue, object, "grant_id">(sql, {
    win: (code) => sql`
      INSERT INTO sentinel_code (id, grant_id, redirect_uri, code_challenge, expires_at, forget_at)
      SELECT ${code.id}, ${code.grantId}, ${code.redirectUri}, ${code.codeChallenge}, ${code.expiresAt}, ${code.forgetAt}
      FROM sentinel_session s WHERE s.id = ${code.sessionId} AND ${isAlive(sql, code.now)}
      ON CONFLICT (id) DO NOTHING RETURNING grant_id`,
    columns: ["grant_id"],
    along: (code, won) => [
      sql`INSERT INTO sentinel_grant (id, account_id, client_id, user_id, session_id, created_at, nonce, forget_at)
        SELECT won.grant_id, ${code.accountId}, ${code.clientId}, ${code.userId}, s.id, ${code.createdAt}, ${code.nonce},
          s.forget_at
        FROM ${won} JOIN sentinel_session s ON s.id = ${code.sessionId}`
    ],
    result: (_, won) => sql`SELECT won.grant_id FROM ${won}`
  }),
  redeem: byRefresh((isRenewable) =>
    atomically<Redemption, RedeemedRow, "grant_id" | "redirect_matches" | "challenge_matches">(sql, {
      win: (code) => sql`
        UPDATE sentinel_code SET spent_at = ${code.now}
        WHERE id = ${code.id} AND spent_at IS NULL AND expires_at > ${code.now}
          AND ${hasValidGrant(sql, "sentinel_code", code)}
        RETURNING grant_id, redirect_uri IS NOT DISTINCT FROM ${code.redirectUri} AS redirect_matches,
          code_challenge IS NOT DISTINCT FROM ${code.codeChallenge} AS challenge_matches`,
      columns: ["grant_id", "redirect_matches", "challenge_matches"],
      along: (code, won) =>
        insertTokens(
          sql,
          code,
          won,
          isRenewable,
          sql`(SELECT won.redirect_matches AND won.challenge_matches FROM ${won})`
        ),
      result: (_, won) => sql`
        SELECT (SELECT won.redirect_matches FROM ${won}) AS redirect_matches,
          (SELECT won.challenge_matches FROM ${won}) AS challenge_matches, ${grantColumns(sql)} ${grantOfWinner(sql, won)}`
    })
  )
})

export const make = (sql: SqlClient, run: Run): Operations => {
  const { find, issue, redeem } = statements(sql)
  return {
    issueCode: ({ codeChallenge, expiresAt, grant, id, redirectUri }, now) =>
      Effect.gen(function* () {
        const issued = yield* issue({
          ...grant,
          id,
          grantId: grant.id,
          nonce: grant.nonce ?? null,
          redirectUri: redirectUri ?? null,
          codeChallenge: codeChallenge ?? null,
          expiresAt,
          forgetAt: expiresAt + keptAfterEnd,
          now
        })
        if (issued !== undefined) return "Issued"
        const [code] = yield* find({ id })
        if (code === undefined) return "NoSession"
        return code.spent_at !== null || now >= Number(code.expires_at) ? "Spent" : "Exists"
      }).pipe(run("issue a code")),
    redeemCode: ({ codeChallenge, id, redirectUri, tokens, ...owner }, now) =>
      Effect.gen(function* () {
        const redeemed = yield* redeem({
          ...owner,
          ...tokens,
          id,
          redirectUri: redirectUri ?? null,
          codeChallenge: codeChallenge ?? null,
          now
        })
        if (redeemed !== undefined) {
          const grant = grantOf(redeemed)
          if (!redeemed.redirect_matches) return { _tag: "Mismatch", grant, of: "redirectUri" } as const
          if (!redeemed.challenge_matches) return { _tag: "Mismatch", grant, of: "codeChallenge" } as const
          return { _tag: "Won", grant } as const
        }
        const [code] = yield* find({ id })
        if (code === undefined) return missing("unknown")
        if (!isOwned(code, owner)) return missing("of another owner")
        if (code.spent_at !== null) return { _tag: "Lost", grant: grantOf(code) } as const
        return missing(now >= Number(code.expires_at) ? "expired" : "revoked")
      }).pipe(run("redeem a code"))
  }
}
