/** `SentinelStore`: codes and the tokens that come from them. */
import { assert } from "chai"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContractCase } from "../Contract.ts"
import { alternating, crowd, inParallel } from "./parallel.ts"
import { isAlive, isTag, isValid, tally } from "./sentinelAssertions.ts"
import {
  accessOf,
  grantOf,
  hour,
  makeScene,
  second,
  type Store,
  withCode,
  withSession,
  withTokens
} from "./sentinelScene.ts"

export const codeCases: ReadonlyArray<ContractCase<Store>> = [
  {
    name: "codes: a code that is issued twice is one code, and none without a session that is alive",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* makeScene()
      const code = scene.code("code")
      assert.strictEqual(yield* one.issueCode(code, scene.now), "NoSession")
      yield* one.createSession(scene.session("session"), scene.now)
      assert.strictEqual(yield* one.issueCode(code, scene.now), "Issued")
      assert.strictEqual(yield* other.issueCode(code, scene.now), "Exists")
      yield* other.redeemCode(scene.redeem("code"), scene.now)
      assert.strictEqual(yield* one.issueCode(code, scene.now), "Spent")
      assert.strictEqual(yield* one.issueCode(scene.code("late"), scene.now + 8 * hour), "NoSession")
    })
  },
  {
    name: `codes: of ${crowd} parallel issues of one code one issues it`,
    run: Effect.fnUntraced(function* (subject) {
      const scene = yield* withSession(subject.one)
      const results = yield* inParallel(crowd, (index) =>
        alternating(subject, index).issueCode(scene.code("code"), scene.now)
      )
      assert.deepStrictEqual(tally(results), { Issued: 1, Exists: crowd - 1 })
    })
  },
  {
    name: `R32: of ${crowd} parallel redemptions one wins, the others lose, and only the winner's tokens are valid`,
    run: Effect.fnUntraced(function* (subject) {
      const scene = yield* withCode(subject.one)
      const results = yield* inParallel(crowd, (index) =>
        alternating(subject, index).redeemCode(
          scene.redeem("code", { tokens: scene.tokens(`attempt ${index}`) }),
          scene.now
        )
      )
      assert.deepStrictEqual(tally(results), { Won: 1, Lost: crowd - 1 }, "Is it a find and then an update?")
      for (const [index, result] of results.entries()) {
        yield* isValid(
          subject.other,
          scene,
          `attempt ${index}`,
          result._tag === "Won",
          `of a call that was ${result._tag}`
        )
        if (result._tag !== "Missing") assert.deepStrictEqual(result.grant, scene.code("code").grant)
      }
    })
  },
  {
    name: "R34: a code is redeemed by its owner only, and another's attempt changes nothing",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withCode(one)
      const strangers = [{ clientId: "another" }, { accountId: `${scene.owner.accountId}1` }]
      const attempt = Effect.fnUntraced(function* (why: string) {
        for (const stranger of strangers) {
          isTag(yield* other.redeemCode(scene.redeem("code", stranger), scene.now), "Missing", why)
        }
      })
      yield* attempt("another's attempt before the owner's")
      isTag(yield* one.redeemCode(scene.redeem("code"), scene.now), "Won", "the owner's attempt")
      yield* attempt("another's attempt after the owner's")
      yield* isValid(other, scene, "code", true, "after another's attempts")
    })
  },
  {
    name: "R31: a code is valid until it expires, and not at that time; a redeemed one is remembered as long",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withSession(one)
      yield* Effect.forEach(["early", "late"], (name) => one.issueCode(scene.code(name), scene.now))
      const { expiresAt } = scene.code("early")
      isTag(yield* one.redeemCode(scene.redeem("early"), expiresAt - 1), "Won", "just before it expires")
      isTag(
        yield* other.redeemCode(scene.redeem("early"), expiresAt - 1),
        "Lost",
        "a second time, just before it expires"
      )
      isTag(yield* other.redeemCode(scene.redeem("late"), expiresAt), "Missing", "when it expires")
      isTag(yield* one.redeemCode(scene.redeem("unknown"), scene.now), "Missing", "an unknown code")
    })
  },
  {
    name: "D3: the redirect URI must be the one that was sent, character by character; a wrong one burns the code",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withSession(one)
      const sent = "https://app.example/cb?tenant=a%2Fb&x='\"\\"
      const wrong = [undefined, "", "https://app.example/cb?tenant=a/b&x='\"\\", `${sent} `, sent.replace("app", "App")]
      for (const [index, redirectUri] of wrong.entries()) {
        const name = `code ${index}`
        yield* one.issueCode(scene.code(name, { redirectUri: sent }), scene.now)
        const attempt = yield* one.redeemCode(scene.redeem(name, { redirectUri }), scene.now)
        isTag(attempt, "Mismatch", `${redirectUri} is not ${sent}`)
        isTag(yield* other.redeemCode(scene.redeem(name, { redirectUri: sent }), scene.now), "Lost", "after a mismatch")
        yield* isValid(one, scene, name, false, "after a mismatch")
      }
      yield* one.issueCode(scene.code("right", { redirectUri: sent }), scene.now)
      isTag(yield* other.redeemCode(scene.redeem("right", { redirectUri: sent }), scene.now), "Won", "the right one")
      yield* one.issueCode(scene.code("absent"), scene.now)
      const extra = yield* other.redeemCode(scene.redeem("absent", { redirectUri: sent }), scene.now)
      isTag(extra, "Mismatch", "one that was not sent before")
    })
  },
  {
    name: "R41, R42: the code challenge must be the one that was sent, and none if none was; a wrong one burns the code",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withSession(one)
      const sent = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
      for (const [index, [issued, given]] of [
        [sent, undefined],
        [sent, sent.toLowerCase()],
        [undefined, sent]
      ].entries()) {
        const name = `code ${index}`
        yield* one.issueCode(scene.code(name, { codeChallenge: issued }), scene.now)
        const attempt = yield* one.redeemCode(scene.redeem(name, { codeChallenge: given }), scene.now)
        isTag(attempt, "Mismatch", `${given} is not ${issued}`)
        assert.strictEqual(attempt._tag === "Mismatch" ? attempt.of : "", "codeChallenge")
        const second = yield* other.redeemCode(scene.redeem(name, { codeChallenge: issued }), scene.now)
        isTag(second, "Lost", "after a mismatch")
        yield* isValid(one, scene, name, false, "after a mismatch")
      }
      const asked = { nonce: "a 'nonce'", scope: "openid email", authenticatedAt: scene.now - 1 }
      yield* one.issueCode(scene.code("right", { codeChallenge: sent, grant: asked }), scene.now)
      const right = yield* other.redeemCode(scene.redeem("right", { codeChallenge: sent }), scene.now)
      isTag(right, "Won", "the right one")
      assert.include(right._tag === "Won" ? right.grant : {}, asked)
    })
  },
  {
    name: "R39, R40: a flood of codes pushes out no session, no token, and no memory of what was redeemed",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      yield* one.createSession(scene.session("flood"), scene.now)
      yield* Effect.forEach(
        Array.from({ length: 1000 }, (_, index) => scene.code(`${index}`, { grant: { sessionId: scene.id("flood") } })),
        (code) => one.issueCode(code, scene.now),
        { concurrency: 16, discard: true }
      )
      yield* isAlive(other, scene.id("session"), true, "after a flood of codes", scene.now)
      yield* isValid(other, scene, "code", true, "after a flood of codes")
      isTag(yield* other.redeemCode(scene.redeem("code"), scene.now), "Lost", "a redeemed code, after a flood of codes")
      isTag(yield* other.redeemCode(scene.redeem("999"), scene.now), "Won", "the last code of the flood")
      isTag(yield* other.redeemCode(scene.redeem("999"), scene.now), "Lost", "the last code, a second time")
      isTag(yield* one.redeemCode(scene.redeem("999"), scene.now), "Lost", "the last code, a third time")
    })
  },
  {
    name: "an access token is found with its grant until it expires, and not at that time",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withTokens(one)
      const { accessExpiresAt } = scene.tokens("code")
      assert.deepStrictEqual(
        yield* other.findAccess(scene.id(accessOf("code")), accessExpiresAt - 1),
        Option.some({ grant: scene.code("code").grant, expiresAt: accessExpiresAt })
      )
      yield* isValid(other, scene, "code", false, "when it expires", accessExpiresAt)
      yield* isValid(other, scene, "unknown", false, "that was never issued")
    })
  },
  {
    name: "a redemption extends the session",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const scene = yield* withSession(one)
      yield* one.issueCode(scene.code("code"), scene.now)
      const sessionIdleExpiresAt = scene.now + 9 * hour
      yield* one.redeemCode(
        scene.redeem("code", { tokens: scene.tokens("code", { sessionIdleExpiresAt }) }),
        scene.now + second
      )
      yield* isAlive(other, scene.id("session"), true, "as long as the redemption says", sessionIdleExpiresAt - 1)
      yield* isAlive(other, scene.id("session"), false, "no longer than the redemption says", sessionIdleExpiresAt)
    })
  },
  {
    name: `of ${crowd} parallel revocations of one grant one did it, and its code and tokens are void`,
    run: Effect.fnUntraced(function* (subject) {
      const { one, other } = subject
      const scene = yield* withTokens(one)
      yield* one.issueCode(scene.code("open"), scene.now)
      for (const name of ["code", "open"]) {
        const results = yield* inParallel(crowd, (index) =>
          alternating(subject, index).revokeGrant(scene.id(grantOf(name)), scene.now)
        )
        assert.deepStrictEqual(tally(results), { true: 1, false: crowd - 1 })
      }
      yield* isValid(other, scene, "code", false, "after its grant was revoked")
      isTag(yield* other.rotateRefresh(scene.rotate("code", "next"), scene.now), "Missing", "its refresh token")
      isTag(yield* other.redeemCode(scene.redeem("open"), scene.now), "Missing", "the code of a revoked grant")
      assert.isFalse(yield* one.revokeGrant(scene.id(grantOf("unknown")), scene.now), "an unknown grant was revoked")
      yield* isAlive(one, scene.id("session"), true, "which the end of a grant does not end", scene.now)
    })
  },
  {
    name: "a redemption and the end of its session or grant at the same time leave nothing that is valid",
    run: Effect.fnUntraced(function* (subject) {
      for (let round = 0; round < 16; round++) {
        const scene = yield* withCode(subject.one)
        const end = (store: Store) =>
          round % 4 < 2
            ? store.endSession(scene.id("session"), scene.now)
            : store.revokeGrant(scene.id(grantOf("code")), scene.now)
        yield* inParallel(2, (index) =>
          index === round % 2
            ? Effect.asVoid(subject.one.redeemCode(scene.redeem("code"), scene.now))
            : Effect.asVoid(end(subject.other))
        )
        yield* isValid(subject.one, scene, "code", false, "after its session or grant was ended while it was made")
        const late = yield* subject.other.rotateRefresh(scene.rotate("code", "late"), scene.now)
        isTag(late, "Missing", "its refresh token, after its session or grant was ended while it was made")
      }
    })
  }
]
