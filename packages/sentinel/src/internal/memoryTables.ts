/**
 * What a store in memory holds, and which of it is alive.
 *
 * Everything belongs to a session, and goes with it. A session goes when neither it nor a token of it can be used anymore, and before
 * that only if its own user has very many. So nobody pushes out what is somebody else's (R39).
 */
import type { Code, Grant, Session } from "../SentinelStore.ts"
import { EndQueue } from "./EndQueue.ts"

export interface SessionRow {
  session: Session
  endedAt: number | undefined
  /** When the last access token of it expires. */
  lastAccess: number
  /** Those that were redeemed, the oldest first. */
  readonly grants: Map<string, GrantRow>
  /** The oldest first. */
  readonly codes: Map<string, CodeRow>
}
export interface GrantRow {
  readonly grant: Grant
  revokedAt: number | undefined
  /** The oldest first. */
  readonly refreshes: Map<string, RefreshRow>
  readonly accesses: Map<string, AccessRow>
}
export interface CodeRow {
  readonly code: Code
  usedAt: number | undefined
}
export interface RefreshRow {
  readonly grantId: string
  used: { readonly at: number; readonly seed: string; readonly successorId: string } | undefined
}
export interface AccessRow {
  readonly grantId: string
  readonly expiresAt: number
}

/** What one session, and one user, may have. */
export const quotas = {
  /** Codes of a session that wait to be redeemed. */
  waitingCodes: 16,
  /** Grants of a session. */
  grants: 256,
  /** Access tokens of a grant that live. */
  accesses: 64,
  /** Refresh tokens of a grant, almost all of them used, so that a second use is noticed. */
  refreshes: 256,
  /** Sessions of a user. */
  sessions: 1000
}

/**
 * What is over is remembered for so long, if there is room for it: why something is refused, and that a form that is sent again makes
 * no second session and no second code.
 */
const keptAfterEnd = 3_600_000

const userKey = ({ accountId, userId }: Session): string => `${accountId}/${userId}`

const oldest = <A>(map: Map<string, A>): [string, A] => map.entries().next().value!

export class Tables {
  readonly sessions = new Map<string, SessionRow>()
  readonly grants = new Map<string, GrantRow>()
  readonly codes = new Map<string, CodeRow>()
  readonly refreshes = new Map<string, RefreshRow>()
  readonly accesses = new Map<string, AccessRow>()
  /** By user, the oldest first. */
  readonly #users = new Map<string, Map<string, SessionRow>>()
  readonly #ends = new EndQueue<SessionRow>()
  readonly #codeEnds = new EndQueue<CodeRow>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  isAlive(row: SessionRow | undefined, now: number): row is SessionRow {
    return (
      row !== undefined && row.endedAt === undefined && now < row.session.idleExpiresAt && now < row.session.expiresAt
    )
  }

  sessionsOf(accountId: string, userId: string): Iterable<SessionRow> {
    return this.#users.get(`${accountId}/${userId}`)?.values() ?? []
  }

  /** Makes room for one more session. Says whether there is. What is over goes first, and nothing else does. */
  hasRoom(now: number): boolean {
    this.#tidy(now - keptAfterEnd)
    if (this.sessions.size >= this.#capacity) this.#tidy(now)
    return this.sessions.size < this.#capacity
  }

  /** The same for a code, and the grant that comes from it. */
  hasRoomForGrant(now: number): boolean {
    this.#tidy(now - keptAfterEnd)
    if (this.grants.size >= this.#capacity || this.codes.size >= this.#capacity) this.#tidy(now)
    return this.grants.size < this.#capacity && this.codes.size < this.#capacity
  }

  #tidy(end: number): void {
    while (this.#codeEnds.first <= end) this.removeCode(this.#codeEnds.take()!)
    while (this.#ends.first <= end) {
      const row = this.#ends.take()!
      if (this.sessions.get(row.session.id) !== row) continue
      const own = endOf(row)
      // It was used meanwhile.
      if (own > end) this.#ends.add(own, row)
      else this.removeSession(row)
    }
  }

  addSession(session: Session, endedAt?: number): SessionRow {
    const row: SessionRow = { session, endedAt, lastAccess: 0, grants: new Map(), codes: new Map() }
    this.sessions.set(session.id, row)
    const key = userKey(session)
    let own = this.#users.get(key)
    if (own === undefined) this.#users.set(key, (own = new Map()))
    own.set(session.id, row)
    if (own.size > quotas.sessions) this.removeSession(oldest(own)[1])
    this.#ends.add(endOf(row), row)
    return row
  }

  removeSession(row: SessionRow): void {
    this.sessions.delete(row.session.id)
    const key = userKey(row.session)
    const own = this.#users.get(key)
    own?.delete(row.session.id)
    if (own?.size === 0) this.#users.delete(key)
    for (const code of row.codes.values()) this.removeCode(code)
    for (const grant of row.grants.values()) this.removeGrant(grant)
  }

  /** Its grant is there as long as it is, and stays when it is redeemed. */
  addCode(code: Code, usedAt?: number): CodeRow {
    const row: CodeRow = { code, usedAt }
    this.codes.set(code.id, row)
    if (!this.grants.has(code.grant.id)) this.addGrant(code.grant)
    const codes = this.sessions.get(code.grant.sessionId)?.codes
    codes?.set(code.id, row)
    this.#codeEnds.add(code.expiresAt, row)
    if (codes !== undefined && usedAt === undefined) this.#pruneCodes(codes)
    return row
  }

  #pruneCodes(codes: Map<string, CodeRow>): void {
    let waiting = 0
    for (const { usedAt } of codes.values()) if (usedAt === undefined) waiting++
    for (const row of codes.values()) {
      if (waiting <= quotas.waitingCodes) return
      if (row.usedAt !== undefined) continue
      this.removeCode(row)
      waiting--
    }
  }

  removeCode(row: CodeRow): void {
    const { grant, id } = row.code
    if (this.codes.get(id) !== row) return
    this.codes.delete(id)
    const session = this.sessions.get(grant.sessionId)
    session?.codes.delete(id)
    const granted = this.grants.get(grant.id)
    if (granted !== undefined && session?.grants.has(grant.id) !== true) this.removeGrant(granted)
  }

  addGrant(grant: Grant, revokedAt?: number): GrantRow {
    const row: GrantRow = { grant, revokedAt, refreshes: new Map(), accesses: new Map() }
    this.grants.set(grant.id, row)
    return row
  }

  /** From now on it lives as long as its session. The oldest goes where a session has too many. */
  redeem(row: GrantRow): void {
    const session = this.sessions.get(row.grant.sessionId)
    if (session === undefined) return
    session.grants.set(row.grant.id, row)
    if (session.grants.size > quotas.grants) this.removeGrant(oldest(session.grants)[1])
    // What was redeemed an hour long is bounded as well.
    if (session.codes.size > quotas.grants + quotas.waitingCodes) this.removeCode(oldest(session.codes)[1])
  }

  removeGrant(row: GrantRow): void {
    this.grants.delete(row.grant.id)
    this.sessions.get(row.grant.sessionId)?.grants.delete(row.grant.id)
    for (const id of row.refreshes.keys()) this.refreshes.delete(id)
    for (const id of row.accesses.keys()) this.accesses.delete(id)
  }

  addRefresh(grant: GrantRow, id: string, used?: RefreshRow["used"]): void {
    const row: RefreshRow = { grantId: grant.grant.id, used }
    this.refreshes.set(id, row)
    grant.refreshes.set(id, row)
    if (grant.refreshes.size > quotas.refreshes) {
      const [first] = oldest(grant.refreshes)
      grant.refreshes.delete(first)
      this.refreshes.delete(first)
    }
  }

  addAccess(grant: GrantRow, id: string, expiresAt: number, now: number): void {
    const row: AccessRow = { grantId: grant.grant.id, expiresAt }
    for (const [old, { expiresAt }] of grant.accesses) {
      if (expiresAt + keptAfterEnd > now && grant.accesses.size < quotas.accesses) break
      grant.accesses.delete(old)
      this.accesses.delete(old)
    }
    this.accesses.set(id, row)
    grant.accesses.set(id, row)
    const session = this.sessions.get(grant.grant.sessionId)
    if (session !== undefined) session.lastAccess = Math.max(session.lastAccess, expiresAt)
  }
}

/** From when on nothing of a session can be used. One that was ended is remembered as long, so that nobody begins it again. */
const endOf = ({ lastAccess, session }: SessionRow): number =>
  Math.max(Math.min(session.idleExpiresAt, session.expiresAt), lastAccess)
