/**
 * `SentinelStore` in memory. Every operation runs in one synchronous step, so no two of them can interleave.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Grant, Missing, NewTokens, Owner, SentinelStore } from "../SentinelStore.ts"
import type { StoreInspection } from "../StoreInspection.ts"
import { inspection } from "./memoryInspection.ts"
import { type GrantRow, makeTables, type SessionRow, type Tables, userKey } from "./memoryTables.ts"

const missing = (why: NonNullable<Missing["why"]>): Missing => ({ _tag: "Missing", why })

export interface Memory {
  readonly store: SentinelStore["Service"]
  readonly inspection: StoreInspection["Service"]
}

export const makeMemory = (options: { readonly capacity: number }): Memory => {
  let tables: Tables = makeTables(options.capacity)

  const hasEnded = (row: SessionRow, now: number): boolean => tables.endOf(row, now) !== undefined

  const isAlive = (row: SessionRow | undefined, now: number): row is SessionRow =>
    row !== undefined && tables.isAlive(row, now)

  /** The grant, if neither it nor its session has ended. */
  const validGrant = (id: string, now: number): GrantRow | undefined => {
    const row = tables.grants.get(id, now)
    if (row === undefined || row.revokedAt !== undefined) return undefined
    const session = tables.sessions.get(row.grant.sessionId, now)
    return session === undefined || hasEnded(session, now) ? undefined : row
  }

  const isOwned = (grant: Grant, owner: Owner): boolean =>
    grant.accountId === owner.accountId && grant.clientId === owner.clientId

  const touch = (id: string, idleExpiresAt: number, now: number): boolean => {
    const row = tables.sessions.get(id, now)
    if (!isAlive(row, now)) return false
    row.session = { ...row.session, lastSeenAt: now, idleExpiresAt }
    return true
  }

  const insert = (grant: Grant, tokens: NewTokens, now: number) => {
    tables.accesses.set(tokens.accessId, { grantId: grant.id, expiresAt: tokens.accessExpiresAt }, now)
    if (tokens.refreshId !== undefined)
      tables.refreshes.set(tokens.refreshId, { grantId: grant.id, used: undefined }, now)
    touch(grant.sessionId, tokens.sessionIdleExpiresAt, now)
  }

  const endUserSessions = (accountId: string, userId: string, now: number) =>
    tables.userEnds.set(userKey(accountId, userId), { sequence: ++tables.sequence, at: now }, now)

  const store: SentinelStore["Service"] = {
    createSession: (session, now) =>
      Effect.sync(() => {
        const row = tables.sessions.get(session.id, now)
        if (row !== undefined) return isAlive(row, now) ? "Exists" : "Ended"
        tables.sessions.set(session.id, { session, sequence: ++tables.sequence, endedAt: undefined }, now)
        return "Created"
      }),
    findSession: (id, now) =>
      Effect.sync(() => {
        const row = tables.sessions.get(id, now)
        return isAlive(row, now) ? Option.some(row.session) : Option.none()
      }),
    touchSession: (id, idleExpiresAt, now) => Effect.sync(() => touch(id, idleExpiresAt, now)),
    endSession: (id, now) =>
      Effect.sync(() => {
        const row = tables.sessions.get(id, now)
        // Also one that was idle for too long: its access tokens may live on.
        if (row === undefined || hasEnded(row, now)) return false
        row.endedAt = now
        return true
      }),
    endUserSessions: (accountId, userId, now) => Effect.sync(() => endUserSessions(accountId, userId, now)),
    issueCode: (code, now) =>
      Effect.sync(() => {
        const row = tables.codes.get(code.id, now)
        if (row !== undefined) return row.usedAt !== undefined || now >= row.code.expiresAt ? "Spent" : "Exists"
        if (!isAlive(tables.sessions.get(code.grant.sessionId, now), now)) return "NoSession"
        tables.grants.set(code.grant.id, { grant: code.grant, revokedAt: undefined }, now)
        tables.codes.set(code.id, { code, usedAt: undefined }, now)
        return "Issued"
      }),
    redeemCode: ({ accountId, clientId, codeChallenge, id, redirectUri, tokens }, now) =>
      Effect.sync(() => {
        const row = tables.codes.get(id, now)
        if (row === undefined) return missing("unknown")
        const { grant } = row.code
        if (!isOwned(grant, { accountId, clientId })) return missing("of another owner")
        if (row.usedAt !== undefined) return { _tag: "Lost", grant }
        if (now >= row.code.expiresAt) return missing("expired")
        if (validGrant(grant.id, now) === undefined) return missing("revoked")
        row.usedAt = now
        if (row.code.redirectUri !== redirectUri) return { _tag: "Mismatch", grant, of: "redirectUri" }
        if (row.code.codeChallenge !== codeChallenge) return { _tag: "Mismatch", grant, of: "codeChallenge" }
        insert(grant, tokens, now)
        return { _tag: "Won", grant }
      }),
    rotateRefresh: ({ accountId, clientId, grace, id, seed, tokens }, now) =>
      Effect.sync(() => {
        const row = tables.refreshes.get(id, now)
        if (row === undefined) return missing("unknown")
        const found = validGrant(row.grantId, now)
        if (found === undefined) return missing("revoked")
        const { grant } = found
        if (!isOwned(grant, { accountId, clientId })) return missing("of another owner")
        if (!isAlive(tables.sessions.get(grant.sessionId, now), now)) return missing("expired")
        if (row.used !== undefined) {
          const successorIsUnused = tables.refreshes.get(row.used.successorId, now)?.used === undefined
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
        const row = tables.grants.get(id, now)
        if (row === undefined || row.revokedAt !== undefined) return false
        row.revokedAt = now
        return true
      }),
    revokeToken: ({ accountId, clientId, id }, now) =>
      Effect.sync(() => {
        const grantId = tables.refreshes.get(id, now)?.grantId ?? tables.accesses.get(id, now)?.grantId
        if (grantId === undefined) return missing("unknown")
        const row = validGrant(grantId, now)
        if (row === undefined) return missing("revoked")
        if (!isOwned(row.grant, { accountId, clientId })) return missing("of another owner")
        row.revokedAt = now
        endUserSessions(accountId, row.grant.userId, now)
        return { _tag: "Revoked", grant: row.grant }
      }),
    findAccess: (id, now) =>
      Effect.sync(() => {
        const row = tables.accesses.get(id, now)
        const grant = row === undefined || now >= row.expiresAt ? undefined : validGrant(row.grantId, now)
        return row === undefined || grant === undefined
          ? Option.none()
          : Option.some({ grant: grant.grant, expiresAt: row.expiresAt })
      })
  }

  return { store, inspection: inspection({ get: () => tables, set: (next) => (tables = next) }, options.capacity) }
}
