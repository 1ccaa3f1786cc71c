import { assert, describe, it } from "@effect/vitest"
import * as Seal from "@le-auth/core/Seal"
import { Keychain, KeychainError } from "@le-auth/node/Keychain"
import * as UserSealKey from "@le-auth/node/UserSealKey"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { sqliteFile } from "./SqliteFile.ts"

/** A keychain that can be silenced, a directory, and what was logged. */
const world = Effect.gen(function* () {
  const path = Path.join(Path.dirname(yield* sqliteFile), "seal-key")
  const entries = new Map<string, Redacted.Redacted>()
  const state = { isSilent: false }
  const answer = <A>(value: () => A) =>
    Effect.suspend(() => (state.isSilent ? Effect.fail(new KeychainError({ reason: "NoAnswer" })) : Effect.sync(value)))
  const keychain = Layer.succeed(Keychain, {
    get: (name) => answer(() => Option.fromUndefinedOr(entries.get(name))),
    set: (name, secret) => answer(() => void entries.set(name, secret))
  })
  const logged: Array<string> = []
  const logger = Logger.layer([Logger.make(({ message }) => void logged.push(String(message)))])
  const at = <A, E, R>(
    effect: Effect.Effect<A, E, R>,
    options: UserSealKey.Options = {},
    env: Record<string, string> = {}
  ) =>
    effect.pipe(
      Effect.provide(
        Layer.fresh(UserSealKey.layerAt(path, options)).pipe(
          Layer.provide(keychain),
          Layer.provideMerge(Layer.merge(logger, ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))))
        )
      )
    )
  return {
    path,
    entries,
    state,
    logged,
    at,
    seal: at(Seal.seal("note", "place")),
    open: (text: string) => at(Seal.open(text, "place")),
    location: at(UserSealKey.SealKeyLocation)
  }
})

const note = Option.some("note")

describe("the seal key of a user", () => {
  it.effect("H4: is in the keychain, and the file says so", () =>
    Effect.gen(function* () {
      const { entries, logged, open, path, location, seal } = yield* world
      const sealed = yield* seal
      assert.deepStrictEqual(yield* open(sealed), note)
      assert.strictEqual(yield* location, "keychain")
      assert.strictEqual(Fs.readFileSync(path, "utf8"), "keychain\n")
      assert.strictEqual(entries.size, 1)
      assert.deepStrictEqual(logged, [])
    })
  )

  it.effect("H4: without a keychain it is in a private file, with a warning, and stays there", () =>
    Effect.gen(function* () {
      const { entries, logged, open, path, location, seal, state } = yield* world
      state.isSilent = true
      const sealed = yield* seal
      assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o600)
      assert.strictEqual(logged.length, 1)
      assert.include(logged[0], `in the file ${path}, beside them: the keychain did not answer`)
      state.isSilent = false
      assert.deepStrictEqual(yield* open(sealed), note)
      assert.strictEqual(yield* location, "file")
      assert.strictEqual(entries.size, 0)
    })
  )

  it.effect("a keychain that is silent for once is an error with a remedy, and no second key", () =>
    Effect.gen(function* () {
      const { open, path, seal, state } = yield* world
      const sealed = yield* seal
      state.isSilent = true
      const error = yield* Effect.flip(open(sealed))
      assert.strictEqual(error._tag, "StoreError")
      assert.include(error.message, "it may be waiting to be unlocked")
      assert.include(error.message, `remove ${path}`)
      state.isSilent = false
      assert.deepStrictEqual(yield* open(sealed), note)
    })
  )

  it.effect("H8: a key that is gone from the keychain is a warning and a new key; what it sealed does not open", () =>
    Effect.gen(function* () {
      const { entries, logged, open, seal } = yield* world
      const sealed = yield* seal
      entries.clear()
      assert.deepStrictEqual(yield* open(sealed), Option.none())
      assert.include(logged[0], "gone from the keychain")
      assert.deepStrictEqual(yield* open(yield* seal), note)
    })
  )

  it.live("is one key for all that start at once", () =>
    Effect.gen(function* () {
      const { open, seal } = yield* world
      const all = yield* Effect.all(
        Array.from({ length: 6 }, () => seal),
        { concurrency: "unbounded" }
      )
      for (const sealed of all) assert.deepStrictEqual(yield* open(sealed), note)
    })
  )

  it.effect("who only reads makes none", () =>
    Effect.gen(function* () {
      const { at, entries, path } = yield* world
      assert.strictEqual(yield* at(UserSealKey.SealKeyLocation, { onlyIfMade: true }), "nowhere")
      assert.isFalse(Fs.existsSync(Path.dirname(path)))
      assert.strictEqual(entries.size, 0)
    })
  )

  it.effect("LE_AUTH_SEAL_KEYS goes first", () =>
    Effect.gen(function* () {
      const { at, path } = yield* world
      const env = { LE_AUTH_SEAL_KEYS: "a secret of at least thirty-two bytes" }
      assert.strictEqual(yield* at(UserSealKey.SealKeyLocation, {}, env), "settings")
      assert.isFalse(Fs.existsSync(path))
    })
  )

  it.effect("H3: a key file that is a symbolic link is refused", () =>
    Effect.gen(function* () {
      const { path, seal } = yield* world
      Fs.mkdirSync(Path.dirname(path), { recursive: true })
      Fs.symlinkSync("/etc/hostname", path)
      assert.include((yield* Effect.flip(seal)).message, "is a symbolic link, which is refused")
    })
  )
})
