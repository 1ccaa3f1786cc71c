/**
 * The session that a command uses.
 */
import { AccessToken } from "@le-auth/core/Identifiers"
import type { Session } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import * as Settings from "@le-auth/core/Settings"
import * as Array from "effect/Array"
import * as Config from "effect/Config"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { notSignedIn } from "../terminal/Failure.ts"
import { Target } from "./Target.ts"

/** The sessions of the target's account and application, the newest sign-in first. */
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

/** The session of the newest sign-in. Fails if there is none. */
export const current = Effect.gen(function* () {
  const newest = (yield* all)[0]
  return newest ?? (yield* notSignedIn((yield* Target).installation))
})

/** The token of `LE_AUTH_ACCESS_TOKEN`, which is used as it is, in place of any session. */
export const givenToken = Effect.gen(function* () {
  const isGiven = yield* Effect.option(Config.NonEmptyString("LE_AUTH_ACCESS_TOKEN"))
  if (Option.isNone(isGiven)) return undefined
  return (yield* Settings.load({ LE_AUTH_ACCESS_TOKEN: AccessToken })).LE_AUTH_ACCESS_TOKEN
})

/**
 * The token that a command sends to an API: the given one, or else that of the current session, refreshed first if it
 * is due. Only the latter has a session.
 */
export const bearer = Effect.gen(function* () {
  const given = yield* givenToken
  if (given !== undefined) return { accessToken: given, session: undefined }
  const sessions = yield* Sessions
  const { key } = yield* current
  const accessToken = yield* sessions.accessToken(key)
  const session = yield* sessions.current(key)
  return { accessToken, session: Option.getOrUndefined(session) }
})

/** `2026-11-22T09:00:00.000Z` */
export const validUntil = (session: Session): string => DateTime.formatIso(DateTime.makeUnsafe(session.expiresAt))
