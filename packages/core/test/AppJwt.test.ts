import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as AppJwt from "@le-auth/core/AppJwt"
import { ClientId } from "@le-auth/core/Identifiers"
import * as IdToken from "@le-auth/core/IdToken"
import * as KeySets from "@le-auth/core/KeySets"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import { createHmac, generateKeyPairSync, type JsonWebKey } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import { account, json, jwks, jwt, layer as wireLayer, otherAccount, Wire } from "./ScriptedSentinel.ts"

const azp = ClientId.make("33333333-3333-4333-8333-333333333333")
const clientId = ClientId.make("11111111-1111-4111-8111-111111111111")
const kid = "idtoken-22-11-26"
const header = { alg: "RS256", kid }

/** What LivePerson documents of an app token, and of an id_token. */
const app = { aud: account as string, azp, scope: "msg.consumer users.external", iss: "Sentinel", iat: 0, exp: 3600 }
const user = { sub: "3552833710", aud: clientId, iss: "sentinel", iat: 0, exp: 600, is_admin: true }

const { privateKey: strange, publicKey: strangeKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
const foreign = { ...strangeKey.export({ format: "jwk" }), kid: "foreign", alg: "RS256", use: "sig" }
const published = jwks as unknown as IdToken.JsonWebKeySet
const setOf = (...keys: ReadonlyArray<JsonWebKey | object>) => IdToken.readKeySet({ keys })!

const layer = Layer.provideMerge(KeySets.layer, wireLayer)

const verify = (token: string, options: Partial<AppJwt.VerifyOptions> & { keys?: IdToken.JsonWebKeySet } = {}) =>
  AppJwt.verify(Redacted.make(token), { accountId: account, keys: published, ...options })

const outcome = <A, R>(verified: Effect.Effect<A, { readonly reason: unknown }, R>) =>
  Effect.match(verified, { onSuccess: () => "accepted", onFailure: ({ reason }) => String(reason) })

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
const unsigned = (head: object, claims: object) => `${part(head)}.${part(claims)}`
/** "Signs" with the public key as the secret of an HMAC: a verifier that believes `alg` would take it. */
const confused = (claims: object) => {
  const text = unsigned({ alg: "HS256", kid }, claims)
  return `${text}.${createHmac("sha256", JSON.stringify(jwks.keys[0])).update(text).digest("base64url")}`
}
const without = (claims: object, ...names: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)))

/** A token; what the verifier of app tokens says of it; what that of id_tokens says. */
const table: ReadonlyArray<readonly [name: string, token: string, asApp: string, asIdToken: string]> = [
  ["an app token", jwt(app), "accepted", "Malformed"],
  ["an app token whose account is a list of one", jwt({ ...app, aud: [account] }), "accepted", "Malformed"],
  ["an app token without a scope", jwt(without(app, "scope")), "accepted", "Malformed"],
  ["an id_token", jwt(user), "NotAnAppToken", "accepted"],
  ["an id_token for the account", jwt({ ...user, aud: account, azp }), "NotAnAppToken", "WrongAudience"],
  [
    "an id_token of an audience like the account",
    jwt({ ...user, aud: [account, clientId], azp: clientId }),
    "NotAnAppToken",
    "accepted"
  ],
  ["an app token for the id_token's audience", jwt({ ...app, aud: clientId }), "WrongAccount", "Malformed"],
  ["a user's access token", "a".repeat(64), "Malformed", "Malformed"],
  ["one of another account", jwt({ ...app, aud: otherAccount }), "WrongAccount", "Malformed"],
  ["one of several accounts", jwt({ ...app, aud: [account, otherAccount] }), "WrongAccount", "Malformed"],
  ["one of no account", jwt({ ...app, aud: [] }), "WrongAccount", "Malformed"],
  ["one whose account is a number", jwt({ ...app, aud: Number(account) }), "WrongAccount", "Malformed"],
  ["one whose account has a space", jwt({ ...app, aud: `${account} ` }), "WrongAccount", "Malformed"],
  ["one without an account", jwt(without(app, "aud")), "WrongAccount", "Malformed"],
  ["one without an application", jwt(without(app, "azp")), "Malformed", "Malformed"],
  ["one whose application is a list", jwt({ ...app, azp: [azp] }), "Malformed", "Malformed"],
  ["one of another issuer", jwt({ ...app, iss: "https://sentinel" }), "WrongIssuer", "Malformed"],
  ["one without an issuer", jwt(without(app, "iss")), "Malformed", "Malformed"],
  ["one with a null as sub", jwt({ ...app, sub: null }), "NotAnAppToken", "Malformed"],
  ["one with an empty sub", jwt({ ...app, sub: "" }), "NotAnAppToken", "Malformed"],
  ["one with a list as sub", jwt({ ...app, sub: [] }), "NotAnAppToken", "Malformed"],
  ["one with a sub that is false", jwt({ ...app, sub: false }), "NotAnAppToken", "Malformed"],
  ["one without exp", jwt(without(app, "exp")), "Malformed", "Malformed"],
  ["one without iat", jwt(without(app, "iat")), "Malformed", "Malformed"],
  ["one whose exp is a text", jwt({ ...app, exp: "3600" }), "Malformed", "Malformed"],
  ["one whose iat is a text", jwt({ ...app, iat: "0" }), "Malformed", "Malformed"],
  ["one whose exp is null", jwt({ ...app, exp: null }), "Malformed", "Malformed"],
  ["one whose scope is a list", jwt({ ...app, scope: ["msg.consumer"] }), "Malformed", "Malformed"],
  ["one whose scope is null", jwt({ ...app, scope: null }), "Malformed", "Malformed"],
  ["one whose scope is a number", jwt({ ...app, scope: 1 }), "Malformed", "Malformed"],
  ["one that is over", jwt({ ...app, exp: -61 }), "Expired", "Malformed"],
  ["one of the future", jwt({ ...app, iat: 61 }), "IssuedInTheFuture", "Malformed"],
  ["none", `${unsigned({ alg: "none" }, app)}.`, "UnsupportedAlgorithm", "UnsupportedAlgorithm"],
  ["None with a kid", `${unsigned({ alg: "None", kid }, app)}.`, "UnsupportedAlgorithm", "UnsupportedAlgorithm"],
  ["HS256 with the public key", confused(app), "UnsupportedAlgorithm", "UnsupportedAlgorithm"],
  ["RS512", jwt(app, { ...header, alg: "RS512" }), "UnsupportedAlgorithm", "UnsupportedAlgorithm"],
  ["an extension", jwt(app, { ...header, crit: ["exp"] }), "UnsupportedAlgorithm", "UnsupportedAlgorithm"],
  ["no kid", jwt(app, { alg: "RS256" }), "UnknownKey", "UnknownKey"],
  ["another kid", jwt(app, { ...header, kid: "other" }), "UnknownKey", "UnknownKey"],
  ["a kid that is a number", jwt(app, { ...header, kid: 1 }), "Malformed", "Malformed"],
  ["another key", jwt(app, header, strange), "BadSignature", "BadSignature"],
  [
    "another key with its own in the header",
    jwt(app, { ...header, jwk: foreign }, strange),
    "BadSignature",
    "BadSignature"
  ],
  ["a forged one without its scope", jwt(without(app, "scope"), header, strange), "BadSignature", "BadSignature"],
  ["two parts", jwt(app).split(".").slice(0, 2).join("."), "Malformed", "Malformed"],
  ["four parts", `${jwt(app)}.`, "Malformed", "Malformed"],
  ["no signature", `${unsigned(header, app)}.`, "BadSignature", "BadSignature"],
  ["nothing", "", "Malformed", "Malformed"],
  ["points only", "..", "Malformed", "Malformed"],
  ["a payload that is a list", `${part(header)}.${part([])}.a`, "Malformed", "Malformed"],
  ["a huge one", jwt({ ...app, more: "a".repeat(20_000) }), "Malformed", "Malformed"],
  ["a huge one without points", "a".repeat(1_000_000), "Malformed", "Malformed"],
  ["a million points", ".".repeat(1_000_000), "Malformed", "Malformed"]
]

describe("AppJwt", () => {
  it.effect.each(table)("K2: %s", ([name, token, asApp, asIdToken]) =>
    Effect.gen(function* () {
      const idToken = IdToken.verify({ token: Redacted.make(token), clientId, keys: published })
      assert.strictEqual(yield* outcome(verify(token)), asApp, name)
      assert.strictEqual(yield* outcome(idToken), asIdToken, name)
      // With the published keys it is the same.
      assert.strictEqual(yield* outcome(AppJwt.verify(Redacted.make(token), { accountId: account })), asApp, name)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: gives the claims, with the scopes as a list", () =>
    Effect.gen(function* () {
      const claims = yield* verify(jwt({ ...app, scope: " msg.consumer  users.external ", more: "planted" }))
      const { scope, ...others } = app
      assert.deepStrictEqual({ ...claims }, { _tag: "AppClaims", ...others, scope: scope.split(" ") } as never)
      assert.deepStrictEqual((yield* verify(jwt(without(app, "scope")))).scope, [])
      // @ts-expect-error the claims of an app token are not those of a user
      const ofUser: IdToken.VerifiedClaims = claims
      // @ts-expect-error what was only read is not verified
      const verified: AppJwt.AppClaims = Result.getOrThrow(AppJwt.decodeUnverified(Redacted.make(jwt(app))))
      // @ts-expect-error and the other way round
      const ofApp: AppJwt.AppClaims = yield* IdToken.verify({
        token: Redacted.make(jwt(user)),
        clientId,
        keys: published
      })
      void [ofUser, verified, ofApp]
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("K2: the application and all scopes, if they are asked for", () =>
    Effect.gen(function* () {
      const scoped = (scope: string | ReadonlyArray<string>, has?: string) =>
        outcome(verify(has === undefined ? jwt(app) : jwt({ ...app, scope: has }), { scope }))
      for (const scope of ["msg.consumer", "users.external msg.consumer", ["users.external"], [], "", " "]) {
        assert.strictEqual(yield* scoped(scope), "accepted", String(scope))
      }
      for (const [needed, has] of [
        ["msg", undefined],
        ["msg.consumer.all", undefined],
        ["MSG.consumer", undefined],
        ["consumer", undefined],
        ["msg.consumer faas.lambda.invoke", undefined],
        [["msg.consumer users.external"], undefined],
        ["msg.consumer", ""],
        ["msg.consumer", "msg.consumer.read"],
        ["msg.consumer", "msg.consumer\tusers.external"]
      ] as const) {
        assert.strictEqual(yield* scoped(needed, has), "InsufficientScope", String(needed))
      }
      const error = yield* Effect.flip(verify(jwt(app), { scope: "faas.lambda.invoke msg.consumer other" }))
      assert.match(error.message, /it lacks the scope faas\.lambda\.invoke other$/)
      assert.notInclude(error.message, "msg.consumer")
      assert.strictEqual(yield* outcome(verify(jwt(without(app, "scope")), { scope: "a" })), "InsufficientScope")
      assert.strictEqual(yield* outcome(verify(jwt(app), { azp })), "accepted")
      assert.strictEqual(yield* outcome(verify(jwt(app), { azp: clientId })), "WrongApplication")
      // A forged token does not even learn which scope it needs.
      assert.strictEqual(yield* outcome(verify(jwt(app, header, strange), { scope: "a" })), "BadSignature")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("K2: sentinel in any case, and nothing else, is the issuer", () =>
    Effect.gen(function* () {
      for (const iss of ["sentinel", "Sentinel", "SENTINEL"]) {
        assert.strictEqual(yield* outcome(verify(jwt({ ...app, iss }))), "accepted")
      }
      for (const iss of ["", "sentinel ", "sentine\u017F"]) {
        assert.strictEqual(yield* outcome(verify(jwt({ ...app, iss }))), "WrongIssuer")
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("K2: exp and iat with the skew of id_tokens", () =>
    Effect.gen(function* () {
      const skewed = (token: string) =>
        outcome(verify(token)).pipe(Effect.provideService(IdToken.ClockSkew, Duration.minutes(5)))
      assert.strictEqual(yield* outcome(verify(jwt({ ...app, iat: 60 }))), "accepted")
      assert.strictEqual(yield* skewed(jwt({ ...app, iat: 300 })), "accepted")
      assert.strictEqual(yield* skewed(jwt({ ...app, iat: 301 })), "IssuedInTheFuture")
      yield* TestClock.adjust("3659 seconds")
      assert.strictEqual(yield* outcome(verify(jwt(app))), "accepted")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* outcome(verify(jwt(app))), "Expired")
      assert.strictEqual(yield* skewed(jwt(app)), "accepted")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("K2: by the key with its kid, whatever else is in the set", () =>
    Effect.gen(function* () {
      const [own] = jwks.keys
      const twin = { ...foreign, kid }
      for (const keys of [setOf(foreign, own!), setOf(twin, own!), setOf(own!, twin)]) {
        assert.strictEqual(yield* outcome(verify(jwt(app), { keys })), "accepted")
      }
      assert.strictEqual(yield* outcome(verify(jwt(app), { keys: setOf(foreign) })), "UnknownKey")
      assert.strictEqual(yield* outcome(verify(jwt(app), { keys: setOf(twin) })), "BadSignature")
      assert.strictEqual(yield* outcome(verify(jwt(app), { keys: setOf() })), "UnknownKey")
      assert.strictEqual(yield* outcome(verify(jwt(app), { keys: setOf({ ...own, use: "enc" }) })), "UnknownKey")
      // A key without a kid verifies nothing, not even a token without one.
      const nameless = setOf(without(own!, "kid"))
      assert.strictEqual(yield* outcome(verify(jwt(app, { alg: "RS256" }), { keys: nameless })), "UnknownKey")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("K2: keys of the program's own need no network, as version 1 does", () =>
    Effect.gen(function* () {
      const token = jwt(app, { alg: "RS256", kid: "appjwt-13-05-17" }, strange)
      const keys = setOf({ ...strangeKey.export({ format: "jwk" }), kid: "appjwt-13-05-17" })
      assert.strictEqual((yield* AppJwt.verify(Redacted.make(token), { accountId: account, keys })).azp, azp)
      assert.strictEqual(yield* outcome(verify(jwt(app), { keys })), "UnknownKey")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("K2: keys are fetched for the account of the program, once, and for unknown kids once a minute", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const check = (token: string) => outcome(AppJwt.verify(Redacted.make(token), { accountId: account }))
      // Not for what no key can verify.
      for (const token of ["", "a.b.c", `${unsigned({ alg: "none", kid: "new" }, app)}.`, confused(app)])
        yield* check(token)
      assert.lengthOf(wire.sent, 0)
      const flood = Array.from({ length: 50 }, (_, index) =>
        jwt({ ...app, aud: otherAccount }, { alg: "RS256", kid: `unknown ${index}` }, strange)
      )
      for (let minute = 0; minute < 3; minute++) {
        const found = yield* Effect.forEach(flood, check, { concurrency: "unbounded" })
        assert.deepStrictEqual([...new Set(found)], ["UnknownKey"])
        assert.strictEqual(yield* check(jwt(app)), "accepted")
        assert.lengthOf(wire.to("/jwks"), minute + 1)
        yield* TestClock.adjust("1 minute")
      }
      // No other account's Sentinel was asked, although the tokens name one.
      assert.isTrue(wire.sent.every(({ url }) => !url.href.includes(otherAccount)))
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: keys that cannot be had say nothing about the token", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/jwks", () => new Response("", { status: 503 }))
      const check = AppJwt.verify(Redacted.make(jwt(app)), { accountId: account })
      assert.strictEqual((yield* Effect.flip(check))._tag, "TokenError")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* check)._tag, "AppClaims")
      wire.next("baseURI.json", json({}, 404))
      const elsewhere = AppJwt.verify(Redacted.make(jwt(app)), { accountId: otherAccount })
      assert.strictEqual((yield* Effect.flip(elsewhere))._tag, "DomainsError")
    }).pipe(Effect.provide(layer))
  )

  it("K2: reads scopes and times of a token that is not verified", () => {
    const read = (token: string) => AppJwt.decodeUnverified(Redacted.make(token))
    const claims = Result.getOrThrow(read(jwt({ ...app, iss: "other" }, { alg: "none" })))
    assert.strictEqual(claims._tag, "UnverifiedAppClaims")
    assert.deepStrictEqual([claims.scope, claims.exp, claims.iss], [["msg.consumer", "users.external"], 3600, "other"])
    for (const [token, reason] of [
      [jwt(user), "NotAnAppToken"],
      [jwt({ ...app, aud: [account, otherAccount] }), "Malformed"],
      [jwt({ ...app, exp: "1" }), "Malformed"],
      ["a".repeat(64), "Malformed"],
      ["a".repeat(20_000), "Malformed"]
    ] as const) {
      assert.strictEqual(Result.getOrThrow(Result.flip(read(token))).reason, reason)
    }
  })

  it.effect("K2: a token has at most 16,384 characters", () =>
    Effect.gen(function* () {
      const of = (length: number) => {
        const token = jwt({ ...app, more: "" })
        // Three bytes of the payload are four characters, so that the end fits in the last of them.
        const size = Math.floor(((length - token.length) * 3) / 4)
        const longer = jwt({ ...app, more: "a".repeat(size) })
        return longer + "A".repeat(length - longer.length)
      }
      const longest = of(16_384)
      assert.lengthOf(longest, 16_384)
      const problem = (token: string) =>
        Effect.match(verify(token), { onSuccess: () => "none", onFailure: ({ message }) => message })
      assert.notInclude(yield* problem(longest), "characters")
      assert.include(yield* problem(of(16_385)), "it has more than 16384 characters")
      assert.include(yield* problem(jwt({ ...app, exp: "1" })), "its payload cannot be read")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("K2: is one span, with the account of the program and the outcome", () => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    return Effect.gen(function* () {
      yield* verify(jwt(app))
      yield* Effect.exit(verify(jwt({ ...app, aud: otherAccount })))
      assert.deepStrictEqual(
        spans.map(({ attributes, name }) => [
          name,
          attributes.get("le_auth.account"),
          attributes.get("le_auth.outcome")
        ]),
        [
          ["AppJwt.verify", account, "success"],
          ["AppJwt.verify", account, "WrongAccount"]
        ]
      )
    }).pipe(Effect.provide(NodeCrypto.layer), Effect.provideService(Tracer.Tracer, tracer))
  })

  it.effect("K2: says nothing of what is in the token", () =>
    Effect.gen(function* () {
      const planted = { ...app, aud: "planted1", azp: "planted2", scope: "planted3", iss: "planted4" }
      const tokens = [
        jwt(planted),
        jwt({ ...planted, sub: "planted5" }),
        jwt({ ...planted, aud: account }),
        jwt({ ...planted, aud: account, iss: "sentinel" }),
        jwt({ ...planted, aud: account, exp: "planted6" }),
        jwt(planted, { alg: "planted7", kid: "planted8" }),
        jwt(planted, { alg: "RS256", kid: "planted8" }),
        jwt(planted, header, strange),
        "planted9.planted9.planted9"
      ]
      for (const token of tokens) {
        const error = yield* Effect.flip(verify(token, { azp, scope: "needed" }))
        assert.notInclude(`${error.message} ${JSON.stringify(error)}`, "planted")
        assert.notInclude(`${error.message} ${JSON.stringify(error)}`, token.slice(0, 8))
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect.prop(
    "K2: no claims make both an app token and an id_token",
    [
      Schema.Record(
        Schema.Literals(["sub", "aud", "azp", "scope", "iss", "iat", "exp"]),
        Schema.Union([
          Schema.Null,
          Schema.Finite,
          Schema.String,
          Schema.Array(Schema.String),
          Schema.Literals([account, azp, clientId])
        ])
      ),
      Schema.Literals(["app", "user", "neither"])
    ],
    ([changes, kind]) =>
      Effect.gen(function* () {
        const begin = { app, user: { ...user, aud: account }, neither: {} }[kind]
        const token = Redacted.make(jwt({ ...begin, ...changes }))
        const asApp = yield* outcome(AppJwt.verify(token, { accountId: account, keys: published }))
        // The most that an installation could do: have the account's number, or the app's id, as its client id.
        for (const id of [account as string, azp, clientId]) {
          const options = { token, clientId: ClientId.make(id), keys: published }
          assert.isFalse(asApp === "accepted" && (yield* outcome(IdToken.verify(options))) === "accepted")
        }
      }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect.prop("K2: no text makes it crash", [Schema.String, Schema.String, Schema.String], ([a, b, c]) =>
    Effect.gen(function* () {
      const encoded = `${Buffer.from(a).toString("base64url")}.${Buffer.from(b).toString("base64url")}.${c}`
      for (const token of [a, `${a}.${b}`, `${a}.${b}.${c}`, encoded]) {
        assert.strictEqual(yield* outcome(verify(token)), "Malformed")
        assert.isTrue(Result.isFailure(AppJwt.decodeUnverified(Redacted.make(token))))
      }
      yield* Effect.exit(AppJwt.fromRequest({ authorization: a, Authorization: [b, c], [c]: a }))
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect.prop(
    "K2: a token with any character changed is refused",
    [Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000 })), Schema.Literals([..."Ab0-_.~ ="])],
    ([at, character]) =>
      Effect.gen(function* () {
        const token = jwt(app)
        const place = at % (token.length - 1)
        const changed = token.slice(0, place) + character + token.slice(place + 1)
        assert.strictEqual((yield* outcome(verify(changed))) === "accepted", changed === token)
      }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("K2: the token of a request, in all forms of headers, with and without Bearer", () =>
    Effect.gen(function* () {
      const text = (headers: AppJwt.RequestHeaders) => Effect.map(AppJwt.fromRequest(headers), Redacted.value)
      const node: IncomingHttpHeaders = { host: "bot.example", authorization: "Bearer a.b.c" }
      for (const headers of [
        new globalThis.Headers({ Authorization: "Bearer a.b.c" }),
        new Request("https://bot.example", { headers: { authorization: "a.b.c" } }).headers,
        Headers.fromInput({ Authorization: "Bearer a.b.c", get: "a" }),
        node,
        { authorization: "a.b.c", get: "not a function" },
        { Authorization: "bearer a.b.c" },
        { AUTHORIZATION: "BEARER   a.b.c " },
        { authorization: ["Bearer a.b.c"] },
        { authorization: ["", " \ta.b.c \t "], other: undefined }
      ]) {
        assert.strictEqual(yield* text(headers), "a.b.c")
      }
      const reasonOf = (headers: AppJwt.RequestHeaders) =>
        Effect.map(Effect.flip(AppJwt.fromRequest(headers)), ({ message, reason }) => {
          assert.notInclude(message, "planted")
          return reason
        })
      for (const headers of [
        new globalThis.Headers(),
        {},
        { authorization: undefined },
        { authorization: [] },
        { authorization: "" },
        { authorization: "Bearer" },
        { authorization: " Bearer " },
        { "x-authorization": "a.b.c" }
      ]) {
        assert.strictEqual(yield* reasonOf(headers), "Missing")
      }
      const twice = new globalThis.Headers({ authorization: "planted.b.c" })
      twice.append("authorization", "planted.b.c")
      for (const headers of [
        twice,
        { authorization: "Basic planted" },
        { authorization: "Bearer planted.b.c Bearer planted.b.c" },
        { authorization: "Bearer planted.b.c, planted.b.c" },
        { authorization: ["planted.b.c", "planted.b.c"] },
        { authorization: "planted.b.c", Authorization: "planted.b.d" },
        { authorization: "Bearer\nplanted.b.c" },
        { authorization: "Bearer plantéd" },
        { authorization: "Bearer 'planted'" }
      ]) {
        assert.strictEqual(yield* reasonOf(headers), "Malformed")
      }
      assert.notInclude(String(yield* AppJwt.fromRequest({ authorization: "planted" })), "planted")
    })
  )
})
