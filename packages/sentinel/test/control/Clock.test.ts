/** Sentinel's clock: how far it goes, what that breaks (nothing), and by which clock JWTs are dated. */
import { assert, describe, it } from "@effect/vitest"
import * as DurationText from "@le-auth/core/shared/DurationText"
import { Snapshot } from "../../src/internal/control/Snapshot.ts"
import * as VirtualClock from "../../src/internal/control/VirtualClock.ts"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { decodeJwt } from "jose"
import { account, answerOf, application, authorizePath, browser, secret, serviceClientId } from "../Harness.ts"
import { signedIn } from "./ControlHarness.ts"

const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const hours = (count: number) => count * 3_600_000

describe("how far Sentinel's clock goes", () => {
  it.effect("up to the end of the year 9999, in each of the three ways, and not a millisecond further", () =>
    Effect.gen(function* () {
      const ways = [
        (clock: VirtualClock.VirtualClock["Service"], to: number) => clock.advance(Duration.millis(to)),
        (clock: VirtualClock.VirtualClock["Service"], to: number) => clock.advanceTo(to),
        (clock: VirtualClock.VirtualClock["Service"], to: number) => clock.setAhead(Duration.millis(to))
      ]
      for (const way of ways) {
        const clock = VirtualClock.make()
        for (const beyond of [latest + 1, 1e300, Infinity]) {
          assert.strictEqual((yield* Effect.flip(way(clock, beyond)))._tag, "ClockTooFar")
        }
        assert.strictEqual((yield* clock.state).now, 0)
        assert.strictEqual((yield* way(clock, latest)).now, latest)
        assert.include((yield* Effect.flip(clock.advance(Duration.millis(1)))).message, "9999-12-31T23:59:59.999Z")
      }
      const back = yield* Effect.flip(VirtualClock.make().advance(Duration.millis(-1)))
      assert.strictEqual(back._tag, "ClockGoesForward")
    })
  )

  it.effect("what no clock can have is refused, and whatever was refused or done, everything still answers", () =>
    Effect.gen(function* () {
      const { app, control, sentinel, tokens, user } = yield* signedIn()
      assert.strictEqual((yield* Effect.flip(control.clock.advance(Duration.infinity)))._tag, "ClockTooFar")
      const document = Schema.encodeSync(Snapshot)(yield* control.state.take)
      const take = (changes: object) =>
        Effect.exit(
          Effect.flatMap(Schema.decodeUnknownEffect(Snapshot)({ ...document, ...changes }), control.state.put)
        )
      for (const changes of [
        { ahead: "9999999d" },
        { ahead: "3652425d" },
        { ahead: `${"9".repeat(400)} days` },
        { takenAt: 1e300 },
        { takenAt: -1 },
        { store: { ...document.store, sequence: 1e308 } },
        {
          store: {
            ...document.store,
            sessions: document.store.sessions.map(([id, row]) => [
              id,
              { ...row, session: { ...row.session, createdAt: 1e300 } }
            ])
          }
        }
      ]) {
        assert.strictEqual((yield* take(changes))._tag, "Failure", JSON.stringify(changes))
      }
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).status, 200)

      yield* control.clock.advanceTo(latest)
      assert.isNotNull(answerOf(yield* browser(sentinel).signIn()).get("code"))
      assert.isNull(answerOf(yield* user.send(authorizePath())).get("code"))
      assert.strictEqual(
        (yield* take({ ...document, ...Schema.encodeSync(Snapshot)(yield* control.state.take) }))._tag,
        "Success"
      )
      yield* control.state.reset
      assert.strictEqual((yield* control.clock.state).now, 0)
      assert.strictEqual((yield* sentinel.fetch("/sentinel/well-known/jwks")).status, 200)
      assert.isTrue((yield* control.journal.read()).every(({ time }) => time <= latest))
    })
  )

  it("a duration is finite, up to 100 years, and short to read", () => {
    const millis = (text: string) => Option.getOrUndefined(Option.map(DurationText.parse(text), Duration.toMillis))
    assert.strictEqual(millis("36525 days"), 36_525 * 86_400_000)
    assert.strictEqual(millis("P36525D"), 36_525 * 86_400_000)
    for (const text of [
      "36525d1ms",
      "1000000000 days",
      `${"9".repeat(400)} days`,
      `PT${"9".repeat(400)}S`,
      `P${"9".repeat(90)}W`,
      `${"1ms".repeat(40)}`,
      "-1h",
      "NaN days",
      "Infinity",
      ""
    ]) {
      assert.isUndefined(millis(text), text)
    }
  })

  it.effect("parts of a millisecond, which no store has, are rounded", () =>
    Effect.gen(function* () {
      const clock = VirtualClock.make()
      assert.strictEqual((yield* clock.advance(Duration.millis(1.5))).now, 2)
    })
  )
})

describe("the clock of JWTs", () => {
  it.effect("is the real one, whatever Sentinel's shows, and Sentinel's if the dialect says so", () =>
    Effect.gen(function* () {
      for (const [idTokenClock, iat] of [
        ["real", 100],
        ["sentinel", 100 + 8 * 3600]
      ] as const) {
        const { app, control, sentinel, user } = yield* signedIn({ points: { idTokenClock, idTokenOnRefresh: true } })
        yield* TestClock.setTime(100_000)
        yield* control.clock.advance(Duration.hours(8))
        const answer = (yield* app.exchange(answerOf(yield* user.signIn()).get("code")!)).json
        const claims = decodeJwt(answer["id_token"]!)
        assert.deepStrictEqual([claims.iat, claims.exp! - claims.iat!], [iat, 600])
        const refreshed = (yield* app.refresh(answer["refresh_token"])).json
        assert.strictEqual(decodeJwt(refreshed["id_token"]!).iat, iat)
        const service = application(sentinel, { client_id: serviceClientId, client_secret: secret })
        const token = yield* service.post(`/sentinel/api/v2/account/${account}/app/token`, {
          client_id: serviceClientId,
          client_secret: secret,
          grant_type: "client_credentials"
        })
        const ofApp = decodeJwt(token.json["access_token"]!)
        assert.deepStrictEqual([ofApp.iat, ofApp.exp! - ofApp.iat!], [iat, 3600])
        yield* TestClock.setTime(0)
      }
    })
  )

  it.effect("a repeated refresh has the id_token of the first one, also when the clock went on in between", () =>
    Effect.gen(function* () {
      const { app, control, tokens } = yield* signedIn({
        points: { idTokenOnRefresh: true, refreshTokens: "rotate" }
      })
      yield* TestClock.setTime(50_000)
      yield* control.clock.advance(Duration.hours(1))
      const first = yield* app.refresh(tokens["refresh_token"])
      yield* TestClock.adjust("2 seconds")
      yield* control.clock.advance(Duration.seconds(3))
      const second = yield* app.refresh(tokens["refresh_token"])
      assert.strictEqual(second.text, first.text)
      yield* control.clock.toRealTime
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).text, first.text)
    })
  )

  it.effect("K1: a hundred advances at one moment date no token further ahead than clients take", () =>
    Effect.gen(function* () {
      const clock = VirtualClock.make()
      const start = 1_700_000_000_000
      yield* TestClock.setTime(start)
      for (let count = 0; count < 100; count++) {
        const { now } = yield* clock.advance(Duration.hours(1))
        const date = clock.dateOf(now)
        assert.isAtMost(date - start / 1000, 30)
        assert.strictEqual(clock.shownOn(date) - (date - start / 1000) * 1000, now)
      }
    })
  )

  it.effect("each time that was shown is mapped to when it was, and what was skipped to when it was skipped", () =>
    Effect.gen(function* () {
      const clock = VirtualClock.make()
      assert.deepStrictEqual([clock.realOf(5), clock.dateOf(5), clock.shownOn(0)], [5, 0, 0])
      yield* TestClock.setTime(1000)
      yield* clock.advance(Duration.millis(hours(8)))
      yield* TestClock.setTime(5000)
      yield* clock.advance(Duration.millis(100))
      assert.deepStrictEqual(
        [500, 1000, 5000, hours(4), 1000 + hours(8), 4999 + hours(8), 5050 + hours(8), 5100 + hours(8)].map(
          clock.realOf
        ),
        [500, 1000, 1000, 1000, 1000, 4999, 5000, 5000]
      )
      yield* TestClock.setTime(9000)
      yield* clock.toRealTime
      yield* TestClock.setTime(9500)
      assert.deepStrictEqual([9000, 9500].map(clock.realOf), [9000, 9500])
    })
  )

  it.effect(
    "S21, K1: the date of a JWT leads back to what the clock showed, also when it goes on within a second",
    () =>
      Effect.gen(function* () {
        const clock = VirtualClock.make()
        yield* TestClock.setTime(1_000_400)
        const dates: Array<readonly [number, number]> = []
        const made = Effect.map(clock.state, ({ now }) => void dates.push([clock.dateOf(now), now]))
        yield* made
        yield* made
        yield* clock.advance(Duration.hours(8))
        yield* made
        yield* clock.advance(Duration.hours(1))
        // What no JWT is dated by leaves no gap.
        yield* clock.advance(Duration.hours(1))
        yield* TestClock.adjust("100 millis")
        yield* made
        yield* TestClock.adjust("20 seconds")
        yield* made
        yield* clock.toRealTime
        yield* made
        assert.deepStrictEqual(
          dates.map(([date]) => date),
          [1000, 1000, 1001, 1002, 1020, 1021]
        )
        for (const [date, shown] of dates) assert.isAtMost(Math.abs(clock.shownOn(date) - shown), 2000)
      })
  )

  it.effect("back to real time keeps sessions and tokens, also those that were over meanwhile", () =>
    Effect.gen(function* () {
      for (const ahead of [Duration.hours(2), Duration.days(5)]) {
        const { app, control, sentinel, tokens, user } = yield* signedIn()
        yield* control.clock.advance(ahead)
        const late = browser(sentinel)
        const during = (yield* app.exchange(answerOf(yield* late.signIn()).get("code")!)).json
        yield* control.clock.toRealTime
        assert.strictEqual((yield* control.clock.state).now, 0)
        for (const who of [user, late]) assert.isNotNull(answerOf(yield* who.send(authorizePath())).get("code"))
        for (const { refresh_token } of [tokens, during])
          assert.strictEqual((yield* app.refresh(refresh_token)).status, 200)
        const [change] = yield* control.journal.read({ about: "clock back to real time" })
        assert.strictEqual(change?.kind, "change")
      }
    })
  )
})
