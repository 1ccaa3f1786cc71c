/**
 * What a store in memory holds, and which of it is alive.
 *
 * Everything belongs to a session, and goes with it. A session goes when neither it nor a token of it can be used
 * anymore, and before that only if its own user has very many. So no user pushes out the sessions of others (R39).
 */
import type { Code, Grant, BrowserSession } from "../../SentinelStore.ts"
import { Chain, type Link } from "./Chain.ts"
import { EndQueue } from "./EndQueue.ts"
import { keptRefreshes } from "./keptRefreshes.ts"

export interface SessionRow {
  session: BrowserSession
  endedAt: number | undefined
  /** When the last access token of it expires. */
  lastAccess: number
  /** Those that were redeemed. */
  readonly grants: Chain<GrantRow>
  /** Those that wait to be redeemed, and the others. */
  readonly waiting: Chain<CodeRow>
  readonly spent: Chain<CodeRow>
}
export interface GrantRow extends Link<GrantRow> {
  readonly grant: Grant
  revokedAt: number | undefined
  /** Whether it is one of its session, and no longer of its code alone. */
  isRedeemed: boolean
  /** How many refresh tokens came beside others that stay in use. */
  refreshCount: number
  /** Made with the first of them: most codes wait for a moment only, and some are never redeemed. */
  refreshes: Chain<RefreshRow> | undefined
  accesses: Chain<AccessRow> | undefined
}
export interface CodeRow extends Link<CodeRow> {
  readonly code: Code
  usedAt: number | undefined
}
export interface RefreshRow extends Link<RefreshRow> {
  readonly id: string
  readonly grantId: string
  /** `refreshCount` of the grant when it was made. */
  readonly place: number
  used: { readonly at: number; readonly seed: string; readonly successorId: string } | undefined
}
export interface AccessRow extends Link<AccessRow> {
  readonly id: string
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
  /** Refresh tokens of a grant that stay in use beside each other. */
  kept: keptRefreshes,
  /** Sessions of a user. */
  sessions: 1000
}

/**
 * How long what is over is remembered, if there is room for it: why something is refused, and that a form that is
 * sent again makes no second session and no second code. Sessions as long as in SQL: a clock that was advanced may go
 * back to the real time.
 */
const keptAfterEnd = { session: 7 * 24 * 3_600_000, access: 3_600_000 }

const userKey = ({ accountId, userId }: BrowserSession): string => `${accountId}/${userId}`

const oldest = <A>(map: Map<string, A>): A => map.values().next().value!

export class Tables {
  readonly sessions = new Map<string, SessionRow>()
  readonly grants = new Map<string, GrantRow>()
  readonly codes = new Map<string, CodeRow>()
  readonly refreshes = new Map<string, RefreshRow>()
  readonly accesses = new Map<string, AccessRow>()
  /** By user, the oldest first. */
  readonly #users = new Map<string, Map<string, SessionRow>>()
  #ends = new EndQueue<SessionRow>()
  #sweptAt = Number.NEGATIVE_INFINITY
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
    this.#tidy(now - keptAfterEnd.session)
    if (this.sessions.size >= this.#capacity) this.#tidy(now)
    return this.sessions.size < this.#capacity
  }

  /** The same for a code, and the grant that comes from it. */
  hasRoomForGrant(now: number): boolean {
    const isFull = () => this.grants.size >= this.#capacity || this.codes.size >= this.#capacity
    if (!isFull()) return true
    this.#tidy(now)
    // All codes are looked at, so not for each request.
    if (isFull() && Math.abs(now - this.#sweptAt) >= 1000) {
      this.#sweptAt = now
      for (const row of this.codes.values()) if (row.code.expiresAt <= now) this.removeCode(row)
    }
    return !isFull()
  }

  #tidy(end: number): void {
    while (this.#ends.first <= end) {
      const row = this.#ends.take()!
      if (this.sessions.get(row.session.id) !== row) continue
      const own = endOf(row)
      // It was used meanwhile.
      if (own > end) this.#ends.add(own, row)
      else this.removeSession(row)
    }
  }

  /** Sessions that were pushed out by others of their user are still in the queue, until they are the most of it. */
  #compact(): void {
    if (this.#ends.size < 2 * this.sessions.size + 1000) return
    this.#ends = new EndQueue()
    for (const row of this.sessions.values()) this.#ends.add(endOf(row), row)
  }

  addSession(session: BrowserSession, endedAt?: number): SessionRow {
    const row: SessionRow = {
      session,
      endedAt,
      lastAccess: 0,
      grants: new Chain(),
      waiting: new Chain(),
      spent: new Chain()
    }
    this.sessions.set(session.id, row)
    const key = userKey(session)
    let own = this.#users.get(key)
    if (own === undefined) this.#users.set(key, (own = new Map()))
    own.set(session.id, row)
    if (own.size > quotas.sessions) this.removeSession(oldest(own))
    this.#ends.add(endOf(row), row)
    this.#compact()
    return row
  }

  removeSession(row: SessionRow): void {
    this.sessions.delete(row.session.id)
    const key = userKey(row.session)
    const own = this.#users.get(key)
    own?.delete(row.session.id)
    if (own?.size === 0) this.#users.delete(key)
    for (const code of [...row.waiting, ...row.spent]) this.removeCode(code)
    for (const grant of row.grants) this.removeGrant(grant)
  }

  /** Its grant is there as long as it is, and stays when it is redeemed. */
  addCode(code: Code, usedAt?: number): CodeRow {
    const row: CodeRow = { code, usedAt, next: undefined }
    this.codes.set(code.id, row)
    if (!this.grants.has(code.grant.id)) this.addGrant(code.grant)
    const session = this.sessions.get(code.grant.sessionId)
    if (session === undefined) return row
    if (usedAt !== undefined) session.spent.add(row)
    else {
      session.waiting.add(row)
      if (session.waiting.size > quotas.waitingCodes) this.#forget(session.waiting.take()!)
    }
    return row
  }

  /** A code is used up. What was redeemed is remembered as long as the grants that came from it. */
  spend(row: CodeRow, now: number): void {
    row.usedAt = now
    const session = this.sessions.get(row.code.grant.sessionId)
    if (session === undefined) return
    session.waiting.remove(row)
    session.spent.add(row)
    if (session.spent.size > quotas.grants) this.#forget(session.spent.take()!)
  }

  removeCode(row: CodeRow): void {
    if (this.codes.get(row.code.id) !== row) return
    const session = this.sessions.get(row.code.grant.sessionId)
    if (session !== undefined) (row.usedAt === undefined ? session.waiting : session.spent).remove(row)
    this.#forget(row)
  }

  /** Removes a code that its session does not have any more. */
  #forget({ code }: CodeRow): void {
    this.codes.delete(code.id)
    const granted = this.grants.get(code.grant.id)
    if (granted !== undefined && !granted.isRedeemed) this.removeGrant(granted)
  }

  addGrant(grant: Grant, revokedAt?: number): GrantRow {
    const row: GrantRow = {
      grant,
      revokedAt,
      isRedeemed: false,
      refreshCount: 0,
      refreshes: undefined,
      accesses: undefined,
      next: undefined
    }
    this.grants.set(grant.id, row)
    return row
  }

  /** From now on it lives as long as its session. The oldest goes where a session has too many. */
  redeem(row: GrantRow): void {
    const session = this.sessions.get(row.grant.sessionId)
    if (session === undefined || row.isRedeemed) return
    row.isRedeemed = true
    session.grants.add(row)
    if (session.grants.size > quotas.grants) this.removeGrant(session.grants.take()!)
  }

  removeGrant(row: GrantRow): void {
    this.grants.delete(row.grant.id)
    for (const { id } of row.refreshes ?? []) this.refreshes.delete(id)
    for (const { id } of row.accesses ?? []) this.accesses.delete(id)
  }

  addRefresh(grant: GrantRow, id: string, { place = grant.refreshCount, used }: Partial<RefreshRow> = {}): void {
    const row: RefreshRow = { id, grantId: grant.grant.id, place, used, next: undefined }
    this.refreshes.set(id, row)
    const own = (grant.refreshes ??= new Chain())
    own.add(row)
    if (own.size > quotas.refreshes) this.refreshes.delete(own.take()!.id)
  }

  addAccess(grant: GrantRow, id: string, expiresAt: number, now: number): void {
    const row: AccessRow = { id, grantId: grant.grant.id, expiresAt, next: undefined }
    const own = (grant.accesses ??= new Chain())
    while (own.first !== undefined) {
      if (own.first.expiresAt + keptAfterEnd.access > now && own.size < quotas.accesses) break
      this.accesses.delete(own.take()!.id)
    }
    this.accesses.set(id, row)
    own.add(row)
    const session = this.sessions.get(grant.grant.sessionId)
    if (session !== undefined) session.lastAccess = Math.max(session.lastAccess, expiresAt)
  }
}

/**
 * From when on nothing of a session can be used. One that was ended is remembered as long, so that it is not begun
 * again.
 */
const endOf = ({ lastAccess, session }: SessionRow): number =>
  Math.max(Math.min(session.idleExpiresAt, session.expiresAt), lastAccess)
