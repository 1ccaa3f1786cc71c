/** The rows of all tables as the document that stores of every kind understand, and back. */
import type * as Slices from "../input/Slices.ts"
import type { StoreDump } from "../store/storeDump.ts"
import { keptAfterEnd as codeKeptAfterEnd } from "./codes.ts"
import {
  grantOf,
  type GrantRow as GrantColumns,
  sessionOf,
  type SessionRow as SessionColumns,
  type Time,
  timeOf
} from "./rows.ts"
import { keptAfterEnd as sessionKeptAfterEnd } from "./sessions.ts"

export type SessionRow = SessionColumns & { readonly ended_at: Time | null }
export type GrantRow = GrantColumns & {
  readonly id: string
  readonly revoked_at: Time | null
  readonly refresh_count: Time | null
}
export interface CodeRow {
  readonly id: string
  readonly grant_id: string
  readonly redirect_uri: string | null
  readonly code_challenge: string | null
  readonly expires_at: Time
  readonly spent_at: Time | null
}
export interface RefreshRow {
  readonly id: string
  readonly grant_id: string
  readonly used_at: Time | null
  readonly seed: string | null
  readonly successor_id: string | null
  readonly place: Time | null
}
export interface AccessRow {
  readonly id: string
  readonly grant_id: string
  readonly expires_at: Time
}

export interface Rows {
  readonly sessions: ReadonlyArray<SessionRow>
  readonly grants: ReadonlyArray<GrantRow>
  readonly codes: ReadonlyArray<CodeRow>
  readonly refreshes: ReadonlyArray<RefreshRow>
  readonly accesses: ReadonlyArray<AccessRow>
}

export const documentOf = ({ accesses, codes, grants, refreshes, sessions }: Rows): StoreDump => {
  const grantsById = new Map(grants.map((row) => [row.id, grantOf({ ...row, grant_id: row.id })]))
  return {
    // Here the end of all sessions of a user is written into each of them, so nothing depends on their order.
    sequence: sessions.length,
    userEnds: [],
    sessions: sessions.map((row, index) => [
      row.id,
      {
        session: sessionOf(row),
        sequence: index + 1,
        endedAt: timeOf(row.ended_at)
      }
    ]),
    grants: grants.map((row) => [
      row.id,
      {
        grant: grantsById.get(row.id)!,
        revokedAt: timeOf(row.revoked_at),
        refreshCount: Number(row.refresh_count ?? 0)
      }
    ]),
    codes: codes.flatMap((row) => {
      const grant = grantsById.get(row.grant_id)
      if (grant === undefined) return []
      const redirectUri = row.redirect_uri ?? undefined
      const codeChallenge = row.code_challenge ?? undefined
      const code = { id: row.id, grant, redirectUri, codeChallenge, expiresAt: Number(row.expires_at) }
      return [[row.id, { code, usedAt: timeOf(row.spent_at) }]]
    }),
    refreshes: refreshes.map((row) => {
      const { grant_id: grantId, seed, successor_id: successorId, used_at } = row
      const place = Number(row.place ?? 0)
      if (used_at === null || seed === null || successorId === null)
        return [row.id, { grantId, place, used: undefined }]
      return [row.id, { grantId, place, used: { at: Number(used_at), seed, successorId } }]
    }),
    accesses: accesses.map((row) => [row.id, { grantId: row.grant_id, expiresAt: Number(row.expires_at) }])
  }
}

/** A map of the rows of a document. Of two with one id, the last counts. */
function* mapOf<Row>(rows: ReadonlyArray<readonly [string, Row]>): Slices.Pausing<ReadonlyMap<string, Row>> {
  const map = new Map<string, Row>()
  for (const [id, row] of rows) {
    yield
    map.set(id, row)
  }
  return map
}

type TableRow = Readonly<Record<string, unknown>>

function* tableOf<Row>(
  rows: ReadonlyMap<string, Row>,
  rowOf: (id: string, row: Row) => TableRow
): Slices.Pausing<ReadonlyArray<TableRow>> {
  const all: Array<TableRow> = []
  for (const [id, row] of rows) {
    yield
    all.push(rowOf(id, row))
  }
  return all
}

/** The rows of a document, by their tables. */
export function* rowsOf(dump: StoreDump): Slices.Pausing<Record<string, ReadonlyArray<TableRow>>> {
  const ends = yield* mapOf(dump.userEnds)
  const sessions = yield* mapOf(dump.sessions)
  const grants = yield* mapOf(dump.grants)
  const codes = yield* mapOf(dump.codes)
  const refreshes = yield* mapOf(dump.refreshes)
  const accesses = yield* mapOf(dump.accesses)
  /** What an access token of a session outlives it by. */
  const lasts = new Map<string, number>()
  for (const { expiresAt, grantId } of accesses.values()) {
    yield
    const sessionId = grants.get(grantId)?.grant.sessionId
    if (sessionId !== undefined) lasts.set(sessionId, Math.max(lasts.get(sessionId) ?? 0, expiresAt))
  }
  const forgetSessionAt = (id: string): number | undefined => {
    const expiresAt = sessions.get(id)?.session.expiresAt
    return expiresAt === undefined ? undefined : Math.max(expiresAt + sessionKeptAfterEnd, lasts.get(id) ?? 0)
  }
  /** Codes that were not redeemed, by the ids of their grants. */
  const open = new Map<string, StoreDump["codes"][number][1]["code"]>()
  for (const { code, usedAt } of codes.values()) {
    yield
    if (usedAt === undefined) open.set(code.grant.id, code)
  }
  const renewable = new Set<string>()
  for (const { grantId } of refreshes.values()) {
    yield
    renewable.add(grantId)
  }
  const forgetGrantAt = (id: string): number => {
    const waiting = open.get(id)
    if (waiting !== undefined) return waiting.expiresAt + codeKeptAfterEnd
    const grant = grants.get(id)?.grant
    return grant === undefined ? 0 : (forgetSessionAt(grant.sessionId) ?? grant.createdAt + sessionKeptAfterEnd)
  }

  return {
    sentinel_session: yield* tableOf(sessions, (id, { endedAt, sequence, session }) => {
      const end = ends.get(`${session.accountId}/${session.userId}`)
      const endedWithAll = end !== undefined && sequence < end.sequence ? end.at : undefined
      return {
        id,
        account_id: session.accountId,
        user_id: session.userId,
        created_at: session.createdAt,
        last_seen_at: session.lastSeenAt,
        idle_expires_at: session.idleExpiresAt,
        expires_at: session.expiresAt,
        ended_at: endedAt ?? endedWithAll ?? null,
        last_access: lasts.get(id) ?? 0,
        forget_at: forgetSessionAt(id)
      }
    }),
    sentinel_grant: yield* tableOf(grants, (id, { grant, refreshCount, revokedAt }) => ({
      id,
      account_id: grant.accountId,
      client_id: grant.clientId,
      user_id: grant.userId,
      session_id: grant.sessionId,
      created_at: grant.createdAt,
      nonce: grant.nonce ?? null,
      revoked_at: revokedAt ?? null,
      redeemed_order: open.has(id) ? null : grant.createdAt,
      is_renewable: renewable.has(id) ? 1 : 0,
      refresh_count: refreshCount ?? null,
      forget_at: forgetGrantAt(id)
    })),
    sentinel_code: yield* tableOf(codes, (id, { code, usedAt }) => ({
      id,
      grant_id: code.grant.id,
      session_id: code.grant.sessionId,
      issue_order: code.grant.createdAt,
      redirect_uri: code.redirectUri ?? null,
      code_challenge: code.codeChallenge ?? null,
      expires_at: code.expiresAt,
      spent_at: usedAt ?? null,
      forget_at: code.expiresAt + codeKeptAfterEnd
    })),
    sentinel_refresh: yield* tableOf(refreshes, (id, { grantId, place, used }) => ({
      id,
      grant_id: grantId,
      used_at: used?.at ?? null,
      seed: used?.seed ?? null,
      successor_id: used?.successorId ?? null,
      place: place ?? null,
      forget_at: forgetGrantAt(grantId)
    })),
    sentinel_access: yield* tableOf(accesses, (id, { expiresAt, grantId }) => ({
      id,
      grant_id: grantId,
      expires_at: expiresAt,
      forget_at: expiresAt
    }))
  }
}
