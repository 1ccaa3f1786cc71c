/** `SentinelStore`: refresh tokens, revocation, and time. */
import { assert } from "@effect/vitest"
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
    name: "R34: a refresh token is used by its owner only, and another's attempt changes nothing",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      for (const stranger of [{ clientId: "another" }, { accountId: `${scene.owner.accountId}1` }]) {
        const attempt = yield* other.rotateRefresh(scene.rotate("code", "stolen", stranger), scene.now)
        isTag(attempt, "Missing", "another's attempt")
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
      const late = yield* other.rotateRefresh(scene.rotate("next", "late"), sessionIdleExpiresAt)
      isTag(late, "Missing", "after the session ended")
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
