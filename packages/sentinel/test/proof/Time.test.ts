/** Clocks that jump: nothing gets a negative lifetime, and nothing that has ended comes back. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { answerOf, application, authorizePath, browser, isAlive, signedIn, start } from "../Harness.ts"

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as Readonly<Record<"exp" | "iat", number>>

describe("time", () => {
  it.effect.each([
    ["the year 1970", 0],
    ["a leap day", Date.UTC(2028, 1, 29, 23, 59, 59, 999)],
    ["a leap second", Date.UTC(2016, 11, 31, 23, 59, 59, 999)],
    ["the hour that is there twice", Date.UTC(2026, 9, 25, 0, 59, 59, 999)],
    ["the end of 32-bit seconds", 2 ** 31 * 1000 - 1],
    ["the year 9999", Date.UTC(9999, 0, 1)]
  ] as const)("R31, R61: in %s a code lives 60 seconds and the id_token ten minutes", ([, now]) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now)
      const sentinel = yield* start()
      const user = browser(sentinel)
      const app = application(sentinel)
      const late = answerOf(yield* user.signIn()).get("code")!
      yield* TestClock.adjust("60 seconds")
      assert.strictEqual((yield* app.exchange(late)).json["error"], "invalid_grant")
      const code = answerOf(yield* user.send(authorizePath())).get("code")!
      yield* TestClock.adjust(59_999)
      const { json, status } = yield* app.exchange(code)
      assert.strictEqual(status, 200)
      const { exp, iat } = claimsOf(json["id_token"]!)
      assert.strictEqual(exp - iat, 600)
      assert.isAtMost(iat * 1000, now + 119_999)
    })
  )

  it.effect.each(["1 second", "9 hours", "40 days"] as const)(
    "R40, R66, R83: when the clock goes back by %s, what was used, revoked or ended stays so",
    (back) =>
      Effect.gen(function* () {
        const begin = Duration.toMillis(Duration.days(20_000))
        yield* TestClock.setTime(begin)
        const { app, code, sentinel, tokens, user } = yield* signedIn()
        const next = yield* app.refresh(tokens["refresh_token"])
        yield* TestClock.setTime(begin - Duration.toMillis(Duration.fromInputUnsafe(back)))
        // The code was used: a second use is still noticed.
        assert.strictEqual((yield* app.exchange(code)).json["error"], "invalid_grant")
        assert.isFalse(yield* isAlive(sentinel, next.json["access_token"]))
        assert.strictEqual((yield* app.refresh(next.json["refresh_token"])).json["error"], "invalid_grant")
        yield* user.send("/sentinel/logout", {
          method: "POST",
          body: new URLSearchParams({ account: "12345678" })
        })
        const again = yield* user.send(authorizePath())
        assert.match(again.headers.get("location")!, /^\/sentinel\/login/)
        // A new sign-in works at once, at the time that it is now.
        const fresh = yield* app.exchange(answerOf(yield* user.signIn()).get("code")!)
        assert.strictEqual(fresh.status, 200)
        const { exp, iat } = claimsOf(fresh.json["id_token"]!)
        assert.isAbove(exp, iat)
      })
  )

  it.effect("R82: a jump far ahead ends everything, and the jump back revives no access token of a revoked grant", () =>
    Effect.gen(function* () {
      const begin = Duration.toMillis(Duration.days(20_000))
      yield* TestClock.setTime(begin)
      const { app, sentinel, tokens, user } = yield* signedIn()
      yield* app.revoke(tokens["refresh_token"])
      yield* TestClock.setTime(Date.UTC(9999, 0, 1))
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      assert.match((yield* user.send(authorizePath())).headers.get("location")!, /^\/sentinel\/login/)
      yield* TestClock.setTime(begin + 1)
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
    })
  )
})
