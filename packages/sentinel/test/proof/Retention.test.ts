/** What the memory store forgets must never bring back what has ended. */
import { assert, describe, it } from "@effect/vitest"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

const hour = 3_600_000
const day = 24 * hour
const begin = Date.UTC(2026, 0, 1)

const session = (id: string, userId: string) => ({
  id,
  accountId: "a",
  userId,
  createdAt: begin,
  lastSeenAt: begin,
  idleExpiresAt: begin + 7 * day,
  expiresAt: begin + 30 * day
})

describe("the memory store", () => {
  it.effect("R73, R74: remembers the end of a user's sessions for as long as they could live", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("phone", "user"), begin)
      yield* store.endUserSessions("a", "user", begin + 1)
      // No request asks for the session, while others sign out for days.
      for (let day = 1; day <= 6; day++) {
        yield* store.endUserSessions("a", `other ${day}`, begin + day * 25 * hour)
        yield* store.endUserSessions("a", `another ${day}`, begin + day * 25 * hour + 1)
      }
      assert.isTrue(Option.isNone(yield* store.findSession("phone", begin + 6 * 25 * hour + 2)))
      assert.strictEqual(yield* store.createSession(session("phone", "user"), begin + 6 * 25 * hour + 2), "Ended")
    }).pipe(Effect.provide(layerMemory))
  )

  it.effect("R39: a flood of sessions pushes out the oldest, and neither the newest nor one that is used", () =>
    Effect.gen(function* () {
      const store = yield* SentinelStore
      yield* store.createSession(session("kept", "user"), begin)
      for (let index = 0; index < 450_000; index++) {
        yield* store.createSession(session(`flood ${index}`, "flood"), begin)
        // The session that is used survives the flood.
        if (index % 50_000 === 0) assert.isTrue(Option.isSome(yield* store.findSession("kept", begin)))
      }
      assert.isTrue(Option.isSome(yield* store.findSession("flood 449999", begin)))
      assert.isTrue(Option.isNone(yield* store.findSession("flood 0", begin)))
    }).pipe(Effect.provide(layerMemory))
  )
})
