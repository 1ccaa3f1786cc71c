import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as PasswordHash from "@le-auth/sentinel/PasswordHash"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const salt = "MIIRqgvgQbgj220jfp0MPA"
const hash = "YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"
/** Made by argon2-cffi, of Python. */
const foreign = `$argon2id$v=19$m=65536,t=3,p=4$${salt}$${hash}`

const layer = Passwords.layer.pipe(Layer.provide(NodeCrypto.layer), Layer.orDie)

describe("PasswordHash", () => {
  it.effect("R86: a hash that another library made is read and verified", () =>
    Effect.gen(function* () {
      const passwords = yield* Passwords.Passwords
      const verify = (text: string) => passwords.verify(Redacted.make(text), PasswordHash.parse(foreign))
      assert.isTrue(yield* verify("correct horse battery staple"))
      assert.isFalse(yield* verify("correct horse battery stapler"))
    }).pipe(Effect.provide(layer))
  )

  it.effect(
    "R86: says itself how it was made, so that it can be verified with another cost than that of new hashes",
    () =>
      Effect.gen(function* () {
        const password = Redacted.make("pässwörd 🔑")
        for (const algorithm of [Passwords.strict, Passwords.development, Kdf.argon2id({ memory: 64, passes: 1 })]) {
          const made = yield* Effect.flatMap(Passwords.Passwords, (passwords) => passwords.hash(password)).pipe(
            Effect.provide(Passwords.layerWith({ algorithm }).pipe(Layer.provide(NodeCrypto.layer)))
          )
          const text = PasswordHash.format(made)
          assert.deepStrictEqual(PasswordHash.parse(text), made)
          assert.isTrue(yield* (yield* Passwords.Passwords).verify(password, PasswordHash.parse(text)), text)
        }
      }).pipe(Effect.provide(layer))
  )

  it("R86: the strict cost is what OWASP asks for", () => {
    assert.deepInclude(Passwords.strict, { _tag: "Argon2id", memory: 19_456, passes: 2, parallelism: 1 })
  })

  it.each([
    ["m=262144,t=3,p=4", "m=262145,t=3,p=4"],
    ["m=65536,t=10,p=4", "m=65536,t=11,p=4"],
    ["m=65536,t=3,p=4", "m=65536,t=3,p=5"]
  ])("R86: a hash may cost %s, and not %s", (most, more) => {
    const [taken, refused] = [most, more].map((cost) => foreign.replace("m=65536,t=3,p=4", cost))
    assert.isDefined(PasswordHash.parse(taken!))
    assert.isUndefined(PasswordHash.problemOf(taken!))
    assert.isUndefined(PasswordHash.parse(refused!))
    assert.match(PasswordHash.problemOf(refused!)!, /^costs too much: at most m=262144,t=10,p=4 or i=2000000$/)
  })

  it("R86: PBKDF2 may have 2,000,000 iterations, counted for each 32 bytes of the hash", () => {
    const pbkdf2 = (iterations: number, bytes: number) =>
      `$pbkdf2-sha256$i=${iterations}$${salt}$${Buffer.alloc(bytes, 1).toString("base64").replace(/=+$/, "")}`
    for (const [iterations, bytes] of [
      [2_000_000, 32],
      [2_000_000, 16],
      [1_000_000, 64]
    ] as const) {
      assert.isUndefined(PasswordHash.problemOf(pbkdf2(iterations, bytes)))
      assert.match(PasswordHash.problemOf(pbkdf2(iterations + 1, bytes))!, /^costs too much/)
    }
    assert.match(PasswordHash.problemOf(pbkdf2(1, 65))!, /^must be a hash of the form/)
    assert.match(PasswordHash.problemOf(pbkdf2(99_999_999, 32))!, /^costs too much/)
  })

  it.each([
    "",
    "password",
    foreign.replace("argon2id", "argon2i"),
    foreign.replace("v=19", "v=16"),
    foreign.replace("m=65536", "m=0"),
    foreign.replace("m=65536", "m=99999999"),
    foreign.replace("m=65536", "m=8"),
    foreign.replace("t=3", "t=-1"),
    foreign.replace(salt, "AAAA"),
    foreign.replace(salt, "MIIRqgvgQbgj220jf*0MPA"),
    foreign.replace(hash, ""),
    foreign.replace(hash, "AAAA"),
    `${foreign}\n`,
    ` ${foreign}`,
    `$pbkdf2-sha256$i=999999999$${salt}$${hash}`,
    `$scrypt$ln=17,r=8,p=1$${salt}$${hash}`
  ])("R86: refuses what is not a hash that can be verified: %j", (text) => {
    assert.isUndefined(PasswordHash.parse(text))
  })
})
