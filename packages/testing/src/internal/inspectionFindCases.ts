/** `StoreInspection`: what is known about one code or token. */
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import type { Found, StoreInspection } from "@le-auth/sentinel/StoreInspection"
import { assert } from "chai"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContractCase } from "../Contract.ts"
import { isTag, isValid } from "./sentinelAssertions.ts"
import { accessOf, grantOf, hour, refreshOf, second, withCode, withSession, withTokens } from "./sentinelScene.ts"

export interface Inspected {
  readonly store: SentinelStore["Service"]
  readonly inspection: StoreInspection["Service"]
}

export const found = Effect.fnUntraced(function* (
  { inspection }: Inspected,
  id: string,
  now: number
): Effect.fn.Return<Found, unknown> {
  const known = yield* inspection.find(id, now)
  assert.isTrue(Option.isSome(known), "a code or token that was issued is not found")
  return Option.getOrThrow(known)
})

export const findCases: ReadonlyArray<ContractCase<Inspected>> = [
  {
    name: "a code is found as it was issued, also after it was used, and to look does not use it",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withSession(one.store)
      const request = { redirectUri: "https://app.example/cb?a=1", codeChallenge: "c".repeat(43) }
      const code = scene.code("code", { ...request, grant: { nonce: "nonce" } })
      yield* one.store.issueCode(code, scene.now)
      const session = { session: scene.session("session"), endedAt: undefined, isAlive: true }
      const family = { grant: code.grant, revokedAt: undefined, session, isAlive: true }
      const expected = { kind: "code", family, ...request, expiresAt: code.expiresAt, usedAt: undefined } as const
      assert.deepStrictEqual(yield* found(other, code.id, scene.now + 1), expected)

      const tokens = scene.tokens("code", { sessionIdleExpiresAt: scene.session("session").idleExpiresAt })
      const redeemed = yield* one.store.redeemCode(scene.redeem("code", { ...request, tokens }), scene.now + 2)
      isTag(redeemed, "Won", "a code that was only looked at")
      const after = yield* found(other, code.id, scene.now + 3)
      assert.deepStrictEqual(after, {
        ...expected,
        family: { ...family, session: { ...session, session: { ...session.session, lastSeenAt: scene.now + 2 } } },
        usedAt: scene.now + 2
      })
    })
  },
  {
    name: "a refresh token is found, and when it was used; so is an access token; nothing is found for another text",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one.store)
      const fresh = yield* found(other, scene.id(refreshOf("code")), scene.now)
      assert.deepStrictEqual(
        [fresh.kind, fresh.family.grant.id, fresh.kind === "refresh-token" && fresh.usedAt],
        ["refresh-token", scene.id(grantOf("code")), undefined]
      )
      const later = scene.now + 10 * second
      yield* one.store.rotateRefresh(scene.rotate("code", "next"), later)
      const used = yield* found(other, scene.id(refreshOf("code")), later)
      assert.strictEqual(used.kind === "refresh-token" && used.usedAt, later)

      const access = yield* found(other, scene.id(accessOf("code")), scene.now)
      assert.deepStrictEqual(
        [access.kind, access.family.isAlive, access.kind === "access-token" && access.expiresAt],
        ["access-token", true, scene.now + 8 * hour]
      )
      assert.isTrue(Option.isNone(yield* other.inspection.find(scene.id("unknown"), scene.now)))
      assert.isTrue(Option.isNone(yield* other.inspection.find(scene.id("session"), scene.now)))
    })
  },
  {
    name: "what ended a family is found with each of its tokens: its revocation, its session, all sessions of the user",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const revoked = yield* withTokens(one.store)
      yield* one.store.revokeGrant(revoked.id(grantOf("code")), revoked.now + 1)
      for (const name of ["code", accessOf("code"), refreshOf("code")]) {
        const { family } = yield* found(other, revoked.id(name), revoked.now + 2)
        assert.deepStrictEqual([family.isAlive, family.revokedAt], [false, revoked.now + 1])
        assert.isTrue(family.session?.isAlive)
      }
      const ended = yield* withTokens(one.store)
      yield* one.store.endSession(ended.id("session"), ended.now + 1)
      const all = yield* withTokens(one.store)
      yield* one.store.endUserSessions(all.owner.accountId, all.userId, all.now + 1)
      for (const scene of [ended, all]) {
        const { family } = yield* found(other, scene.id(refreshOf("code")), scene.now + 2)
        assert.deepStrictEqual([family.isAlive, family.revokedAt], [false, undefined])
        assert.deepStrictEqual([family.session?.isAlive, family.session?.endedAt], [false, scene.now + 1])
      }
    })
  },
  {
    name: "R82: time is what it is asked with: a session that was idle for too long is dead, its family is not",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withCode(one.store)
      const { idleExpiresAt } = scene.session("session")
      // Not before its last access token is.
      const accessExpiresAt = idleExpiresAt + hour
      const tokens = scene.tokens("code", { accessExpiresAt })
      const states = Effect.fnUntraced(function* (now: number) {
        const { family } = yield* found(other, scene.id(accessOf("code")), now)
        const listed = yield* other.inspection.families({ now, limit: 100, onlyAlive: true })
        const isListed = listed.newest.some(({ grant }) => grant.id === family.grant.id)
        assert.strictEqual(isListed, family.isAlive)
        return [family.session?.isAlive, family.session?.endedAt, family.isAlive]
      })
      yield* one.store.redeemCode(scene.redeem("code", { tokens }), scene.now)
      assert.deepStrictEqual(yield* states(idleExpiresAt - 1), [true, undefined, true])
      assert.deepStrictEqual(yield* states(idleExpiresAt), [false, undefined, true])
      assert.deepStrictEqual(yield* states(accessExpiresAt - 1), [false, undefined, true])
      assert.deepStrictEqual(yield* states(accessExpiresAt), [false, undefined, false])
    })
  },
  {
    name: "R70: all families of one application in one account are revoked, and no others",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withCode(one.store)
      const another = { clientId: "22222222-2222-4222-8222-222222222222" }
      yield* one.store.issueCode(scene.code("second"), scene.now)
      yield* one.store.issueCode(scene.code("other app", { grant: another }), scene.now)
      for (const name of ["code", "second"]) yield* one.store.redeemCode(scene.redeem(name), scene.now)
      yield* one.store.redeemCode(scene.redeem("other app", another), scene.now)
      const elsewhere = yield* withTokens(one.store)
      yield* other.inspection.revokeClient(scene.owner, scene.now + 1)
      for (const name of ["code", "second"]) {
        yield* isValid(one.store, scene, name, false, "its application was removed", scene.now + 1)
      }
      yield* isValid(one.store, scene, "other app", true, "it is another application's", scene.now + 1)
      yield* isValid(one.store, elsewhere, "code", true, "it is of another account", elsewhere.now + 1)
      const { family } = yield* found(other, scene.id("code"), scene.now + 2)
      assert.strictEqual(family.revokedAt, scene.now + 1)
    })
  }
]
