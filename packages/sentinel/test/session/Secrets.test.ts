import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Secrets from "../../src/internal/session/Secrets.ts"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"

describe("Secrets", () => {
  it.effect("R15: codes have no repeat, and need no escaping in an address", () =>
    Effect.gen(function* () {
      const { make } = yield* Secrets.make
      const count = 10_000
      const seen = new Set<string>()
      for (let index = 0; index < count; index++) seen.add(yield* make)
      assert.strictEqual(seen.size, count)
      for (const code of seen) assert.strictEqual(encodeURIComponent(code), code)
    }).pipe(Effect.provide(NodeCrypto.layer))
  )

  it.effect("R15: a code is all of 32 bytes of the secure generator, and nothing else", () =>
    Effect.gen(function* () {
      const asked: Array<number> = []
      const bytes = Uint8Array.from({ length: 32 }, (_, index) => index * 8)
      const real = yield* SecureRandom.SecureRandom
      const scripted = SecureRandom.SecureRandom.of({
        ...real,
        randomBytes: (length: number) => Effect.sync(() => (asked.push(length), bytes))
      })
      const { make } = yield* Effect.provideService(Secrets.make, SecureRandom.SecureRandom, scripted)
      assert.strictEqual(yield* make, Buffer.from(bytes).toString("base64url"))
      assert.deepStrictEqual(asked, [32])
    }).pipe(Effect.provide(NodeCrypto.layer))
  )
})
