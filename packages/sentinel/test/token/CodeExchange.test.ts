import { assert, describe, it } from "@effect/vitest"
import { layerMemoryWith, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import {
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  callback,
  clientId,
  isAlive,
  loopbackCallback,
  manyClientId,
  otherAccount,
  otherClientId,
  secret,
  signedIn,
  start,
  tokenPath
} from "../Harness.ts"

describe("code exchange", () => {
  it.effect("R31: a code lives 60 seconds, to the millisecond", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      yield* user.signIn()
      const app = application(sentinel)
      const issue = Effect.map(user.send(authorizePath()), (response) => answerOf(response).get("code")!)
      const inTime = yield* issue
      yield* TestClock.adjust("59999 millis")
      assert.strictEqual((yield* app.exchange(inTime)).status, 200)
      const late = yield* issue
      yield* TestClock.adjust("60 seconds")
      assert.strictEqual((yield* app.exchange(late)).json["error"], "invalid_grant")
      // R40
      const third = yield* app.exchange(inTime)
      assert.strictEqual(third.json["error"], "invalid_grant")
    })
  )

  it.effect("R29: redirect_uri is equal if and only if it was sent", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const user = browser(sentinel)
      yield* user.signIn()
      const app = application(sentinel)
      const attempt = Effect.fnUntraced(function* (sent: string | undefined, given: string | undefined) {
        const code = answerOf(yield* user.send(authorizePath({ redirect_uri: sent }))).get("code")!
        return (yield* app.exchange(code, given === undefined ? {} : { redirect_uri: given })).status
      })
      assert.strictEqual(yield* attempt(undefined, undefined), 200)
      assert.strictEqual(yield* attempt(callback, callback), 200)
      assert.strictEqual(yield* attempt(undefined, callback), 400)
      assert.strictEqual(yield* attempt(callback, undefined), 400)
      assert.strictEqual(yield* attempt(callback, `${callback}/`), 400)
      assert.strictEqual(yield* attempt(callback, encodeURIComponent(callback)), 400)
    })
  )

  it.effect("R29: a redirect URI with escapes and on its own port is decoded exactly once at both ends", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const redirectUri = loopbackCallback.replace("127.0.0.1", "127.0.0.1:50123")
      const path = authorizePath({ client_id: manyClientId, redirect_uri: redirectUri })
      const code = answerOf(yield* browser(sentinel).signIn(path)).get("code")!
      const app = application(sentinel, { client_id: manyClientId, client_secret: secret })
      assert.strictEqual((yield* app.exchange(code, { redirect_uri: redirectUri })).status, 200)
    })
  )

  it.effect("R33: a code that is used again by its client takes its tokens with it", () =>
    Effect.gen(function* () {
      const { app, code, sentinel, tokens } = yield* signedIn()
      assert.isTrue(yield* isAlive(sentinel, tokens["access_token"]))
      assert.strictEqual((yield* app.exchange(code)).json["error"], "invalid_grant")
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
    })
  )

  it.effect("R33: only the tokens of that code, not the user's session", () =>
    Effect.gen(function* () {
      const { app, code, sentinel, user } = yield* signedIn()
      const other = yield* app.exchange(answerOf(yield* user.send(authorizePath())).get("code")!)
      yield* app.exchange(code)
      assert.isTrue(yield* isAlive(sentinel, other.json["access_token"]))
      assert.isTrue(answerOf(yield* user.send(authorizePath())).has("code"))
    })
  )

  it.effect("R34: another client, or bad client authentication, changes nothing", () =>
    Effect.gen(function* () {
      const { app, code, sentinel, tokens, user } = yield* signedIn()
      const other = application(sentinel, { client_id: manyClientId, client_secret: secret })
      const bad = application(sentinel, { client_id: clientId, client_secret: "wrong" })
      assert.strictEqual((yield* other.exchange(code)).json["error"], "invalid_grant")
      assert.strictEqual((yield* bad.exchange(code)).json["error"], "invalid_client")
      assert.isTrue(yield* isAlive(sentinel, tokens["access_token"]))
      // R35: nor does it burn a fresh code.
      const fresh = answerOf(yield* user.send(authorizePath())).get("code")!
      yield* other.exchange(fresh)
      yield* bad.exchange(fresh)
      assert.strictEqual((yield* app.exchange(fresh)).status, 200)
    })
  )

  it.effect("R35: every code that cannot be used gets the same answer; a wrong redirect URI burns it", () =>
    Effect.gen(function* () {
      const { app, code, sentinel, user } = yield* signedIn()
      const issue = Effect.map(user.send(authorizePath()), (response) => answerOf(response).get("code")!)
      const mismatched = yield* issue
      const answers = [
        yield* app.exchange("unknown"),
        yield* app.exchange(code),
        yield* application(sentinel, { client_id: manyClientId, client_secret: secret }).exchange(yield* issue),
        yield* app.exchange(mismatched, { redirect_uri: callback }),
        yield* app.exchange(mismatched)
      ]
      const expired = yield* issue
      yield* TestClock.adjust("1 minute")
      answers.push(yield* app.exchange(expired))
      // Only the log knows the difference.
      const reasons = sentinel.lines.flatMap((line) => /token refused: invalid_grant, ([^"]*)/.exec(line)?.[1] ?? [])
      assert.deepStrictEqual(reasons, [
        "code unknown",
        "code used twice: its grant is revoked",
        "code of another owner",
        "redirect_uri is not that of the authorization request: the code is burnt",
        "code used twice: its grant is revoked",
        "code expired: it or its session is older than the point for it, such as codeLifetime, allows"
      ])
      assert.strictEqual(new Set(answers.map((answer) => answer.text)).size, 1)
      assert.isTrue(answers.every((answer) => answer.status === 400))
    })
  )

  it.effect("R36: a code of one account is none in another", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const code = answerOf(yield* browser(sentinel).signIn(authorizePath(), agent)).get("code")!
      const other = application(sentinel, { client_id: otherClientId, client_secret: secret })
      const body = { grant_type: "authorization_code", code, client_id: otherClientId, client_secret: secret }
      assert.strictEqual((yield* other.post(tokenPath(otherAccount), body)).json["error"], "invalid_grant")
      assert.strictEqual((yield* application(sentinel).exchange(code)).status, 200)
    })
  )

  it.effect("R39: a flood of codes is bounded: the oldest go first, the newest work, and the session stays", () =>
    Effect.gen(function* () {
      const store = yield* Effect.provide(SentinelStore, layerMemoryWith({ capacity: 20 }))
      const sentinel = yield* start({ store })
      const user = browser(sentinel)
      const app = application(sentinel)
      const codes = [answerOf(yield* user.signIn()).get("code")!]
      for (let index = 0; index < 50; index++) codes.push(answerOf(yield* user.send(authorizePath())).get("code")!)
      assert.strictEqual((yield* app.exchange(codes[0]!)).status, 400)
      assert.strictEqual((yield* app.exchange(codes.at(-1)!)).status, 200)
    })
  )
})
