import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import type * as PasswordHash from "@le-auth/sentinel/PasswordHash"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as CryptoError from "effect/crypto/CryptoError"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"

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

  it.effect("R86: an interrupted caller gives its place in the queue back, but not the thread that works for it", () =>
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

  it.effect("R86: verifies passwords of up to 1,024 characters of any Unicode, typed in any normal form", () =>
    Effect.gen(function* () {
      const passwords = yield* Passwords.Passwords
      for (const text of ["ü".repeat(64), "\u{1f511}".repeat(1024), "\u0001 \u202e", "a".repeat(1024), "Å ﬁ ①"]) {
        const hash = yield* passwords.hash(Redacted.make(text))
        for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) {
          assert.isTrue(yield* passwords.verify(Redacted.make(text.normalize(form)), hash))
        }
        assert.isFalse(yield* passwords.verify(Redacted.make(`${text}x`), hash))
        assert.isFalse(yield* passwords.verify(Redacted.make(text.slice(0, -1)), hash))
      }
    }).pipe(Effect.provide(Passwords.layer.pipe(Layer.provide(NodeCrypto.layer))))
  )

  it.effect.each([Passwords.development, Kdf.argon2id({ memory: 64, passes: 1 })])(
    "R86: with %s, U+0000 is in no password, none is longer than 1,024 characters, and a digest is not its text",
    (algorithm) =>
      Effect.gen(function* () {
        const passwords = yield* Passwords.Passwords
        const verify = (text: string, hash: PasswordHash.PasswordHash | Redacted.Redacted<string>) =>
          passwords.verify(Redacted.make(text), hash)
        for (const text of ["agent", "p".repeat(100), ""]) {
          const given = Redacted.make(text)
          for (const expected of [yield* passwords.hash(given), given]) {
            assert.isTrue(yield* verify(text, expected))
            for (let place = 0; place <= text.length; place++) {
              assert.isFalse(yield* verify(`${text.slice(0, place)}\0${text.slice(place)}`, expected))
            }
            const digest = createHash("sha256").update(text).digest()
            for (const form of ["latin1", "utf8", "hex", "base64"] as const) {
              assert.isFalse(yield* verify(digest.toString(form), expected))
            }
          }
        }
        for (const text of ["a".repeat(1025), "\u{1f511}".repeat(1025), "a\0"]) {
          assert.isFalse(yield* verify(text, Redacted.make(text)))
          assert.isFalse(yield* verify(text, yield* passwords.hash(Redacted.make(text))))
          assert.isFalse(yield* verify("", yield* passwords.hash(Redacted.make(text))))
        }
      }).pipe(Effect.provide(Passwords.layerWith({ algorithm }).pipe(Layer.provide(NodeCrypto.layer))))
  )

  it.effect(
    "R96: a password of 60 kB of marks that combine takes no time of the thread, and the work of any other",
    () =>
      Effect.gen(function* () {
        const { asked, latch, passwords } = yield* slow
        yield* latch.open
        const long = Redacted.make(`a${"\u0345".repeat(15_000)}${"\u0334".repeat(15_000)}`)
        const before = performance.now()
        assert.isFalse(yield* passwords.verify(long, undefined))
        assert.isBelow(performance.now() - before, 100)
        assert.deepStrictEqual(asked, [Passwords.development])
      })
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
