import { assert, describe, it } from "@effect/vitest"
import { layerMemory, layerMemoryWith, type BrowserSession, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

const owner = { accountId: "1", clientId: "c" }
const hour = 3_600_000

const session = (id: string, more: Partial<BrowserSession> = {}): BrowserSession => ({
  id,
  accountId: "1",
  userId: "u",
  createdAt: 0,
  lastSeenAt: 0,
  idleExpiresAt: 8 * hour,
  expiresAt: 24 * hour,
  ...more
})

const grant = (id: string, sessionId = "s") => ({
  ...owner,
  id,
  userId: "u",
  sessionId,
  createdAt: 0,
  nonce: undefined
})

const code = (id: string, sessionId = "s") => ({
  id,
  grant: grant(`grant-${id}`, sessionId),
  redirectUri: undefined,
  codeChallenge: undefined,
  expiresAt: 60_000
})

const tokens = (name: string, more: object = {}) => ({
  accessId: `access-${name}`,
  accessExpiresAt: 8 * hour,
  refreshId: `refresh-${name}` as string | undefined,
  sessionIdleExpiresAt: 8 * hour,
  ...more
})

const redeem = (id: string, more: object = {}) => ({
  ...owner,
  id,
  redirectUri: undefined as string | undefined,
  codeChallenge: undefined as string | undefined,
  tokens: tokens(id),
  ...more
})

const rotate = (id: string, name: string, more: object = {}) => ({
  ...owner,
  id,
  seed: `seed-${name}`,
  grace: 10_000,
  tokens: tokens(name),
  ...more
})

const tags = (results: ReadonlyArray<{ readonly _tag: string }>) => results.map((result) => result._tag).toSorted()

describe("SentinelStore.layerMemory", () => {
  it.effect("R32: of N parallel redemptions exactly one wins", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("s"), 0)
      for (const n of [2, 8, 64]) {
        yield* store.issueCode(code(`c${n}`), 0)
        const results = yield* Effect.all(
          Array.from({ length: n }, (_, index) =>
            Effect.andThen(Effect.yieldNow, store.redeemCode(redeem(`c${n}`, { tokens: tokens(`${n}-${index}`) }), 1))
          ),
          { concurrency: "unbounded" }
        )
        assert.lengthOf(
          results.filter((result) => result._tag === "Won"),
          1
        )
        assert.lengthOf(
          results.filter((result) => result._tag === "Lost"),
          n - 1
        )
      }
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("R65: of N parallel rotations one wins, and the others are told how to give the same answer", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("s"), 0)
      yield* store.issueCode(code("c"), 0)
      yield* store.redeemCode(redeem("c"), 1)
      const results = yield* Effect.all(
        Array.from({ length: 64 }, (_, index) => store.rotateRefresh(rotate("refresh-c", `${index}`), 2)),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(
        results.filter((result) => result._tag === "Rotated"),
        1
      )
      assert.deepStrictEqual(
        [...new Set(results.flatMap((result) => (result._tag === "Retry" ? [`${result.seed} ${result.usedAt}`] : [])))],
        ["seed-0 2"]
      )
      assert.strictEqual((yield* store.rotateRefresh(rotate("refresh-c", "late"), 10_002))._tag, "Reused")
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("R34: another owner's attempt is Missing and changes nothing", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("s"), 0)
      yield* store.issueCode(code("c"), 0)
      for (const other of [{ clientId: "d" }, { accountId: "2" }]) {
        assert.strictEqual((yield* store.redeemCode(redeem("c", other), 1))._tag, "Missing")
      }
      assert.strictEqual((yield* store.redeemCode(redeem("c"), 1))._tag, "Won")
      for (const other of [{ clientId: "d" }, { accountId: "2" }]) {
        assert.strictEqual((yield* store.redeemCode(redeem("c", other), 1))._tag, "Missing")
        assert.strictEqual((yield* store.rotateRefresh(rotate("refresh-c", "x", other), 1))._tag, "Missing")
        assert.strictEqual((yield* store.revokeToken({ ...owner, ...other, id: "refresh-c" }, 1))._tag, "Missing")
      }
      assert.isTrue(Option.isSome(yield* store.findAccess("access-c", 1)))
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("R31, R40: a code is valid until it expires, not at that time; a redeemed one is remembered", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("s"), 0)
      for (const id of ["a", "b"]) yield* store.issueCode(code(id), 0)
      assert.strictEqual((yield* store.redeemCode(redeem("a"), 59_999))._tag, "Won")
      assert.strictEqual((yield* store.redeemCode(redeem("b"), 60_000))._tag, "Missing")
      assert.strictEqual((yield* store.redeemCode(redeem("a"), 60_000))._tag, "Lost")
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("a wrong redirect URI burns the code", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("s"), 0)
      yield* store.issueCode({ ...code("c"), redirectUri: "https://a/" }, 0)
      const results = [
        yield* store.redeemCode(redeem("c"), 1),
        yield* store.redeemCode(redeem("c", { redirectUri: "https://a/" }), 1)
      ]
      assert.deepStrictEqual(tags(results), ["Lost", "Mismatch"])
      assert.isTrue(Option.isNone(yield* store.findAccess("access-c", 1)))
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("a code that is issued twice is one code, and none without a session", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      assert.strictEqual(yield* store.issueCode(code("c"), 0), "NoSession")
      yield* store.createSession(session("s"), 0)
      assert.strictEqual(yield* store.issueCode(code("c"), 0), "Issued")
      assert.strictEqual(yield* store.issueCode(code("c"), 0), "Exists")
      yield* store.redeemCode(redeem("c"), 1)
      assert.strictEqual(yield* store.issueCode(code("c"), 0), "Spent")
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("a session that ended stays ended; ending it and revoking a grant have one winner each", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      assert.strictEqual(yield* store.createSession(session("s"), 0), "Created")
      assert.strictEqual(yield* store.createSession(session("s"), 0), "Exists")
      yield* store.issueCode(code("c"), 0)
      assert.deepStrictEqual(
        [yield* store.revokeGrant("grant-c", 1), yield* store.revokeGrant("grant-c", 1)],
        [true, false]
      )
      assert.strictEqual((yield* store.redeemCode(redeem("c"), 1))._tag, "Missing")
      assert.deepStrictEqual([yield* store.endSession("s", 1), yield* store.endSession("s", 1)], [true, false])
      assert.strictEqual(yield* store.createSession(session("s"), 0), "Ended")
      assert.isFalse(yield* store.touchSession("s", 9 * hour, 1))
      assert.isTrue(Option.isNone(yield* store.findSession("s", 1)))
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("the end of a user's sessions is the end of all that there are, not of the next one", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("before"), 0)
      yield* store.createSession(session("other", { userId: "v" }), 0)
      yield* store.endUserSessions("1", "u", 0)
      yield* store.createSession(session("after"), 0)
      assert.isTrue(Option.isNone(yield* store.findSession("before", 0)))
      assert.isTrue(Option.isSome(yield* store.findSession("after", 0)))
      assert.isTrue(Option.isSome(yield* store.findSession("other", 0)))
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("a clock that moves back revives nothing", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("s"), 1000)
      yield* store.issueCode(code("c"), 1000)
      yield* store.redeemCode(redeem("c"), 1000)
      assert.strictEqual((yield* store.redeemCode(redeem("c"), 0))._tag, "Lost")
      yield* store.endSession("s", 1000)
      assert.isTrue(Option.isNone(yield* store.findSession("s", 0)))
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("R39: a flood of one kind does not push out another", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("s"), 0)
      for (let index = 0; index < 10_000; index++) yield* store.issueCode(code(`c${index}`), 0)
      assert.isTrue(Option.isSome(yield* store.findSession("s", 0)))
      assert.strictEqual((yield* store.redeemCode(redeem("c0"), 0))._tag, "Missing")
      assert.strictEqual((yield* store.redeemCode(redeem("c9999"), 0))._tag, "Won")
    }).pipe(Effect.provide(layerMemoryWith({ capacity: 100 })))
  )
})
