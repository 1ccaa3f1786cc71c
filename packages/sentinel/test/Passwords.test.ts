import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as CryptoError from "effect/crypto/CryptoError"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const password = Redacted.make("correct horse battery staple")

/** Derivations that end when they are told to, and what was asked for. */
const slow = Effect.gen(function* () {
  const latch = yield* Latch.make(false)
  const asked: Array<Kdf.Algorithm> = []
  const counts = { running: 0, most: 0 }
  const kdf = Kdf.Kdf.of({
    derive: (algorithm, _, { length }) =>
      Effect.gen(function* () {
        asked.push(algorithm)
        counts.most = Math.max(counts.most, ++counts.running)
        yield* latch.await
        counts.running--
        return new Uint8Array(length)
      })
  })
  const layer = Passwords.layerWith({ concurrency: 2, queue: 3 }).pipe(
    Layer.provide(Layer.succeed(Kdf.Kdf, kdf)),
    Layer.provide(NodeCrypto.layerSecureRandom)
  )
  return { asked, counts, latch, passwords: yield* Effect.provide(Passwords.Passwords, layer) }
})

const settle = Effect.repeat(Effect.yieldNow, { times: 50 })

describe("Passwords", () => {
  it.effect("R86: looks at a few passwords at once, lets a few more wait, and refuses the others at once", () =>
    Effect.gen(function* () {
      const { asked, counts, latch, passwords } = yield* slow
      const fibers = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        Effect.forkChild(Effect.result(passwords.verify(password, undefined)))
      )
      yield* settle
      assert.strictEqual(counts.running, 2)
      const early = fibers.filter((fiber) => fiber.pollUnsafe() !== undefined)
      assert.lengthOf(early, 15)
      yield* latch.open
      const results = yield* Effect.forEach(fibers, Fiber.join)
      const failures = results.flatMap((result) => (result._tag === "Failure" ? [result.failure._tag] : []))
      assert.deepStrictEqual(
        failures,
        Array.from({ length: 15 }, () => "PasswordsBusy")
      )
      assert.strictEqual(counts.most, 2)
      assert.lengthOf(asked, 5)
      // And then there is room again.
      assert.isFalse(yield* passwords.verify(password, undefined))
    })
  )

  it.effect("R86: who goes away gives his place in the queue back, but not the thread that works for him", () =>
    Effect.gen(function* () {
      const { counts, latch, passwords } = yield* slow
      const verify = passwords.verify(password, undefined)
      const fibers = yield* Effect.forEach(Array.from({ length: 5 }), () => Effect.forkChild(verify))
      yield* settle
      for (const fiber of fibers) yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* settle
      const next = yield* Effect.forEach(Array.from({ length: 3 }), () => Effect.forkChild(verify))
      yield* settle
      assert.strictEqual(counts.running, 2)
      yield* latch.open
      yield* Effect.forEach(next, Fiber.join)
      assert.strictEqual(counts.most, 2)
    })
  )

  it.effect("R86: verifies passwords of any length and any Unicode, typed in any normal form", () =>
    Effect.gen(function* () {
      const passwords = yield* Passwords.Passwords
      for (const text of ["ü".repeat(64), "\u{1f511}".repeat(64), "\u0000 \u202e", "a".repeat(10_000), "Å ﬁ ①"]) {
        const hash = yield* passwords.hash(Redacted.make(text))
        for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) {
          assert.isTrue(yield* passwords.verify(Redacted.make(text.normalize(form)), hash))
        }
        assert.isFalse(yield* passwords.verify(Redacted.make(`${text}x`), hash))
        assert.isFalse(yield* passwords.verify(Redacted.make(text.slice(0, -1)), hash))
      }
    }).pipe(Effect.provide(Passwords.layer.pipe(Layer.provide(NodeCrypto.layer))))
  )

  it.effect("R84: without a hash it does the work of its own cost, and says no", () =>
    Effect.gen(function* () {
      const { asked, latch, passwords } = yield* slow
      yield* latch.open
      assert.isFalse(yield* passwords.verify(password, undefined))
      assert.deepStrictEqual(asked, [Passwords.development])
    })
  )

  it.effect("R86: says at the start that the platform has no argon2id", () =>
    Effect.gen(function* () {
      const layer = Passwords.layerWith({ algorithm: Passwords.strict }).pipe(
        Layer.provide(Kdf.layerWebCrypto),
        Layer.provide(NodeCrypto.layerSecureRandom)
      )
      const error = yield* Effect.flip(Effect.provide(Passwords.Passwords, layer))
      assert.instanceOf(error.reason, CryptoError.Unsupported)
    })
  )
})
