/** The userinfo endpoint, in the dialect `openid`. */
import { assert, describe, it } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import {
  account,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  otherAccount,
  type Running,
  start
} from "../Harness.ts"
import { appToken, config } from "./tokenTable.ts"

const path = `/sentinel/api/account/${account}/userinfo`
const alex = { id: "3552833710", email: "agent@example.com", password: "agent", name: "Alex Agent" }
const [first, ...others] = config.accounts
const named = { accounts: [{ ...first!, users: [alex] }, ...others] }
const openid = { config: named, points: SentinelDialect.openid }
const bearer = (token: string | undefined) => ({ authorization: `Bearer ${token}` })

const tokensFor = Effect.fnUntraced(function* (sentinel: Running, scope?: string) {
  const code = answerOf(yield* browser(sentinel).signIn(authorizePath({ scope }))).get("code")!
  return (yield* application(sentinel).exchange(code)).json
})

const ask = Effect.fnUntraced(function* (sentinel: Running, init?: RequestInit, at = path) {
  const response = yield* sentinel.fetch(at, init)
  const text = yield* Effect.promise(() => response.text())
  return {
    status: response.status,
    challenge: response.headers.get("www-authenticate"),
    cache: response.headers.get("cache-control"),
    claims: text === "" ? undefined : (JSON.parse(text) as Readonly<Record<string, unknown>>)
  }
})

describe("userinfo", () => {
  const own = { is_admin: false, is_lpa: false, sub: "3552833710" }
  it.effect.each([
    [undefined, "openid", own],
    ["openid", "openid", own],
    ["profile openid", "openid profile", { ...own, name: "Alex Agent" }],
    ["email", "openid email", { ...own, email: "agent@example.com" }],
    [
      "openid offline_access email profile address email",
      "openid email profile",
      { ...own, email: "agent@example.com", name: "Alex Agent" }
    ]
  ] as const)(
    "R102: the scope %j is granted as %j, and gives those claims, by GET and POST",
    ([scope, granted, claims]) =>
      Effect.gen(function* () {
        const sentinel = yield* start(openid)
        const tokens = yield* tokensFor(sentinel, scope)
        assert.strictEqual(tokens["scope"], granted)
        const headers = bearer(tokens["access_token"])
        const form = { method: "POST", body: new URLSearchParams({ access_token: tokens["access_token"]! }) }
        for (const init of [{ headers }, { headers, method: "POST" }, form]) {
          const answer = yield* ask(sentinel, init)
          assert.deepStrictEqual(answer.claims, claims)
          assert.deepInclude(answer, { status: 200, cache: "no-store" })
        }
        assert.strictEqual((yield* ask(sentinel, { headers, method: "HEAD" })).status, 200)
        // A refresh keeps what was granted.
        const refreshed = yield* application(sentinel).refresh(tokens["refresh_token"], {
          scope: "openid email profile"
        })
        assert.strictEqual(refreshed.json["scope"], granted)
        const later = yield* ask(sentinel, { headers: bearer(refreshed.json["access_token"]) })
        assert.deepStrictEqual(later.claims, claims)
      })
  )

  it.effect("R102: a user without a name has none, and the id_token has what no scope is needed for", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ points: SentinelDialect.openid })
      const tokens = yield* tokensFor(sentinel, "openid profile email")
      const { claims } = yield* ask(sentinel, { headers: bearer(tokens["access_token"]) })
      assert.notProperty(claims, "name")
      const idToken = JSON.parse(atob(tokens["id_token"]!.split(".")[1]!))
      assert.deepInclude(idToken, own)
      assert.strictEqual(idToken.sub, claims!["sub"])
    })
  )

  it.effect("R102: errors are those of RFC 6750, and only an access token of a user of the account opens it", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(openid)
      const tokens = yield* tokensFor(sentinel, "openid")
      const token = tokens["access_token"]!
      const post = (body: string, headers: HeadersInit = {}) => ({
        method: "POST",
        body,
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers }
      })
      const unknown = yield* ask(sentinel, { headers: bearer("unknown") })
      const cases: ReadonlyArray<readonly [number, string, RequestInit | undefined, string?]> = [
        [401, 'Bearer realm="Sentinel"', undefined],
        [401, 'Bearer realm="Sentinel"', post("")],
        [401, 'Bearer realm="Sentinel"', undefined, `${path}?access_token=${token}`],
        [401, 'Bearer realm="Sentinel"', { method: "POST", body: JSON.stringify({ access_token: token }) }],
        [401, 'Bearer error="invalid_token"', { headers: bearer(tokens["id_token"]) }],
        [401, 'Bearer error="invalid_token"', { headers: bearer(tokens["refresh_token"]) }],
        [401, 'Bearer error="invalid_token"', post(`access_token=${tokens["id_token"]}`)],
        [401, 'Bearer error="invalid_token"', { headers: bearer(token) }, path.replace(account, otherAccount)],
        [403, 'Bearer error="insufficient_scope"', { headers: bearer(yield* appToken(sentinel, "reader")) }],
        [400, 'Bearer error="invalid_request"', post(`access_token=${token}`, bearer(token))],
        [400, 'Bearer error="invalid_request"', post(`access_token=${token}&access_token=${token}`)],
        [413, 'Bearer error="invalid_request"', post(`access_token=${token}&x=${"x".repeat(70_000)}`)]
      ]
      for (const [status, challenge, init, at] of cases) {
        const answer = yield* ask(sentinel, init, at)
        assert.deepInclude(answer, { status, challenge }, JSON.stringify(answer.claims))
      }
      assert.deepInclude(unknown, { status: 401, challenge: 'Bearer error="invalid_token"' })

      yield* application(sentinel).revoke(tokens["refresh_token"])
      assert.strictEqual((yield* ask(sentinel, { headers: bearer(token) })).status, 401)
    })
  )

  it.effect("R18, R102: other methods are refused, and LivePerson's dialect has no such address", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(openid)
      const refused = yield* sentinel.fetch(path, { method: "DELETE" })
      assert.strictEqual(refused.status, 405)
      assert.strictEqual(refused.headers.get("allow"), "GET, HEAD, POST")
      for (const points of [SentinelDialect.liveperson, SentinelDialect.rfc]) {
        const usual = yield* start({ points })
        for (const at of [path, path.replace("userinfo", "end-session")]) {
          assert.strictEqual((yield* usual.fetch(at)).status, 404)
        }
        const tokens = yield* tokensFor(usual, "openid email")
        assert.notProperty(tokens, "scope")
        assert.notProperty(JSON.parse(atob(tokens["id_token"]!.split(".")[1]!)), "auth_time")
        assert.strictEqual(JSON.parse(atob(tokens["id_token"]!.split(".")[1]!)).aud, clientId)
      }
    })
  )
})
