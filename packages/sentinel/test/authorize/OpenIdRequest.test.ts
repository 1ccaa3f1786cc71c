/** What the dialect `openid` adds to the authorization request: POST, prompt, max_age, id_token_hint. */
import { assert, describe, it } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  admin,
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  callback,
  clientId,
  keys,
  otherAccount,
  search,
  start
} from "../Harness.ts"

const openid = { points: SentinelDialect.openid }
const path = `/sentinel/api/account/${account}/authorize`
const post = (body: string | Readonly<Record<string, string>>, headers: HeadersInit = {}) => ({
  method: "POST",
  body: typeof body === "string" ? body : search(body),
  headers: { "content-type": "application/x-www-form-urlencoded", ...headers }
})
const request = { response_type: "code", client_id: clientId, redirect_uri: callback }
const locationOf = (response: Response) => response.headers.get("location") ?? ""
const isLoginPage = (response: Response) => assert.match(locationOf(response), /^\/sentinel\/login\?request=/)
const claimsOf = (token: string | undefined) =>
  JSON.parse(Buffer.from(token!.split(".")[1]!, "base64url").toString("utf8"))

describe("authorize by POST", () => {
  it.effect("R18: is asked again by GET with all that was asked, so that the cookies of the browser come along", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(openid)
      const user = browser(sentinel)
      const state = "a b+c&d=e%f/ä😀"
      const asked = { ...request, state, nonce: "n&o", scope: "openid email", prompt: "login", max_age: "60", v: "1.0" }
      // A form of another site comes without the cookies that are SameSite=Lax.
      const first = yield* sentinel.fetch(path, post(asked, { origin: "https://app.example", cookie: "" }))
      assert.strictEqual(first.status, 303)
      assert.isNull(first.headers.get("set-cookie"))
      assert.deepStrictEqual(Object.fromEntries(answerOf(first)), asked)
      assert.isTrue(locationOf(first).startsWith(`${path}?`))

      const answer = answerOf(yield* user.signIn(locationOf(first)))
      assert.strictEqual(answer.get("state"), state)
      const { json } = yield* application(sentinel).exchange(answer.get("code")!, { redirect_uri: callback })
      assert.strictEqual(claimsOf(json["id_token"]).nonce, "n&o")

      // With a session the second step gives the code.
      const second = yield* user.send(path, post(request))
      assert.strictEqual(second.status, 303)
      assert.isTrue(answerOf(yield* user.send(locationOf(second))).has("code"))
    })
  )

  it.effect(
    "R18: the same checks in the same order: shown before redirect_uri is known to be right, then sent back",
    () =>
      Effect.gen(function* () {
        const sentinel = yield* start(openid)
        const shown: ReadonlyArray<readonly [number, string]> = [
          [400, search({ ...request, client_id: "" })],
          [400, `${search(request)}&client_id=${clientId}`],
          [401, search({ ...request, client_id: "unknown" })],
          [400, search({ ...request, redirect_uri: "https://evil.example/" })],
          [400, `${search(request)}&redirect_uri=${callback}`],
          [413, search({ ...request, state: "x".repeat(8192) })],
          [413, `x=${"x".repeat(70_000)}`],
          [400, Array.from({ length: 65 }, (_, index) => `p${index}=1`).join("&")]
        ]
        for (const [status, body] of shown) {
          const response = yield* sentinel.fetch(path, post(body))
          assert.strictEqual(response.status, status, body.slice(0, 100))
          assert.strictEqual(locationOf(response), "")
          assert.isNull(response.headers.get("set-cookie"))
        }
        const json = yield* sentinel.fetch(path, { method: "POST", body: JSON.stringify(request) })
        assert.strictEqual(json.status, 400)

        const sentBack: ReadonlyArray<readonly [string, string]> = [
          ["unsupported_response_type", search({ ...request, response_type: "token" })],
          ["invalid_request", `${search(request)}&prompt=none&prompt=none`],
          ["invalid_request", search({ ...request, v: "9" })],
          ["request_not_supported", search({ ...request, request: "x.y.z" })]
        ]
        for (const [error, body] of sentBack) {
          const response = yield* sentinel.fetch(path, post(`${body}&state=s`))
          assert.strictEqual(response.status, 303)
          assert.isTrue(locationOf(response).startsWith(callback))
          const answer = answerOf(response)
          assert.deepStrictEqual([answer.get("error"), answer.get("state")], [error, "s"])
          assert.strictEqual(answer.get("iss"), `http://localhost:4400/sentinel/api/account/${account}`)
        }
      })
  )

  it.effect(
    "R18: what does not fit into an address is sent back, and nothing of the query counts but the version",
    () =>
      Effect.gen(function* () {
        const sentinel = yield* start({ points: { ...SentinelDialect.openid, version: "required" } })
        const long = yield* sentinel.fetch(`${path}?v=1.0`, post({ ...request, state: "ä".repeat(1300) }))
        assert.strictEqual(long.status, 303)
        const spaces = `${search(request)}&state=${"+".repeat(7000)}`
        const longer = answerOf(yield* sentinel.fetch(`${path}?v=1.0`, post(spaces)))
        assert.strictEqual(longer.get("error"), "invalid_request")
        const elsewhere = yield* sentinel.fetch(`${path}?${search({ ...request, v: "1.0" })}`, post(""))
        assert.strictEqual(elsewhere.status, 400)
        const twice = answerOf(yield* sentinel.fetch(`${path}?v=9`, post({ ...request, v: "1.0" })))
        assert.strictEqual(twice.get("v"), "1.0")
      })
  )

  it.effect("R18: only the dialect openid has it, and says so", () =>
    Effect.gen(function* () {
      for (const [points, allow] of [
        [SentinelDialect.openid, "GET, HEAD, POST"],
        [SentinelDialect.rfc, "GET, HEAD"],
        [SentinelDialect.liveperson, "GET, HEAD"]
      ] as const) {
        const sentinel = yield* start({ points })
        const refused = yield* sentinel.fetch(path, { method: "PUT" })
        assert.deepStrictEqual([refused.status, refused.headers.get("allow")], [405, allow])
        assert.strictEqual((yield* sentinel.fetch(path, post(request))).status, allow.endsWith("POST") ? 303 : 405)
      }
    })
  )
})

describe("prompt and max_age", () => {
  it.effect("R21: none never shows a page, and the others always do", () =>
    Effect.gen(function* () {
      const user = browser(yield* start(openid))
      const stranger = answerOf(yield* user.send(authorizePath({ prompt: "none", state: "s" })))
      assert.deepStrictEqual([stranger.get("error"), stranger.get("state")], ["login_required", "s"])
      yield* user.signIn()
      assert.isTrue(answerOf(yield* user.send(authorizePath({ prompt: "none" }))).has("code"))
      for (const prompt of ["login", "consent", "select_account", "consent select_account"]) {
        isLoginPage(yield* user.send(authorizePath({ prompt })))
      }
      for (const parameters of [{ prompt: "none login" }, { prompt: "create" }, { max_age: "-1" }, { max_age: "x" }]) {
        assert.strictEqual(answerOf(yield* user.send(authorizePath(parameters))).get("error"), "invalid_request")
      }
      assert.strictEqual(
        answerOf(yield* user.send(authorizePath({ response_mode: "fragment" }))).get("error"),
        "invalid_request"
      )
      assert.isTrue(answerOf(yield* user.send(authorizePath({ response_mode: "query" }))).has("code"))
      assert.strictEqual(
        answerOf(yield* user.send(authorizePath({ request_uri: "https://evil.example/" }))).get("error"),
        "request_uri_not_supported"
      )
    })
  )

  it.effect("R21: a session that is too old has its user sign in again; auth_time says when they did", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(openid)
      const user = browser(sentinel)
      const app = application(sentinel)
      const timesOf = Effect.fnUntraced(function* (response: Response) {
        const { json } = yield* app.exchange(answerOf(response).get("code")!)
        return { ...claimsOf(json["id_token"]), refresh: json["refresh_token"] } as {
          readonly iat: number
          readonly auth_time: number
          readonly refresh: string
        }
      })
      const first = yield* timesOf(yield* user.signIn())
      assert.strictEqual(first.auth_time, first.iat)
      yield* TestClock.adjust("1 minute")
      const second = yield* timesOf(yield* user.send(authorizePath({ max_age: "60" })))
      assert.deepStrictEqual([second.auth_time, second.iat], [first.auth_time, first.iat + 60])
      yield* TestClock.adjust("1 second")
      isLoginPage(yield* user.send(authorizePath({ max_age: "60" })))
      const silent = answerOf(yield* user.send(authorizePath({ max_age: "60", prompt: "none" })))
      assert.strictEqual(silent.get("error"), "login_required")
      const session = user.jar.get(`sentinel-session-${account}`)
      const third = yield* timesOf(yield* user.signIn(authorizePath({ max_age: "60" })))
      assert.strictEqual(third.auth_time, first.auth_time + 61)
      // It is the same session, so what was got in it lives on.
      assert.strictEqual(user.jar.get(`sentinel-session-${account}`), session)
      assert.strictEqual((yield* app.refresh(first.refresh)).status, 200)
    })
  )

  it.effect("R21: a login page that has expired leads to another one, also where there is a session", () =>
    Effect.gen(function* () {
      const user = browser(yield* start(openid))
      yield* user.signIn()
      const page = yield* user.open(authorizePath({ prompt: "login", scope: "openid email" }))
      yield* TestClock.adjust("11 minutes")
      const expired = yield* user.send(page.location)
      const again = /class="button" href="([^"]+)"/
        .exec(yield* Effect.promise(() => expired.text()))![1]!
        .replaceAll("&amp;", "&")
      isLoginPage(yield* user.send(again))
      assert.strictEqual(new URLSearchParams(again.split("?")[1]).get("scope"), "openid email")
    })
  )
})

describe("id_token_hint", () => {
  it.effect("R21: only its user gets an answer", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(openid)
      const user = browser(sentinel)
      const { json } = yield* application(sentinel).exchange(answerOf(yield* user.signIn()).get("code")!)
      const hint = json["id_token"]!
      const asked = authorizePath({ id_token_hint: hint })
      assert.isTrue(answerOf(yield* user.send(asked)).has("code"))

      const other = browser(sentinel)
      yield* other.signIn(undefined, admin)
      isLoginPage(yield* other.send(asked))
      assert.strictEqual(answerOf(yield* other.signIn(asked, admin)).get("error"), "login_required")
      assert.isTrue(answerOf(yield* other.signIn(asked, agent)).has("code"))

      const ofAccount = yield* keys.sign({ ...claimsOf(hint), iss: claimsOf(hint).iss.replace(account, otherAccount) })
      const appToken = yield* keys.signAppToken(claimsOf(hint))
      for (const wrong of ["x", `${hint}x`, ofAccount, appToken]) {
        const answer = answerOf(yield* user.send(authorizePath({ id_token_hint: wrong })))
        assert.strictEqual(answer.get("error"), "login_required", wrong)
      }
    })
  )
})
