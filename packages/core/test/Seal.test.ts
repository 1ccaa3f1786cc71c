import { assert, describe, it } from "@effect/vitest"
import * as Seal from "@le-auth/core/Seal"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { inspect } from "node:util"

const secret = (name: string) => Redacted.make(`planted-${name}-${"x".repeat(32)}`)
const withKeys = (...names: ReadonlyArray<string>) =>
  Effect.provide(Seal.layer(names.map(secret)).pipe(Layer.provide(Seal.layerWebCrypto)))
const fromEnvironment = (environment: Record<string, string>) =>
  Effect.provide(
    Seal.layerConfig.pipe(
      Layer.provide(Seal.layerWebCrypto),
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment)))
    )
  )

/** UTF-8 knows no lone surrogates; values are well-formed. */
const Text = Schema.String.check(Schema.makeFilter((text: string) => !/\p{Surrogate}/u.test(text)))
const Position = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))

describe("Seal", () => {
  it.effect.prop(
    "B8: what was sealed opens again, and shows nothing of itself",
    [Text, Schema.String],
    ([text, data]) =>
      Effect.gen(function* () {
        const sealed = yield* Seal.seal(text, data)
        assert.match(sealed, /^1\.[\w-]{8}\.[\w-]+$/)
        if (text.length > 8) assert.notInclude(sealed, text)
        assert.deepStrictEqual(yield* Seal.open(sealed, data), Option.some(text))
        assert.notStrictEqual(yield* Seal.seal(text, data), sealed)
      }).pipe(withKeys("a"))
  )

  it.effect.prop(
    "B8: with other associated data it does not open",
    [Text, Schema.String, Schema.String],
    ([text, data, other]) =>
      Effect.gen(function* () {
        const sealed = yield* Seal.seal(text, data)
        assert.strictEqual(Option.isSome(yield* Seal.open(sealed, other)), data === other)
      }).pipe(withKeys("a"))
  )

  it.effect("B8: associated data that UTF-8 cannot tell apart stays apart", () =>
    Effect.gen(function* () {
      const sealed = yield* Seal.seal("value", "\ud800")
      assert.isTrue(Option.isNone(yield* Seal.open(sealed, "\ufffd")))
      assert.isTrue(Option.isSome(yield* Seal.open(sealed, "\ud800")))
    }).pipe(withKeys("a"))
  )

  it.effect.prop(
    "B8: changed by one character, cut, or longer by one, it does not open",
    [Text, Position, Position],
    ([text, position, step]) =>
      Effect.gen(function* () {
        const sealed = yield* Seal.seal(text, "data")
        const at = position % sealed.length
        const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        const now = characters.indexOf(sealed[at]!)
        const other = characters[(now + 1 + (step % (characters.length - 1))) % characters.length]!
        assert.notStrictEqual(other, sealed[at])
        for (const changed of [
          sealed.slice(0, at) + other + sealed.slice(at + 1),
          sealed.slice(0, at),
          sealed.slice(at + 1),
          sealed.slice(0, at) + sealed.slice(at + 1),
          `${sealed}A`,
          `${sealed}=`,
          `${sealed}\n`
        ]) {
          assert.isTrue(Option.isNone(yield* Seal.open(changed, "data")), changed)
        }
      }).pipe(withKeys("a"))
  )

  it.effect("B8: every single bit counts", () =>
    Effect.gen(function* () {
      const sealed = yield* Seal.seal("v", "data")
      const [version, id, body] = sealed.split(".")
      const bytes = Buffer.from(body!, "base64url")
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = Buffer.from(bytes)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        assert.isTrue(Option.isNone(yield* Seal.open(`${version}.${id}.${changed.toString("base64url")}`, "data")))
      }
    }).pipe(withKeys("a"))
  )

  it.effect("B8: the spare bits of the last character count too", () =>
    Effect.gen(function* () {
      for (const text of ["", "a", "ab", "abc"]) {
        const sealed = yield* Seal.seal(text, "data")
        for (const last of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
          const changed = sealed.slice(0, -1) + last
          assert.strictEqual(Option.isSome(yield* Seal.open(changed, "data")), changed === sealed)
        }
      }
    }).pipe(withKeys("a"))
  )

  it.effect.prop("H8: no text makes it fail", [Schema.String, Schema.String, Schema.String], ([text, id, data]) =>
    Effect.gen(function* () {
      const [, known] = (yield* Seal.seal("value", data)).split(".")
      for (const forged of [text, `1.${text}`, `1.${id}.${text}`, `1.${known}.${text}`, `1.${known}.`, ""]) {
        assert.isTrue(Option.isNone(yield* Seal.open(forged, data)))
      }
    }).pipe(withKeys("a"))
  )

  it.effect("keys rotate: the first seals, all open, and a key that is gone opens nothing", () =>
    Effect.gen(function* () {
      const old = yield* Seal.seal("value", "data").pipe(withKeys("old"))
      const rotated = yield* Seal.seal("value", "data").pipe(withKeys("new", "old"))
      assert.deepStrictEqual(yield* Seal.open(old, "data").pipe(withKeys("new", "old")), Option.some("value"))
      assert.deepStrictEqual(yield* Seal.open(rotated, "data").pipe(withKeys("new")), Option.some("value"))
      assert.deepStrictEqual(yield* Seal.open(old, "data").pipe(withKeys("new")), Option.none())
      // Another key's id in front of it does not help.
      const moved = [rotated.split(".").slice(0, 2), old.split(".")[2]].flat().join(".")
      assert.deepStrictEqual(yield* Seal.open(moved, "data").pipe(withKeys("new", "old")), Option.none())
    })
  )
})

describe("the keys", () => {
  it.effect("come from LE_AUTH_SEAL_KEYS, newest first", () =>
    Effect.gen(function* () {
      const [newest, retired] = [secret("new"), secret("old")].map(Redacted.value)
      const sealed = yield* Seal.seal("value", "data").pipe(
        fromEnvironment({ LE_AUTH_SEAL_KEYS: `${newest} , ${retired}` })
      )
      assert.deepStrictEqual(yield* Seal.open(sealed, "data").pipe(withKeys("new")), Option.some("value"))
      assert.notInclude(sealed, "planted")
    })
  )

  it.effect("H1: that are missing or short are all named, and never shown", () =>
    Effect.gen(function* () {
      const problems = (environment: Record<string, string>) =>
        Effect.map(
          Effect.flip(Effect.asVoid(Seal.seal("value", "data")).pipe(fromEnvironment(environment))),
          (error) => {
            assert.notInclude(inspect(error, { depth: null }) + JSON.stringify(error) + error.message, "planted")
            return error.problems
          }
        )
      assert.deepStrictEqual(yield* problems({}), ["LE_AUTH_SEAL_KEYS is missing"])
      assert.deepStrictEqual(
        yield* problems({ LE_AUTH_SEAL_KEYS: `planted,${Redacted.value(secret("a"))},planted2` }),
        [
          "LE_AUTH_SEAL_KEYS: key 1 of 3 has fewer than 32 bytes",
          "LE_AUTH_SEAL_KEYS: key 3 of 3 has fewer than 32 bytes"
        ]
      )
      const none = yield* Effect.flip(
        Effect.asVoid(Seal.seal("value", "data")).pipe(
          Effect.provide(Seal.layer([]).pipe(Layer.provide(Seal.layerWebCrypto)))
        )
      )
      assert.deepStrictEqual(none.problems, ["no seal key is given"])
    })
  )

  it.effect("H1: show nothing of themselves", () =>
    Effect.gen(function* () {
      const keys = yield* Seal.SealKeys
      const shown = inspect(keys, { depth: null, showHidden: true }) + JSON.stringify(keys)
      assert.notInclude(shown, "planted")
    }).pipe(withKeys("a"))
  )
})
