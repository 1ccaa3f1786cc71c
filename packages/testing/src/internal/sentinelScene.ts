/** An account, an application and a user of their own for each case of `SentinelStore`. */
import type { Code, Grant, NewTokens, Owner, SentinelStore, BrowserSession } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import * as Unique from "./unique.ts"

export type Store = SentinelStore["Service"]
export type RedeemRequest = Parameters<Store["redeemCode"]>[0]
export type RotateRequest = Parameters<Store["rotateRefresh"]>[0]

export const second = 1000
export const hour = 3600 * second
/** When the cases play, unless time itself is what they are about. */
export const start = 1_700_000_000_000

/** Names things, and makes what the operations want, with defaults that fit together. */
export interface Scene {
  readonly now: number
  readonly owner: Owner
  readonly userId: string
  /** The id of a thing by its name in the case: 64 hexadecimal characters, always the same ones for one name. */
  readonly id: (name: string) => string
  readonly session: (name: string, more?: Partial<BrowserSession>) => BrowserSession
  /** The code `name`, of a grant of its own: `grant of NAME`. */
  readonly code: (name: string, more?: Partial<Omit<Code, "grant">> & { readonly grant?: Partial<Grant> }) => Code
  readonly tokens: (name: string, more?: Partial<NewTokens>) => NewTokens
  /** Redeems a code for the tokens `access of NAME` and `refresh of NAME`, where NAME is that of the code. */
  readonly redeem: (code: string, more?: Partial<RedeemRequest>) => RedeemRequest
  /** Rotates `refresh of FROM` into the tokens of `to`. */
  readonly rotate: (from: string, to: string, more?: Partial<RotateRequest>) => RotateRequest
}

export const accessOf = (name: string): string => `access of ${name}`
export const refreshOf = (name: string): string => `refresh of ${name}`
export const grantOf = (name: string): string => `grant of ${name}`
export const grace = 10 * second

export const makeScene = Effect.fnUntraced(function* (now: number = start): Effect.fn.Return<Scene> {
  const accountId = yield* Unique.accountText
  const seed = (yield* Unique.hash).slice(0, 56)
  const names = new Map<string, string>()
  const id = (name: string): string => {
    const known = names.get(name) ?? seed + names.size.toString(16).padStart(8, "0")
    names.set(name, known)
    return known
  }
  const owner = { accountId, clientId: "11111111-1111-4111-8111-111111111111" }
  const userId = "3552833710"

  const tokens: Scene["tokens"] = (name, more) => ({
    accessId: id(accessOf(name)),
    accessExpiresAt: now + 8 * hour,
    refreshId: id(refreshOf(name)),
    sessionIdleExpiresAt: now + 8 * hour,
    ...more
  })

  return {
    now,
    owner,
    userId,
    id,
    tokens,
    session: (name, more) => ({
      id: id(name),
      accountId,
      userId,
      createdAt: now,
      lastSeenAt: now,
      idleExpiresAt: now + 8 * hour,
      expiresAt: now + 24 * hour,
      ...more
    }),
    code: (name, more) => ({
      id: id(name),
      redirectUri: undefined,
      codeChallenge: undefined,
      expiresAt: now + 60 * second,
      ...more,
      grant: {
        ...owner,
        id: id(grantOf(name)),
        userId,
        sessionId: id("session"),
        createdAt: now,
        nonce: undefined,
        ...more?.grant
      }
    }),
    redeem: (code, more) => ({
      ...owner,
      id: id(code),
      redirectUri: undefined,
      codeChallenge: undefined,
      tokens: tokens(code),
      ...more
    }),
    rotate: (from, to, more) => ({
      ...owner,
      id: id(refreshOf(from)),
      seed: id(`seed of ${to}`),
      grace,
      tokens: tokens(to),
      ...more
    })
  }
})

/** A scene with the session `session`. */
export const withSession = Effect.fnUntraced(function* (store: Store, now?: number) {
  const scene = yield* makeScene(now)
  yield* store.createSession(scene.session("session"), scene.now)
  return scene
})

/** A scene with the session `session` and the code `code`. */
export const withCode = Effect.fnUntraced(function* (store: Store, now?: number) {
  const scene = yield* withSession(store, now)
  yield* store.issueCode(scene.code("code"), scene.now)
  return scene
})

/** A scene in which the code `code` was redeemed: with `access of code` and `refresh of code`. */
export const withTokens = Effect.fnUntraced(function* (store: Store, now?: number) {
  const scene = yield* withCode(store, now)
  yield* store.redeemCode(scene.redeem("code"), scene.now)
  return scene
})
