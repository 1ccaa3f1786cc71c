import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Aead from "effect/crypto/Aead"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as SealedBytes from "../../src/shared/SealedBytes.ts"
import * as Utf8 from "../../src/shared/Utf8.ts"

const text = Option.map((bytes: Uint8Array) => new TextDecoder().decode(bytes))

describe("SealedBytes", () => {
  it.effect("H8: opens what it sealed under the same key and data, and nothing else", () =>
    Effect.gen(function* () {
      const aead = yield* Aead.Aead
      const { open, seal } = yield* SealedBytes.make
      const [key, other] = [yield* aead.generateKey(Aead.aes256Gcm), yield* aead.generateKey(Aead.aes256Gcm)]
      const place = Utf8.encode("here")
      const sealed = yield* seal(key, Utf8.encode("the note"), place)
      assert.deepStrictEqual(text(yield* open(key, sealed, place)), Option.some("the note"))
      assert.notStrictEqual(yield* seal(key, Utf8.encode("the note"), place), sealed)
      assert.deepStrictEqual(yield* open(other, sealed, place), Option.none())
      assert.deepStrictEqual(yield* open(key, sealed, Utf8.encode("there")), Option.none())
      for (const wrong of [
        "",
        "A",
        "AAAA",
        sealed.slice(0, 16),
        sealed.slice(0, -4),
        `${sealed}AAAA`,
        `${sealed}=`,
        "?"
      ]) {
        assert.deepStrictEqual(yield* open(key, wrong, place), Option.none(), wrong)
      }
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("H8: a second spelling of the same bytes does not open", () =>
    Effect.gen(function* () {
      const aead = yield* Aead.Aead
      const { open, seal } = yield* SealedBytes.make
      const key = yield* aead.generateKey(Aead.aes256Gcm)
      const nothing = new Uint8Array(0)
      // 29 bytes: the last character has bits to spare.
      const sealed = yield* seal(key, Utf8.encode("x"), nothing)
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
      const last = alphabet.indexOf(sealed.at(-1)!)
      const spelled = sealed.slice(0, -1) + alphabet[last + 1]!
      assert.strictEqual(last % 4, 0)
      assert.deepStrictEqual([...Buffer.from(spelled, "base64url")], [...Buffer.from(sealed, "base64url")])
      assert.isTrue(Option.isSome(yield* open(key, sealed, nothing)))
      assert.deepStrictEqual(yield* open(key, spelled, nothing), Option.none())
    }).pipe(Effect.provide(NodeCrypto.layer))
  )
})
