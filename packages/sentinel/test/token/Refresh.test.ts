import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import {
  application,
  authorizePath,
  answerOf,
  isAlive,
  config,
  manyClientId,
  otherAccount,
  otherClientId,
  secret,
  signedIn,
  start,
  tokenPath
} from "../Harness.ts"

const rotating = { points: { refreshTokens: "rotate" } } as const

describe("refresh", () => {
  it.effect("R64: gives a new pair and no id_token; the old access token lives on until it expires", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn()
      const { json, status } = yield* app.refresh(tokens["refresh_token"])
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(Object.keys(json).toSorted(), [
        "access_token",
        "expires_in",
        "refresh_token",
        "token_type"
      ])
      assert.match(json["access_token"]!, /^[0-9a-f]{64}$/)
      assert.match(json["refresh_token"]!, /^[0-9a-f]{146}$/)
      assert.notStrictEqual(json["access_token"], tokens["access_token"])
      assert.notStrictEqual(json["refresh_token"], tokens["refresh_token"])
      assert.isTrue(yield* isAlive(sentinel, tokens["access_token"]))
      assert.isTrue(yield* isAlive(sentinel, json["access_token"]))
      yield* TestClock.adjust("8 hours")
      assert.isFalse(yield* isAlive(sentinel, json["access_token"]))
    })
  )

  it.effect(
    "R63: a refresh token is worth nothing to another client and in another account, and R34: stays as it is",
    () =>
      Effect.gen(function* () {
        const { app, sentinel, tokens } = yield* signedIn()
        const other = application(sentinel, { client_id: manyClientId, client_secret: secret })
        assert.strictEqual((yield* other.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
        const elsewhere = {
          grant_type: "refresh_token",
          refresh_token: tokens["refresh_token"]!,
          client_id: otherClientId,
          client_secret: secret
        }
        assert.strictEqual((yield* app.post(tokenPath(otherAccount), elsewhere)).json["error"], "invalid_grant")
        assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).status, 200)
      })
  )

  it.effect("no part of the tokens of a refresh is that of another's", () =>
    Effect.gen(function* () {
      const { app, tokens, user } = yield* signedIn()
      const other = yield* app.exchange(answerOf(yield* user.send(authorizePath())).get("code")!)
      const first = yield* app.refresh(tokens["refresh_token"])
      const second = yield* app.refresh(other.json["refresh_token"])
      const third = yield* app.refresh(second.json["refresh_token"])
      const parts = [first, second, third].flatMap(({ json }) => [
        json["access_token"]!,
        json["refresh_token"]!.slice(0, 64),
        json["refresh_token"]!.slice(64, 128)
      ])
      assert.strictEqual(new Set(parts).size, 9)
    })
  )

  it.effect("R65, R67: within the window every call gets the identical answer, parallel or later", () =>
    Effect.gen(function* () {
      const { app, tokens } = yield* signedIn(rotating)
      const refresh = app.refresh(tokens["refresh_token"])
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => refresh),
        { concurrency: 20 }
      )
      yield* TestClock.adjust("9999 millis")
      answers.push(yield* refresh)
      assert.strictEqual(new Set(answers.map((answer) => answer.text)).size, 1)
      assert.strictEqual(answers[0]!.status, 200)
      assert.strictEqual((yield* app.refresh(answers[0]!.json["refresh_token"])).status, 200)
    })
  )

  it.effect("R66: reuse after the window takes the whole grant, access tokens included", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn(rotating)
      const next = yield* app.refresh(tokens["refresh_token"])
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
      assert.strictEqual((yield* app.refresh(next.json["refresh_token"])).json["error"], "invalid_grant")
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      assert.isFalse(yield* isAlive(sentinel, next.json["access_token"]))
    })
  )

  it.effect("R66: reuse within the window, but after the successor was used, does the same", () =>
    Effect.gen(function* () {
      const { app, tokens } = yield* signedIn(rotating)
      const next = yield* app.refresh(tokens["refresh_token"])
      const last = yield* app.refresh(next.json["refresh_token"])
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
      assert.strictEqual((yield* app.refresh(last.json["refresh_token"])).json["error"], "invalid_grant")
    })
  )

  it.effect("R69: it keeps the session alive, ends with it when idle, and with its whole lifetime", () =>
    Effect.gen(function* () {
      const { app, tokens, user } = yield* signedIn({ points: { sessionLifetime: Duration.hours(30) } })
      let current = tokens["refresh_token"]
      for (let index = 0; index < 4; index++) {
        yield* TestClock.adjust("7 hours")
        current = (yield* app.refresh(current)).json["refresh_token"]
        assert.isDefined(current)
      }
      assert.isTrue(answerOf(yield* user.send(authorizePath())).has("code"))
      yield* TestClock.adjust("2 hours")
      assert.strictEqual((yield* app.refresh(current)).json["error"], "invalid_grant")
      const idle = yield* signedIn()
      yield* TestClock.adjust("8 hours")
      assert.strictEqual((yield* idle.app.refresh(idle.tokens["refresh_token"])).json["error"], "invalid_grant")
    })
  )

  it.effect("R70: refused once the user or the application is disabled", () =>
    Effect.gen(function* () {
      for (const change of ["user", "application"]) {
        const { sentinel, tokens, user } = yield* signedIn()
        const [first, other] = config.accounts
        const changed = {
          ...first!,
          users: first!.users.map((user) => (change === "user" ? { ...user, enabled: false } : user)),
          installations: first!.installations.map((app) => (change === "user" ? app : { ...app, enabled: false }))
        }
        const later = yield* start({ store: sentinel.store, config: { accounts: [changed, other] } })
        const app = application(later)
        assert.strictEqual(
          (yield* app.refresh(tokens["refresh_token"])).json["error"],
          change === "user" ? "invalid_grant" : "invalid_client"
        )
        const request = new Request(`${later.origin}${authorizePath()}`, {
          headers: { cookie: [...user.jar].map(([name, value]) => `${name}=${value}`).join("; ") }
        })
        assert.isFalse(answerOf(yield* later.send(request)).has("code"))
      }
    })
  )

  it.effect("R70: what a disabled user had stays dead when they are enabled again", () =>
    Effect.gen(function* () {
      const { sentinel, tokens } = yield* signedIn()
      const [first, other] = config.accounts
      const disabled = { ...first!, users: first!.users.map((user) => ({ ...user, enabled: false })) }
      const meanwhile = application(yield* start({ store: sentinel.store, config: { accounts: [disabled, other] } }))
      assert.strictEqual((yield* meanwhile.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
      const later = yield* start({ store: sentinel.store })
      const { json } = yield* application(later).refresh(tokens["refresh_token"])
      assert.strictEqual(json["error"], "invalid_grant")
      assert.isFalse(yield* isAlive(later, tokens["access_token"]))
    })
  )

  it.effect(
    "R64: with keep the first refresh token is good for as long as its grant, with a warning for each use",
    () =>
      Effect.gen(function* () {
        const { app, sentinel, tokens } = yield* signedIn({ points: { refreshTokens: "keep" } })
        const warnings = () => sentinel.lines.filter((line) => line.includes("refreshTokens=rotate refuses it")).length
        const pairs: Array<Readonly<Record<string, string>>> = [tokens]
        for (let index = 0; index < 3; index++) {
          const { json, status } = yield* app.refresh(tokens["refresh_token"])
          assert.strictEqual(status, 200)
          assert.strictEqual(warnings(), index)
          pairs.push(json)
          yield* TestClock.adjust("5 minutes")
        }
        assert.strictEqual(new Set(pairs.map((pair) => pair["refresh_token"])).size, 4)
        for (const pair of pairs) {
          assert.isTrue(yield* isAlive(sentinel, pair["access_token"]))
          assert.strictEqual((yield* app.refresh(pair["refresh_token"])).status, 200)
        }
        assert.notInclude(sentinel.lines.join(), tokens["refresh_token"]!)
      })
  )

  it.effect("R65: with keep 20 parallel uses of one token succeed, all in one grant, and to revoke one ends all", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn({ points: { refreshTokens: "keep" } })
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => app.refresh(tokens["refresh_token"])),
        { concurrency: 20 }
      )
      assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200])
      assert.strictEqual(new Set(answers.map(({ json }) => json["refresh_token"])).size, 20)
      assert.strictEqual((yield* app.revoke(answers[7]!.json["refresh_token"])).status, 200)
      for (const { json } of [...answers, { json: tokens }]) {
        assert.isFalse(yield* isAlive(sentinel, json["access_token"]))
        assert.strictEqual((yield* app.refresh(json["refresh_token"])).json["error"], "invalid_grant")
      }
    })
  )

  it.effect("R64: with keep a grant has at most 64 refresh tokens, and the oldest goes first", () =>
    Effect.gen(function* () {
      const { app, tokens } = yield* signedIn({ points: { refreshTokens: "keep" } })
      const all = [tokens["refresh_token"]]
      for (let index = 0; index < 65; index++) all.push((yield* app.refresh(all.at(-1))).json["refresh_token"])
      const { json } = yield* app.refresh(all[1])
      assert.strictEqual(json["error"], "invalid_grant")
      assert.strictEqual((yield* app.refresh(all[0])).json["error"], "invalid_grant")
      assert.strictEqual((yield* app.refresh(all[2])).status, 200)
    })
  )

  it.effect("without rotation the refresh token stays, and every refresh gives an access token", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn({ points: { refreshTokens: "same" } })
      for (let index = 0; index < 3; index++) {
        const { json } = yield* app.refresh(tokens["refresh_token"])
        assert.strictEqual(json["refresh_token"], tokens["refresh_token"])
        assert.isTrue(yield* isAlive(sentinel, json["access_token"]))
        yield* TestClock.adjust("1 hour")
      }
    })
  )

  it.effect("R68: scope neither widens nor narrows a refresh: there is none, and no token has more than its user", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn()
      const { json, status } = yield* app.refresh(tokens["refresh_token"], { scope: "admin msg.consumer openid" })
      assert.strictEqual(status, 200)
      assert.notProperty(json, "scope")
      assert.notProperty(json, "id_token")
      for (const [user, expected] of [
        ["3552833710", 200],
        ["3552833711", 403]
      ] as const) {
        const record = yield* sentinel.fetch(`/api/account/12345678/configuration/le-users/users/${user}?v=6.0`, {
          headers: { authorization: `Bearer ${json["access_token"]}` }
        })
        assert.strictEqual(record.status, expected)
      }
    })
  )

  it.effect("an id_token comes with a refresh only if the dialect says so", () =>
    Effect.gen(function* () {
      const { app, tokens } = yield* signedIn({ points: { idTokenOnRefresh: true, refreshTokens: "rotate" } })
      const first = yield* app.refresh(tokens["refresh_token"])
      assert.isString(first.json["id_token"])
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).text, first.text)
    })
  )
})
