import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as Directory from "@le-auth/sentinel/Directory"
import * as DirectoryEditor from "@le-auth/sentinel/DirectoryEditor"
import * as PasswordHash from "@le-auth/sentinel/PasswordHash"
import * as Passwords from "@le-auth/sentinel/Passwords"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { account, cheapPasswords, config } from "./Harness.ts"

const hash = "$argon2id$v=19$m=64,t=1,p=1$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"

/** Hashing that never ends; a password is right if it is "right". */
const start = Effect.fnUntraced(function* (users: ReadonlyArray<object>) {
  const verified: Array<Parameters<Passwords.Passwords["Service"]["verify"]>[1]> = []
  const passwords = Passwords.Passwords.of({
    hash: () => Effect.never,
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
  return { authenticate, directory, verified }
})

/** What is derived, by its cost. */
const counted = () => {
  const derived: Array<string> = []
  const counting = Layer.effect(
    Kdf.Kdf,
    Effect.map(Kdf.Kdf, (kdf) =>
      Kdf.Kdf.of({
        derive: (algorithm, ...rest) => {
          derived.push(
            algorithm._tag === "Argon2id"
              ? `argon2id ${algorithm.memory}`
              : algorithm._tag === "Pbkdf2"
                ? `${algorithm.iterations}`
                : algorithm._tag
          )
          return kdf.derive(algorithm, ...rest)
        }
      })
    )
  )
  return { counting, derived }
}

describe("the directory of a configuration", () => {
  it.effect("R86: of 20,000 users with passwords, the first login costs one hash, and another configuration none", () =>
    Effect.gen(function* () {
      const { counting, derived } = counted()
      const users = Array.from({ length: 20_000 }, (_, index) => ({
        id: `${index}`,
        email: `${index}@example.com`,
        password: `password ${index}`
      }))
      const decode = (name: string) =>
        SentinelConfig.fromUnknown({ accounts: [{ ...config.accounts[0]!, name, users }] })
      const context = yield* Layer.build(
        DirectoryEditor.layer(yield* decode("one")).pipe(
          Layer.provide(Passwords.layerWith({ algorithm: cheapPasswords })),
          Layer.provide(Layer.provideMerge(counting, NodeCrypto.layer))
        )
      )
      const { authenticate } = Context.get(context, Directory.Directory)
      const { replace } = Context.get(context, DirectoryEditor.DirectoryEditor)
      const login = (password: string) =>
        Effect.map(authenticate(account, "19999@example.com", Redacted.make(password)), Option.isSome)
      assert.isTrue(yield* login("password 19999"))
      assert.isFalse(yield* login("password 1"))
      assert.lengthOf(derived, 2)
      const gone = yield* replace(yield* decode("another"))
      assert.deepStrictEqual(gone, { users: [], installations: [] })
      assert.isTrue(yield* login("password 19999"))
      assert.lengthOf(derived, 3)
    })
  )

  it.effect("R86: is there before its passwords are hashed, and no user waits for the hashes of others", () =>
    Effect.gen(function* () {
      const { authenticate, directory, verified } = yield* start(config.accounts[0]!.users)
      assert.isTrue(Option.isSome(yield* directory.user(account, "3552833710")))
      assert.isTrue(Option.isSome(yield* authenticate("agent@example.com", "right")))
      assert.isTrue(Option.isNone(yield* authenticate("nobody@example.com", "right")))
      assert.strictEqual(Redacted.value(verified[0] as Redacted.Redacted<string>), "agent")
    })
  )

  it.effect("R84: for every user each kind of hash that the account has is worked at once", () =>
    Effect.gen(function* () {
      const { counting, derived } = counted()
      const cheap = Kdf.pbkdf2({ hash: Digest.sha256, iterations: 7 })
      const platform = Layer.provideMerge(counting, NodeCrypto.layer)
      const hashOf = (algorithm: PasswordHash.Algorithm) =>
        Effect.flatMap(Passwords.Passwords, ({ hash }) => hash(Redacted.make("right"))).pipe(
          Effect.map(PasswordHash.format),
          Effect.provide(Passwords.layerWith({ algorithm }).pipe(Layer.provide(platform)))
        )
      const kinds = [
        Kdf.argon2id({ memory: 8, passes: 1, parallelism: 1 }),
        Kdf.argon2id({ memory: 16, passes: 1, parallelism: 1 }),
        Passwords.development
      ]
      const hashes = yield* Effect.forEach(kinds, hashOf)
      const users = [
        ...hashes.map((password_hash, index) => ({ id: `${index}`, email: `${index}@example.com`, password_hash })),
        { id: "plain", email: "plain@example.com", password: "right" },
        { id: "gone", email: "gone@example.com", password_hash: hashes[0], enabled: false }
      ]
      const decoded = yield* SentinelConfig.fromUnknown({ accounts: [{ ...config.accounts[0]!, users }] })
      const directory = yield* Directory.Directory.pipe(
        Effect.provide(
          Directory.layer(decoded).pipe(
            Layer.provide(Passwords.layerWith({ algorithm: cheap })),
            Layer.provide(platform)
          )
        )
      )
      for (const name of ["0", "1", "2", "plain", "gone", "nobody"]) {
        for (const password of ["right", "wrong", "right\0", "x".repeat(5000)]) {
          derived.length = 0
          const found = yield* directory.authenticate(account, `${name}@example.com`, Redacted.make(password))
          assert.deepStrictEqual(derived.toSorted(), ["10000", "7", "argon2id 16", "argon2id 8"], `${name} ${password}`)
          assert.strictEqual(Option.isSome(found), password === "right" && !["gone", "nobody"].includes(name), name)
        }
      }
    })
  )

  it.effect("R84: an account has passwords of at most four kinds", () =>
    Effect.gen(function* () {
      const hashes = [1, 2, 3, 4].map((passes) => hash.replace("t=1", `t=${passes}`))
      const users = hashes.map((password_hash, index) => ({
        id: `${index}`,
        email: `${index}@example.com`,
        password_hash
      }))
      yield* start(users)
      const more = yield* Effect.flip(start([...users, { id: "5", email: "5@example.com", password: "plain" }]))
      assert.include(more.message, "accounts[0].users: have passwords of more than 4 kinds (algorithm and cost)")
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
