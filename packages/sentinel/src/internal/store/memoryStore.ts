/**
 * `SentinelStore` in memory. Every operation runs in one synchronous step, so no two of them can interleave.
 */
import { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Grant, Missing, NewTokens, Owner, SentinelStore } from "../../SentinelStore.ts"
import type { StoreInspection } from "../../StoreInspection.ts"
import { inspection } from "./memoryInspection.ts"
import { type GrantRow, quotas, type SessionRow, Tables } from "./memoryTables.ts"

const missing = (why: NonNullable<Missing["why"]>): Missing => ({ _tag: "Missing", why })

export interface Memory {
  readonly store: SentinelStore["Service"]
  readonly inspection: StoreInspection["Service"]
}

/** What lives is not given up for what is new. */
const full = (operation: string) =>
  new StoreError({ store: "store in memory", operation, problem: "it is full of what is still alive" })

export const makeMemory = (options: { readonly capacity: number }): Memory => {
  let tables = new Tables(options.capacity)

  const isAlive = (row: SessionRow | undefined, now: number): row is SessionRow => tables.isAlive(row, now)

  /** The grant, if neither it nor its session has ended. */
  const validGrant = (id: string): GrantRow | undefined => {
    const row = tables.grants.get(id)
    if (row === undefined || row.revokedAt !== undefined) return undefined
    const session = tables.sessions.get(row.grant.sessionId)
    return session === undefined || session.endedAt !== undefined ? undefined : row
  }

  const isOwned = (grant: Grant, owner: Owner): boolean =>
    grant.accountId === owner.accountId && grant.clientId === owner.clientId

  const touch = (id: string, idleExpiresAt: number, now: number): boolean => {
    const row = tables.sessions.get(id)
    if (!isAlive(row, now)) return false
    row.session = { ...row.session, lastSeenAt: now, idleExpiresAt }
    return true
  }

  const insert = (row: GrantRow, tokens: NewTokens, now: number) => {
    tables.addAccess(row, tokens.accessId, tokens.accessExpiresAt, now)
    if (tokens.refreshId !== undefined) tables.addRefresh(row, tokens.refreshId)
    touch(row.grant.sessionId, tokens.sessionIdleExpiresAt, now)
  }

  const endUserSessions = (accountId: string, userId: string, now: number) => {
    for (const row of tables.sessionsOf(accountId, userId)) row.endedAt ??= now
  }

  const store: SentinelStore["Service"] = {
    createSession: (session, now) =>
      Effect.suspend(() => {
        const row = tables.sessions.get(session.id)
        if (row !== undefined) return Effect.succeed(isAlive(row, now) ? "Exists" : "Ended")
        if (!tables.hasRoom(now)) return Effect.fail(full("create a session"))
        tables.addSession(session)
        return Effect.succeed("Created")
      }),
    findSession: (id, now) =>
      Effect.sync(() => {
        const row = tables.sessions.get(id)
        return isAlive(row, now) ? Option.some(row.session) : Option.none()
      }),
    touchSession: (id, idleExpiresAt, now) => Effect.sync(() => touch(id, idleExpiresAt, now)),
    endSession: (id, now) =>
      Effect.sync(() => {
        const row = tables.sessions.get(id)
        // Also one that was idle for too long: its access tokens may live on.
        if (row === undefined || row.endedAt !== undefined) return false
        row.endedAt = now
        return true
      }),
    endUserSessions: (accountId, userId, now) => Effect.sync(() => endUserSessions(accountId, userId, now)),
    issueCode: (code, now) =>
      Effect.suspend(() => {
        const row = tables.codes.get(code.id)
        if (row !== undefined) {
          return Effect.succeed(row.usedAt !== undefined || now >= row.code.expiresAt ? "Spent" : "Exists")
        }
        if (!isAlive(tables.sessions.get(code.grant.sessionId), now)) return Effect.succeed("NoSession")
        if (!tables.hasRoomForGrant(now)) return Effect.fail(full("issue a code"))
        tables.addCode(code)
        return Effect.succeed("Issued")
      }),
    redeemCode: ({ accountId, clientId, codeChallenge, id, redirectUri, tokens }, now) =>
      Effect.sync(() => {
        const row = tables.codes.get(id)
        if (row === undefined) return missing("unknown")
        const { grant } = row.code
        if (!isOwned(grant, { accountId, clientId })) return missing("of another owner")
        if (row.usedAt !== undefined) return { _tag: "Lost", grant }
        if (now >= row.code.expiresAt) return missing("expired")
        const granted = validGrant(grant.id)
        if (granted === undefined) return missing("revoked")
        tables.spend(row, now)
        if (row.code.redirectUri !== redirectUri) return { _tag: "Mismatch", grant, of: "redirectUri" }
        if (row.code.codeChallenge !== codeChallenge) return { _tag: "Mismatch", grant, of: "codeChallenge" }
        tables.redeem(granted)
        insert(granted, tokens, now)
        return { _tag: "Won", grant }
      }),
    rotateRefresh: ({ accountId, clientId, grace, id, keeps = false, seed, tokens }, now) =>
      Effect.sync(() => {
        const row = tables.refreshes.get(id)
        if (row === undefined) return missing("unknown")
        const found = validGrant(row.grantId)
        if (found === undefined) return missing("revoked")
        const { grant } = found
        if (!isOwned(grant, { accountId, clientId })) return missing("of another owner")
        if (!isAlive(tables.sessions.get(grant.sessionId), now)) return missing("expired")
        if (row.used !== undefined) {
          const successorIsUnused = tables.refreshes.get(row.used.successorId)?.used === undefined
          return now - row.used.at < grace && successorIsUnused
            ? { _tag: "Retry", grant, seed: row.used.seed, usedAt: row.used.at }
            : { _tag: "Reused", grant }
        }
        if (keeps) {
          if (row.place <= found.refreshCount - quotas.kept) return missing("expired")
          const isOlder = row.place < found.refreshCount
          found.refreshCount++
          insert(found, tokens, now)
          return { _tag: "Kept", grant, isOlder }
        }
        if (tokens.refreshId !== undefined) row.used = { at: now, seed, successorId: tokens.refreshId }
        insert(found, tokens, now)
        return { _tag: "Rotated", grant }
      }),
    revokeGrant: (id, now) =>
      Effect.sync(() => {
        const row = tables.grants.get(id)
        if (row === undefined || row.revokedAt !== undefined) return false
        row.revokedAt = now
        return true
      }),
    revokeToken: ({ accountId, clientId, id }, now) =>
      Effect.sync(() => {
        const grantId = tables.refreshes.get(id)?.grantId ?? tables.accesses.get(id)?.grantId
        if (grantId === undefined) return missing("unknown")
        const row = validGrant(grantId)
        if (row === undefined) return missing("revoked")
        if (!isOwned(row.grant, { accountId, clientId })) return missing("of another owner")
        row.revokedAt = now
        endUserSessions(accountId, row.grant.userId, now)
        return { _tag: "Revoked", grant: row.grant }
      }),
    findAccess: (id, now) =>
      Effect.sync(() => {
        const row = tables.accesses.get(id)
        const grant = row === undefined || now >= row.expiresAt ? undefined : validGrant(row.grantId)
        return row === undefined || grant === undefined
          ? Option.none()
          : Option.some({ grant: grant.grant, expiresAt: row.expiresAt })
      })
  }

  return { store, inspection: inspection({ get: () => tables, set: (next) => (tables = next) }, options.capacity) }
}
