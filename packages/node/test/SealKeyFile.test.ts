import { assert, describe, it } from "@effect/vitest"
import * as Seal from "@le-auth/core/Seal"
import * as SealKeyFile from "@le-auth/node/SealKeyFile"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { sqliteFile } from "./SqliteFile.ts"

const keyFile = Effect.map(sqliteFile, (file) => Path.join(Path.dirname(file), "state", "seal.key"))

const sealing = (layer: ReturnType<typeof SealKeyFile.layerAt>) => ({
  seal: Effect.provide(Seal.seal("note", "place"), Layer.fresh(layer)),
  open: (text: string) => Effect.provide(Seal.open(text, "place"), Layer.fresh(layer))
})

const withSetting = (value: string) =>
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(value === "" ? {} : { LE_AUTH_SEAL_KEYS: value })))

describe("a seal key in a file", () => {
  it.effect("is made once, for its user only, and opens what it sealed", () =>
    Effect.gen(function* () {
      const path = yield* keyFile
      const sealed = yield* sealing(SealKeyFile.layerAt(path)).seal
      assert.strictEqual(Fs.statSync(path).mode & 0o777, 0o600)
      assert.strictEqual(Fs.statSync(Path.dirname(path)).mode & 0o777, 0o700)
      assert.deepStrictEqual(Fs.readdirSync(Path.dirname(path)), ["seal.key"])
      assert.deepStrictEqual(yield* sealing(SealKeyFile.layerAt(path)).open(sealed), Option.some("note"))
    })
  )

  it.live("is one key for all that start at once", () =>
    Effect.gen(function* () {
      const path = yield* keyFile
      const all = yield* Effect.all(
        Array.from({ length: 8 }, () => sealing(SealKeyFile.layerAt(path)).seal),
        { concurrency: "unbounded" }
      )
      for (const sealed of all) {
        assert.deepStrictEqual(yield* sealing(SealKeyFile.layerAt(path)).open(sealed), Option.some("note"))
      }
    })
  )

  it.effect("gives way to LE_AUTH_SEAL_KEYS, and to that a file is not made", () =>
    Effect.gen(function* () {
      const path = yield* keyFile
      const given = SealKeyFile.layerConfigOr(path).pipe(withSetting("a secret of forty-three characters or more...."))
      const sealed = yield* sealing(given).seal
      assert.isFalse(Fs.existsSync(path))
      const made = SealKeyFile.layerConfigOr(path).pipe(withSetting(""))
      assert.isTrue(Option.isNone(yield* sealing(made).open(sealed)))
      assert.isTrue(Fs.existsSync(path))
    })
  )

  it.effect("that cannot be a key, or a file, is an error that does not repeat it", () =>
    Effect.gen(function* () {
      const path = yield* keyFile
      Fs.mkdirSync(Path.dirname(path), { mode: 0o700, recursive: true })
      Fs.writeFileSync(path, "planted\n", { mode: 0o600 })
      const short = yield* Effect.flip(sealing(SealKeyFile.layerAt(path)).seal)
      assert.strictEqual(short._tag, "SettingsError")
      assert.notInclude(short.message, "planted")
      Fs.rmSync(path)
      Fs.symlinkSync("/etc/passwd", path)
      const link = yield* Effect.flip(sealing(SealKeyFile.layerAt(path)).seal)
      assert.strictEqual(link._tag, "StoreError")
      assert.include(link.message, "symbolic link")
    })
  )
})
