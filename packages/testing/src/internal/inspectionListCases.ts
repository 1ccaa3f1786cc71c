/** `StoreInspection`: which sessions and token families there are. */
import { assert } from "chai"
import * as Effect from "effect/Effect"
import type { ContractCase } from "../Contract.ts"
import type { Inspected } from "./inspectionFindCases.ts"
import { grantOf, makeScene, withSession } from "./sentinelScene.ts"

const count = 12

export const listCases: ReadonlyArray<ContractCase<Inspected>> = [
  {
    name: "sessions are listed with the newest first, no more than were asked for, and all are counted",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* one.inspection.clear
      const scene = yield* makeScene()
      const now = scene.now + count
      for (let index = 0; index < count; index++) {
        const time = scene.now + index
        const { expiresAt, idleExpiresAt } = scene.session("")
        yield* one.store.createSession(
          scene.session(`${index}`, {
            createdAt: time,
            lastSeenAt: time,
            idleExpiresAt: idleExpiresAt + index,
            expiresAt: expiresAt + index
          }),
          time
        )
      }
      // The session that was seen last is not the one that began last.
      yield* one.store.touchSession(scene.id("0"), now + 9_000_000, now)
      const some = yield* other.inspection.sessions({ now, limit: 3, onlyAlive: false })
      assert.deepStrictEqual(
        some.newest.map(({ session }) => session.id),
        ["11", "10", "9"].map(scene.id)
      )
      assert.deepStrictEqual([some.total, some.isPartial], [count, false])
      const all = yield* other.inspection.sessions({ now, limit: 100, onlyAlive: false })
      assert.lengthOf(all.newest, count)
    })
  },
  {
    name: "of sessions that are alive, neither those that were ended are listed nor those whose time is over",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* one.inspection.clear
      const scene = yield* withSession(one.store)
      const { now } = scene
      yield* one.store.createSession(scene.session("ended"), now)
      yield* one.store.endSession(scene.id("ended"), now + 1)
      yield* one.store.createSession(scene.session("signed out everywhere", { userId: "other" }), now)
      yield* one.store.endUserSessions(scene.owner.accountId, "other", now + 1)
      yield* one.store.createSession(scene.session("idle", { idleExpiresAt: now + 2 }), now)
      yield* one.store.createSession(scene.session("old", { expiresAt: now + 2 }), now)
      const alive = yield* other.inspection.sessions({ now: now + 2, limit: 10, onlyAlive: true })
      assert.deepStrictEqual(alive, {
        newest: [{ session: scene.session("session"), endedAt: undefined, isAlive: true }],
        total: 1,
        isPartial: false
      })
      const all = yield* other.inspection.sessions({ now: now + 2, limit: 10, onlyAlive: false })
      assert.strictEqual(all.total, 5)
      assert.strictEqual(yield* other.inspection.count(now + 2), 1)
      assert.lengthOf(
        all.newest.filter(({ isAlive }) => isAlive),
        1
      )
    })
  },
  {
    name: "token families are listed with the newest first, and of the living ones none that was revoked or has ended",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* one.inspection.clear
      const scene = yield* withSession(one.store)
      const { now } = scene
      yield* one.store.createSession(scene.session("ended"), now)
      const sessionOf = (index: number) => scene.id(index === 11 ? "ended" : "session")
      for (let index = 0; index < count; index++) {
        const grant = { createdAt: now + index, sessionId: sessionOf(index) }
        yield* one.store.issueCode(scene.code(`${index}`, { grant }), now + index)
      }
      yield* one.store.revokeGrant(scene.id(grantOf("10")), now + count)
      yield* one.store.endSession(scene.id("ended"), now + count)
      const listed = Effect.fnUntraced(function* (onlyAlive: boolean) {
        const { newest, total } = yield* other.inspection.families({ now: now + count, limit: 3, onlyAlive })
        return [newest.map(({ grant }) => grant.id), newest.map(({ isAlive }) => isAlive), total]
      })
      const ids = (...names: ReadonlyArray<string>) => names.map((name) => scene.id(grantOf(name)))
      assert.deepStrictEqual(yield* listed(false), [ids("11", "10", "9"), [false, false, true], count])
      assert.deepStrictEqual(yield* listed(true), [ids("9", "8", "7"), [true, true, true], count - 2])
    })
  }
]
