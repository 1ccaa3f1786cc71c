import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import { ClientId, IdTokenText } from "@le-auth/core/Identifiers"
import * as IdToken from "@le-auth/core/IdToken"
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { createLocalJWKSet, jwtVerify } from "jose"
import { admin, answerOf, application, authorizePath, browser, clientId, signedIn, start } from "./Harness.ts"

const layer = SigningKeys.layer.pipe(Layer.provideMerge(NodeCrypto.layer))

describe("SigningKeys", () => {
  it.effect("R62: publishes only public members, with a key id like LivePerson's", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 10, 22, 12))
      yield* Effect.gen(function* () {
        const keys = yield* SigningKeys.SigningKeys
        const set = JSON.parse(yield* keys.keySet)
        assert.lengthOf(set.keys, 1)
        assert.deepStrictEqual(Object.keys(set.keys[0]).toSorted(), ["alg", "e", "kid", "kty", "n", "use"])
        assert.match(set.keys[0].kid, /^idtoken-22-11-26-[0-9a-f]{8}$/)
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

  it.effect("R61: the issuer in older spelling, if the profile says so", () =>
    Effect.gen(function* () {
      const { tokens } = yield* signedIn({ profile: { issuer: "Sentinel" } })
      assert.strictEqual(JSON.parse(atob(tokens["id_token"]!.split(".")[1]!)).iss, "Sentinel")
    })
  )
})
