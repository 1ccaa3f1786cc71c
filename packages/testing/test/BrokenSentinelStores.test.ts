import { assert, describe, it } from "@effect/vitest"
import { type Grant, layerMemory, type Owner, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as SentinelStoreContract from "@le-auth/testing/SentinelStoreContract"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

type Store = SentinelStore["Service"]

/** The right store, with some of its operations replaced by wrong ones. */
const wrong = (change: (right: Store) => Partial<Store>): Layer.Layer<SentinelStore> =>
  Layer.effect(
    SentinelStore,
    Effect.gen(function* () {
      const right = yield* Effect.map(Layer.build(Layer.fresh(layerMemory)), (context) => context)
      const store = yield* Effect.provideContext(SentinelStore, right)
      return { ...store, ...change(store) }
    })
  )

/** Finds first and acts afterwards: all who found it before somebody acted win. */
const findThenAct = (found: Set<string>, id: string) =>
  Effect.gen(function* () {
    const isFree = !found.has(id)
    yield* Effect.yieldNow
    found.add(id)
    return isFree
  })

const redemptions = "R32: of 64 parallel redemptions one wins, the others lose, and only the winner's tokens are valid"
const codeOwner = "R34: a code is redeemed by its owner only, and another's attempt changes nothing"
const redirect =
  "D3: the redirect URI must be the one that was sent, character by character; a wrong one burns the code"
const challenge =
  "R41, R42: the code challenge must be the one that was sent, and none if none was; a wrong one burns the code"
const rotations = "R65: of 64 parallel rotations one wins, and the others are told how to give the same answer"
const gracePeriod = "R65: a used refresh token is answered again within the grace period only"
const successor =
  "R65: a used refresh token is not answered again when its successor was used, and not without a grace period"
const keeping =
  "R64: the newest 64 refresh tokens of a grant are kept, an older one is told, and another grant's count apart"
const keptAtOnce =
  "R64, R65: of 20 parallel uses of a refresh token that is kept all succeed, each with tokens of its own"
const mixed = "R64, R66: a refresh token that was rotated is not kept again, and one that was kept can be rotated"
const staying = "a refresh token without successor stays in use, and each use gives an access token"
const refreshOwner = "R34: a refresh token is used by its owner only, and another's attempt changes nothing"
const refreshEnd = "R69: a refresh token ends with the session of its user, which each use extends"
const ends = "R83: of 64 parallel ends of one session one did it, and it is not revived"
const sessionGrants = "R83: the end of a session ends its grants, and those of no other session"
const userEnds = "the end of a user's sessions ends all that there are, not the next one, and no other user's"
const revocation = "revocation by any token of a grant, used or not, ends all sessions of its user"
const revoker = "R34: only the owner can revoke a token"
const grants = "of 64 parallel revocations of one grant one did it, and its code and tokens are void"
const race = "a redemption and the end of its session or grant at the same time leave nothing that is valid"
const idle = "R82: a session ends when it was idle for too long, and in any case at its end"
const absolute = "R69: no refresh extends a session beyond its end, and no token is used after it"
const refreshRace =
  "R74: a refresh and a revocation at the same time leave nothing that is valid, whichever comes first"
const revocations = "R73: of many parallel revocations of tokens of one user one did it, and the user can sign in again"
const flood = "R39, R40: a flood of codes pushes out no session, no token, and no memory of what was redeemed"
const access = "an access token is found with its grant until it expires, and not at that time"
const year1970 = "time is a parameter: the year 1970 is as good as any other"
const year2096 = "time is a parameter: the year 2096 is as good as any other"

/** Holds at most `capacity` sessions and tokens, and each code takes the place of one of them. */
const layerMemoryOne = (capacity: number): Layer.Layer<SentinelStore> =>
  wrong((right) => {
    let things = 0
    return {
      issueCode: (code, now) => {
        things++
        return right.issueCode(code, now)
      },
      findSession: (id, now) =>
        Effect.map(right.findSession(id, now), (found) => (things > capacity ? Option.none() : found))
    }
  })

/** Runs an operation of the right store at another time. */
const at =
  (time: (now: number, clock: number) => number) =>
  <Request, A, E>(operation: (request: Request, now: number) => Effect.Effect<A, E>) =>
  (request: Request, now: number) =>
    Effect.flatMap(Clock.currentTimeMillis, (clock) => operation(request, time(now, clock)))

const byClock = at((_, clock) => clock)

const broken: ReadonlyArray<readonly [string, Layer.Layer<SentinelStore>, ReadonlyArray<string>]> = [
  [
    "finds a code and then consumes it",
    wrong((right) => {
      const found = new Set<string>()
      const grants = new Map<string, Grant>()
      return {
        issueCode: (code, now) => {
          grants.set(code.id, code.grant)
          return right.issueCode(code, now)
        },
        redeemCode: Effect.fnUntraced(function* (request, now) {
          const isFree = yield* findThenAct(found, request.id)
          const result = yield* right.redeemCode(request, now)
          const grant = grants.get(request.id)
          return isFree && grant !== undefined ? { _tag: "Won" as const, grant } : result
        })
      }
    }),
    [redemptions]
  ],
  [
    "lets anybody redeem",
    wrong((right) => {
      const owners = new Map<string, Owner>()
      return {
        issueCode: (code, now) => {
          owners.set(code.id, { accountId: code.grant.accountId, clientId: code.grant.clientId })
          return right.issueCode(code, now)
        },
        redeemCode: (request, now) => right.redeemCode({ ...request, ...owners.get(request.id) }, now)
      }
    }),
    [codeOwner]
  ],
  [
    "does not compare redirect URIs",
    wrong((right) => {
      const sent = new Map<string, string | undefined>()
      return {
        issueCode: (code, now) => {
          sent.set(code.id, code.redirectUri)
          return right.issueCode(code, now)
        },
        redeemCode: (request, now) => right.redeemCode({ ...request, redirectUri: sent.get(request.id) }, now)
      }
    }),
    [redirect]
  ],
  [
    "does not compare code challenges",
    wrong((right) => {
      const sent = new Map<string, string | undefined>()
      return {
        issueCode: (code, now) => {
          sent.set(code.id, code.codeChallenge)
          return right.issueCode(code, now)
        },
        redeemCode: (request, now) => right.redeemCode({ ...request, codeChallenge: sent.get(request.id) }, now)
      }
    }),
    [challenge]
  ],
  [
    "gives a redeemed code's tokens to the loser, too",
    wrong((right) => ({
      redeemCode: (request, now) =>
        Effect.map(right.redeemCode(request, now), (result) =>
          result._tag === "Lost" ? { _tag: "Won", grant: result.grant } : result
        )
    })),
    [redemptions, redirect, challenge]
  ],
  [
    "tells each rotation its own seed",
    wrong((right) => ({
      rotateRefresh: (request, now) =>
        Effect.map(right.rotateRefresh(request, now), (result) =>
          result._tag === "Retry" ? { ...result, seed: request.seed } : result
        )
    })),
    [rotations]
  ],
  [
    "has no grace period",
    wrong((right) => ({ rotateRefresh: (request, now) => right.rotateRefresh({ ...request, grace: 0 }, now) })),
    [rotations, gracePeriod]
  ],
  [
    "has an endless grace period",
    wrong((right) => ({ rotateRefresh: (request, now) => right.rotateRefresh({ ...request, grace: Infinity }, now) })),
    [gracePeriod, successor]
  ],
  [
    "takes a reused refresh token for an unknown one",
    wrong((right) => ({
      rotateRefresh: (request, now) =>
        Effect.map(right.rotateRefresh(request, now), (result) =>
          result._tag === "Reused" ? { _tag: "Missing" } : result
        )
    })),
    [gracePeriod, successor]
  ],
  [
    "rotates what is to be kept",
    wrong((right) => ({ rotateRefresh: (request, now) => right.rotateRefresh({ ...request, keeps: false }, now) })),
    [keptAtOnce, keeping, mixed]
  ],
  [
    "rotates always",
    wrong((right) => ({
      rotateRefresh: (request, now) =>
        right.rotateRefresh(
          { ...request, tokens: { ...request.tokens, refreshId: request.tokens.refreshId ?? request.seed } },
          now
        )
    })),
    [staying]
  ],
  [
    "lets anybody refresh",
    wrong((right) => {
      let owner: Owner | undefined
      return {
        issueCode: (code, now) => {
          owner = { accountId: code.grant.accountId, clientId: code.grant.clientId }
          return right.issueCode(code, now)
        },
        rotateRefresh: (request, now) => right.rotateRefresh({ ...request, ...owner }, now),
        revokeToken: (request, now) => right.revokeToken({ ...request, ...owner }, now)
      }
    }),
    [refreshOwner, revoker]
  ],
  [
    "does not extend sessions by refreshing",
    wrong((right) => ({
      rotateRefresh: (request, now) =>
        right.rotateRefresh({ ...request, tokens: { ...request.tokens, sessionIdleExpiresAt: now + 1 } }, now)
    })),
    [refreshEnd]
  ],
  [
    "says of each end that it did it",
    wrong((right) => ({ endSession: (id, now) => Effect.as(right.endSession(id, now), true) })),
    [ends]
  ],
  [
    "says of each revocation that it did it",
    wrong((right) => ({ revokeGrant: (id, now) => Effect.as(right.revokeGrant(id, now), true) })),
    [grants]
  ],
  [
    "forgets that sessions have grants",
    wrong((right) => {
      const ended = new Set<string>()
      return {
        endSession: (id) => Effect.sync(() => ended.size !== ended.add(id).size),
        findSession: (id, now) =>
          Effect.map(right.findSession(id, now), (found) => (ended.has(id) ? Option.none() : found))
      }
    }),
    [sessionGrants, race]
  ],
  [
    "ends the sessions of a user in all accounts",
    wrong((right) => {
      const accounts = new Set<string>()
      return {
        createSession: (session, now) => {
          accounts.add(session.accountId)
          return right.createSession(session, now)
        },
        endUserSessions: (_, userId, now) =>
          Effect.asVoid(Effect.forEach([...accounts], (account) => right.endUserSessions(account, userId, now)))
      }
    }),
    [userEnds]
  ],
  [
    "ends also those sessions that begin afterwards in the same millisecond",
    wrong((right) => {
      const ends = new Map<string, number>()
      const keyOf = (accountId: string, userId: string) => `${accountId}/${userId}`
      return {
        endUserSessions: (accountId, userId, now) => {
          ends.set(keyOf(accountId, userId), now)
          return right.endUserSessions(accountId, userId, now)
        },
        findSession: (id, now) =>
          Effect.map(
            right.findSession(id, now),
            Option.filter(
              (session) => session.createdAt > (ends.get(keyOf(session.accountId, session.userId)) ?? -Infinity)
            )
          )
      }
    }),
    [userEnds]
  ],
  [
    "revokes one token only",
    wrong((right) => {
      const revoked = new Set<string>()
      return {
        revokeToken: (request, now) =>
          Effect.map(right.findAccess(request.id, now), (found) => {
            if (Option.isNone(found) || revoked.has(request.id)) return { _tag: "Missing" }
            revoked.add(request.id)
            return { _tag: "Revoked", grant: found.value.grant }
          })
      }
    }),
    [revocation]
  ],
  [
    "lets access tokens live a moment longer",
    wrong((right) => ({ findAccess: at((now) => now - 1)(right.findAccess) })),
    [access]
  ],
  [
    "lets sessions live a moment longer",
    wrong((right) => ({ findSession: at((now) => now - 1)(right.findSession) })),
    [idle]
  ],
  [
    "lets sessions live a day longer",
    wrong((right) => ({
      createSession: (session, now) =>
        right.createSession({ ...session, expiresAt: session.expiresAt + 86_400_000 }, now)
    })),
    [idle, absolute]
  ],
  [
    "finds a grant, and then adds a token to it, whatever has happened meanwhile",
    wrong((right) => {
      const added = new Map<string, Grant>()
      return {
        rotateRefresh: Effect.fnUntraced(function* (request, now) {
          const result = yield* right.rotateRefresh(request, now)
          yield* Effect.yieldNow
          if (result._tag === "Rotated") added.set(request.tokens.accessId, result.grant)
          return result
        }),
        revokeGrant: (id, now) => {
          for (const [token, grant] of added) if (grant.id === id) added.delete(token)
          return right.revokeGrant(id, now)
        },
        findAccess: (id, now) =>
          Effect.map(right.findAccess(id, now), (found) => {
            const grant = added.get(id)
            return Option.isSome(found) || grant === undefined ? found : Option.some({ grant, expiresAt: now + 1 })
          })
      }
    }),
    [refreshRace]
  ],
  [
    "says of each revocation by a token that it did it",
    wrong((right) => {
      const grants = new Map<string, Grant>()
      return {
        revokeToken: (request, now) =>
          Effect.map(right.revokeToken(request, now), (result) => {
            if (result._tag === "Revoked") grants.set(request.accountId, result.grant)
            const grant = grants.get(request.accountId)
            return grant === undefined ? result : { _tag: "Revoked", grant }
          })
      }
    }),
    [revocations]
  ],
  ["keeps the last hundred things of all kinds", layerMemoryOne(100), [flood]],
  [
    "has a clock of its own",
    wrong((right) => ({ findSession: byClock(right.findSession), findAccess: byClock(right.findAccess) })),
    [year1970, year2096]
  ]
]

const nothing = { violations: [], unproven: [] }

describe("SentinelStoreContract", () => {
  it.effect("accepts the store of Sentinel", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* SentinelStoreContract.check(wrong(() => ({}))), nothing)
    })
  )

  it.effect("accepts two instances on the same data", () =>
    Effect.gen(function* () {
      const store = yield* Effect.provide(SentinelStore, layerMemory)
      const shared = Layer.succeed(SentinelStore, store)
      const copy = Layer.succeed(SentinelStore, { ...store })
      assert.deepStrictEqual(yield* SentinelStoreContract.check(shared, { second: copy }), nothing)
    })
  )

  for (const [what, layer, names] of broken) {
    it.effect(`rejects a store that ${what}`, () =>
      Effect.gen(function* () {
        const { violations } = yield* SentinelStoreContract.check(layer)
        assert.includeMembers(
          violations.map(({ name }) => name),
          [...names]
        )
      })
    )
  }

  it.effect("rejects two instances that do not share their data", () =>
    Effect.gen(function* () {
      const { violations } = yield* SentinelStoreContract.check(layerMemory, { second: layerMemory })
      assert.isAtLeast(violations.length, 20)
    })
  )
})
