import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Pkce from "../../src/internal/token/Pkce.ts"
import * as Effect from "effect/Effect"
import {
  answerOf,
  application,
  authorizePath,
  browser,
  callback,
  clientId,
  config,
  isAlive,
  search,
  secret,
  start,
  tokenPath
} from "../Harness.ts"

/** RFC 7636 appendix B. */
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
const s256 = { code_challenge: challenge, code_challenge_method: "S256" }
const supported = { points: { pkce: "supported" } } as const

const publicClientId = "77777777-7777-4777-8777-777777777777"
const [first, second] = config.accounts
const withPublicClient = {
  points: { pkce: "supported" },
  accounts: [
    {
      ...first,
      installations: [
        ...first!.installations,
        {
          client_id: publicClientId,
          client_name: "Public",
          grant_types: ["authorization_code", "refresh_token"],
          redirect_uris: [callback]
        }
      ]
    },
    second
  ]
}

/** A user who is signed in, and the outcome of a request of their application. */
const begin = Effect.fnUntraced(function* (options: Parameters<typeof start>[0]) {
  const sentinel = yield* start(options)
  const user = browser(sentinel)
  yield* user.signIn(authorizePath(s256))
  const authorize = (parameters: Readonly<Record<string, string>>) =>
    Effect.map(user.send(authorizePath({ state: "xyz", ...parameters })), answerOf)
  const code = (parameters: Readonly<Record<string, string>>) =>
    Effect.map(authorize(parameters), (answer) => answer.get("code")!)
  return { sentinel, user, authorize, code, app: application(sentinel) }
})

describe("PKCE", () => {
  it.effect("R45: the example of RFC 7636 appendix B", () =>
    Effect.gen(function* () {
      const challengeOf = yield* Pkce.makeChallenge
      assert.strictEqual(yield* challengeOf(verifier), challenge)
      const { app, code } = yield* begin(supported)
      const { json, status } = yield* app.exchange(yield* code(s256), { code_verifier: verifier })
      assert.strictEqual(status, 200)
      assert.match(json["access_token"]!, /^[0-9a-f]{64}$/)
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("R45: through the login page, too", () =>
    Effect.gen(function* () {
      const sentinel = yield* start(supported)
      const app = application(sentinel)
      const code = answerOf(yield* browser(sentinel).signIn(authorizePath(s256))).get("code")!
      const without = answerOf(yield* browser(sentinel).signIn(authorizePath(s256))).get("code")!
      assert.strictEqual((yield* app.exchange(code, { code_verifier: verifier })).status, 200)
      assert.strictEqual((yield* app.exchange(without)).json["error"], "invalid_grant")
    })
  )

  it.effect(
    "R41, R42, R44: a verifier that is missing, wrong, malformed or not expected is invalid_grant, all the same",
    () =>
      Effect.gen(function* () {
        const { app, code, sentinel } = yield* begin(supported)
        const unknown = yield* app.exchange("unknown")
        for (const [asked, given] of [
          [s256, {}],
          [s256, { code_verifier: "" }],
          [s256, { code_verifier: `${verifier}A` }],
          [s256, { code_verifier: verifier.slice(1) }],
          [s256, { code_verifier: challenge }],
          [s256, { code_verifier: "é".repeat(43) }],
          [s256, { code_verifier: "x".repeat(129) }],
          [s256, { code_verifier: `${verifier}\u0000` }],
          [{}, { code_verifier: verifier }],
          [{}, { code_verifier: "short" }]
        ] as const) {
          const code_ = yield* code(asked)
          const answer = yield* app.exchange(code_, given)
          assert.strictEqual(answer.status, 400)
          assert.strictEqual(answer.text, unknown.text)
          // R35: a wrong verifier burns the code.
          const right = "code_challenge" in asked ? { code_verifier: verifier } : {}
          assert.strictEqual((yield* app.exchange(code_, right)).json["error"], "invalid_grant")
        }
        assert.isTrue(sentinel.lines.some((line) => line.includes("code_verifier does not fit")))
        assert.notInclude(sentinel.lines.join(), verifier)
      })
  )

  it.effect("R44: a verifier that is none is refused even if its challenge is right", () =>
    Effect.gen(function* () {
      const { app, code } = yield* begin(supported)
      const exchange = Effect.fnUntraced(function* (code_verifier: string) {
        const bytes = new TextEncoder().encode(code_verifier)
        const digest = yield* Effect.promise(() => crypto.subtle.digest("SHA-256", bytes))
        const code_challenge = Buffer.from(digest).toString("base64url")
        return yield* app.exchange(yield* code({ code_challenge, code_challenge_method: "S256" }), { code_verifier })
      })
      for (const none of ["abc", verifier.slice(1), ` ${verifier}`, `${verifier}é`, `${verifier}+`, "a".repeat(129)]) {
        assert.strictEqual((yield* exchange(none)).json["error"], "invalid_grant", none)
      }
      for (const right of [verifier, `-._~${verifier}`, "a".repeat(128)]) {
        assert.strictEqual((yield* exchange(right)).status, 200, right)
      }
    })
  )

  it.effect("R34: another client's attempt with the right verifier does not burn the code", () =>
    Effect.gen(function* () {
      const { app, code, sentinel } = yield* begin({ config: withPublicClient, ...supported })
      const given = yield* code(s256)
      const other = application(sentinel, { client_id: publicClientId })
      assert.strictEqual((yield* other.exchange(given, { code_verifier: verifier })).json["error"], "invalid_grant")
      assert.strictEqual((yield* app.exchange(given, { code_verifier: verifier })).status, 200)
    })
  )

  it.effect.each([
    ["R43: plain", { code_challenge: verifier, code_challenge_method: "plain" }],
    ["R43: no method, which is plain", { code_challenge: challenge }],
    ["R43: lower case", { ...s256, code_challenge_method: "s256" }],
    ["R43: unknown method", { ...s256, code_challenge_method: "S512" }],
    ["R43: a method without a challenge", { code_challenge_method: "S256" }],
    ["R44: too short", { ...s256, code_challenge: challenge.slice(1) }],
    ["R44: too long", { ...s256, code_challenge: `${challenge}A` }],
    ["R44: base64 instead of base64url", { ...s256, code_challenge: challenge.replace("-", "+") }],
    ["R44: padded", { ...s256, code_challenge: `${challenge.slice(1)}=` }],
    ["R44: no ASCII", { ...s256, code_challenge: "é".repeat(43) }]
  ] as const)("%s is sent back as invalid_request", ([, parameters]) =>
    Effect.gen(function* () {
      const { authorize } = yield* begin(supported)
      const answer = yield* authorize(parameters)
      assert.strictEqual(answer.get("error"), "invalid_request")
      assert.strictEqual(answer.get("state"), "xyz")
      assert.isFalse(answer.has("code"))
    })
  )

  it.effect.each(["code_challenge", "code_challenge_method"])("R11: %s twice is sent back", (name) =>
    Effect.gen(function* () {
      const { user } = yield* begin(supported)
      const twice = yield* user.send(`${authorizePath(s256)}&${name}=x`)
      assert.strictEqual(answerOf(twice).get("error"), "invalid_request")
      assert.include(answerOf(twice).get("error_description"), name)
    })
  )

  it.effect("off by default: challenge and verifier are ignored, as LivePerson's service would", () =>
    Effect.gen(function* () {
      const { app, code } = yield* begin({})
      for (const [asked, given] of [
        [s256, { code_verifier: verifier }],
        [s256, {}],
        [{ code_challenge: "x", code_challenge_method: "plain" }, { code_verifier: "y" }],
        [{}, { code_verifier: verifier }]
      ] as const) {
        assert.strictEqual((yield* app.exchange(yield* code(asked), given)).status, 200)
      }
    })
  )

  it.effect("R46: the dialect can require it of every application", () =>
    Effect.gen(function* () {
      const { app, authorize, code } = yield* begin({ points: { pkce: "required" } })
      assert.strictEqual((yield* authorize({})).get("error"), "invalid_request")
      assert.strictEqual((yield* app.exchange(yield* code(s256), { code_verifier: verifier })).status, 200)
    })
  )
})

describe("PKCE: public clients", () => {
  const asPublic = { client_id: publicClientId }

  it.effect("R46: an application without a secret signs in, refreshes and revokes with PKCE", () =>
    Effect.gen(function* () {
      const { code, sentinel } = yield* begin({ config: withPublicClient, ...supported })
      const app = application(sentinel, asPublic)
      const tokens = yield* app.exchange(yield* code({ ...asPublic, ...s256 }), { code_verifier: verifier })
      assert.strictEqual(tokens.status, 200)
      const refreshed = yield* app.refresh(tokens.json["refresh_token"])
      assert.strictEqual(refreshed.status, 200)
      assert.strictEqual((yield* app.revoke(refreshed.json["refresh_token"])).status, 200)
      assert.isFalse(yield* isAlive(sentinel, refreshed.json["access_token"]))
    })
  )

  it.effect("R46: without PKCE it is refused, and so is a secret that it should not have", () =>
    Effect.gen(function* () {
      const { authorize, code, sentinel } = yield* begin({ config: withPublicClient, ...supported })
      assert.strictEqual((yield* authorize(asPublic)).get("error"), "invalid_request")
      const app = application(sentinel, asPublic)
      const given = yield* code({ ...asPublic, ...s256 })
      assert.strictEqual((yield* app.exchange(given, { client_secret: secret })).json["error"], "invalid_client")
      assert.strictEqual((yield* app.exchange(given)).json["error"], "invalid_grant")
    })
  )

  it.effect("R46: for the installations with a secret nothing changes: without it they are refused", () =>
    Effect.gen(function* () {
      const { code, sentinel } = yield* begin({ config: withPublicClient, ...supported })
      const app = application(sentinel, { client_id: clientId })
      const { json, status } = yield* app.exchange(yield* code(s256), { code_verifier: verifier })
      assert.strictEqual(status, 400)
      assert.strictEqual(json["error"], "invalid_client")
    })
  )

  it.effect("R46: where the dialect has no PKCE, a directory of one's own cannot bring public clients in", () =>
    Effect.gen(function* () {
      const { authorize, sentinel } = yield* begin({ config: withPublicClient })
      assert.strictEqual((yield* authorize(asPublic)).get("error"), "unauthorized_client")
      const body = search({ grant_type: "authorization_code", code: "x", ...asPublic })
      const headers = { "content-type": "application/x-www-form-urlencoded" }
      const response = yield* sentinel.fetch(tokenPath(), { method: "POST", body, headers })
      assert.strictEqual(((yield* Effect.promise(() => response.json())) as { error: string }).error, "invalid_client")
    })
  )
})
