/** Codes in SQL, and the tokens that come from them. */
import type * as SqlStore from "@le-auth/core/SqlStore"
import * as SqlTemplate from "@le-auth/core/shared/SqlTemplate"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment, Statement } from "effect/sql/Statement"
import type { Grant, NewTokens, Owner, SentinelStore } from "../../SentinelStore.ts"
import { atomically, type Won } from "./atomically.ts"
import { inTime, type Writing } from "./deadline.ts"
import {
  type Begun,
  grantColumns,
  grantOf,
  grantOfWinner,
  type GrantRow,
  hasValidGrant,
  isAlive,
  isAmong,
  isOwned,
  latest,
  missing,
  type Time
} from "./rows.ts"
import type { Unsure } from "./unsure.ts"

type Run = ReturnType<typeof SqlStore.operations>
type Operations = Pick<SentinelStore["Service"], "issueCode" | "redeemCode">

/** A second use is noticed for as long after the end of a code. */
export const keptAfterEnd = 3_600_000

/** The maximum of codes of a session that wait to be redeemed (R39). */
const mostCodes = 16

/** The maximum of grants of a session (R39). */
const mostGrants = 256

/** More than are ever too many at once: SQLite wants a limit before an offset. */
const many = 1000

/** What new tokens are kept with. */
export type TokenValues = NewTokens & Begun & { readonly now: number }

/**
 * Until when the rows of a session `s`, and what belongs to it, are kept: as long as its last access token can live.
 */
const forgetAt = (sql: SqlClient, tokens: SqlTemplate.Slots<TokenValues>): Fragment =>
  latest(sql, sql`s.forget_at`, sql`s.expires_at + (${tokens.accessExpiresAt} - ${tokens.now})`)

/**
 * Keeps new tokens for the grant that won, and extends its session. Of `isRenewable`, there is a refresh token. Of a
 * redemption, the session may have been idle for too long, which nothing extends; and how long everything is kept
 * follows from it.
 */
export const insertTokens = (
  sql: SqlClient,
  tokens: SqlTemplate.Slots<TokenValues>,
  won: Won,
  isRenewable: boolean,
  redemption?: { readonly kept: Fragment; readonly condition: Fragment },
  place: Fragment = sql`g.refresh_count`
): ReadonlyArray<Statement<any>> => {
  const { condition, kept } = redemption ?? { condition: sql`1 = 1`, kept: sql`g.forget_at` }
  const winner = grantOfWinner(sql, won)
  const refresh = sql`INSERT INTO sentinel_refresh (id, grant_id, forget_at, place)
    SELECT ${tokens.refreshId}, g.id, ${kept}, ${place} ${winner} AND ${condition}`
  const idle = sql`${tokens.sessionIdleExpiresAt}`
  const extended =
    redemption === undefined
      ? sql`idle_expires_at = ${idle}`
      : sql`idle_expires_at = CASE WHEN ${isAlive(sql, tokens.now)} THEN ${idle} ELSE s.idle_expires_at END,
          forget_at = ${forgetAt(sql, tokens)}`
  return [
    sql`INSERT INTO sentinel_access (id, grant_id, expires_at, forget_at)
      SELECT ${tokens.accessId}, g.id, ${tokens.accessExpiresAt}, ${tokens.accessExpiresAt} ${winner} AND ${condition}`,
    ...(isRenewable ? [refresh] : []),
    sql`UPDATE sentinel_session AS s SET last_seen_at = ${tokens.now}, ${extended},
        last_access = ${latest(sql, sql`COALESCE(s.last_access, 0)`, sql`${tokens.accessExpiresAt}`)}
      WHERE s.id = (SELECT g.session_id ${winner} AND ${condition})`
  ]
}

/** Orders what happens within one millisecond: rows of SQLite have an order. */
const order = (sql: SqlClient, now: SqlTemplate.Slot): Fragment =>
  sql.onDialectOrElse({
    pg: () => sql`floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`,
    orElse: () => sql`${now}`
  })
const newestFirst = (sql: SqlClient, column: string): Fragment =>
  sql.onDialectOrElse({
    pg: () => sql`ORDER BY o.${sql(column)} DESC`,
    orElse: () => sql`ORDER BY o.${sql(column)} DESC, o.rowid DESC`
  })

/** What counts for a quota of a session: codes that wait to be redeemed, and grants that live. */
const waiting = (sql: SqlClient, session: SqlTemplate.Slot | Fragment): Fragment =>
  sql`FROM sentinel_code o WHERE o.session_id = ${session} AND o.spent_at IS NULL`
const living = (sql: SqlClient, session: SqlTemplate.Slot | Fragment): Fragment =>
  sql`FROM sentinel_grant o WHERE o.session_id = ${session} AND o.redeemed_order IS NOT NULL AND o.revoked_at IS NULL`

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
  readonly seed: string | null
  readonly answered_by: string | null
  readonly retry_until: Time | null
  readonly redirect_uri: string | null
  readonly code_challenge: string | null
}

interface Issue extends Omit<Grant, "id" | "nonce">, Begun {
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
  readonly seed: string | null
  readonly redirectUri: string | null
  readonly codeChallenge: string | null
}

interface RedeemedRow extends GrantRow {
  readonly redirect_matches: boolean | number
  readonly challenge_matches: boolean | number
  readonly living: Time
}

const statements = (sql: SqlClient) => ({
  find: SqlTemplate.make<{ readonly id: string }, CodeRow>(
    sql,
    ({ id }) => sql`
      SELECT c.spent_at, c.expires_at, c.seed, c.answered_by, c.retry_until, c.redirect_uri, c.code_challenge, ${grantColumns(sql)}
      FROM sentinel_code c JOIN sentinel_grant g ON g.id = c.grant_id WHERE c.id = ${id}`
  ),
  issue: atomically<Issue, { readonly waiting: Time }, "grant_id">(sql, {
    guard: (code) => sql`
      INSERT INTO sentinel_code
        (id, grant_id, session_id, redirect_uri, code_challenge, expires_at, issue_order, forget_at)
      SELECT ${code.id}, ${code.grantId}, s.id, ${code.redirectUri}, ${code.codeChallenge}, ${code.expiresAt},
        ${order(sql, code.now)}, ${code.forgetAt}
      FROM sentinel_session s WHERE s.id = ${code.sessionId} AND ${isAlive(sql, code.now)} AND ${inTime(sql, code.begun)}
      ON CONFLICT (id) DO NOTHING RETURNING grant_id`,
    columns: ["grant_id"],
    // Until it is redeemed, a grant is kept no longer than its code.
    effects: (code, won) => [
      sql`INSERT INTO sentinel_grant (id, account_id, client_id, user_id, session_id, created_at, nonce, forget_at)
        SELECT won.grant_id, ${code.accountId}, ${code.clientId}, ${code.userId}, ${code.sessionId}, ${code.createdAt},
          ${code.nonce}, ${code.forgetAt}
        FROM ${won}`
    ],
    result: (code, won) => sql`
      SELECT won.grant_id, (SELECT count(*) ${waiting(sql, code.sessionId)}) AS waiting FROM ${won}`
  }),
  /** Takes over to answer for a call that was never answered. */
  answer: SqlTemplate.make<Begun & { readonly id: string; readonly seed: string; readonly answeredBy: string }>(
    sql,
    ({ answeredBy, begun, id, seed }) => sql`
      UPDATE sentinel_code SET answered_by = ${seed}, retry_until = NULL
      WHERE id = ${id} AND answered_by = ${answeredBy} AND ${inTime(sql, begun)} RETURNING id`
  ),
  /** Forgets the oldest codes of a session that were not redeemed. */
  forgetCodes: SqlTemplate.make<{ readonly sessionId: string }, { readonly grant_id: string }>(
    sql,
    ({ sessionId }) =>
      sql`DELETE FROM sentinel_code WHERE id ${isAmong(
        sql,
        sql`SELECT o.id ${waiting(sql, sessionId)} ${newestFirst(sql, "issue_order")}
        LIMIT ${sql.literal(`${many}`)} OFFSET ${sql.literal(`${mostCodes}`)}`
      )} RETURNING grant_id`
  ),
  /** Ends the oldest grants of a session. */
  endGrants: SqlTemplate.make<{ readonly sessionId: string }>(
    sql,
    ({ sessionId }) =>
      sql`DELETE FROM sentinel_grant WHERE id ${isAmong(
        sql,
        sql`SELECT o.id ${living(sql, sessionId)} ${newestFirst(sql, "redeemed_order")}
        LIMIT ${sql.literal(`${many}`)} OFFSET ${sql.literal(`${mostGrants}`)}`
      )}`
  ),
  redeem: byRefresh((isRenewable) =>
    atomically<Redemption, RedeemedRow, "grant_id" | "redirect_matches" | "challenge_matches">(sql, {
      guard: (code) => sql`
        UPDATE sentinel_code SET spent_at = ${code.now}, seed = ${code.seed}, answered_by = ${code.seed}
        WHERE id = ${code.id} AND spent_at IS NULL AND expires_at > ${code.now}
          AND ${hasValidGrant(sql, "sentinel_code", code)} AND ${inTime(sql, code.begun)}
        RETURNING grant_id, redirect_uri IS NOT DISTINCT FROM ${code.redirectUri} AS redirect_matches,
          code_challenge IS NOT DISTINCT FROM ${code.codeChallenge} AS challenge_matches`,
      columns: ["grant_id", "redirect_matches", "challenge_matches"],
      effects: (code, won) => {
        const condition = sql`(SELECT won.redirect_matches AND won.challenge_matches FROM ${won})`
        const kept = sql`(SELECT ${forgetAt(sql, code)} FROM sentinel_session s WHERE s.id = g.session_id)`
        return [
          ...insertTokens(sql, code, won, isRenewable, { kept, condition }),
          sql`UPDATE sentinel_grant AS g SET redeemed_order = ${order(sql, code.now)}, forget_at = ${kept},
              is_renewable = ${sql.literal(isRenewable ? "1" : "0")}
            WHERE g.id = (SELECT won.grant_id FROM ${won}) AND ${condition}`
        ]
      },
      result: (_, won) => sql`
        SELECT (SELECT won.redirect_matches FROM ${won}) AS redirect_matches,
          (SELECT won.challenge_matches FROM ${won}) AS challenge_matches,
          (SELECT count(*) ${living(sql, sql`g.session_id`)}) AS living, ${grantColumns(sql)} ${grantOfWinner(sql, won)}`
    })
  )
})

export const make = (sql: SqlClient, run: Run, writing: Writing, unsure: Unsure): Operations => {
  const { answer, endGrants, find, forgetCodes, issue, redeem } = statements(sql)

  // What is over a quota goes after what was asked for. If that fails, the next one takes it along.
  const pruneCodes = (sessionId: string) =>
    forgetCodes({ sessionId }).pipe(
      Effect.flatMap((gone) =>
        gone.length === 0
          ? Effect.void
          : Effect.asVoid(
              sql`DELETE FROM sentinel_grant WHERE ${sql.in(
                "id",
                gone.map(({ grant_id }) => grant_id)
              )}`
            )
      ),
      Effect.ignore
    )
  const pruneGrants = (sessionId: string) => Effect.ignore(endGrants({ sessionId }))

  return {
    issueCode: ({ codeChallenge, expiresAt, grant, id, redirectUri }, now) =>
      writing((begun) =>
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
            now,
            begun
          })
          if (issued !== undefined) {
            // Of PostgreSQL the code itself is not among them yet.
            if (Number(issued.waiting) >= mostCodes) yield* pruneCodes(grant.sessionId)
            return "Issued"
          }
          const [code] = yield* find({ id })
          if (code === undefined) return "NoSession"
          return code.spent_at !== null || now >= Number(code.expires_at) ? "Spent" : "Exists"
        })
      ).pipe(run("issue a code")),
    redeemCode: ({ id, seed = null, tokens, ...request }, now) => {
      const { accountId, clientId } = request
      const redirectUri = request.redirectUri ?? null
      const codeChallenge = request.codeChallenge ?? null
      let attempts = 0
      const operation = writing((begun) =>
        Effect.gen(function* () {
          attempts++
          let hasWaited = false
          const values = { accountId, clientId, ...tokens, id, seed, redirectUri, codeChallenge, now, begun }
          const redeemed = yield* redeem(values)
          if (redeemed !== undefined) {
            const grant = grantOf(redeemed)
            if (!redeemed.redirect_matches) return { _tag: "Mismatch", grant, of: "redirectUri" } as const
            if (!redeemed.challenge_matches) return { _tag: "Mismatch", grant, of: "codeChallenge" } as const
            if (Number(redeemed.living) >= mostGrants) yield* pruneGrants(grant.sessionId)
            return { _tag: "Won", grant } as const
          }
          for (;;) {
            const [code] = yield* find({ id })
            if (code === undefined) return missing("unknown")
            if (!isOwned(code, { accountId, clientId })) return missing("of another owner")
            if (code.spent_at === null) return missing(now >= Number(code.expires_at) ? "expired" : "revoked")
            const grant = grantOf(code)
            const { answered_by: answeredBy, seed: first } = code
            const isTheSame = code.redirect_uri === redirectUri && code.code_challenge === codeChallenge
            if (seed === null || first === null || answeredBy === null || !isTheSame)
              return { _tag: "Lost", grant } as const
            const retry = { _tag: "Retry", grant, seed: first, usedAt: Number(code.spent_at) } as const
            if (attempts > 1 && answeredBy === seed) {
              // The attempt before this one, whose link died, has done it.
              yield* unsure.confirm
              return first === seed ? ({ _tag: "Won", grant } as const) : retry
            }
            const isUnanswered = now < Number(code.retry_until ?? 0) || unsure.isUnanswered({ id, seed: answeredBy })
            if (isUnanswered) {
              // Of those who ask for it now, one gets it.
              if ((yield* answer({ begun, id, seed, answeredBy })).length > 0) return retry
            } else if (hasWaited || !(yield* unsure.breathe)) {
              return { _tag: "Lost", grant } as const
            } else {
              hasWaited = true
            }
          }
        })
      )
      return seed === null
        ? run("redeem a code")(operation)
        : unsure.watch({ table: "sentinel_code", id, seed, now }, operation, run("redeem a code"))
    }
  }
}
