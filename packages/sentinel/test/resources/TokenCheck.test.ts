import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from "jose"
import * as Controlled from "../control/ControlHarness.ts"
import { account, answerOf, application, browser, newKeys, secret, start } from "../Harness.ts"
import { appToken, ask, config, path, provesTable, resources } from "./tokenTable.ts"

const [list, one] = resources
const hour = Duration.hours(1)

describe("the check of a token", () => {
  it.effect("K1, G1: each kind of token opens what it may, at every resource", () =>
    Effect.flatMap(start({ config }), provesTable)
  )

  it.effect("K1: it is the same under control, where it is written down", () =>
    Effect.flatMap(Controlled.start({ config }), provesTable)
  )

  it.effect("K1: LivePerson's key ids tell the kinds of tokens apart, and both are published", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_800_000_000_000)
      const sentinel = yield* start({ config })
      const token = yield* appToken(sentinel, "reader")
      const set = yield* Effect.promise(async () =>
        (await Effect.runPromise(sentinel.fetch("/sentinel/well-known/jwks"))).json()
      )
      const kids = set.keys.map(({ kid }: { readonly kid: string }) => kid.replace(/-.*/, ""))
      assert.deepStrictEqual(kids, ["idtoken", "appjwt"])
      assert.match(decodeProtectedHeader(token).kid!, /^appjwt-/)
      const currentDate = DateTime.toDateUtc(DateTime.makeUnsafe(1_800_000_000_000))
      yield* Effect.promise(() => jwtVerify(token, createLocalJWKSet(set), { audience: account, currentDate }))
    })
  )

  it.effect("K1: an app token ends by Sentinel's clock, also one that was made after it was advanced", () =>
    Effect.gen(function* () {
      const sentinel = yield* Controlled.start({ config })
      const { clock } = sentinel.control
      const status = (token: string) => Effect.map(ask(sentinel, list, token), ({ status }) => status)

      const early = yield* appToken(sentinel, "reader")
      yield* clock.advance(Duration.minutes(59))
      assert.strictEqual(yield* status(early), 200)
      yield* clock.advance(Duration.minutes(1))
      assert.strictEqual(yield* status(early), 401)

      yield* clock.advance(Duration.hours(8))
      const late = yield* appToken(sentinel, "reader")
      assert.notStrictEqual(late, early)
      assert.strictEqual(yield* status(late), 200)
      assert.strictEqual(yield* status(early), 401)
      // Real time counts as well.
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual(yield* status(late), 200)
      yield* TestClock.adjust("70 seconds")
      assert.strictEqual(yield* status(late), 401)

      yield* clock.toRealTime
      assert.strictEqual(yield* status(yield* appToken(sentinel, "reader")), 200)
    })
  )

  it.effect("K1: with idTokenClock: sentinel it is dated and judged by Sentinel's clock", () =>
    Effect.gen(function* () {
      const sentinel = yield* Controlled.start({ config, points: { idTokenClock: "sentinel" } })
      yield* sentinel.control.clock.advance(Duration.hours(8))
      const token = yield* appToken(sentinel, "reader")
      assert.strictEqual(JSON.parse(atob(token.split(".")[1]!)).iat, 8 * 3600)
      assert.strictEqual((yield* ask(sentinel, list, token)).status, 200)
      yield* sentinel.control.clock.advance(hour)
      assert.strictEqual((yield* ask(sentinel, list, token)).status, 401)
    })
  )

  it.effect(
    "K1: a token outlives the rotation of its key, and a key its last token, whatever Sentinel's clock shows",
    () =>
      Effect.gen(function* () {
        const keys = yield* newKeys
        const sentinel = yield* Controlled.start({ config, keys })
        const { clock, keys: control } = sentinel.control
        yield* clock.advance(Duration.hours(8))
        const token = yield* appToken(sentinel, "reader")
        yield* control.rotate
        assert.notStrictEqual(
          decodeProtectedHeader(yield* appToken(sentinel, "reader")).kid,
          decodeProtectedHeader(token).kid
        )
        yield* clock.advance(Duration.minutes(59))
        assert.strictEqual((yield* ask(sentinel, list, token)).status, 200)
        yield* clock.advance(Duration.minutes(6))
        const set = yield* Effect.promise(async () =>
          (await Effect.runPromise(sentinel.fetch("/sentinel/well-known/jwks"))).json()
        )
        assert.lengthOf(set.keys, 2)
      })
  )

  it.effect("K1: what is over opens nothing: revoked, expired, or of an application or a user who is gone", () =>
    Effect.gen(function* () {
      const sentinel = yield* Controlled.start({ config })
      const { accounts, clock } = sentinel.control
      const app = application(sentinel)
      const signedIn = Effect.gen(function* () {
        return (yield* app.exchange(answerOf(yield* browser(sentinel).signIn()).get("code")!)).json
      })
      const status = (token: string | undefined) => Effect.map(ask(sentinel, one, token), ({ status }) => status)

      const revoked = yield* signedIn
      const other = yield* signedIn
      assert.deepStrictEqual([yield* status(revoked["access_token"]), yield* status(other["access_token"])], [200, 200])
      yield* app.revoke(revoked["refresh_token"])
      assert.strictEqual(yield* status(revoked["access_token"]), 401)

      const expired = (yield* signedIn)["access_token"]
      yield* clock.advance(Duration.hours(8))
      assert.strictEqual(yield* status(expired), 401)

      const token = yield* appToken(sentinel, "reader")
      assert.strictEqual(yield* status(token), 200)
      yield* accounts.changeInstallation(account, "reader", { enabled: false })
      assert.strictEqual(yield* status(token), 401)
      yield* accounts.changeInstallation(account, "reader", { enabled: true, scope: "msg.consumer" })
      assert.strictEqual(yield* status(token), 200, "it has the scopes that it was given")
      assert.strictEqual(yield* status(yield* appToken(sentinel, "reader")), 403)
      yield* accounts.removeInstallation(account, "reader")
      assert.strictEqual(yield* status(token), 401)
    })
  )

  it.effect("K1: the journal names the scope that was asked for and the one that is there, and no token", () =>
    Effect.gen(function* () {
      const sentinel = yield* Controlled.start({ config })
      const { journal } = sentinel.control
      const last = Effect.map(journal.read({ limit: 1 }), ([entry]) => entry!)

      const good = yield* appToken(sentinel, "reader")
      const issued = yield* last
      assert.strictEqual(issued.steps[0]?.what, "app token issued with the scope msg.consumer users.external")
      yield* ask(sentinel, list, good)
      const accepted = yield* last
      assert.deepInclude(accepted, { route: "users", outcome: "ok", client: "reader", status: 200 })
      assert.strictEqual(accepted.steps[0]?.what, "app token accepted for the scope users.external")
      assert.strictEqual(accepted.steps[0]?.accessToken, issued.steps[0]?.accessToken)

      yield* ask(sentinel, list, yield* appToken(sentinel, "near"))
      assert.deepInclude(yield* last, {
        outcome: "insufficient_scope",
        client: "near",
        reason:
          "the resource asks for the scope users.external, which is missing; the app token has users.externals faas.lambda.invoke"
      })
      yield* ask(sentinel, "le-agents/status-reasons", good)
      const refused = yield* last
      assert.strictEqual(refused.route, "status-reasons")
      assert.match(refused.reason!, /takes no app token, whatever its scope; this one has msg.consumer users.external$/)

      const reasons: Array<string | undefined> = []
      const because = (token: string, accountId = account) =>
        Effect.gen(function* () {
          yield* sentinel.fetch(path(list, accountId), { headers: { authorization: `Bearer ${token}` } })
          reasons.push((yield* last).reason)
        })
      yield* because(good, "le87654321")
      yield* because("a.b.c")
      yield* sentinel.control.accounts.changeInstallation(account, "reader", { enabled: false })
      yield* because(good)
      yield* sentinel.control.accounts.changeInstallation(account, "reader", { enabled: true })
      yield* sentinel.control.clock.advance(Duration.hours(2))
      yield* because(good)
      assert.deepStrictEqual(reasons, [
        "app token: it was issued in account 12345678, not in le87654321",
        "it is a JWT, and not an app token that this Sentinel has signed",
        "the installation reader is disabled",
        "app token: it expired at 1970-01-01T01:00:00.000Z, appTokenLifetime after its issue"
      ])
      const all = JSON.stringify(yield* journal.read()) + sentinel.lines.join()
      for (const piece of good.split(".")) assert.notInclude(all, piece)
    })
  )

  it.effect("K1: explain says whose an app token is, what it is for, and why it cannot be used", () =>
    Effect.gen(function* () {
      const sentinel = yield* Controlled.start({ config })
      const { clock, explain } = sentinel.control
      const token = yield* appToken(sentinel, "reader")
      const known = { kind: "app-token", account, client: "reader", scope: "msg.consumer users.external" } as const
      assert.deepInclude(yield* explain(Redacted.make(token)), { ...known, isUsable: true })
      yield* clock.advance(hour)
      assert.deepInclude(yield* explain(Redacted.make(token)), {
        ...known,
        isUsable: false,
        reason: "it expired at 1970-01-01T01:00:00.000Z, appTokenLifetime after its issue"
      })
      assert.deepInclude(yield* explain(Redacted.make("a.b.c")), { kind: "unknown", isUsable: false })
    })
  )

  it.effect("K1: the resources and the app token endpoint are targets of faults, one application alone if wanted", () =>
    Effect.gen(function* () {
      const sentinel = yield* Controlled.start({ config })
      const { faults } = sentinel.control
      for (const [route, resource] of [
        ["users", list],
        ["users", one],
        ["status-reasons", "le-agents/status-reasons"]
      ] as const) {
        yield* faults.add({ match: { route }, action: { type: "server-error", status: 503 }, times: 1 })
        assert.strictEqual((yield* sentinel.fetch(path(resource))).status, 503)
        assert.strictEqual((yield* ask(sentinel, resource, undefined)).status, 401)
      }
      yield* faults.add({ match: { route: "app-token", client: "near" }, action: { type: "too-many-requests" } })
      const status = (client_id: string) =>
        Effect.map(
          sentinel.fetch(`/sentinel/api/v2/account/${account}/app/token`, {
            method: "POST",
            body: new URLSearchParams({ grant_type: "client_credentials", client_id, client_secret: secret })
          }),
          ({ status }) => status
        )
      assert.deepStrictEqual([yield* status("near"), yield* status("reader")], [429, 200])
    })
  )
})
