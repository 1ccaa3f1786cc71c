/**
 * Which browser belongs to which session: an opaque cookie in the browser, the key of the session on the server.
 *
 * The records are kept by effect's `Persistence`, so memory, SQL and Redis are at hand as its layers.
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
 * @since 0.1.0
 */
export class BrowserSessions extends Context.Service<
  BrowserSessions,
  {
    /** A new identifier for a browser that just signed in: 256 bits, of which only a hash is kept. */
    readonly create: (key: SessionKey) => Effect.Effect<Redacted.Redacted, StoreError>
    /** The session of a browser, from the identifier that it sent. */
    readonly find: (identifier: string) => Effect.Effect<Option.Option<SessionKey>, StoreError>
    /** Ends it: the identifier is worth nothing afterwards. */
    readonly remove: (identifier: string) => Effect.Effect<void, StoreError>
    /** How long a browser stays signed in. */
    readonly maxAge: Duration.Duration
  }
>()("@le-auth/web/BrowserSessions") {}

/** A lost record and an unreadable one are the same to a browser: it is not signed in. */
class Record extends Persistable.Class<{ payload: { readonly hash: string } }>()("@le-auth/web/BrowserSession", {
  primaryKey: ({ hash }) => hash,
  success: SessionKey,
  error: Schema.Never
}) {}

const run = StoreOperation.operations("browser session store")

/**
 * See {@link layer}, with options.
 *
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
 * Keeps the browsers' sessions in the `Persistence` of the context, by default for 30 days. Where that does not answer, it is a
 * `StoreError` after 5 seconds.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  BrowserSessions,
  never,
  Persistence.Persistence | Digest.Digest | SecureRandom.SecureRandom
> = layerWith({})
