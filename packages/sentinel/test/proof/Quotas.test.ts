/** The quotas of the store in memory, and what happens when it is full. */
import { assert, describe, it } from "@effect/vitest"
import { layerMemory, layerMemoryWith, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { provesQuotas } from "./Quotas.ts"

provesQuotas("memory", layerMemory)

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

const hour = 3_600_000
const owner = { accountId: "a", clientId: "c" }

const session = (id: string, now: number, userId = id) => ({
  id,
  accountId: "a",
  userId,
  createdAt: now,
  lastSeenAt: now,
  idleExpiresAt: now + hour,
  expiresAt: now + hour
})

const code = (id: string, sessionId: string, now: number) => ({
  id,
  grant: { ...owner, id: `grant ${id}`, userId: "u", sessionId, createdAt: now, nonce: undefined },
  redirectUri: undefined,
  codeChallenge: undefined,
  expiresAt: now + 60_000
})

const redemption = (id: string, now: number, refreshId?: string) => ({
  ...owner,
  id,
  redirectUri: undefined,
  codeChallenge: undefined,
  tokens: { accessId: `access ${id}`, accessExpiresAt: now + hour, refreshId, sessionIdleExpiresAt: now + hour }
})

describe("the store in memory, when it is full", () => {
  it.effect("R98: gives up what is over, and nothing that lives: the next one is refused", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      for (let index = 0; index < 10; index++) yield* store.createSession(session(`${index}`, index), index)
      const refused = yield* Effect.flip(store.createSession(session("late", 10), 10))
      assert.include(refused.message, "full of what is still alive")
      assert.isTrue(Option.isSome(yield* store.findSession("0", 10)))
      // The first one is over: there is room for one.
      assert.strictEqual(yield* store.createSession(session("next", hour), hour), "Created")
      assert.isTrue(Option.isSome(yield* store.findSession("1", hour)))
      assert.strictEqual((yield* Effect.flip(store.createSession(session("late", hour), hour)))._tag, "StoreError")
    }).pipe(Effect.provide(layerMemoryWith({ capacity: 10 })))
  )

  it.effect(
    "R39: 30,000 codes and as many refreshes of one session leave everybody else's tokens, and memory flat",
    () =>
      Effect.gen(function* () {
        const store = yield* SentinelStore
        yield* store.createSession(session("owner", 0), 0)
        yield* store.issueCode(code("owner", "owner", 0), 0)
        yield* store.redeemCode(redemption("owner", 0, "refresh"), 0)
        yield* store.createSession(session("flood", 0), 0)
        collect()
        const before = process.memoryUsage().heapUsed
        for (let index = 0; index < 30_000; index++) {
          yield* store.issueCode(code(`${index}`, "flood", 0), 0)
          if (index % 10 === 0) yield* store.redeemCode(redemption(`${index}`, 0, `refresh ${index}`), 0)
        }
        let token = "refresh 29990"
        for (let index = 0; index < 30_000; index++) {
          const tokens = { ...redemption(`next ${index}`, 0).tokens, refreshId: `next ${index}` }
          const { _tag } = yield* store.rotateRefresh({ ...owner, id: token, seed: "s", grace: 0, tokens }, 0)
          if (_tag !== "Rotated") assert.fail(_tag)
          token = tokens.refreshId
        }
        collect()
        assert.isBelow(process.memoryUsage().heapUsed - before, 16 * 2 ** 20)
        assert.isTrue(Option.isSome(yield* store.findAccess("access owner", 0)))
        const tokens = { ...redemption("again", 0).tokens, refreshId: "again" }
        const own = yield* store.rotateRefresh({ ...owner, id: "refresh", seed: "s", grace: 0, tokens }, 0)
        assert.strictEqual(own._tag, "Rotated")
      }).pipe(Effect.provide(layerMemory))
  )
})
