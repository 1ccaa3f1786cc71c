/**
 * The session that a command is about.
 *
 * @since 0.1.0
 */
import type { Session } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import * as Array from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { notSignedIn } from "./Failure.ts"
import { Target } from "./Target.ts"

/**
 * The sessions of the target's account and application, the newest sign-in first.
 *
 * @since 0.1.0
 */
export const all = Effect.gen(function* () {
  const { installation } = yield* Target
  const sessions = yield* Sessions
  const keys = yield* sessions.list(installation.accountId)
  const found = yield* Effect.forEach(
    keys.filter((key) => key.clientId === installation.clientId),
    sessions.current
  )
  return Array.getSomes(found).toSorted((one, other) => other.signedInAt - one.signedInAt)
})

/**
 * The session of whoever signed in last. Fails if nobody did.
 *
 * @since 0.1.0
 */
export const current = Effect.gen(function* () {
  const newest = (yield* all)[0]
  return newest ?? (yield* notSignedIn((yield* Target).installation.accountId))
})

/**
 * `2026-11-22T09:00:00.000Z`
 *
 * @since 0.1.0
 */
export const validUntil = (session: Session): string => DateTime.formatIso(DateTime.makeUnsafe(session.expiresAt))
