import { assert, describe, it } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import {
  admin,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  isAlive,
  manyClientId,
  otherAccount,
  otherClientId,
  queryCallback,
  secret,
  signedIn
} from "../Harness.ts"

describe("revoke", () => {
  it.effect.each(["?v=1.0", "?v1.0", "", "?v=2.0"])(
    "R73, R75: with %j it signs the user out of everything in this account, at once",
    (v) =>
      Effect.gen(function* () {
        const { app, sentinel, tokens, user } = yield* signedIn()
        const many = application(sentinel, { client_id: manyClientId, client_secret: secret })
        const path = authorizePath({ client_id: manyClientId, redirect_uri: queryCallback })
        const second = yield* many.exchange(answerOf(yield* user.send(path)).get("code")!, {
          redirect_uri: queryCallback
        })
        assert.strictEqual(second.status, 200)
        const phone = browser(sentinel)
        yield* phone.signIn()
        const open = answerOf(yield* phone.send(authorizePath())).get("code")!
        yield* phone.signIn(authorizePath({ client_id: otherClientId }, otherAccount))
        const colleague = browser(sentinel)
        yield* colleague.signIn(authorizePath(), admin)

        const { headers, status } = yield* app.revoke(tokens["refresh_token"], {}, v)
        assert.strictEqual(status, 200)
        assert.strictEqual(headers.get("content-type"), "application/json")
        for (const token of [tokens["access_token"], second.json["access_token"]]) {
          assert.isFalse(yield* isAlive(sentinel, token))
        }
        assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).status, 400)
        assert.strictEqual((yield* many.refresh(second.json["refresh_token"])).status, 400)
        assert.strictEqual((yield* app.exchange(open)).status, 400)
        for (const device of [user, phone]) {
          assert.isFalse(answerOf(yield* device.send(authorizePath())).has("code"))
        }
        const elsewhere = authorizePath({ client_id: otherClientId }, otherAccount)
        assert.isTrue(answerOf(yield* phone.send(elsewhere)).has("code"))
        assert.isTrue(answerOf(yield* colleague.send(authorizePath())).has("code"))
        // They can sign in again, also within the same millisecond.
        assert.isTrue(answerOf(yield* user.signIn()).has("code"))
        assert.isTrue(answerOf(yield* user.send(authorizePath())).has("code"))
      })
  )

  it.effect("R101: an access token that comes alone in the header revokes itself, unless the dialect refuses it", () =>
    Effect.gen(function* () {
      for (const [dialect, status, isAliveAfter] of [
        ["liveperson", 200, false],
        ["rfc", 400, true]
      ] as const) {
        const { sentinel, tokens } = yield* signedIn({ points: SentinelDialect.make({ dialect }) })
        const send = (token: string | undefined, body = "", account = "12345678") =>
          sentinel.fetch(`/sentinel/api/account/${account}/token/revoke?v=2.0`, {
            method: "POST",
            headers: { authorization: `Bearer ${token}`, "content-type": "application/x-www-form-urlencoded" },
            body
          })
        const token = tokens["access_token"]
        // Neither a stranger's, nor another kind, nor in another account, nor beside something else.
        assert.strictEqual((yield* send("unknown")).status, status)
        assert.strictEqual((yield* send(tokens["refresh_token"])).status, status)
        assert.strictEqual((yield* send(token, "", otherAccount)).status, status)
        assert.strictEqual((yield* send(token, `token=${token}`)).status, 401)
        assert.isTrue(yield* isAlive(sentinel, token))
        const answer = yield* send(token)
        assert.strictEqual(answer.status, status)
        if (status === 400) assert.include(yield* Effect.promise(() => answer.text()), "bearerRevocation")
        assert.strictEqual(yield* isAlive(sentinel, token), isAliveAfter)
      }
    })
  )

  it.effect("R52: a secret in the query is refused", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn()
      const { json, status } = yield* app.revoke(tokens["refresh_token"], {}, `?v=1.0&client_secret=${secret}`)
      assert.deepStrictEqual([status, json["error"]], [400, "invalid_request"])
      assert.isTrue(yield* isAlive(sentinel, tokens["access_token"]))
    })
  )

  it.effect("the log says why there was nothing to revoke", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn()
      yield* app.revoke("planted-unknown")
      assert.include(sentinel.lines.at(-1), "nothing to revoke: token unknown")
      yield* app.revoke(tokens["refresh_token"])
      assert.include(sentinel.lines.at(-1), "user signed out everywhere")
      yield* app.revoke(tokens["refresh_token"])
      assert.include(sentinel.lines.at(-1), "nothing to revoke: token revoked")
      assert.include(sentinel.lines.at(-1), clientId)
    })
  )

  it.effect("R71: client authentication first", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn()
      for (const credentials of [
        { client_id: clientId, client_secret: "wrong" },
        { client_id: "nobody", client_secret: secret }
      ]) {
        const { json, status } = yield* application(sentinel, credentials).revoke(tokens["refresh_token"])
        assert.strictEqual(status, 401)
        assert.strictEqual(json["error"], "invalid_client")
      }
      assert.strictEqual((yield* app.revoke("")).json["error"], "invalid_request")
      assert.isTrue(yield* isAlive(sentinel, tokens["access_token"]))
    })
  )

  it.effect("R71, R74: unknown, another client's and already revoked tokens get the same 200 and change nothing", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens } = yield* signedIn()
      const other = application(sentinel, { client_id: manyClientId, client_secret: secret })
      for (const answer of [
        yield* app.revoke("unknown"),
        yield* app.revoke("é\u0000%ZZ"),
        yield* other.revoke(tokens["refresh_token"])
      ]) {
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.text, "{}")
      }
      assert.isTrue(yield* isAlive(sentinel, tokens["access_token"]))
      for (let index = 0; index < 2; index++) {
        assert.strictEqual((yield* app.revoke(tokens["refresh_token"])).status, 200)
      }
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
    })
  )

  it.effect.each([undefined, "refresh_token", "access_token", "planted"])("R72: the hint %j changes nothing", (hint) =>
    Effect.gen(function* () {
      for (const name of ["refresh_token", "access_token"]) {
        const { app, sentinel, tokens } = yield* signedIn()
        yield* app.revoke(tokens[name], hint === undefined ? {} : { token_type_hint: hint })
        assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
      }
    })
  )

  it.effect("R74: in parallel with refreshes, no order leaves a live token", () =>
    Effect.gen(function* () {
      for (let position = 0; position < 4; position++) {
        const { app, sentinel, tokens } = yield* signedIn()
        const refresh = app.refresh(tokens["refresh_token"])
        const calls: Array<typeof refresh> = [refresh, refresh, refresh]
        calls.splice(position, 0, app.revoke(tokens["refresh_token"]))
        const answers = yield* Effect.all(calls, { concurrency: 4 })
        for (const { json } of [...answers, { json: tokens }]) {
          if (json["access_token"] === undefined) continue
          assert.isFalse(yield* isAlive(sentinel, json["access_token"]))
          assert.strictEqual((yield* app.refresh(json["refresh_token"])).status, 400)
        }
      }
    })
  )
})
