import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as IdToken from "@le-auth/core/IdToken"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { createHmac, generateKeyPairSync } from "node:crypto"
import { installation, json, jwks, jwt, layer, layerWith, signIn, tokens, Wire } from "./ScriptedSentinel.ts"

const { clientId } = installation
const claims = { sub: "1", aud: clientId, iss: "sentinel", iat: 0, exp: 600 }
const verify = (token: string, keys: IdToken.JsonWebKeySet = jwks as never) =>
  IdToken.verify({ token: Redacted.make(token), clientId, keys })
const refusal = (token: string, keys?: IdToken.JsonWebKeySet) =>
  Effect.map(Effect.flip(verify(token, keys)), (error) => error.reason)
const base64Url = (text: string) => Buffer.from(text).toString("base64url")
const header = { alg: "RS256", kid: "idtoken-22-11-26" }

describe("IdToken", () => {
  it.effect("verifies what Sentinel signs, and has nothing to warn of", () => {
    const warnings: Array<unknown> = []
    const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(message))])
    return Effect.gen(function* () {
      const verified = yield* verify(jwt({ ...claims, is_admin: true, is_lpa: false }))
      assert.strictEqual(verified._tag, "VerifiedClaims")
      assert.isTrue(verified.is_admin)
      assert.deepStrictEqual(warnings, [])
      yield* verify(jwt({ ...claims, is_admin: 1, is_lpa: "no" }))
      assert.match(String(warnings), /: is_admin, is_lpa$/)
    }).pipe(Effect.provide(Layer.merge(NodeCrypto.layer, logger)))
  })

  it.effect("E1: aud contains our client id, and more audiences need azp", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* refusal(jwt({ ...claims, aud: "other" })), "WrongAudience")
      assert.strictEqual(yield* refusal(jwt({ ...claims, aud: [clientId, "other"] })), "WrongAudience")
      assert.strictEqual(yield* refusal(jwt({ ...claims, aud: [clientId, "other"], azp: "other" })), "WrongAudience")
      yield* verify(jwt({ ...claims, aud: [clientId, "other"], azp: clientId }))
      yield* verify(jwt({ ...claims, aud: [clientId] }))
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("a sub that is not a text is refused, any other is kept", () =>
    Effect.gen(function* () {
      for (const sub of ["", "\udc00", 17, null])
        assert.strictEqual(yield* refusal(jwt({ ...claims, sub })), "Malformed")
      for (const sub of ["3552833710", "zoë/🔑 %2f"])
        assert.strictEqual((yield* verify(jwt({ ...claims, sub }))).sub, sub)
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("E2: iss is sentinel in any case, and nothing else", () =>
    Effect.gen(function* () {
      for (const iss of ["sentinel", "Sentinel", "SENTINEL"]) yield* verify(jwt({ ...claims, iss }))
      for (const iss of ["sentinel ", "https://sentinel", "", "sentine\u017F"]) {
        assert.strictEqual(yield* refusal(jwt({ ...claims, iss })), "WrongIssuer")
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("E3: exp and iat with a skew of 60 seconds", () =>
    Effect.gen(function* () {
      yield* verify(jwt({ ...claims, iat: 60 }))
      assert.strictEqual(yield* refusal(jwt({ ...claims, iat: 61 })), "IssuedInTheFuture")
      yield* TestClock.adjust("659 seconds")
      yield* verify(jwt(claims))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* refusal(jwt(claims)), "Expired")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("E3: a program can accept less or more skew", () =>
    Effect.gen(function* () {
      const decidedWith = (skew: Duration.Input, iat: number) =>
        verify(jwt({ ...claims, iat })).pipe(
          Effect.provideService(IdToken.ClockSkew, Duration.fromInputUnsafe(skew)),
          Effect.match({ onSuccess: () => "accepted", onFailure: ({ reason }) => reason })
        )
      assert.strictEqual(yield* decidedWith(0, 0), "accepted")
      assert.strictEqual(yield* decidedWith(0, 1), "IssuedInTheFuture")
      assert.strictEqual(yield* decidedWith("5 minutes", 300), "accepted")
      assert.strictEqual(yield* decidedWith("5 minutes", 301), "IssuedInTheFuture")
      yield* TestClock.adjust("599 seconds")
      assert.strictEqual(yield* decidedWith(0, 0), "accepted")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* decidedWith(0, 0), "Expired")
      yield* TestClock.adjust("299 seconds")
      assert.strictEqual(yield* decidedWith("5 minutes", 0), "accepted")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* decidedWith("5 minutes", 0), "Expired")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("E3: the skew is that of the program", () =>
    Effect.gen(function* () {
      const skewed = (token: string, skew: Duration.Input) =>
        Effect.result(verify(token)).pipe(Effect.provideService(IdToken.ClockSkew, Duration.fromInputUnsafe(skew)))
      const early = jwt({ ...claims, iat: 300, exp: 900 })
      assert.strictEqual((yield* skewed(early, "10 minutes"))._tag, "Success")
      assert.strictEqual((yield* skewed(early, 0))._tag, "Failure")
      yield* TestClock.adjust("15 minutes")
      const late = jwt(claims)
      assert.strictEqual((yield* skewed(late, "10 minutes"))._tag, "Success")
      assert.strictEqual((yield* skewed(late, 0))._tag, "Failure")
      const now = jwt({ ...claims, iat: 900, exp: 901 })
      assert.strictEqual((yield* skewed(now, 0))._tag, "Success")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  const Json = Schema.Union([
    Schema.String,
    Schema.Finite,
    Schema.Boolean,
    Schema.Null,
    Schema.Array(Schema.String),
    Schema.Record(Schema.String, Schema.String)
  ])

  it.effect.prop(
    "E5: no entry of a key set spoils the others",
    [Schema.Array(Json), Schema.Array(Json)],
    ([before, after]) =>
      Effect.gen(function* () {
        const odd = [
          { kty: "RSA", kid: 7 },
          { ...jwks.keys[0], use: 5 },
          { ...jwks.keys[0], n: "AQAB" }
        ]
        const set = IdToken.readKeySet({ keys: [...before, ...odd, ...jwks.keys, ...after], more: before })
        assert.strictEqual((yield* verify(jwt(claims), set!))._tag, "VerifiedClaims")
      }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("E4, E5: of several keys with one kid those count that are for this signature", () =>
    Effect.gen(function* () {
      const [good] = jwks.keys
      const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 })
      const other = { ...good, ...stranger.publicKey.export({ format: "jwk" }) }
      const set = (...keys: ReadonlyArray<object>) => IdToken.readKeySet({ keys })!
      yield* verify(jwt(claims), set({ ...good, use: "enc" }, good!))
      yield* verify(jwt(claims), set({ ...good, alg: "RS512" }, { ...good, alg: null, use: null }))
      yield* verify(jwt(claims), set(other, good!))
      yield* verify(jwt(claims), set({ kty: "EC", kid: header.kid, crv: "P-256", x: "AQ", y: "AQ" }, good!))
      assert.strictEqual(yield* refusal(jwt(claims), set(other)), "BadSignature")
      // One that cannot even be imported says nothing about the others.
      const { n: _n, ...broken } = good as IdToken.JsonWebKey
      yield* verify(jwt(claims), set(broken, good!))
      assert.strictEqual(yield* refusal(jwt(claims), set(broken, other)), "BadSignature")
      assert.strictEqual(yield* refusal(jwt(claims), set(broken)), "UnknownKey")
      assert.deepStrictEqual(set({ ...good, use: 5 }, { kid: header.kid }, broken).keys, [broken])
      assert.strictEqual(yield* refusal(jwt(claims), set({ ...good, use: "enc" }, { ...good, alg: 5 })), "UnknownKey")
      const isKeySet = Schema.is(IdToken.JsonWebKeySet)
      assert.isTrue(isKeySet(jwks))
      for (const none of [undefined, null, [], {}, { keys: {} }, "keys"]) {
        assert.isUndefined(IdToken.readKeySet(none))
        assert.isFalse(isKeySet(none))
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect.prop(
    "E1: claims that only inform end no sign-in, and nothing but true is true",
    [Schema.Literals(["is_admin", "is_lpa", "azp"]), Json],
    ([name, value]) => {
      const warnings: Array<string> = []
      const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
      return Effect.gen(function* () {
        const token = jwt({ ...claims, [name]: value })
        const verified = yield* verify(token)
        const decoded = Result.getOrThrow(IdToken.decodeUnverified(Redacted.make(token)))
        for (const read of [verified, decoded]) {
          assert.strictEqual(read.sub, "1")
          if (name !== "azp") assert.strictEqual(read[name], typeof value === "boolean" ? value : undefined)
        }
        const isOdd = name !== "azp" && typeof value !== "boolean" && value !== null
        if (isOdd) assert.match(warnings.join(), new RegExp(name))
      }).pipe(Effect.provide(Layer.merge(NodeCrypto.layer, logger)))
    }
  )

  it.effect("E4: only RS256 by the key with the token's kid", () =>
    Effect.gen(function* () {
      const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
      const hmac = `${part({ ...header, alg: "HS256" })}.${part(claims)}`
      const confused = `${hmac}.${createHmac("sha256", JSON.stringify(jwks.keys[0])).update(hmac).digest("base64url")}`
      assert.strictEqual(yield* refusal(confused), "UnsupportedAlgorithm")
      assert.strictEqual(yield* refusal(`${part({ alg: "none" })}.${part(claims)}.`), "UnsupportedAlgorithm")
      assert.strictEqual(yield* refusal(jwt(claims, { ...header, alg: "RS512" })), "UnsupportedAlgorithm")
      assert.strictEqual(yield* refusal(jwt(claims, { ...header, crit: ["exp"] })), "UnsupportedAlgorithm")
      assert.strictEqual(yield* refusal(jwt(claims, { alg: "RS256" })), "UnknownKey")
      assert.strictEqual(yield* refusal(jwt(claims, { ...header, kid: "other" })), "UnknownKey")
      assert.strictEqual(yield* refusal(jwt(claims, header, stranger)), "BadSignature")
      assert.strictEqual(
        yield* refusal(jwt(claims), { keys: [{ ...(jwks.keys[0] as never as IdToken.JsonWebKey), use: "enc" }] }),
        "UnknownKey"
      )
      assert.strictEqual(
        yield* refusal(jwt(claims), { keys: [{ kty: "RSA", kid: "idtoken-22-11-26", e: "AQAB" }] }),
        "UnknownKey"
      )
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("E4: of the keys with its kid, only one that is for signatures with RS256, or does not say, is used", () =>
    Effect.gen(function* () {
      const [key] = jwks.keys as unknown as [IdToken.JsonWebKey]
      const { alg: _alg, use: _use, ...silent } = key
      const token = jwt(claims, header)
      yield* verify(token, { keys: [silent] })
      yield* verify(token, { keys: [{ ...key, kid: "other" }, { ...key, kty: "EC" }, key] })
      for (const keys of [
        [],
        [{ ...key, kid: "other" }],
        [{ ...key, kty: "EC" }],
        [{ ...key, use: "enc" }],
        [{ ...key, alg: "RS512" }]
      ]) {
        assert.strictEqual(yield* refusal(token, { keys }), "UnknownKey")
      }
      // Both without a kid: that does not match.
      const { kid: _kid, ...nameless } = key
      assert.strictEqual(yield* refusal(jwt(claims, { alg: "RS256" }), { keys: [nameless] }), "UnknownKey")
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("says which part cannot be read, and nothing of what is in it", () =>
    Effect.gen(function* () {
      const [first, second, third] = jwt(claims).split(".") as [string, string, string]
      const text = base64Url("planted")
      const incomplete = jwt({ ...claims, sub: undefined, planted: "planted" })
      for (const [token, part] of [
        [`${text}.${second}.${third}`, "its header cannot be read"],
        [`${base64Url("{}")}.${second}.${third}`, "its header cannot be read"],
        [`!.${second}.${third}`, "its header cannot be read"],
        [`${first}.${text}.${third}`, "its payload cannot be read"],
        [`${first}.${base64Url("[]")}.${third}`, "its payload cannot be read"],
        [`${first}.${base64Url("null")}.${third}`, "its payload cannot be read"],
        [`${first}.!.${third}`, "its payload cannot be read"],
        [`${first}.${second}.!`, "its signature cannot be read"],
        [incomplete, "its payload cannot be read"],
        [first, "the three parts"],
        [`${first}.${second}`, "the three parts"],
        [`${first}.${second}.${third}.`, "the three parts"]
      ] as const) {
        const error = yield* Effect.flip(verify(token))
        assert.strictEqual(error.reason, "Malformed", token)
        assert.include(error.message, part)
        assert.notInclude(error.message, "planted")
        const unverified = Result.getOrThrow(Result.flip(IdToken.decodeUnverified(Redacted.make(token))))
        assert.deepStrictEqual(unverified, error)
        // A sign-in adds to its error where the user wanted to go, so no other caller may get the same.
        assert.notStrictEqual(unverified, error)
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it("reads the key id and the claims of a token that is not verified", () => {
    const token = Redacted.make(jwt({ ...claims, is_admin: true }, { alg: "HS256", kid: "a" }))
    assert.strictEqual(IdToken.keyId(token), "a")
    assert.isUndefined(IdToken.keyId(Redacted.make(jwt(claims, { alg: "RS256" }))))
    for (const text of ["", "a", "a.b.c", `${base64Url("{}")}.b.c`])
      assert.isUndefined(IdToken.keyId(Redacted.make(text)))
    const unverified = Result.getOrThrow(IdToken.decodeUnverified(token))
    assert.deepInclude(unverified as object, { ...claims, _tag: "UnverifiedClaims", is_admin: true })
  })

  it.effect.prop("no text makes it crash", [Schema.String, Schema.String, Schema.String], ([a, b, c]) =>
    Effect.gen(function* () {
      for (const token of [a, `${a}.${b}`, `${a}.${b}.${c}`, `${base64Url(a)}.${base64Url(b)}.${c}`]) {
        assert.strictEqual(yield* refusal(token), "Malformed")
        Result.getOrThrow(Result.flip(IdToken.decodeUnverified(Redacted.make(token))))
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("E5: an unknown kid fetches the keys again, at most once a minute", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      yield* signIn
      yield* signIn
      assert.strictEqual(wire.to("/jwks").length, 1)
      const unknown = jwt({ ...claims, exp: 10_000 }, { ...header, kid: "rotated" })
      for (let index = 0; index < 5; index++) {
        wire.next("/token", (sent) => json(tokens(sent, 0, { id_token: unknown }))())
        assert.strictEqual((yield* signIn).session.claims?._tag, "UnverifiedClaims")
      }
      assert.strictEqual(wire.to("/jwks").length, 1)
      yield* TestClock.adjust("1 minute")
      wire.next("/token", (sent) => json(tokens(sent, 0, { id_token: unknown }))())
      yield* signIn
      assert.strictEqual(wire.to("/jwks").length, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("E5: while the keys cannot be had, a sign-in is verified by the last good set", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const down = () => new Response("", { status: 503 })
      wire.next("/jwks", down)
      // There never was a good set.
      assert.strictEqual((yield* signIn).session.claims?._tag, "UnverifiedClaims")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* signIn).session.claims?._tag, "VerifiedClaims")
      yield* TestClock.adjust("11 minutes")
      wire.next("/jwks", down)
      assert.strictEqual((yield* signIn).session.claims?._tag, "VerifiedClaims")
      assert.strictEqual(wire.to("/jwks").length, 3)
    }).pipe(Effect.provide(layer))
  )

  it.effect("E6: where verification is required, a token of an unpublished key is refused", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("/jwks", json({ keys: [] }))
      const error = yield* Effect.flip(signIn)
      assert(error._tag === "IdTokenError" && error.reason === "UnknownKey")
      // @ts-expect-error unverified claims do not pass for verified ones
      const claims: IdToken.VerifiedClaims = new IdToken.UnverifiedClaims({
        sub: "1",
        aud: "a",
        iss: "",
        iat: 0,
        exp: 0
      } as never)
      void claims
    }).pipe(Effect.provide(layerWith({ sessions: { requireVerifiedIdToken: true } })))
  )

  it.effect("a wrong signature of a published key is always refused", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
      wire.next("/token", (sent) => json(tokens(sent, 0, { id_token: jwt(claims, header, stranger) }))())
      const error = yield* Effect.flip(signIn)
      assert(error._tag === "IdTokenError" && error.reason === "BadSignature")
    }).pipe(Effect.provide(layer))
  )
})
