import { assert, describe, it } from "@effect/vitest"
import * as TextDigest from "@le-auth/core/shared/TextDigest"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"

const texts = ["", "abc", "ü".repeat(100), "\ud800 half a pair", "x".repeat(10_000)]

describe("TextDigest", () => {
  it.effect("gives what the Digest gives, with and without a way of its own", () =>
    Effect.gen(function* () {
      const digest = yield* Digest.Digest
      const quick = TextDigest.of(digest)
      const plain = TextDigest.of({ ...digest })
      for (const algorithm of [Digest.sha256, Digest.sha512]) {
        for (const form of ["hex", "base64url"] as const) {
          for (const text of texts) {
            assert.strictEqual(yield* quick(algorithm, text, form), yield* plain(algorithm, text, form))
          }
        }
      }
      assert.strictEqual(
        yield* quick(Digest.sha256, "abc", "hex"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      )
    }).pipe(Effect.provide(NodeCrypto.layerDigest))
  )

  it.effect("leaves a Digest that was made from another to its own hash", () =>
    Effect.gen(function* () {
      const digest = yield* Digest.Digest
      const own = { ...digest, digestHex: () => Effect.succeed("mine") }
      assert.strictEqual(yield* TextDigest.of(own)(Digest.sha256, "abc", "hex"), "mine")
    }).pipe(Effect.provide(NodeCrypto.layerDigest))
  )
})
