/**
 * The seal key of a user of this computer: in the keychain of the operating system, or, if there is none, in a file.
 *
 * @since 0.1.0
 */
import * as Seal from "@le-auth/core/Seal"
import type { SettingsError } from "@le-auth/core/Settings"
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import type { SecureRandom } from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Path from "node:path"
import * as KeyFile from "./internal/keyFile.ts"
import * as KernelLock from "./internal/kernelLock.ts"
import { Keychain, type KeychainError, layer as keychainLayer } from "./Keychain.ts"
import * as NodeCrypto from "./NodeCrypto.ts"
import * as PrivateDocument from "./PrivateDocument.ts"

/**
 * The location of the key. `nowhere`: none was made so far, so nothing is sealed.
 *
 * @category services
 * @since 0.1.0
 */
export class SealKeyLocation extends Context.Service<SealKeyLocation, "keychain" | "file" | "settings" | "nowhere">()(
  "@le-auth/node/UserSealKey/SealKeyLocation"
) {}

/**
 * Whether a key is made.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * Writes nothing: as long as no key was made there is nothing to open, and one for the moment does. For what only
   * reads. Default: `false`.
   */
  readonly onlyIfMade?: boolean | undefined
}

/** In place of the key, in the file that else holds it. */
const inKeychain = "keychain"

/** Long enough for a keychain that has to be unlocked in another process. */
const timeout = "30 seconds"

type KeyLocation = SealKeyLocation["Service"]
interface Found {
  readonly location: KeyLocation
  readonly secret: string
}

const make = Effect.fnUntraced(function* (path: string, options: Options) {
  const keychain = yield* Keychain
  /** Keys of several directories do not replace each other. */
  const name = `seal key of ${Path.dirname(path)}`

  const keep = Effect.fnUntraced(function* (secret: string) {
    yield* keychain.set(name, Redacted.make(secret))
    return secret
  })

  const fromKeychain = Effect.gen(function* () {
    const found = yield* keychain.get(name)
    if (Option.isSome(found)) return Redacted.value(found.value)
    yield* Effect.logWarning("The seal key is gone from the keychain, so what it sealed is lost: sign in again")
    return yield* Effect.flatMap(KeyFile.draw, keep)
  }).pipe(
    Effect.mapError(
      (error: KeychainError) =>
        new StoreError({
          store: "keychain",
          operation: `read the seal key: ${error.message}. Or remove ${path}, and sign in again`,
          cause: error
        })
    ),
    Effect.map((secret): Found => ({ location: "keychain", secret }))
  )

  /** The first use on this computer decides where the key is. */
  const decide = Effect.gen(function* () {
    const secret = yield* Effect.flatMap(KeyFile.draw, keep).pipe(
      Effect.catch((error: KeychainError) =>
        Effect.as(
          Effect.logWarning(
            `Sessions are sealed with a key in the file ${path}, beside them: ${error.message}. ` +
              "Anyone with access to your files can use them"
          ),
          undefined
        )
      )
    )
    if (secret !== undefined) {
      yield* KeyFile.create(path, inKeychain)
      return { location: "keychain", secret } satisfies Found
    }
    const drawn = yield* KeyFile.draw
    yield* KeyFile.create(path, drawn)
    return { location: "file", secret: drawn } satisfies Found
  })

  const use = (text: string): Effect.Effect<Found, StoreError, SecureRandom> =>
    text === inKeychain ? fromKeychain : Effect.succeed({ location: "file", secret: text })

  const found = yield* KeyFile.read(path)
  if (found !== undefined) return yield* use(found)
  if (options.onlyIfMade === true) return { location: "nowhere", secret: yield* KeyFile.draw } satisfies Found
  const lock = KernelLock.ofFile(KeyFile.nameOf(path), `${path}.lock`, timeout)
  const since = yield* Clock.currentTimeMillis
  return yield* KernelLock.holding(
    lock,
    since,
    // Perhaps another process was faster; then its key counts.
    Effect.flatMap(KeyFile.read(path), (found): Effect.Effect<Found, StoreError, SecureRandom> =>
      found === undefined ? decide : use(found)
    )
  )
})

/**
 * The keys of `LE_AUTH_SEAL_KEYS` (see `Seal.layerConfig`) or else one key that is made at its first use: in the
 * keychain, and without one, with a warning in the log, in the file at `path` (0600, in a directory 0700). That file
 * always says where the key is, so that a keychain that is silent for once does not begin a second key: then this
 * fails.
 *
 * @example
 * ```ts
 * import * as Keychain from "@le-auth/node/Keychain"
 * import * as UserSealKey from "@le-auth/node/UserSealKey"
 * import * as Layer from "effect/Layer"
 *
 * const key = Layer.provide(UserSealKey.layerAt("state/seal-key"), Keychain.layer("my-application"))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerAt = (
  path: string,
  options: Options = {}
): Layer.Layer<Seal.SealKeys | SealKeyLocation, StoreError | SettingsError, Keychain> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const given = yield* Effect.option(Config.NonEmptyString("LE_AUTH_SEAL_KEYS"))
      if (Option.isSome(given)) return Layer.merge(Seal.layerConfig, Layer.succeed(SealKeyLocation, "settings"))
      const { location, secret } = yield* make(path, options)
      return Layer.merge(
        Seal.layer([Redacted.make(secret, { label: "seal key" })]),
        Layer.succeed(SealKeyLocation, location)
      )
    })
  ).pipe(Layer.provide(NodeCrypto.layerSeal))

/**
 * Where the file of {@link layer} is: `seal-key` beside the session file, see `PrivateDocument.defaultPath`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const defaultPath: Effect.Effect<string, StoreError> = PrivateDocument.defaultPath("seal-key")

/**
 * The key of le-auth's own command and of programs like it: {@link layerAt} the {@link defaultPath}.
 *
 * @example
 * ```ts
 * import * as UserSealKey from "@le-auth/node/UserSealKey"
 *
 * // For a command that only shows: it makes no key.
 * const key = UserSealKey.layerWith({ onlyIfMade: true })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<Seal.SealKeys | SealKeyLocation, StoreError | SettingsError> =>
  Layer.unwrap(Effect.map(defaultPath, (path) => layerAt(path, options))).pipe(Layer.provide(keychainLayer("le-auth")))

/**
 * The keys of `LE_AUTH_SEAL_KEYS`, or else one key that is made at its first use: in the keychain, or in a file at
 * {@link defaultPath}, see {@link layerAt}.
 *
 * @example
 * ```ts
 * import * as SealedSessionStore from "@le-auth/core/SealedSessionStore"
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as SessionFile from "@le-auth/node/SessionFile"
 * import * as UserSealKey from "@le-auth/node/UserSealKey"
 * import * as Layer from "effect/Layer"
 *
 * const sessions = SealedSessionStore.layer.pipe(
 *   Layer.provide(SessionFile.layer),
 *   Layer.provide(UserSealKey.layer),
 *   Layer.provide(NodeCrypto.layerSeal)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = layerWith({})
