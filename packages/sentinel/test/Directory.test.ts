import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Directory from "@le-auth/sentinel/Directory"
import * as PasswordHash from "@le-auth/sentinel/PasswordHash"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { account, config } from "./Harness.ts"

const hash = "$argon2id$v=19$m=64,t=1,p=1$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"

/** Hashing that ends when it is told to; a password is right if it is "right". */
const start = Effect.fnUntraced(function* (users: ReadonlyArray<object>) {
  const hashing = yield* Latch.make(false)
  const verified: Array<PasswordHash.PasswordHash | undefined> = []
  const made = { algorithm: Passwords.development, salt: new Uint8Array(16), hash: new Uint8Array(32) }
  const passwords = Passwords.Passwords.of({
    hash: () => Effect.as(hashing.await, made),
    verify: (password, hash) =>
      Effect.sync(() => {
        verified.push(hash)
        return Redacted.value(password) === "right"
      })
  })
  const decoded = yield* SentinelConfig.fromUnknown({ accounts: [{ ...config.accounts[0]!, users }] })
  const directory = yield* Directory.Directory.pipe(
    Effect.provide(
      Directory.layer(decoded).pipe(
        Layer.provide(Layer.succeed(Passwords.Passwords, passwords)),
        Layer.provide(NodeCrypto.layer)
      )
    )
  )
  const authenticate = (email: string, password: string) =>
    directory.authenticate(account, email, Redacted.make(password))
  return { authenticate, directory, hashing, made, verified }
})

const settle = Effect.repeat(Effect.yieldNow, { times: 50 })

describe("the directory of a configuration", () => {
  it.effect("R86: is there before its passwords are hashed, and R84: known and unknown users wait alike", () =>
    Effect.gen(function* () {
      const { authenticate, directory, hashing } = yield* start(config.accounts[0]!.users)
      assert.isTrue(Option.isSome(yield* directory.user(account, "3552833710")))
      const known = yield* Effect.forkChild(authenticate("agent@example.com", "right"))
      const unknown = yield* Effect.forkChild(authenticate("nobody@example.com", "right"))
      yield* settle
      assert.isUndefined(known.pollUnsafe())
      assert.isUndefined(unknown.pollUnsafe())
      yield* hashing.open
      assert.isTrue(Option.isSome(yield* Fiber.join(known)))
      assert.isTrue(Option.isNone(yield* Fiber.join(unknown)))
    })
  )

  it.effect("R84: the same work for a wrong password, an unknown and a disabled user, and only one can get in", () =>
    Effect.gen(function* () {
      const user = { id: "1", email: "a@example.com", password_hash: hash }
      const { authenticate, verified } = yield* start([
        user,
        { ...user, id: "2", email: "gone@example.com", enabled: false }
      ])
      assert.isTrue(Option.isNone(yield* authenticate("a@example.com", "wrong")))
      assert.isTrue(Option.isNone(yield* authenticate("nobody@example.com", "right")))
      assert.isTrue(Option.isNone(yield* authenticate("gone@example.com", "right")))
      assert.isTrue(Option.isSome(yield* authenticate("A@example.com", "right")))
      assert.deepStrictEqual(
        verified,
        Array.from({ length: 4 }, () => PasswordHash.parse(hash))
      )
    })
  )

  it.effect("R86: a user has a password or a hash of it, not both, not neither, and no problem repeats it", () =>
    Effect.gen(function* () {
      const user = { id: "1", email: "a@example.com" }
      const problemsOf = (more: object) =>
        Effect.map(Effect.flip(start([{ ...user, ...more }])), (error) => error.message)
      assert.include(yield* problemsOf({}), "users[0].password: needs either password or password_hash")
      assert.include(yield* problemsOf({ password: "planted", password_hash: hash }), "needs either password or")
      const bad = yield* problemsOf({ password_hash: "$argon2id$planted" })
      assert.include(bad, "users[0].password_hash: must be a hash of the form")
      assert.notInclude(bad, "planted")
    })
  )
})
