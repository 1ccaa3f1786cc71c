/** `SentinelStore`: refresh tokens, revocation, and time. */
import { assert } from "chai"
import * as Effect from "effect/Effect"
import type { ContractCase } from "../Contract.ts"
import { alternating, crowd, inParallel } from "./parallel.ts"
import { isAlive, isTag, isValid, tally } from "./sentinelAssertions.ts"
import { accessOf, grace, grantOf, hour, refreshOf, second, type Store, withTokens } from "./sentinelScene.ts"

export const refreshCases: ReadonlyArray<ContractCase<Store>> = [
  {
    name: `R65: of ${crowd} parallel rotations one wins, and the others are told how to give the same answer`,
    run: Effect.fnUntraced(function* (subject) {
      const scene = yield* withTokens(subject.one)
      const at = scene.now + second
      const results = yield* inParallel(crowd, (index) =>
        alternating(subject, index).rotateRefresh(scene.rotate("code", `attempt ${index}`), at)
      )
      assert.deepStrictEqual(tally(results), { Rotated: 1, Retry: crowd - 1 }, "Is it a find and then an update?")
      const winner = results.findIndex((result) => result._tag === "Rotated")
      for (const [index, result] of results.entries()) {
        if (result._tag === "Retry") {
          assert.strictEqual(
            result.seed,
            scene.id(`seed of attempt ${winner}`),
            "the seed is not that of the call that won"
          )
          assert.strictEqual(result.usedAt, at, "the time is not that of the call that won")
        }
        if (result._tag !== "Missing") assert.deepStrictEqual(result.grant, scene.code("code").grant)
        yield* isValid(
          subject.other,
          scene,
          `attempt ${index}`,
          index === winner,
          `of a call that was ${result._tag}`,
          at
        )
      }
      const next = yield* subject.other.rotateRefresh(scene.rotate(`attempt ${winner}`, "next"), at)
      isTag(next, "Rotated", "the successor that the winner was given")
    })
  },
  {
    name: "R65: a used refresh token is answered again within the grace period only",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      isTag(yield* one.rotateRefresh(scene.rotate("code", "first"), scene.now), "Rotated", "the first use")
      const again = (now: number) => other.rotateRefresh(scene.rotate("code", "second"), now)
      isTag(yield* again(scene.now + grace - 1), "Retry", "just before the grace period ends")
      isTag(yield* again(scene.now + grace), "Reused", "when the grace period ends")
      isTag(yield* again(scene.now + 7 * hour), "Reused", "hours later")
      yield* isValid(one, scene, "second", false, "of a call that was Retry or Reused")
    })
  },
  {
    name: "R65: a used refresh token is not answered again when its successor was used, and not without a grace period",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      yield* one.rotateRefresh(scene.rotate("code", "first"), scene.now)
      isTag(yield* other.rotateRefresh(scene.rotate("first", "second"), scene.now), "Rotated", "the successor")
      isTag(yield* one.rotateRefresh(scene.rotate("code", "third"), scene.now), "Reused", "the predecessor")
      const strict = yield* other.rotateRefresh(scene.rotate("first", "third", { grace: 0 }), scene.now)
      isTag(strict, "Reused", "without a grace period")
      assert.isTrue(yield* one.revokeGrant(scene.id(grantOf("code")), scene.now))
      isTag(yield* other.rotateRefresh(scene.rotate("second", "third"), scene.now), "Missing", "of the revoked grant")
      isTag(
        yield* other.rotateRefresh(scene.rotate("code", "third"), scene.now),
        "Missing",
        "reused, of the revoked grant"
      )
    })
  },
  {
    name: "a refresh token without successor stays in use, and each use gives an access token",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      for (const name of ["first", "second", "third"]) {
        const tokens = scene.tokens(name, { refreshId: undefined })
        const result = yield* other.rotateRefresh(scene.rotate("code", name, { tokens }), scene.now)
        isTag(result, "Rotated", `use of a refresh token that does not rotate: ${name}`)
        yield* isValid(one, scene, name, true, "from a refresh token that does not rotate")
      }
    })
  },
  {
    name: "R64, R65: of 20 parallel uses of a refresh token that is kept all succeed, each with tokens of its own",
    run: Effect.fnUntraced(function* (subject) {
      const scene = yield* withTokens(subject.one)
      const results = yield* inParallel(20, (index) =>
        alternating(subject, index).rotateRefresh(scene.rotate("code", `attempt ${index}`, { keeps: true }), scene.now)
      )
      assert.deepStrictEqual(tally(results), { Kept: 20 })
      assert.lengthOf(
        results.filter((result) => result._tag === "Kept" && !result.isOlder),
        1,
        "of a token that is used at once, one use is the first"
      )
      for (const [index, result] of results.entries()) {
        if (result._tag === "Kept") assert.deepStrictEqual(result.grant, scene.code("code").grant)
        yield* isValid(subject.other, scene, `attempt ${index}`, true, "from a refresh token that is kept")
        const next = scene.rotate(`attempt ${index}`, `next ${index}`, { keeps: true })
        isTag(yield* subject.other.rotateRefresh(next, scene.now), "Kept", "a refresh token that one of them gave")
      }
      const request = { ...scene.owner, id: scene.id(refreshOf("attempt 1")) }
      isTag(yield* subject.one.revokeToken(request, scene.now), "Revoked", "one of the tokens")
      for (const name of ["code", "attempt 0", "next 0"]) {
        yield* isValid(subject.other, scene, name, false, "after another token of its grant was revoked")
        const late = yield* subject.other.rotateRefresh(scene.rotate(name, "late", { keeps: true }), scene.now)
        isTag(late, "Missing", "a refresh token of a grant that was revoked")
      }
    })
  },
  {
    name: "R64: the newest 64 refresh tokens of a grant are kept, an older one is told, and another grant's count apart",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      yield* one.issueCode(scene.code("elsewhere"), scene.now)
      yield* one.redeemCode(scene.redeem("elsewhere"), scene.now)
      const use = (store: Store, from: string, to: string) =>
        store.rotateRefresh(scene.rotate(from, to, { keeps: true }), scene.now)
      let last = "code"
      for (let index = 1; index <= 64; index++) {
        const result = yield* use(index % 2 === 0 ? one : other, last, `${index}`)
        assert.deepStrictEqual(
          result,
          { _tag: "Kept", grant: scene.code("code").grant, isOlder: false },
          "the newest of its grant"
        )
        last = `${index}`
      }
      isTag(yield* use(one, "code", "late"), "Missing", "with 64 newer ones")
      const older = yield* use(other, "1", "65")
      assert.deepStrictEqual(older, { _tag: "Kept", grant: scene.code("code").grant, isOlder: true }, "an older one")
      isTag(yield* use(one, "1", "late"), "Missing", "with 64 newer ones")
      isTag(yield* use(other, "2", "66"), "Kept", "with 63 newer ones")
      isTag(yield* use(one, "elsewhere", "other"), "Kept", "the refresh token of another grant")
    })
  },
  {
    name: "R64, R66: a refresh token that was rotated is not kept again, and one that was kept can be rotated",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      isTag(yield* one.rotateRefresh(scene.rotate("code", "kept", { keeps: true }), scene.now), "Kept", "the first use")
      isTag(yield* other.rotateRefresh(scene.rotate("code", "first"), scene.now), "Rotated", "without keeps")
      const later = scene.now + grace
      const again = yield* one.rotateRefresh(scene.rotate("code", "second", { keeps: true }), later)
      isTag(again, "Reused", "a use of what was rotated")
      isTag(yield* other.rotateRefresh(scene.rotate("kept", "third"), later), "Rotated", "what it gave before")
    })
  },
  {
    name: "R34: a refresh token is used by its owner only, and another's attempt changes nothing",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      for (const stranger of [{ clientId: "another" }, { accountId: `${scene.owner.accountId}1` }]) {
        for (const keeps of [false, true]) {
          const attempt = yield* other.rotateRefresh(scene.rotate("code", "stolen", { ...stranger, keeps }), scene.now)
          isTag(attempt, "Missing", "another's attempt")
        }
      }
      isTag(yield* one.rotateRefresh(scene.rotate("code", "next"), scene.now), "Rotated", "the owner's attempt")
      isTag(yield* one.rotateRefresh(scene.rotate("unknown", "x"), scene.now), "Missing", "an unknown refresh token")
    })
  },
  {
    name: "R69: a refresh token ends with the session of its user, which each use extends",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      const at = scene.now + 7 * hour
      const sessionIdleExpiresAt = at + 8 * hour
      const tokens = scene.tokens("next", { sessionIdleExpiresAt })
      isTag(
        yield* one.rotateRefresh(scene.rotate("code", "next", { tokens }), at),
        "Rotated",
        "before the session ends"
      )
      yield* isAlive(other, scene.id("session"), true, "that a refresh extended", sessionIdleExpiresAt - 1)
      for (const keeps of [false, true]) {
        const late = yield* other.rotateRefresh(scene.rotate("next", "late", { keeps }), sessionIdleExpiresAt)
        isTag(late, "Missing", "after the session ended")
      }
    })
  },
  {
    name: "revocation by any token of a grant, used or not, ends all sessions of its user",
    run: Effect.fnUntraced(function* ({ one, other }) {
      for (const name of [accessOf("code"), refreshOf("code"), refreshOf("next")]) {
        const scene = yield* withTokens(one)
        yield* one.createSession(scene.session("elsewhere"), scene.now)
        yield* one.createSession(scene.session("neighbour", { userId: "another" }), scene.now)
        yield* one.rotateRefresh(scene.rotate("code", "next"), scene.now)
        const request = { ...scene.owner, id: scene.id(name) }
        const result = yield* other.revokeToken(request, scene.now)
        assert.deepStrictEqual(result, { _tag: "Revoked", grant: scene.code("code").grant })
        for (const session of ["session", "elsewhere"]) {
          yield* isAlive(one, scene.id(session), false, `${session}, after revocation`, scene.now)
        }
        yield* isAlive(one, scene.id("neighbour"), true, "of another user, after revocation", scene.now)
        for (const token of ["code", "next"]) yield* isValid(one, scene, token, false, "after revocation")
        isTag(yield* one.rotateRefresh(scene.rotate("next", "late"), scene.now), "Missing", "refresh after revocation")
        isTag(yield* one.revokeToken(request, scene.now), "Missing", "a second revocation")
      }
    })
  },
  {
    name: "R34: only the owner can revoke a token",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      for (const stranger of [{ clientId: "another" }, { accountId: `${scene.owner.accountId}1` }]) {
        const request = { ...scene.owner, ...stranger, id: scene.id(refreshOf("code")) }
        isTag(yield* other.revokeToken(request, scene.now), "Missing", "another's attempt")
      }
      const unknown = { ...scene.owner, id: scene.id("unknown") }
      isTag(yield* other.revokeToken(unknown, scene.now), "Missing", "an unknown token")
      yield* isValid(one, scene, "code", true, "after another's attempts")
      yield* isAlive(one, scene.id("session"), true, "after another's attempts", scene.now)
    })
  },
  {
    name: "R69: no refresh extends a session beyond its end, and no token is used after it",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      const { expiresAt } = scene.session("session")
      const tokens = scene.tokens("next", { sessionIdleExpiresAt: expiresAt + hour, accessExpiresAt: expiresAt + hour })
      for (let at = scene.now; at < expiresAt; at += 7 * hour) {
        yield* one.touchSession(scene.id("session"), Math.min(at + 8 * hour, expiresAt + hour), at)
      }
      const last = yield* one.rotateRefresh(scene.rotate("code", "next", { tokens }), expiresAt - 1)
      isTag(last, "Rotated", "just before the end of its session")
      yield* isAlive(other, scene.id("session"), false, "at its end, though a refresh came just before", expiresAt)
      isTag(yield* other.rotateRefresh(scene.rotate("next", "late"), expiresAt), "Missing", "at the end of its session")
    })
  },
  {
    name: "R74: a refresh and a revocation at the same time leave nothing that is valid, whichever comes first",
    run: Effect.fnUntraced(function* (subject) {
      for (let round = 0; round < 16; round++) {
        const scene = yield* withTokens(subject.one)
        const revoke = (store: Store): Effect.Effect<unknown, unknown> => {
          if (round % 4 === 0) return store.revokeToken({ ...scene.owner, id: scene.id(refreshOf("code")) }, scene.now)
          if (round % 4 === 1) return store.revokeGrant(scene.id(grantOf("code")), scene.now)
          if (round % 4 === 2) return store.endSession(scene.id("session"), scene.now)
          return store.endUserSessions(scene.owner.accountId, scene.userId, scene.now)
        }
        yield* inParallel(4, (index) =>
          index === Math.floor(round / 4)
            ? Effect.asVoid(revoke(subject.other))
            : Effect.asVoid(
                alternating(subject, index).rotateRefresh(scene.rotate("code", `attempt ${index}`), scene.now)
              )
        )
        for (const name of ["code", ...Array.from({ length: 4 }, (_, index) => `attempt ${index}`)]) {
          yield* isValid(subject.one, scene, name, false, "after a revocation at the same time")
          const late = yield* subject.other.rotateRefresh(scene.rotate(name, "late"), scene.now)
          isTag(late, "Missing", `the refresh token of ${name}, after a revocation at the same time`)
        }
      }
    })
  },
  {
    name: "R73: of many parallel revocations of tokens of one user one did it, and the user can sign in again",
    run: Effect.fnUntraced(function* (subject) {
      const scene = yield* withTokens(subject.one)
      const ids = [accessOf("code"), refreshOf("code")].map(scene.id)
      const results = yield* inParallel(crowd, (index) =>
        alternating(subject, index).revokeToken({ ...scene.owner, id: ids[index % 2]! }, scene.now)
      )
      assert.deepStrictEqual(tally(results), { Revoked: 1, Missing: crowd - 1 })
      assert.strictEqual(yield* subject.other.createSession(scene.session("again"), scene.now), "Created")
      yield* isAlive(subject.one, scene.id("again"), true, "that began after the revocation", scene.now)
    })
  },
  {
    name: "a clock that moves back revives nothing",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      const before = scene.now - hour
      isTag(yield* other.redeemCode(scene.redeem("code"), before), "Lost", "a redeemed code")
      yield* one.endSession(scene.id("session"), scene.now)
      yield* isAlive(other, scene.id("session"), false, "that was ended", before)
      yield* isValid(other, scene, "code", false, "of a session that was ended", before)
    })
  },
  ...[0, 4_000_000_000_000].map((epoch): ContractCase<Store> => ({
    name: `time is a parameter: the year ${epoch === 0 ? 1970 : 2096} is as good as any other`,
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one, epoch)
      const { accessExpiresAt, sessionIdleExpiresAt } = scene.tokens("code")
      yield* isAlive(other, scene.id("session"), true, "now", epoch)
      yield* isValid(other, scene, "code", true, "just before it expires", accessExpiresAt - 1)
      yield* isValid(other, scene, "code", false, "when it expires", accessExpiresAt)
      isTag(yield* other.rotateRefresh(scene.rotate("code", "next"), epoch + 1), "Rotated", "a refresh")
      isTag(
        yield* one.rotateRefresh(scene.rotate("code", "next"), epoch + 2),
        "Retry",
        "a refresh within the grace period"
      )
      isTag(yield* one.redeemCode(scene.redeem("code"), epoch + 1), "Lost", "a redeemed code")
      yield* isAlive(other, scene.id("session"), false, "idle for too long", sessionIdleExpiresAt)
    })
  }))
]
