import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import { ClientId, IdTokenText } from "@le-auth/core/Identifiers"
import * as IdToken from "@le-auth/core/IdToken"
import { InvalidSigningKey } from "../src/internal/keys/SigningKey.ts"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { createLocalJWKSet, jwtVerify } from "jose"
import { generateKeyPairSync } from "node:crypto"
import { inspect } from "node:util"
import { admin, answerOf, application, authorizePath, browser, clientId, config, signedIn, start } from "./Harness.ts"

const layer = SigningKeys.layer.pipe(Layer.provideMerge(NodeCrypto.layer))

describe("SigningKeys", () => {
  it.effect("R62: publishes only public members, with a key id like LivePerson's", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22, 12))
      yield* Effect.gen(function* () {
        const keys = yield* SigningKeys.SigningKeys
        const set = JSON.parse(yield* keys.keySet)
        assert.lengthOf(set.keys, 2)
        assert.deepStrictEqual(Object.keys(set.keys[0]).toSorted(), ["alg", "e", "kid", "kty", "n", "use"])
        assert.match(set.keys[0].kid, /^idtoken-22-11-26-[0-9a-f]{8}$/)
        assert.deepStrictEqual(set.keys[1], { ...set.keys[0], kid: set.keys[0].kid.replace("idtoken", "appjwt") })
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("R62: the key set may be cached", () =>
    Effect.gen(function* () {
      const response = yield* (yield* start()).fetch("/sentinel/well-known/jwks")
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers.get("content-type"), "application/json")
      assert.match(response.headers.get("cache-control")!, /public, max-age=\d+/)
    })
  )

  const kidsOf = (keySet: string): ReadonlyArray<string> =>
    JSON.parse(keySet)
      .keys.map(({ kid }: { readonly kid: string }) => kid)
      // Each key is there twice.
      .filter((kid: string) => !kid.startsWith("appjwt-"))
  const kidIn = (token: string): string => JSON.parse(atob(token.split(".")[0]!)).kid

  it.effect("R62: after a rotation the old key is published until its last token has expired, and no longer", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22, 12))
      const keys = yield* SigningKeys.SigningKeys
      const now = yield* Clock.currentTimeMillis
      const token = yield* keys.sign({ exp: now / 1000 + 600 })
      yield* keys.sign({ exp: now / 1000 + 60 })
      const before = yield* keys.keySet
      const old = kidIn(token)
      assert.deepStrictEqual(kidsOf(before), [old])

      const next = yield* keys.rotate
      assert.notStrictEqual(next, old)
      assert.strictEqual(kidIn(yield* keys.sign({})), next)
      const during = yield* keys.keySet
      assert.deepStrictEqual(kidsOf(during), [next, old])

      yield* TestClock.setTime(now + 15 * 60_000 - 1)
      assert.strictEqual(yield* keys.keySet, during)
      yield* Effect.promise(() =>
        jwtVerify(token, createLocalJWKSet(JSON.parse(during)), {
          currentDate: DateTime.toDateUtc(DateTime.makeUnsafe(now))
        })
      )
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(kidsOf(yield* keys.keySet), [next])
    }).pipe(Effect.provide(layer))
  )

  it.effect("R62: rotations at the same time follow each other, and no key id comes twice", () =>
    Effect.gen(function* () {
      const keys = yield* SigningKeys.SigningKeys
      const first = kidsOf(yield* keys.keySet)
      const made = yield* Effect.all([keys.rotate, keys.rotate, keys.rotate], { concurrency: "unbounded" })
      const all = kidsOf(yield* keys.keySet)
      assert.strictEqual(new Set([...first, ...made]).size, 4)
      assert.sameMembers([...all], [...first, ...made])
      assert.strictEqual(kidIn(yield* keys.sign({})), all[0])
      yield* TestClock.adjust("5 minutes")
      assert.deepStrictEqual(kidsOf(yield* keys.keySet), [all[0]!])
    }).pipe(Effect.provide(layer))
  )

  it.effect("R62: a token that was issued before a rotation verifies after it, over HTTP", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_800_000_000_000)
      const keys = Context.get(yield* Layer.build(layer), SigningKeys.SigningKeys)
      const { sentinel, tokens } = yield* signedIn({ keys })
      yield* keys.rotate
      const answer = yield* sentinel.fetch("/sentinel/well-known/jwks")
      const set = yield* Effect.promise(async () => answer.json())
      assert.lengthOf(set.keys, 4)
      yield* Effect.promise(() =>
        jwtVerify(tokens["id_token"]!, createLocalJWKSet(set), {
          currentDate: DateTime.toDateUtc(DateTime.makeUnsafe(1_800_000_000_000))
        })
      )
    })
  )

  const { privateKey: generated } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const pem = generated.export({ type: "pkcs8", format: "pem" }) as string
  const jwk = generated.export({ format: "jwk" })
  const given = (...texts: readonly [string, ...ReadonlyArray<string>]) =>
    SigningKeys.layerFrom(Arr.map(texts, (text) => Redacted.make(text))).pipe(Layer.provideMerge(NodeCrypto.layer))
  const use = <A, E>(
    layer: Layer.Layer<SigningKeys.SigningKeys, E>,
    work: (keys: SigningKeys.SigningKeys["Service"]) => Effect.Effect<A, unknown>
  ) => Effect.flatMap(SigningKeys.SigningKeys, work).pipe(Effect.provide(layer))

  it.effect("R62: keys that are given have the same id whenever they are read, and sign what others verify", () =>
    Effect.gen(function* () {
      const work = (keys: SigningKeys.SigningKeys["Service"]) => Effect.all([keys.sign({ sub: "1" }), keys.keySet])
      const [token, keySet] = yield* use(given(pem), work)
      const [again] = yield* use(given(`\n${pem}\n`), work)
      const [asJwk] = yield* use(given(JSON.stringify(jwk)), work)
      assert.strictEqual(again, token)
      assert.strictEqual(asJwk, token)
      assert.match(kidIn(token), /^idtoken-[0-9a-f]{16}$/)
      assert.deepStrictEqual(Object.keys(JSON.parse(keySet).keys[0]).toSorted(), ["alg", "e", "kid", "kty", "n", "use"])
      const { payload } = yield* Effect.promise(() => jwtVerify(token, createLocalJWKSet(JSON.parse(keySet))))
      assert.strictEqual(payload.sub, "1")
    })
  )

  it.effect("R62: the first of several given keys signs, all are published, and a JWK keeps its own id", () =>
    Effect.gen(function* () {
      const other = generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey.export({ format: "jwk" })
      const layer = given(JSON.stringify({ ...other, kid: "mine", use: "sig" }), pem)
      const [token, keySet] = yield* use(layer, (keys) => Effect.all([keys.sign({}), keys.keySet]))
      assert.strictEqual(kidIn(token), "mine")
      assert.lengthOf(kidsOf(keySet), 2)
      yield* Effect.promise(() => jwtVerify(token, createLocalJWKSet(JSON.parse(keySet))))
    })
  )

  it.effect("K1: no two given keys are published under one id, and none under an id of app tokens", () =>
    Effect.gen(function* () {
      const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" })
      const withId = (key: object, kid: string) => JSON.stringify({ ...key, kid })
      const problemOf = (...texts: Arr.NonEmptyReadonlyArray<string>) =>
        Effect.map(
          Effect.flip(use(given(...texts), () => Effect.void)),
          (error) => (error as SigningKeys.InvalidSigningKey).message
        )
      for (const [one, two] of [
        ["mine", "mine"],
        ["mine", "idtoken-mine"],
        ["idtoken-mine", "mine"]
      ] as const) {
        assert.match(
          yield* problemOf(withId(jwk, one), withId(other, two)),
          /^signing_keys\[1\]: the key has an id \(kid\) under which signing_keys\[0\] is published/
        )
      }
      assert.match(yield* problemOf(withId(jwk, "a"), withId(other, "appjwt-b")), /^signing_keys\[1\]: .* appjwt-/)
    })
  )

  it.effect("R62: signing_keys of the configuration are those of Sentinel, and are never shown", () =>
    Effect.gen(function* () {
      const decoded = yield* SentinelConfig.fromUnknown({ accounts: config.accounts, signing_keys: [pem] })
      assert.notInclude(inspect(decoded, { depth: 9 }), "PRIVATE KEY")
      const layer = Sentinel.layerMemory(decoded).pipe(Layer.provideMerge(NodeCrypto.layer))
      const token = yield* use(layer, (keys) => keys.sign({}))
      assert.strictEqual(token, yield* use(given(pem), (keys) => keys.sign({})))
    })
  )

  it.effect.each([
    ["", "is neither PEM text"],
    ["planted", "is neither PEM text"],
    [JSON.stringify({ ...jwk, d: undefined, planted: "planted" }), "is neither PEM text"],
    ["-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----", "is not an RSA key"],
    [
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      "is not an RSA key"
    ],
    [
      generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      "is shorter than 2048 bits"
    ]
  ] as const)("R95: says what is wrong with a given key, and nothing of the key: %#", ([text, problem]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(use(given(text), (keys) => keys.keySet))
      assert.instanceOf(error, InvalidSigningKey)
      assert.include(error.message, problem)
      assert.notInclude(error.message, "planted")
    })
  )

  it.effect("R61: the id_token has LivePerson's claims and verifies with jose and with our own client's code", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_800_000_000_750)
      const sentinel = yield* start()
      const set = yield* Effect.promise(async () =>
        (await Effect.runPromise(sentinel.fetch("/sentinel/well-known/jwks"))).json()
      )
      for (const [credentials, isAdmin, sub] of [
        [undefined, false, "3552833710"],
        [admin, true, "3552833711"]
      ] as const) {
        const code = answerOf(yield* browser(sentinel).signIn(authorizePath(), credentials)).get("code")!
        const { json } = yield* application(sentinel).exchange(code)
        const idToken = json["id_token"]!
        const { payload, protectedHeader } = yield* Effect.promise(() =>
          jwtVerify(idToken, createLocalJWKSet(set), {
            issuer: "sentinel",
            audience: clientId,
            algorithms: ["RS256"],
            currentDate: DateTime.toDateUtc(DateTime.makeUnsafe(1_800_000_000_750))
          })
        )
        assert.deepStrictEqual(payload as unknown, {
          sub,
          aud: clientId,
          iss: "sentinel",
          iat: 1_800_000_000,
          exp: 1_800_000_600,
          is_admin: isAdmin,
          is_lpa: false
        })
        assert.strictEqual(protectedHeader.kid, set.keys[0].kid)
        const claims = yield* IdToken.verify({
          token: Schema.decodeUnknownSync(IdTokenText)(idToken),
          clientId: ClientId.make(clientId),
          keys: Schema.decodeUnknownSync(IdToken.JsonWebKeySet)(set)
        }).pipe(Effect.provide(NodeCrypto.layer))
        assert.strictEqual(claims.sub as string, sub)
      }
    })
  )

  it.effect("R61: the issuer in older spelling, if the dialect says so", () =>
    Effect.gen(function* () {
      const { tokens } = yield* signedIn({ points: { issuer: "Sentinel" } })
      assert.strictEqual(JSON.parse(atob(tokens["id_token"]!.split(".")[1]!)).iss, "Sentinel")
    })
  )
})
