/**
 * `SigningKeys` in SQLite or PostgreSQL, for all nodes that share the database.
 *
 * @since 0.1.0
 */
import { SealKeys } from "@le-auth/core/Seal"
import * as SqlStore from "@le-auth/core/SqlStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import * as Signature from "effect/crypto/Signature"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { poll } from "./internal/sql/polling.ts"
import * as Deadline from "./internal/sql/deadline.ts"
import * as Rows from "./internal/sql/signingKeyRows.ts"
import * as SigningKey from "./internal/keys/SigningKey.ts"
import { SealedRow } from "./internal/sql/SealedRow.ts"
import * as SentinelMigrations from "./SentinelMigrations.ts"
import { SigningKeys } from "./SigningKeys.ts"

/** A row, and its key if it could be opened. */
interface KnownKey extends Rows.KeyRow {
  readonly key: SigningKey.SigningKey | undefined
}

interface View {
  readonly keys: ReadonlyArray<KnownKey>
  /** All of them, the newest first. */
  readonly keySet: string
  /** When the question was asked, in milliseconds of a clock that does not jump. */
  readonly askedAt: number
}

const name = "signing keys in SQL"
const run = SqlStore.operations(name)

const notOpened = (kid: string) => new SealedRow({ what: `signing key ${kid}`, table: "sentinel_signing_key", id: kid })

/** A sealed key opens only as the key that its row names. */
const place = (kid: string): string => `signing key ${kid} of Sentinel`

const keySetOf = (keys: ReadonlyArray<KnownKey>): string =>
  `{"keys":[${keys
    .flatMap(({ key }) => (key === undefined ? [] : [key.publicJwks]))
    .toReversed()
    .join(",")}]}`

/** Minutes, so that tokens of one kind, which are not all equally long by the millisecond, are noted once. */
const lifetimeOf = (claims: object, now: number): number =>
  Math.ceil(SigningKey.lifetimeOf(claims, now) / 60_000) * 60_000

type Crypto = Signature.Signature | Digest.Digest

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = Rows.make(sql, run, Deadline.make(sql).writing)
  const seal = yield* SealKeys
  // Nothing else of this context: the time of a token is that of the caller.
  const provided = Effect.provideContext(
    Context.pick(Signature.Signature, Digest.Digest)(yield* Effect.context<Crypto>())
  )
  const clock = yield* Clock.Clock
  const monotonic = () => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)

  const opened = new Map<string, SigningKey.SigningKey | undefined>()
  const open = Effect.fnUntraced(function* ({ id, sealed }: Rows.KeyRow) {
    if (opened.has(id)) return opened.get(id)
    const jwk = yield* seal.open(sealed, place(id))
    const key = Option.isNone(jwk)
      ? Option.none()
      : yield* Effect.option(provided(SigningKey.fromText(Redacted.make(jwk.value))))
    if (Option.isNone(key)) yield* Effect.logError(notOpened(id).message)
    opened.set(id, Option.getOrUndefined(key))
    return Option.getOrUndefined(key)
  })

  let view: View | undefined
  const refresh = Effect.gen(function* () {
    const askedAt = monotonic()
    const found = yield* rows.read
    const keys = yield* Effect.forEach(found, (row) => Effect.map(open(row), (key): KnownKey => ({ ...row, key })))
    const next: View = { keys, keySet: keySetOf(keys), askedAt }
    if (view === undefined || view.askedAt <= askedAt) view = next
    return next
  })

  /** A new key, sealed. */
  const generate = Effect.gen(function* () {
    const { jwk, kid } = yield* provided(SigningKey.generateText)
    return { id: kid, sealed: yield* seal.seal(Redacted.value(jwk), place(kid)) }
  })

  const start = Effect.gen(function* () {
    const found = yield* refresh
    if (found.keys.length > 0) return found
    yield* rows.insertFirst({ ...(yield* generate), signsFrom: yield* Clock.currentTimeMillis })
    return yield* refresh
  })
  const { keys } = yield* start
  const lost = Rows.published(keys, yield* Clock.currentTimeMillis).find(({ key }) => key === undefined)
  if (lost !== undefined) return yield* notOpened(lost.id)

  yield* poll(
    name,
    Effect.gen(function* () {
      const { keys } = yield* refresh
      const published = new Set(Rows.published(keys, yield* Clock.currentTimeMillis))
      yield* rows.remove(keys.filter((row) => !published.has(row)).map(({ id }) => id))
    })
  )

  // Many requests that find the same view too old ask once, and not again while the database does not answer.
  const askAgain = Effect.provideService(yield* Effect.cachedWithTTL(refresh, "1 second"), Clock.Clock, clock)
  const believed = Effect.suspend(() =>
    view !== undefined && monotonic() - view.askedAt < Rows.handover ? Effect.succeed(view) : askAgain
  )

  const noted = new Map<string, number>()
  const note = Effect.fnUntraced(function* ({ id, tokenLifetime }: KnownKey, lifetime: number) {
    if (lifetime <= Math.max(tokenLifetime, noted.get(id) ?? 0)) return
    yield* rows.noteLifetime(id, lifetime)
    noted.set(id, lifetime)
  })

  /** The key that signs these claims. */
  const signing = Effect.fnUntraced(function* (claims: object) {
    const now = yield* Clock.currentTimeMillis
    const row = Rows.signingRow((yield* believed).keys, now)
    if (row === undefined) return yield* new StoreError({ store: name, operation: "sign: there is no key any more" })
    if (row.key === undefined) {
      const cause = notOpened(row.id)
      return yield* new StoreError({ store: name, operation: "sign", cause })
    }
    yield* note(row, lifetimeOf(claims, now))
    return row.key
  })

  const verifying = (kind: "verifyIdToken" | "verifyAppToken") => (token: string) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      SigningKey.verify(
        kind,
        Rows.published(view!.keys, now).flatMap(({ key }) => (key === undefined ? [] : [key])),
        token
      )
    )

  return SigningKeys.of({
    sign: (claims) => Effect.flatMap(signing(claims), (key) => key.sign(claims)),
    signAppToken: (claims) => Effect.flatMap(signing(claims), (key) => key.signAppToken(claims)),
    verifyIdToken: verifying("verifyIdToken"),
    verifyAppToken: verifying("verifyAppToken"),
    keySet: Effect.map(Clock.currentTimeMillis, (now) => {
      const { keySet, keys } = view!
      const published = Rows.published(keys, now)
      return published.length === keys.length ? keySet : keySetOf(published)
    }),
    rotate: Effect.gen(function* () {
      const key = yield* generate
      const signsFrom = (yield* Clock.currentTimeMillis) + Rows.handover
      // Another node may rotate at the same time; this key then follows that one.
      yield* Effect.repeat(rows.insertNext({ ...key, signsFrom }), { until: (isLast) => isLast })
      yield* refresh
      return key.id
    })
  })
})

/**
 * RSA keys of 2048 bits in the database of the context. The first node makes the first key. If several nodes start at
 * once, one of them does, and all use it.
 *
 * Private keys are sealed with the `SealKeys` of the context, which must be the same on all nodes
 * (`LE_AUTH_SEAL_KEYS`). The database alone is not enough to sign, nor to have another key published. A process whose
 * seal keys do not open all keys fails with `SealedRow` and does not start. Without seal keys use
 * `SigningKeys.layerFrom`, with keys that are in the configuration of every node.
 *
 * Guarantees, if the clocks of the nodes differ by less than a few seconds:
 *
 * - `rotate` publishes a new key, and it signs ten seconds later. Each node looks every two seconds, so by then every
 *   node that reaches the database publishes it: no client sees a token whose key is unknown at another node.
 * - A node signs by what it has read within the last ten seconds. Otherwise it asks first, and fails with a
 *   `StoreError` without an answer. So no node goes on with a key that is old for the others.
 * - A key is published by every node, and after every restart, until five minutes after the last token that it can have
 *   signed has expired. The lifetime of its longest token is noted in its row before that token is signed. Then the row
 *   is deleted.
 * - A node that does not reach the database publishes the keys that it knows. Its clients may miss a newer one.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  SigningKeys,
  StoreError | CryptoError.CryptoError | SealedRow,
  SqlClient.SqlClient | SealKeys | Crypto
> = Layer.effect(SigningKeys, Effect.andThen(SentinelMigrations.run, make))
