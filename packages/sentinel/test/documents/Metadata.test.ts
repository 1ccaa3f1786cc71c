import { assert, describe, it } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import { account, answerOf, authorizePath, browser, clientId, otherAccount, signedIn, start } from "../Harness.ts"

const issuerPath = `/sentinel/api/account/${account}`
const paths = [
  `/.well-known/oauth-authorization-server${issuerPath}`,
  `/.well-known/openid-configuration${issuerPath}`,
  `${issuerPath}/.well-known/openid-configuration`
]
const origin = "https://sentinel.example"
const publicOrigin = { publicOrigin: origin }

const documentOf = Effect.fnUntraced(function* (points: SentinelDialect.Changes, path = paths[0]!) {
  const response = yield* (yield* start({ ...publicOrigin, points })).fetch(path)
  assert.strictEqual(response.status, 200)
  assert.strictEqual(response.headers.get("content-type"), "application/json")
  return (yield* Effect.promise(() => response.json())) as Record<string, unknown>
})

describe("discovery", () => {
  it.effect.each(paths)("R22: %s has the metadata of an account, whose issuer is an address", (path) =>
    Effect.gen(function* () {
      const document = yield* documentOf(SentinelDialect.openid, path)
      const base = `${origin}${issuerPath}`
      assert.strictEqual(document["issuer"], base)
      assert.strictEqual(document["authorization_endpoint"], `${base}/authorize`)
      assert.strictEqual(document["token_endpoint"], `${base}/token`)
      assert.strictEqual(document["revocation_endpoint"], `${base}/token/revoke`)
      assert.strictEqual(document["jwks_uri"], `${origin}/sentinel/well-known/jwks`)
      assert.strictEqual(document["authorization_response_iss_parameter_supported"], true)
      assert.deepStrictEqual(document["code_challenge_methods_supported"], ["S256"])
      assert.include(document["token_endpoint_auth_methods_supported"], "none")
    })
  )

  it.effect("R22: it announces what is switched on, and nothing else", () =>
    Effect.gen(function* () {
      const document = yield* documentOf({ discovery: true })
      assert.strictEqual(document["authorization_response_iss_parameter_supported"], false)
      assert.notProperty(document, "code_challenge_methods_supported")
      assert.deepStrictEqual(document["token_endpoint_auth_methods_supported"], [
        "client_secret_post",
        "client_secret_basic"
      ])
    })
  )

  it.effect("R22: where the dialect requires a version, the endpoints have it", () =>
    Effect.gen(function* () {
      const document = yield* documentOf({ discovery: true, version: "required" })
      for (const name of ["authorization_endpoint", "token_endpoint", "revocation_endpoint"]) {
        assert.match(String(document[name]), /\?v=1\.0$/)
      }
    })
  )

  it.effect("R102: each address that it announces is there, under the name that was asked", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ points: SentinelDialect.openid })
      for (const host of ["localhost:4400", "127.0.0.1:4400", "[::1]:8080", "127.0.0.1", "localhost:1"]) {
        const headers = { host }
        const answer = yield* sentinel.send(new Request(`http://localhost:4400${paths[2]}`, { headers }))
        const document = (yield* Effect.promise(() => answer.json())) as Record<string, unknown>
        assert.strictEqual(document["issuer"], `http://${host}${issuerPath}`)
        const announced = Object.entries(document).filter(([name]) => /_(?:endpoint|uri)$/.test(name))
        assert.deepStrictEqual(announced.map(([name]) => name).toSorted(), [
          "authorization_endpoint",
          "end_session_endpoint",
          "jwks_uri",
          "revocation_endpoint",
          "token_endpoint",
          "userinfo_endpoint"
        ])
        for (const [name, address] of announced) {
          assert.isTrue(String(address).startsWith(`http://${host}/`), name)
          const { pathname } = new URL(String(address))
          const options = yield* sentinel.fetch(pathname, { method: "OPTIONS" })
          assert.strictEqual(options.status, 204, name)
        }
      }
    })
  )

  it.effect("R102: another name is not its own, and on a public origin loopback is not either", () =>
    Effect.gen(function* () {
      const ask = Effect.fnUntraced(function* (publicOrigin: string, host: string) {
        const sentinel = yield* start({ points: SentinelDialect.openid, publicOrigin })
        const answer = yield* sentinel.send(new Request(`${publicOrigin}${paths[2]}`, { headers: { host } }))
        return ((yield* Effect.promise(() => answer.json())) as { readonly issuer: string }).issuer
      })
      for (const host of [
        "evil.example",
        "localhost:4400.evil.example",
        "127.0.0.1@evil.example",
        "a b",
        "LOCALHOST:x"
      ]) {
        assert.strictEqual(yield* ask("http://localhost:4400", host), `http://localhost:4400${issuerPath}`)
      }
      for (const host of ["localhost:4400", "127.0.0.1:4400", "evil.example"]) {
        assert.strictEqual(yield* ask(origin, host), `${origin}${issuerPath}`)
      }
    })
  )

  it.effect("off by default: LivePerson has none", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      for (const path of paths) assert.strictEqual((yield* sentinel.fetch(path)).status, 404)
    })
  )

  it.effect("each account has an issuer of its own, and an unknown one has none", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ ...publicOrigin, points: { discovery: true } })
      const other = yield* sentinel.fetch(paths[0]!.replace(account, otherAccount))
      const { issuer } = (yield* Effect.promise(() => other.json())) as { readonly issuer: string }
      assert.strictEqual(issuer, `${origin}/sentinel/api/account/${otherAccount}`)
      assert.strictEqual((yield* sentinel.fetch(paths[0]!.replace(account, "99999999"))).status, 404)
    })
  )
})

describe("the issuer", () => {
  it.effect("R22: is in no answer by default", () =>
    Effect.gen(function* () {
      const user = browser(yield* start())
      assert.isFalse(answerOf(yield* user.signIn()).has("iss"))
      assert.isFalse(answerOf(yield* user.send(authorizePath({ response_type: "token" }))).has("iss"))
    })
  )

  it.effect.each([
    [{ issuerInAnswers: true }, "sentinel"],
    [{ issuerInAnswers: true, issuer: "Sentinel" }, "Sentinel"],
    [SentinelDialect.openid, `${origin}${issuerPath}`]
  ] as const)(
    "R22: with %j it is in the answer with a code and in that with an error, and equals that of the id_token",
    ([points, expected]) =>
      Effect.gen(function* () {
        const { tokens, user } = yield* signedIn({ ...publicOrigin, points })
        assert.strictEqual(JSON.parse(atob(tokens["id_token"]!.split(".")[1]!)).iss, expected)
        for (const parameters of [{}, { response_type: "token" }, { v: "9" }]) {
          const answer = answerOf(yield* user.send(authorizePath(parameters)))
          assert.deepStrictEqual(answer.getAll("iss"), [expected])
        }
        // Through the login page, too.
        const other = browser(yield* start({ ...publicOrigin, points }))
        assert.strictEqual(answerOf(yield* other.signIn()).get("iss"), expected)
      })
  )

  it.effect("R2, R22: an error that is shown has no issuer and no redirect", () =>
    Effect.gen(function* () {
      const user = browser(yield* start({ points: SentinelDialect.openid }))
      const shown = yield* user.send(authorizePath({ redirect_uri: "https://evil.example/" }))
      assert.strictEqual(shown.status, 400)
      assert.isNull(shown.headers.get("location"))
    })
  )
})

describe("nonce", () => {
  const claimsAfter = Effect.fnUntraced(function* (points: SentinelDialect.Changes, nonce: string) {
    const { app, user } = yield* signedIn({ points })
    const code = answerOf(yield* user.send(authorizePath({ nonce }))).get("code")!
    const { json } = yield* app.exchange(code)
    const refreshed = yield* app.refresh(json["refresh_token"])
    const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString("utf8"))
    return { first: claimsOf(json["id_token"]!), second: claimsOf(refreshed.json["id_token"]!) }
  })

  it.effect("R61: with discovery the id_token of the sign-in has it as it came, and that of a refresh has none", () =>
    Effect.gen(function* () {
      const nonce = "n-0S6 'WzA2Mj\"é😀"
      const { first, second } = yield* claimsAfter({ discovery: true, idTokenOnRefresh: true }, nonce)
      assert.strictEqual(first.nonce, nonce)
      assert.notProperty(second, "nonce")
      assert.strictEqual(first.aud, clientId)
      assert.strictEqual(first.sub, second.sub)
    })
  )

  it.effect("is ignored by default, as LivePerson documents none", () =>
    Effect.gen(function* () {
      const { first } = yield* claimsAfter({ idTokenOnRefresh: true }, "planted")
      assert.notProperty(first, "nonce")
    })
  )

  it.effect("R11: twice is sent back", () =>
    Effect.gen(function* () {
      const user = browser(yield* start({ points: { discovery: true } }))
      const answer = answerOf(yield* user.send(`${authorizePath()}&nonce=a&nonce=a`))
      assert.strictEqual(answer.get("error"), "invalid_request")
    })
  )
})
