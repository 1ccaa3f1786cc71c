/**
 * `SentinelStore` in memory. Every operation runs in one synchronous step, so no two of them can interleave.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Code, Grant, Missing, NewTokens, Owner, SentinelStore, Session } from "../SentinelStore.ts"
import { GenerationMap } from "./GenerationMap.ts"

interface SessionRow {
  session: Session
  /** Orders sessions and the ends of all sessions of a user, also within one millisecond. */
  readonly sequence: number
  ended: boolean
}
interface GrantRow {
  readonly grant: Grant
  revoked: boolean
}
interface CodeRow {
  readonly code: Code
  spent: boolean
}
interface RefreshRow {
  readonly grantId: string
  used: { readonly at: number; readonly seed: string; readonly successorId: string } | undefined
}
interface AccessRow {
  readonly grantId: string
  readonly expiresAt: number
}

const hour = 3_600_000

const missing = (why: NonNullable<Missing["why"]>): Missing => ({ _tag: "Missing", why })

export const makeMemory = (options: { readonly capacity: number }): SentinelStore["Service"] => {
  const map = <V>(lifetime: number) => new GenerationMap<V>({ capacity: options.capacity, lifetime })
  const sessions = map<SessionRow>(24 * hour)
  const grants = map<GrantRow>(24 * hour)
  const codes = map<CodeRow>(hour / 4)
  const refreshes = map<RefreshRow>(24 * hour)
  const accesses = map<AccessRow>(8 * hour)
  // A session lives for as long as the profile says, and forgetting its end would revive it.
  const userEnds = map<number>(Number.POSITIVE_INFINITY)
  let sequence = 0

  const userKey = (accountId: string, userId: string) => `${accountId}/${userId}`

  const hasEnded = (row: SessionRow, now: number): boolean =>
    row.ended || row.sequence < (userEnds.get(userKey(row.session.accountId, row.session.userId), now) ?? -1)

  const isAlive = (row: SessionRow | undefined, now: number): row is SessionRow =>
    row !== undefined && now < row.session.idleExpiresAt && now < row.session.expiresAt && !hasEnded(row, now)

  /** The grant, if neither it nor its session has ended. */
  const validGrant = (id: string, now: number): GrantRow | undefined => {
    const row = grants.get(id, now)
    if (row === undefined || row.revoked) return undefined
    const session = sessions.get(row.grant.sessionId, now)
    return session === undefined || hasEnded(session, now) ? undefined : row
  }

  const isOwned = (grant: Grant, owner: Owner): boolean =>
    grant.accountId === owner.accountId && grant.clientId === owner.clientId

  const touch = (id: string, idleExpiresAt: number, now: number): boolean => {
    const row = sessions.get(id, now)
    if (!isAlive(row, now)) return false
    row.session = { ...row.session, lastSeenAt: now, idleExpiresAt }
    return true
  }

  const insert = (grant: Grant, tokens: NewTokens, now: number) => {
    accesses.set(tokens.accessId, { grantId: grant.id, expiresAt: tokens.accessExpiresAt }, now)
    if (tokens.refreshId !== undefined) refreshes.set(tokens.refreshId, { grantId: grant.id, used: undefined }, now)
    touch(grant.sessionId, tokens.sessionIdleExpiresAt, now)
  }

  const endUserSessions = (accountId: string, userId: string, now: number) =>
    userEnds.set(userKey(accountId, userId), ++sequence, now)

  return {
    createSession: (session, now) =>
      Effect.sync(() => {
        const row = sessions.get(session.id, now)
        if (row !== undefined) return isAlive(row, now) ? "Exists" : "Ended"
        sessions.set(session.id, { session, sequence: ++sequence, ended: false }, now)
        return "Created"
      }),
    findSession: (id, now) =>
      Effect.sync(() => {
        const row = sessions.get(id, now)
        return isAlive(row, now) ? Option.some(row.session) : Option.none()
      }),
    touchSession: (id, idleExpiresAt, now) => Effect.sync(() => touch(id, idleExpiresAt, now)),
    endSession: (id, now) =>
      Effect.sync(() => {
        const row = sessions.get(id, now)
        // Also one that was idle for too long: its access tokens may live on.
        if (row === undefined || hasEnded(row, now)) return false
        row.ended = true
        return true
      }),
    endUserSessions: (accountId, userId, now) => Effect.sync(() => endUserSessions(accountId, userId, now)),
    issueCode: (code, now) =>
      Effect.sync(() => {
        const row = codes.get(code.id, now)
        if (row !== undefined) return row.spent || now >= row.code.expiresAt ? "Spent" : "Exists"
        if (!isAlive(sessions.get(code.grant.sessionId, now), now)) return "NoSession"
        grants.set(code.grant.id, { grant: code.grant, revoked: false }, now)
        codes.set(code.id, { code, spent: false }, now)
        return "Issued"
      }),
    redeemCode: ({ accountId, clientId, codeChallenge, id, redirectUri, tokens }, now) =>
      Effect.sync(() => {
        const row = codes.get(id, now)
        if (row === undefined) return missing("unknown")
        const { grant } = row.code
        if (!isOwned(grant, { accountId, clientId })) return missing("of another owner")
        if (row.spent) return { _tag: "Lost", grant }
        if (now >= row.code.expiresAt) return missing("expired")
        if (validGrant(grant.id, now) === undefined) return missing("revoked")
        row.spent = true
        if (row.code.redirectUri !== redirectUri) return { _tag: "Mismatch", grant, of: "redirectUri" }
        if (row.code.codeChallenge !== codeChallenge) return { _tag: "Mismatch", grant, of: "codeChallenge" }
        insert(grant, tokens, now)
        return { _tag: "Won", grant }
      }),
    rotateRefresh: ({ accountId, clientId, grace, id, seed, tokens }, now) =>
      Effect.sync(() => {
        const row = refreshes.get(id, now)
        if (row === undefined) return missing("unknown")
        const found = validGrant(row.grantId, now)
        if (found === undefined) return missing("revoked")
        const { grant } = found
        if (!isOwned(grant, { accountId, clientId })) return missing("of another owner")
        if (!isAlive(sessions.get(grant.sessionId, now), now)) return missing("expired")
        if (row.used !== undefined) {
          const successorIsUnused = refreshes.get(row.used.successorId, now)?.used === undefined
          return now - row.used.at < grace && successorIsUnused
            ? { _tag: "Retry", grant, seed: row.used.seed, usedAt: row.used.at }
            : { _tag: "Reused", grant }
        }
        if (tokens.refreshId !== undefined) row.used = { at: now, seed, successorId: tokens.refreshId }
        insert(grant, tokens, now)
        return { _tag: "Rotated", grant }
      }),
    revokeGrant: (id, now) =>
      Effect.sync(() => {
        const row = grants.get(id, now)
        if (row === undefined || row.revoked) return false
        row.revoked = true
        return true
      }),
    revokeToken: ({ accountId, clientId, id }, now) =>
      Effect.sync(() => {
        const grantId = refreshes.get(id, now)?.grantId ?? accesses.get(id, now)?.grantId
        if (grantId === undefined) return missing("unknown")
        const row = validGrant(grantId, now)
        if (row === undefined) return missing("revoked")
        if (!isOwned(row.grant, { accountId, clientId })) return missing("of another owner")
        row.revoked = true
        endUserSessions(accountId, row.grant.userId, now)
        return { _tag: "Revoked", grant: row.grant }
      }),
    findAccess: (id, now) =>
      Effect.sync(() => {
        const row = accesses.get(id, now)
        const grant = row === undefined || now >= row.expiresAt ? undefined : validGrant(row.grantId, now)
        return row === undefined || grant === undefined
          ? Option.none()
          : Option.some({ grant: grant.grant, expiresAt: row.expiresAt })
      })
  }
}
