/** Looks into the tables of a store in memory. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Slices from "../input/Slices.ts"
import type { Grant } from "../../SentinelStore.ts"
import type { FamilyState, Found, RecentPage, SessionState, StoreInspection } from "../../StoreInspection.ts"
import { type GrantRow, type SessionRow, Tables } from "./memoryTables.ts"
import type { StoreDump } from "./storeDump.ts"

/** JSON has no `undefined`: what is absent in a document is there again in a row. */
const grantOf = (grant: StoreDump["grants"][number][1]["grant"]): Grant => ({ ...grant, nonce: grant.nonce })

/** The tables of a document, made beside those that are in use. */
function* tablesOf(dump: StoreDump, capacity: number): Slices.Pausing<Tables> {
  const tables = new Tables(capacity)
  // In some documents the end of all sessions of a user is beside them.
  const ends = new Map<string, StoreDump["userEnds"][number][1]>()
  for (const [user, end] of dump.userEnds) {
    yield
    ends.set(user, end)
  }
  for (const [, { endedAt, sequence, session }] of dump.sessions) {
    yield
    const end = ends.get(`${session.accountId}/${session.userId}`)
    tables.addSession(session, endedAt ?? (end !== undefined && sequence < end.sequence ? end.at : undefined))
  }
  const waiting = new Set<string>()
  for (const [, { code, usedAt }] of dump.codes) {
    yield
    if (usedAt === undefined) waiting.add(code.grant.id)
  }
  for (const [id, { grant, refreshCount = 0, revokedAt }] of dump.grants) {
    yield
    const row = tables.addGrant(grantOf(grant), revokedAt)
    row.refreshCount = refreshCount
    if (!waiting.has(id)) tables.redeem(row)
  }
  for (const [, { code, usedAt }] of dump.codes) {
    yield
    const { codeChallenge, grant, redirectUri } = code
    tables.addCode({ ...code, grant: grantOf(grant), codeChallenge, redirectUri }, usedAt)
  }
  for (const [id, { grantId, place = 0, used }] of dump.refreshes) {
    yield
    const grant = tables.grants.get(grantId)
    if (grant !== undefined) tables.addRefresh(grant, id, { place, used })
  }
  for (const [id, { expiresAt, grantId }] of dump.accesses) {
    yield
    const grant = tables.grants.get(grantId)
    if (grant !== undefined) tables.addAccess(grant, id, expiresAt, Number.NEGATIVE_INFINITY)
  }
  return tables
}

/** As in SQL: how many of the newest are looked at to list and to count. */
const mostLookedAt = 1000

/** Asks only the newest rows whether they are wanted; of all others, only when they began. */
const newestOf = <Row, A>(
  rows: ReadonlyMap<string, Row>,
  limit: number,
  createdAt: (row: Row) => number,
  isWanted: (row: Row) => boolean,
  state: (row: Row) => A
): RecentPage<A> => {
  let newest: Array<Row> = []
  const cut = () => newest.toSorted((one, other) => createdAt(other) - createdAt(one)).slice(0, mostLookedAt)
  for (const row of rows.values()) {
    newest.push(row)
    if (newest.length > 2 * mostLookedAt) newest = cut()
  }
  const lookedAt = cut()
  const wanted = lookedAt.filter(isWanted)
  return {
    newest: wanted.slice(0, limit).map(state),
    total: wanted.length,
    isPartial: lookedAt.length >= mostLookedAt
  }
}

export const inspection = (
  current: { readonly get: () => Tables; readonly set: (tables: Tables) => void },
  capacity: number
): StoreInspection["Service"] => {
  const sessionState = (row: SessionRow, now: number): SessionState => ({
    session: row.session,
    endedAt: row.endedAt,
    isAlive: current.get().isAlive(row, now)
  })

  /**
   * As for a client that comes with one of its tokens: one that lives, or a refresh token or a code of a session that
   * lives.
   */
  const isFamilyAlive = (row: GrantRow, now: number): boolean => {
    const session = current.get().sessions.get(row.grant.sessionId)
    if (row.revokedAt !== undefined || session === undefined || session.endedAt !== undefined) return false
    for (const { expiresAt } of row.accesses ?? []) if (now < expiresAt) return true
    const waits = [...session.waiting].some(({ code }) => code.grant.id === row.grant.id && now < code.expiresAt)
    return waits || ((row.refreshes?.size ?? 0) > 0 && current.get().isAlive(session, now))
  }

  const familyState = (row: GrantRow, now: number): FamilyState => {
    const session = current.get().sessions.get(row.grant.sessionId)
    const state = session === undefined ? undefined : sessionState(session, now)
    return { grant: row.grant, revokedAt: row.revokedAt, session: state, isAlive: isFamilyAlive(row, now) }
  }

  const find = (id: string, now: number): Found | undefined => {
    const { accesses, codes, grants, refreshes } = current.get()
    const code = codes.get(id)
    const refresh = refreshes.get(id)
    const access = accesses.get(id)
    const grantId = code?.code.grant.id ?? refresh?.grantId ?? access?.grantId
    const grant = grantId === undefined ? undefined : grants.get(grantId)
    if (grant === undefined) return undefined
    const family = familyState(grant, now)
    if (code !== undefined) {
      const { codeChallenge, expiresAt, redirectUri } = code.code
      return { kind: "code", family, redirectUri, codeChallenge, expiresAt, usedAt: code.usedAt }
    }
    if (refresh !== undefined) return { kind: "refresh-token", family, usedAt: refresh.used?.at }
    return access === undefined ? undefined : { kind: "access-token", family, expiresAt: access.expiresAt }
  }

  return {
    find: (id, now) => Effect.sync(() => Option.fromUndefinedOr(find(id, now))),
    sessions: ({ limit, now, onlyAlive }) =>
      Effect.sync(() =>
        newestOf(
          current.get().sessions,
          limit,
          ({ session }) => session.createdAt,
          (row) => !onlyAlive || current.get().isAlive(row, now),
          (row) => sessionState(row, now)
        )
      ),
    families: ({ limit, now, onlyAlive }) =>
      Effect.sync(() =>
        newestOf(
          current.get().grants,
          limit,
          ({ grant }) => grant.createdAt,
          (row) => !onlyAlive || isFamilyAlive(row, now),
          (row) => familyState(row, now)
        )
      ),
    count: (now) =>
      Effect.sync(() => {
        let count = 0
        for (const row of current.get().sessions.values()) if (current.get().isAlive(row, now)) count++
        return count
      }),
    revokeClient: ({ accountId, clientId }, now) =>
      Effect.sync(() => {
        for (const row of current.get().grants.values()) {
          if (row.grant.accountId === accountId && row.grant.clientId === clientId) row.revokedAt ??= now
        }
      }),
    dump: Effect.sync(() => {
      const { accesses, codes, grants, refreshes, sessions } = current.get()
      let sequence = 0
      return {
        sessions: Array.from(
          sessions,
          ([id, { endedAt, session }]) => [id, { session, sequence: ++sequence, endedAt }] as const
        ),
        grants: Array.from(
          grants,
          ([id, { grant, refreshCount, revokedAt }]) => [id, { grant, revokedAt, refreshCount }] as const
        ),
        codes: Array.from(codes, ([id, { code, usedAt }]) => [id, { code, usedAt }] as const),
        refreshes: Array.from(refreshes, ([id, { grantId, place, used }]) => [id, { grantId, place, used }] as const),
        accesses: Array.from(accesses, ([id, { expiresAt, grantId }]) => [id, { grantId, expiresAt }] as const),
        sequence,
        // Written into each of the sessions.
        userEnds: []
      }
    }),
    // Until all of it is there, the tables from before are asked.
    load: (dump) =>
      Effect.map(
        Slices.run(() => tablesOf(dump, capacity)),
        current.set
      ),
    clear: Effect.sync(() => current.set(new Tables(capacity)))
  }
}
