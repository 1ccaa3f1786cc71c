/** `SentinelStore`: sessions. */
import { assert } from "chai"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContractCase } from "../Contract.ts"
import { alternating, crowd, inParallel } from "./parallel.ts"
import { strangeTexts } from "./sampleTransactions.ts"
import { isAlive, isTag, isValid, tally } from "./sentinelAssertions.ts"
import { hour, makeScene, type Store, withSession, withTokens } from "./sentinelScene.ts"

export const sessionCases: ReadonlyArray<ContractCase<Store>> = [
  {
    name: "sessions: a session is found as it was created, and no other",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* makeScene()
      const sessions = strangeTexts.map((userId, index) => scene.session(`session ${index}`, { userId }))
      for (const session of sessions) {
        assert.strictEqual(yield* one.createSession(session, scene.now), "Created")
      }
      for (const session of sessions) {
        assert.deepStrictEqual(yield* other.findSession(session.id, scene.now), Option.some(session))
      }
      yield* isAlive(one, scene.id("unknown"), false, "of an unknown id", scene.now)
    })
  },
  {
    name: `sessions: of ${crowd} parallel creations of one session one creates it, the others find that it exists`,
    run: Effect.fnUntraced(function* (subject) {
      const scene = yield* makeScene()
      const results = yield* inParallel(crowd, (index) =>
        alternating(subject, index).createSession(scene.session("session"), scene.now)
      )
      assert.deepStrictEqual(tally(results), { Created: 1, Exists: crowd - 1 })
    })
  },
  {
    name: "R82: a session ends when it was idle for too long, and in any case at its end",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withSession(one)
      const { idleExpiresAt, expiresAt, id } = scene.session("session")
      yield* isAlive(other, id, true, "just before it is idle for too long", idleExpiresAt - 1)
      yield* isAlive(other, id, false, "idle for too long", idleExpiresAt)
      yield* one.createSession(scene.session("busy", { idleExpiresAt: expiresAt + hour }), scene.now)
      yield* isAlive(other, scene.id("busy"), true, "just before its end", expiresAt - 1)
      yield* isAlive(other, scene.id("busy"), false, "at its end", expiresAt)
    })
  },
  {
    name: "R82: touching extends a session that is alive, and no other",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withSession(one)
      const { idleExpiresAt, expiresAt, id } = scene.session("session")
      const later = scene.now + hour
      assert.isTrue(yield* other.touchSession(id, idleExpiresAt + hour, later))
      assert.deepStrictEqual(
        yield* one.findSession(id, idleExpiresAt),
        Option.some(scene.session("session", { lastSeenAt: later, idleExpiresAt: idleExpiresAt + hour }))
      )
      assert.isFalse(yield* one.touchSession(id, expiresAt, idleExpiresAt + hour), "a session that ended was touched")
      yield* isAlive(other, id, false, "after it was touched too late", idleExpiresAt + hour)
      assert.isFalse(
        yield* one.touchSession(scene.id("unknown"), expiresAt, scene.now),
        "an unknown session was touched"
      )
    })
  },
  {
    name: `R83: of ${crowd} parallel ends of one session one did it, and it is not revived`,
    run: Effect.fnUntraced(function* (subject) {
      const { one, other } = subject
      const scene = yield* withTokens(one)
      const id = scene.id("session")
      const results = yield* inParallel(crowd, (index) => alternating(subject, index).endSession(id, scene.now))
      assert.deepStrictEqual(tally(results), { true: 1, false: crowd - 1 })
      assert.strictEqual(yield* other.createSession(scene.session("session"), scene.now), "Ended")
      assert.isFalse(yield* other.touchSession(id, scene.now + 9 * hour, scene.now))
      yield* isAlive(one, id, false, "after its end", scene.now)
      assert.isFalse(yield* one.endSession(scene.id("unknown"), scene.now), "an unknown session was ended")
    })
  },
  {
    name: "R83: the end of a session ends its grants, and those of no other session",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      yield* one.createSession(scene.session("elsewhere"), scene.now)
      yield* one.issueCode(scene.code("kept", { grant: { sessionId: scene.id("elsewhere") } }), scene.now)
      yield* one.redeemCode(scene.redeem("kept"), scene.now)
      yield* one.issueCode(scene.code("open"), scene.now)
      yield* one.endSession(scene.id("session"), scene.now)
      yield* isValid(other, scene, "code", false, "after the end of its session")
      isTag(yield* other.rotateRefresh(scene.rotate("code", "next"), scene.now), "Missing", "its refresh token")
      isTag(yield* other.redeemCode(scene.redeem("open"), scene.now), "Missing", "its code that was not redeemed yet")
      assert.strictEqual(yield* other.issueCode(scene.code("late"), scene.now), "NoSession")
      yield* isValid(other, scene, "kept", true, "after the end of another session")
    })
  },
  {
    name: "R83: the end of a session that was idle for too long also ends its access tokens",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withSession(one)
      const { id } = scene.session("session")
      yield* one.issueCode(scene.code("code"), scene.now)
      const { tokens, ...redeem } = scene.redeem("code")
      yield* one.redeemCode(
        { ...redeem, tokens: { ...tokens, sessionIdleExpiresAt: scene.now + 1, accessExpiresAt: scene.now + hour } },
        scene.now
      )
      const later = scene.now + 2
      yield* isAlive(other, id, false, "idle for too long", later)
      assert.isTrue(Option.isSome(yield* other.findAccess(tokens.accessId, later)), "the access token before the end")
      assert.isTrue(yield* one.endSession(id, later), "the end of a session that was idle for too long")
      assert.isTrue(Option.isNone(yield* other.findAccess(tokens.accessId, later)), "the access token after the end")
    })
  },
  {
    name: "the end of a user's sessions ends all that there are, not the next one, and no other user's",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      const { accountId } = scene.owner
      yield* one.createSession(scene.session("second"), scene.now)
      yield* one.createSession(scene.session("neighbour", { userId: "another" }), scene.now)
      yield* one.createSession(scene.session("abroad", { accountId: `${accountId}x` }), scene.now)
      yield* other.endUserSessions(accountId, scene.userId, scene.now)
      yield* isAlive(one, scene.id("session"), false, "the user's first", scene.now)
      yield* isAlive(one, scene.id("second"), false, "the user's second", scene.now)
      yield* isAlive(one, scene.id("neighbour"), true, "of another user", scene.now)
      yield* isAlive(one, scene.id("abroad"), true, "of the same user id in another account", scene.now)
      yield* isValid(one, scene, "code", false, "after the end of its user's sessions")
      isTag(yield* one.rotateRefresh(scene.rotate("code", "next"), scene.now), "Missing", "the refresh token")
      assert.strictEqual(yield* one.createSession(scene.session("session"), scene.now), "Ended")
      // Within the same millisecond: the order of the calls counts, not their time.
      assert.strictEqual(yield* one.createSession(scene.session("next"), scene.now), "Created")
      yield* isAlive(other, scene.id("next"), true, "that began afterwards", scene.now)
    })
  }
]
