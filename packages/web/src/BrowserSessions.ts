/**
 * The link between a browser and its session: an opaque cookie in the browser, and the key of the session on the
 * server.
 *
 * The records are in effect's `Persistence`, which has layers for memory, SQL and Redis.
 *
 * @see OAuth 2.0 for browser-based applications, "Backend for frontend", cookie security
 * @since 0.1.0
 */
import { SessionKey } from "@le-auth/core/Session"
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import * as Utf8 from "@le-auth/core/shared/Utf8"
import type { StoreError } from "@le-auth/core/StoreError"
import * as StoreOperation from "@le-auth/core/StoreOperation"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Persistable from "effect/persistence/Persistable"
import * as Persistence from "effect/persistence/Persistence"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/**
 * The sessions of browsers, by the identifier in their cookie.
 *
 * @category services
 * @since 0.1.0
 */
export class BrowserSessions extends Context.Service<
  BrowserSessions,
  {
    /** Makes a new identifier for a browser that just signed in. It has 256 bits, and only its hash is kept. */
    readonly create: (key: SessionKey) => Effect.Effect<Redacted.Redacted, StoreError>
    /** The key of the session of a browser, by the identifier that it sent. */
    readonly find: (identifier: string) => Effect.Effect<Option.Option<SessionKey>, StoreError>
    /** Removes an identifier, which is then worth nothing. */
    readonly remove: (identifier: string) => Effect.Effect<void, StoreError>
    /** The time that a browser stays signed in. */
    readonly maxAge: Duration.Duration
  }
>()("@le-auth/web/BrowserSessions") {}

/** The record of a browser. If it is lost or unreadable, the browser is not signed in. */
class Record extends Persistable.Class<{ payload: { readonly hash: string } }>()("@le-auth/web/BrowserSession", {
  primaryKey: ({ hash }) => hash,
  success: SessionKey,
  error: Schema.Never
}) {}

const run = StoreOperation.operations("browser session store")

/**
 * {@link layer} with the time that a browser stays signed in. Default: 30 days.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: {
  readonly maxAge?: Duration.Input | undefined
}): Layer.Layer<BrowserSessions, never, Persistence.Persistence | Digest.Digest | SecureRandom.SecureRandom> =>
  Layer.effect(
    BrowserSessions,
    Effect.gen(function* () {
      const maxAge = Duration.fromInputUnsafe(options.maxAge ?? "30 days")
      const persistence = yield* Persistence.Persistence
      const digest = yield* Digest.Digest
      const random = yield* SecureRandom.SecureRandom
      const records = yield* persistence.make({ storeId: "le_auth_browser_sessions", timeToLive: () => maxAge })

      const record = (identifier: string) =>
        Effect.map(
          digest.digest(Digest.sha256, Utf8.encode(identifier)),
          (hash) => new Record({ hash: Base64Url.encode(hash) })
        )

      return BrowserSessions.of({
        maxAge,
        create: Effect.fnUntraced(function* (key) {
          const identifier = Base64Url.encode(yield* random.randomBytes(32))
          yield* run("create")(records.set(yield* record(identifier), Exit.succeed(key)))
          return Redacted.make(identifier, { label: "browser session" })
        }),
        find: Effect.fnUntraced(function* (identifier) {
          const found = yield* records.get(yield* record(identifier)).pipe(
            Effect.catchTag("SchemaError", () => Effect.succeed(undefined)),
            run("find")
          )
          return found !== undefined && Exit.isSuccess(found) ? Option.some(found.value) : Option.none()
        }),
        remove: Effect.fnUntraced(function* (identifier) {
          yield* run("remove")(records.remove(yield* record(identifier)))
        })
      })
    })
  )

/**
 * Keeps the browsers' sessions in the `Persistence` of the context for 30 days. If that does not answer for 5 seconds,
 * an operation fails with `StoreError`.
 *
 * @example
 * ```ts
 * import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
 * import { SessionKey } from "@le-auth/core/Session"
 * import * as NodeCrypto from "@le-auth/node/NodeCrypto"
 * import * as BrowserSessions from "@le-auth/web/BrowserSessions"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Option from "effect/Option"
 * import * as Persistence from "effect/persistence/Persistence"
 * import * as Redacted from "effect/Redacted"
 *
 * const key = new SessionKey({
 *   accountId: AccountId.make("12345678"),
 *   clientId: ClientId.make("my-client"),
 *   subject: Subject.make("3552833710")
 * })
 *
 * const program = Effect.gen(function* () {
 *   const browsers = yield* BrowserSessions.BrowserSessions
 *   const identifier = Redacted.value(yield* browsers.create(key))
 *   identifier.length // => 43
 *   const found = yield* browsers.find(identifier)
 *   Option.isSome(found) // => true
 * }).pipe(
 *   Effect.provide(
 *     BrowserSessions.layer.pipe(Layer.provide(Persistence.layerMemory), Layer.provide(NodeCrypto.layer))
 *   )
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  BrowserSessions,
  never,
  Persistence.Persistence | Digest.Digest | SecureRandom.SecureRandom
> = layerWith({})
