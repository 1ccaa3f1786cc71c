/** What a store in memory holds, and which of it is alive. */
import type { Code, Grant, Session } from "../SentinelStore.ts"
import { GenerationMap } from "./GenerationMap.ts"

export interface SessionRow {
  session: Session
  readonly sequence: number
  endedAt: number | undefined
}
export interface GrantRow {
  readonly grant: Grant
  revokedAt: number | undefined
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
export interface UserEnd {
  readonly sequence: number
  readonly at: number
}

export interface Tables {
  sequence: number
  readonly sessions: GenerationMap<SessionRow>
  readonly grants: GenerationMap<GrantRow>
  readonly codes: GenerationMap<CodeRow>
  readonly refreshes: GenerationMap<RefreshRow>
  readonly accesses: GenerationMap<AccessRow>
  readonly userEnds: GenerationMap<UserEnd>
  /** When a session was ended by somebody. */
  readonly endOf: (row: SessionRow, now: number) => number | undefined
  readonly isAlive: (row: SessionRow, now: number) => boolean
}

const hour = 3_600_000

export const userKey = (accountId: string, userId: string): string => `${accountId}/${userId}`

export const makeTables = (capacity: number): Tables => {
  const map = <V>(lifetime: number) => new GenerationMap<V>({ capacity, lifetime })
  // A session lives for as long as the profile says, and forgetting its end would revive it.
  const userEnds = map<UserEnd>(Number.POSITIVE_INFINITY)

  const endOf = (row: SessionRow, now: number): number | undefined => {
    if (row.endedAt !== undefined) return row.endedAt
    const end = userEnds.get(userKey(row.session.accountId, row.session.userId), now)
    return end !== undefined && row.sequence < end.sequence ? end.at : undefined
  }

  return {
    sequence: 0,
    sessions: map(24 * hour),
    grants: map(24 * hour),
    codes: map(hour / 4),
    refreshes: map(24 * hour),
    accesses: map(8 * hour),
    userEnds,
    endOf,
    isAlive: (row, now) =>
      now < row.session.idleExpiresAt && now < row.session.expiresAt && endOf(row, now) === undefined
  }
}
