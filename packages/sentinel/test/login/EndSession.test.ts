/** Signing out by an application, in the dialect `openid`. */
import { assert, describe, it } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as FastCheck from "fast-check"
import {
  account,
  admin,
  answerOf,
  application,
  authorizePath,
  browser,
  callback,
  clientId,
  isAlive,
  manyClientId,
  otherAccount,
  otherClientId,
  search,
  start
} from "../Harness.ts"
import * as RedirectUris from "../../src/internal/request/RedirectUris.ts"

const path = `/sentinel/api/account/${account}/end-session`
const bye = "https://app.example/bye?x=1"
const locationOf = (response: Response) => response.headers.get("location") ?? ""

const signedIn = Effect.fnUntraced(function* () {
  const sentinel = yield* start({ points: SentinelDialect.openid })
  const user = browser(sentinel)
  const { json } = yield* application(sentinel).exchange(answerOf(yield* user.signIn()).get("code")!)
  const isSignedIn = Effect.map(user.send(authorizePath()), (answer) => answerOf(answer).has("code"))
  return { sentinel, user, tokens: json, hint: json["id_token"]!, isSignedIn }
})

const fieldsOf = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name!,
      value!.replaceAll("&amp;", "&")
    ])
  )

describe("end_session_endpoint", () => {
  it.effect(
    "R102: with an id_token of the user it ends the session with its tokens, and leads back with the state",
    () =>
      Effect.gen(function* () {
        for (const method of ["GET", "POST"]) {
          const { hint, isSignedIn, sentinel, tokens, user } = yield* signedIn()
          yield* TestClock.adjust("1 hour") // The id_token has expired.
          const asked = search({
            id_token_hint: hint,
            client_id: clientId,
            post_logout_redirect_uri: bye,
            state: "a b&c"
          })
          const answer =
            method === "GET"
              ? yield* user.send(`${path}?${asked}`)
              : yield* Effect.gen(function* () {
                  const headers = { "content-type": "application/x-www-form-urlencoded" }
                  const first = yield* sentinel.fetch(path, { method, body: asked, headers })
                  assert.strictEqual(first.status, 303)
                  return yield* user.send(locationOf(first))
                })
          assert.strictEqual(locationOf(answer), `${bye}&state=a%20b%26c`)
          assert.isFalse(yield* isSignedIn)
          assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
          // A second time there is nothing to end.
          const again = yield* user.send(`${path}?${search({ id_token_hint: hint, post_logout_redirect_uri: bye })}`)
          assert.strictEqual(locationOf(again), bye)
          const page = yield* user.send(`${path}?${search({ id_token_hint: hint })}`)
          assert.include(yield* Effect.promise(() => page.text()), "You are signed out")
        }
      })
  )

  it.effect("R102: without one the user is asked, and their answer leads back", () =>
    Effect.gen(function* () {
      const { isSignedIn, user } = yield* signedIn()
      const page = yield* user.send(
        `${path}?${search({ client_id: clientId, post_logout_redirect_uri: bye, state: "s" })}`
      )
      assert.strictEqual(page.status, 200)
      assert.include(page.headers.get("content-security-policy"), "https://app.example")
      const text = yield* Effect.promise(() => page.text())
      assert.include(text, "App 1")
      assert.isTrue(yield* isSignedIn)
      const fields = fieldsOf(text)
      const send = (headers: HeadersInit, body: Readonly<Record<string, string>> = fields) =>
        user.send("/sentinel/logout", { method: "POST", body: new URLSearchParams(body), headers })
      assert.strictEqual((yield* send({ origin: "https://evil.example" })).status, 403)
      assert.isTrue(yield* isSignedIn)
      // What the page did not say leads nowhere.
      const elsewhere = yield* send({}, { ...fields, post_logout_redirect_uri: "https://evil.example/" })
      assert.deepStrictEqual([elsewhere.status, locationOf(elsewhere)], [200, ""])
      yield* user.signIn()
      const answer = yield* send({ origin: "http://localhost:4400" })
      assert.deepStrictEqual([answer.status, locationOf(answer)], [303, `${bye}&state=s`])
      assert.isFalse(yield* isSignedIn)
    })
  )

  it.effect(
    "R102: the user is asked where the id_token is of another user, account or kind, or was only looked at",
    () =>
      Effect.gen(function* () {
        const { hint, isSignedIn, sentinel, tokens, user } = yield* signedIn()
        const other = browser(sentinel)
        yield* other.signIn(undefined, admin)
        const asks = Effect.fnUntraced(function* (response: Response) {
          assert.deepStrictEqual([response.status, locationOf(response)], [200, ""])
          assert.include(yield* Effect.promise(() => response.text()), "Sign out?")
        })
        yield* asks(yield* other.send(`${path}?${search({ id_token_hint: hint, post_logout_redirect_uri: bye })}`))
        assert.isTrue(answerOf(yield* other.send(authorizePath())).has("code"))
        for (const wrong of ["x", `${hint}x`, tokens["access_token"]!, undefined]) {
          yield* asks(yield* user.send(`${path}?${search({ id_token_hint: wrong, post_logout_redirect_uri: bye })}`))
        }
        const inAnother = path.replace(account, otherAccount)
        yield* asks(yield* user.send(`${inAnother}?${search({ id_token_hint: hint })}`))
        const head = yield* user.send(`${path}?${search({ id_token_hint: hint })}`, { method: "HEAD" })
        assert.strictEqual(head.status, 200)
        assert.isTrue(yield* isSignedIn)
      })
  )

  it.effect("R102: a request that contradicts itself is refused, and ends nothing", () =>
    Effect.gen(function* () {
      const { hint, isSignedIn, sentinel, user } = yield* signedIn()
      const refused: ReadonlyArray<Readonly<Record<string, string>>> = [
        { id_token_hint: hint, client_id: manyClientId },
        { client_id: otherClientId },
        { client_id: "unknown" },
        ...[
          "https://evil.example/",
          "https://app.example.evil.example/",
          "https://app.example@evil.example/",
          "https://app.example\\@evil.example/",
          "https://app.example:443/",
          "http://app.example/",
          "//app.example/",
          "/bye",
          "javascript:alert(1)",
          "https://app.example/#fragment",
          "https://app.example/\r\nset-cookie: x=y",
          "https://app.example/ä",
          "https://App.example/"
        ].map((post_logout_redirect_uri) => ({ id_token_hint: hint, post_logout_redirect_uri }))
      ]
      for (const parameters of refused) {
        const answer = yield* user.send(`${path}?${search(parameters)}`)
        assert.deepStrictEqual([answer.status, locationOf(answer)], [400, ""], JSON.stringify(parameters))
      }
      const twice = `${search({ id_token_hint: hint, post_logout_redirect_uri: bye })}&post_logout_redirect_uri=${callback}`
      assert.strictEqual((yield* user.send(`${path}?${twice}`)).status, 400)
      const headers = { "content-type": "application/x-www-form-urlencoded" }
      assert.strictEqual((yield* sentinel.fetch(path, { method: "POST", body: twice, headers })).status, 400)
      assert.strictEqual((yield* sentinel.fetch(path.replace(account, "99999999"))).status, 404)
      assert.isTrue(yield* isSignedIn)
    })
  )

  it("R102: an address that is accepted leads to the origin of a redirect URI, as every URL parser reads it", () => {
    const registered = ["https://app.example/cb", "http://127.0.0.1/cb", "http://localhost:3000/cb"]
    const origins = new Set(["https://app.example", "http://localhost:3000"])
    const part = FastCheck.constantFrom(
      ..."https://app.example http://127.0.0.1 http://localhost:3000 evil.example @ / // \\ # ? : :80 :443 . %2f \t \n".split(
        " "
      ),
      " "
    )
    FastCheck.assert(
      FastCheck.property(FastCheck.array(part, { maxLength: 6 }), FastCheck.string({ maxLength: 8 }), (parts, end) => {
        const uri = parts.join("") + end
        if (!RedirectUris.isAtOriginOf({ redirectUris: registered }, uri)) return true
        const { hostname, origin } = new URL(uri)
        return origins.has(origin) || (hostname === "127.0.0.1" && origin.startsWith("http:"))
      }),
      { numRuns: 2000 }
    )
    assert.isTrue(RedirectUris.isAtOriginOf({ redirectUris: registered }, "https://app.example"))
    assert.isTrue(RedirectUris.isAtOriginOf({ redirectUris: registered }, "http://127.0.0.1:5000/bye?x=y"))
    assert.isFalse(RedirectUris.isAtOriginOf({ redirectUris: registered }, "http://localhost:5000/bye"))
  })
})
