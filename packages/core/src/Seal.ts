/**
 * Seals small values, so that they can be kept in a place that others may read or change: a database, a cookie.
 *
 * A sealed value is encrypted and authenticated with AES-256-GCM (NIST SP 800-38D). It opens only with one of the keys,
 * and only with the same *associated data*: the name of the place where it belongs. A value that was moved to another
 * place, cut, or changed by one bit does not open.
 *
 * Keys rotate: the first one seals, all of them open. Put a new key in front, and take the old one away when nothing
 * that it sealed is needed any more.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5116#section-5.2 RFC 5116 section 5.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc5869#section-2 RFC 5869 section 2}
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Aead from "effect/crypto/Aead"
import * as Kdf from "effect/crypto/Kdf"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Settings from "./Settings.ts"
import * as Base64Url from "./shared/Base64Url.ts"
import * as SealedBytes from "./shared/SealedBytes.ts"
import * as Utf8 from "./shared/Utf8.ts"

/**
 * The keys, and what can be done with them.
 *
 * - `seal` gives a text of letters, digits, `-`, `_` and `.`, which fits into URLs, cookies and headers. It is about a
 *   third longer than the value, plus 49 characters.
 * - `open` gives the value back, or none: never an error, whatever the text is. Nothing says why it did not open.
 *
 * The value is a well-formed Unicode text, such as JSON. The associated data decides which values may be swapped for
 * each other, so put into it the kind of the value (`session`) and its owner.
 *
 * Nonces are random, so one key may seal about 4,000 million values (NIST SP 800-38D section 8.3): rotate before.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5116#section-5.2 RFC 5116 section 5.2}
 * @category services
 * @since 0.1.0
 */
export class SealKeys extends Context.Service<
  SealKeys,
  {
    /** Seals a value with the newest key. */
    readonly seal: (plaintext: string, associatedData: string) => Effect.Effect<string>
    /** The value of a sealed text, or none. */
    readonly open: (text: string, associatedData: string) => Effect.Effect<Option.Option<string>>
  }
>()("@le-auth/core/Seal/SealKeys") {}

/**
 * Seals a text with the `SealKeys` of the context, see {@link SealKeys}.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 * import * as Effect from "effect/Effect"
 *
 * Effect.gen(function* () {
 *   const sealed = yield* Seal.seal("the note", "note of user 7")
 *   return yield* Seal.open(sealed, "note of user 7")
 * }) // => Option.some("the note")
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const seal = (plaintext: string, associatedData: string): Effect.Effect<string, never, SealKeys> =>
  SealKeys.use((keys) => keys.seal(plaintext, associatedData))

/**
 * Opens a sealed text with the `SealKeys` of the context; none if it cannot be opened, see {@link SealKeys}.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 *
 * Seal.open("anything else", "note of user 7") // => Option.none()
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const open = (text: string, associatedData: string): Effect.Effect<Option.Option<string>, never, SealKeys> =>
  SealKeys.use((keys) => keys.open(text, associatedData))

/** The form of the text: version, id of the key, and nonce, ciphertext and tag together. */
const form = /^(1\.([A-Za-z0-9_-]{8})\.)([A-Za-z0-9_-]+)$/
const keyIdBytes = 6
const minimumSecretBytes = 32

/** A byte order mark at the start of a text is part of the text. */
const fromUtf8 = new TextDecoder("utf-8", { ignoreBOM: true })

/** JSON keeps texts apart that UTF-8 does not, such as lone surrogates. The head of the text is also authenticated. */
const bind = (head: string, associatedData: string): Uint8Array =>
  Utf8.encode(`le-auth.${head}${JSON.stringify(associatedData)}`)

interface Key {
  readonly id: string
  readonly key: Aead.Key
}

/**
 * A secret never seals by itself: the key, and the id that shows in each sealed text, are derived from it apart, by
 * HKDF (RFC 5869), which spreads what is random in a text of any length over the key. Sentinel derives the keys of its
 * login tickets by HMAC alone, which its routes use anyway.
 */
const derive = (secret: Redacted.Redacted): Effect.Effect<Key, never, Kdf.Kdf> =>
  Effect.gen(function* () {
    const kdf = yield* Kdf.Kdf
    const bytes = Utf8.encode(Redacted.value(secret))
    const part = (info: string, length: number) =>
      kdf.derive(Kdf.hkdfSha256, bytes, {
        salt: new Uint8Array(0),
        info: Utf8.encode(`le-auth seal 1 ${info}`),
        length
      })
    return {
      id: Base64Url.encode(yield* part("key id", keyIdBytes)),
      key: yield* Aead.key(Aead.aes256Gcm, yield* part("key", Aead.aes256Gcm.keyLength))
    }
  }).pipe(Effect.orDie)

const make = (keys: ReadonlyArray<Key>) =>
  Effect.gen(function* () {
    const sealed = yield* SealedBytes.make
    const newest = keys[0]!
    const byId = new Map(keys.map(({ id, key }) => [id, key]))

    return SealKeys.of({
      seal: (plaintext, associatedData) =>
        Effect.suspend(() => {
          const head = `1.${newest.id}.`
          const text = sealed.seal(newest.key, Utf8.encode(plaintext), bind(head, associatedData))
          return Effect.map(text, (body) => head + body)
        }),

      open: (text, associatedData) =>
        Effect.suspend(() => {
          const [, head, id, body] = form.exec(text) ?? []
          const key = id === undefined ? undefined : byId.get(id)
          if (head === undefined || body === undefined || key === undefined) return Effect.succeedNone
          const opened = sealed.open(key, body, bind(head, associatedData))
          return Effect.map(
            opened,
            Option.map((plaintext) => fromUtf8.decode(plaintext))
          )
        })
    })
  })

const problemsOf = (secrets: ReadonlyArray<Redacted.Redacted>, name: string): ReadonlyArray<string> =>
  secrets.length === 0
    ? ["no seal key is given"]
    : secrets.flatMap((secret, index) =>
        Utf8.encode(Redacted.value(secret)).length < minimumSecretBytes
          ? [`${name}: key ${index + 1} of ${secrets.length} has fewer than ${minimumSecretBytes} bytes`]
          : []
      )

const fromSecrets = (secrets: ReadonlyArray<Redacted.Redacted>, name: string) =>
  Effect.gen(function* () {
    const problems = problemsOf(secrets, name)
    if (problems.length > 0) return yield* new Settings.SettingsError({ problems })
    return yield* make(yield* Effect.forEach(secrets, derive))
  })

/**
 * Keys from secrets, newest first. A secret is a text of at least 32 bytes, made by a machine, not a password that a
 * person made up: `openssl rand -base64 32` makes one. Fails with a line for each secret that is too short.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 *
 * const newest = Redacted.make("jSXv1B4fO2f3yJm0Yc8zJ8m5Qe0rM8oW")
 * const retired = Redacted.make("3q9Pp1mTz7UuCk2RjN4bXy5LhVw8aDsE")
 * const SealLive = Seal.layer([newest, retired]).pipe(Layer.provide(Seal.layerWebCrypto))
 *
 * Seal.seal("the note", "note of user 7").pipe(
 *   Effect.flatMap((sealed) => Seal.open(sealed, "note of user 7")),
 *   Effect.provide(SealLive)
 * ) // => Option.some("the note")
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  secrets: ReadonlyArray<Redacted.Redacted>
): Layer.Layer<SealKeys, Settings.SettingsError, Aead.Aead | Kdf.Kdf | SecureRandom.SecureRandom> =>
  Layer.effect(SealKeys, fromSecrets(secrets, "the seal keys"))

/**
 * The settings of {@link layerConfig}: `LE_AUTH_SEAL_KEYS`, secrets separated by commas, the newest first.
 *
 * @category schemas
 * @since 0.1.0
 */
export const settings = { LE_AUTH_SEAL_KEYS: Schema.RedactedFromValue(Schema.String) }

/**
 * Keys from the secrets of `LE_AUTH_SEAL_KEYS`, see {@link layer}. White space around the commas does not count.
 *
 * To rotate: put the new secret in front (`LE_AUTH_SEAL_KEYS=new,old`) in all processes. A process that does not have
 * it yet cannot open what the others seal with it, so in a fleet first add it at the end, then move it to the front.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 * import * as Layer from "effect/Layer"
 *
 * const SealLive = Seal.layerConfig.pipe(Layer.provide(Seal.layerWebCrypto)) // LE_AUTH_SEAL_KEYS
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<
  SealKeys,
  Settings.SettingsError,
  Aead.Aead | Kdf.Kdf | SecureRandom.SecureRandom
> = Layer.effect(
  SealKeys,
  Effect.flatMap(Settings.load(settings), ({ LE_AUTH_SEAL_KEYS }) =>
    fromSecrets(
      Redacted.value(LE_AUTH_SEAL_KEYS)
        .split(",")
        .map((secret) => Redacted.make(secret.trim(), { label: "seal key" })),
      "LE_AUTH_SEAL_KEYS"
    )
  )
)

/**
 * The cryptography that {@link layer} needs, from the Web Crypto of the platform: Node, workers, browsers.
 *
 * @example
 * ```ts
 * import * as Seal from "@le-auth/core/Seal"
 * import * as Layer from "effect/Layer"
 *
 * const SealLive = Seal.layerConfig.pipe(Layer.provide(Seal.layerWebCrypto))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWebCrypto: Layer.Layer<Aead.Aead | Kdf.Kdf | SecureRandom.SecureRandom> = Layer.mergeAll(
  Aead.layerWebCrypto,
  Kdf.layerWebCrypto
).pipe(Layer.provideMerge(SecureRandom.layerWebCrypto))
