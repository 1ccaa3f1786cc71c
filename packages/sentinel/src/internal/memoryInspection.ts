/** Looks into the tables of a store in memory. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Grant } from "../SentinelStore.ts"
import type { FamilyState, Found, Newest, SessionState, StoreInspection } from "../StoreInspection.ts"
import type { GenerationMap } from "./GenerationMap.ts"
import { type GrantRow, makeTables, type SessionRow, type Tables } from "./memoryTables.ts"
import type { StoreDump } from "./storeDump.ts"

/** JSON has no `undefined`: what is absent in a document is there again in a row. */
const grantOf = (grant: StoreDump["grants"][number][1]["grant"]): Grant => ({ ...grant, nonce: grant.nonce })

const load = (dump: StoreDump, capacity: number): Tables => {
  const tables = makeTables(capacity)
  tables.sequence = dump.sequence
  for (const [id, row] of dump.sessions) tables.sessions.set(id, { ...row, endedAt: row.endedAt }, 0)
  for (const [id, { grant, revokedAt }] of dump.grants) {
    tables.grants.set(id, { grant: grantOf(grant), revokedAt }, 0)
  }
  for (const [id, { code, usedAt }] of dump.codes) {
    const { codeChallenge, grant, redirectUri } = code
    tables.codes.set(id, { code: { ...code, grant: grantOf(grant), codeChallenge, redirectUri }, usedAt }, 0)
  }
  for (const [id, { grantId, used }] of dump.refreshes) tables.refreshes.set(id, { grantId, used }, 0)
  for (const [id, row] of dump.accesses) tables.accesses.set(id, row, 0)
  for (const [key, row] of dump.userEnds) tables.userEnds.set(key, row, 0)
  return tables
}

const copy = <V extends object>(map: GenerationMap<V>): ReadonlyArray<readonly [string, V]> =>
  Array.from(map.entries(), ([key, row]) => [key, { ...row }])

/** As in SQL: how many of the newest are looked at to list and to count. */
const mostLookedAt = 1000

/** Asks only the newest rows whether they are wanted; of all others, only when they began. */
const newestOf = <Row, A>(
  rows: GenerationMap<Row>,
  limit: number,
  createdAt: (row: Row) => number,
  isWanted: (row: Row) => boolean,
  state: (row: Row) => A
): Newest<A> => {
  let newest: Array<Row> = []
  const cut = () => newest.toSorted((one, other) => createdAt(other) - createdAt(one)).slice(0, mostLookedAt)
  for (const [, row] of rows.entries()) {
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
    endedAt: current.get().endOf(row, now),
    isAlive: current.get().isAlive(row, now)
  })

  /** A token outlives the idle time of its session, but not the end of it. */
  const isFamilyAlive = ({ grant, revokedAt }: GrantRow, now: number): boolean => {
    if (revokedAt !== undefined) return false
    const session = current.get().sessions.get(grant.sessionId, now)
    return session !== undefined && current.get().endOf(session, now) === undefined
  }

  const familyState = (row: GrantRow, now: number): FamilyState => {
    const session = current.get().sessions.get(row.grant.sessionId, now)
    const state = session === undefined ? undefined : sessionState(session, now)
    return { grant: row.grant, revokedAt: row.revokedAt, session: state, isAlive: isFamilyAlive(row, now) }
  }

  const find = (id: string, now: number): Found | undefined => {
    const { accesses, codes, grants, refreshes } = current.get()
    const code = codes.get(id, now)
    const refresh = refreshes.get(id, now)
    const access = accesses.get(id, now)
    const grantId = code?.code.grant.id ?? refresh?.grantId ?? access?.grantId
    const grant = grantId === undefined ? undefined : grants.get(grantId, now)
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
        for (const [, row] of current.get().sessions.entries()) if (current.get().isAlive(row, now)) count++
        return count
      }),
    revokeClient: ({ accountId, clientId }, now) =>
      Effect.sync(() => {
        for (const [, row] of current.get().grants.entries()) {
          if (row.grant.accountId === accountId && row.grant.clientId === clientId) row.revokedAt ??= now
        }
      }),
    dump: Effect.sync(() => {
      const { accesses, codes, grants, refreshes, sequence, sessions, userEnds } = current.get()
      return {
        sequence,
        sessions: copy(sessions),
        grants: copy(grants),
        codes: copy(codes),
        refreshes: copy(refreshes),
        accesses: copy(accesses),
        userEnds: copy(userEnds)
      }
    }),
    load: (dump) => Effect.sync(() => current.set(load(dump, capacity))),
    clear: Effect.sync(() => current.set(makeTables(capacity)))
  }
}
