/**
 * `Directory` and `DirectoryEditor` in SQLite or PostgreSQL, for all nodes that share the database.
 *
 * @since 0.1.0
 */
import * as SqlStore from "@le-auth/core/SqlStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import { Directory } from "./Directory.ts"
import { DirectoryEditor, type Removed } from "./DirectoryEditor.ts"
import { fromDump, settled, toDump, withKnown } from "./internal/directory/directoryDump.ts"
import { editorOver, type EntryStore } from "./internal/directory/directoryEditing.ts"
import { removedBetween } from "./internal/directory/directoryRemoved.ts"
import {
  directoryOver,
  type Index,
  indexOf,
  makeEntries,
  type DirectoryEntries
} from "./internal/directory/directoryEntries.ts"
import * as ConfigSource from "./internal/directory/configSource.ts"
import * as Deadline from "./internal/sql/deadline.ts"
import * as Rows from "./internal/sql/directoryRows.ts"
import { poll } from "./internal/sql/polling.ts"
import * as Slices from "./internal/input/Slices.ts"
import { Passwords } from "./Passwords.ts"
import type { SentinelConfig } from "./SentinelConfig.ts"
import * as SentinelDialect from "./SentinelDialect.ts"
import * as SentinelMigrations from "./SentinelMigrations.ts"
import { SentinelStore } from "./SentinelStore.ts"

/**
 * Settings of {@link layer}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * Whether the configuration replaces a directory that came from another configuration. Without that it is only put
   * into an empty database, which is right for the built-in one. Default: yes.
   */
  readonly replaces?: boolean | undefined
}

const name = "directory in SQL"
const run = SqlStore.operations(name)

/** If another node wins as often as this, something is wrong. */
const attempts = 20

/** How long a start waits until the configuration is in the database. */
const startTimeout = "2 seconds"

/** What is in the database, as it is worked with. */
interface View {
  readonly stored: Rows.Stored
  readonly entries: DirectoryEntries
  readonly index: Index
}

const viewOf = (stored: Rows.Stored, entries: DirectoryEntries): Effect.Effect<View> =>
  Effect.map(indexOf(entries), (index) => ({ stored, entries, index }))

const make = Effect.fnUntraced(function* (config: SentinelConfig, options: Options | undefined) {
  const passwords = yield* Passwords
  const digest = yield* Digest.Digest
  const store = yield* SentinelStore
  const sql = yield* SqlClient.SqlClient
  const rows = Rows.make(sql, run, Deadline.make(sql).writing)
  const maker = makeEntries(digest, passwords)
  const source = ConfigSource.make(digest, passwords)
  let view: View | undefined
  /** Users whose sessions are to be ended, see below. */
  let leaving: ReadonlyArray<Removed["users"][number] & { readonly stays: boolean }> = []
  const isIn = ({ accountId, userId }: Removed["users"][number]) =>
    view?.index.get(accountId)?.users.has(userId) ?? false
  const set = Effect.fnUntraced(function* (next: View, keepSessions?: boolean): Effect.fn.Return<Removed> {
    const removed = yield* removedBetween(view?.entries ?? [], next.entries, { keepSessions })
    view = next
    leaving = [...leaving, ...removed.users.map((user) => ({ ...user, stays: isIn(user) }))]
    return removed
  })

  // What is read and written follows one another, so that no older version comes after a newer one.
  const inOrder = Semaphore.makeUnsafe(1).withPermits(1)
  const load = Effect.gen(function* () {
    const stored = yield* rows.read
    if (stored === undefined) return
    const dump = yield* Rows.dumpOf(stored)
    const entries = withKnown(yield* Slices.run(() => fromDump(dump)), view?.entries ?? [])
    yield* set(yield* viewOf(stored, entries))
  })
  /** The version may also be lower: then the database was restored from a backup. */
  const refresh = Effect.gen(function* () {
    if ((yield* rows.version) !== view?.stored.version) yield* load
  }).pipe(inOrder)

  const attempt = Effect.fnUntraced(function* <E>(
    f: (entries: DirectoryEntries) => Effect.Effect<DirectoryEntries, E>,
    options: Parameters<EntryStore["put"]>[1]
  ) {
    const before = view
    // New passwords are hashed here, outside of the order, since that may take long.
    const entries = yield* settled(yield* f(before?.entries ?? []))
    const dump = yield* toDump(entries)
    const hash = options?.source === undefined ? undefined : yield* source.hash(options.source)
    return yield* inOrder(
      Effect.gen(function* () {
        const stored = yield* rows.write(before?.stored, dump, hash)
        if (stored === undefined) return undefined
        return yield* set(yield* viewOf(stored, entries), options?.keepSessions)
      })
    )
  })
  const change = Effect.fnUntraced(function* <E>(
    f: (entries: DirectoryEntries) => Effect.Effect<DirectoryEntries, E>,
    options?: Parameters<EntryStore["put"]>[1]
  ) {
    for (let count = 0; count < attempts; count++) {
      const removed = yield* attempt(f, options)
      if (removed !== undefined) return removed
      yield* refresh
    }
    return yield* new StoreError({ store: name, operation: `change: others were first ${attempts} times` })
  })
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)
  const put = <E>(...args: Parameters<typeof change<E>>) => oneAtATime(change(...args))

  /** The accounts of the configuration, while they are being brought into the database. */
  let coming: Pick<View, "entries" | "index"> | undefined
  /** The first of several nodes that start at once puts the configuration in, and the others find it. */
  const bringIn = Effect.fnUntraced(function* (entries: DirectoryEntries) {
    if (view === undefined) {
      if ((yield* attempt(() => Effect.succeed(entries), { source: config })) === undefined) yield* refresh
      return
    }
    yield* change((before) => maker.config(config, before), { source: config })
    yield* Effect.logInfo("The configuration replaces the directory in the database, which came from another one")
  }, oneAtATime)

  const isBroughtIn = Effect.gen(function* () {
    yield* refresh
    return view !== undefined && (options?.replaces === false || (yield* source.isOf(yield* rows.source, config)))
  })

  /** A start does not wait for the hashes of all passwords: after a while the configuration counts as it is. */
  const start = Effect.gen(function* () {
    if (yield* isBroughtIn) return
    const entries = yield* maker.config(config, [])
    const bringing = yield* Effect.forkScoped(bringIn(entries))
    if (Option.isSome(yield* Effect.timeoutOption(Fiber.join(bringing), startTimeout))) return
    coming = { entries, index: yield* indexOf(entries) }
    yield* Effect.logInfo("Passwords are being hashed for the database; until then the configuration counts as it is")
    yield* Fiber.join(bringing).pipe(
      Effect.catch((error) =>
        Effect.andThen(
          Effect.logWarning("The configuration cannot be written to the database yet; trying again", error),
          Effect.flatMap(isBroughtIn, (isDone) => (isDone ? Effect.void : bringIn(entries))).pipe(
            Effect.retry(Schedule.spaced("2 seconds"))
          )
        )
      ),
      Effect.tap(() => {
        coming = undefined
        return Effect.logInfo("Passwords are hashed, and the configuration is in the database")
      }),
      Effect.forkScoped
    )
  })
  yield* start

  /**
   * Before it knew, a node may have let in a user who had been removed elsewhere. So each node, when it knows, ends the
   * sessions of removed users itself, whichever node removed them.
   */
  const endSessions = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    for (const user of leaving) {
      // A user with another password stays there. One who was removed and is there again has new sessions only, which
      // stay.
      if (user.stays || !isIn(user)) yield* store.endUserSessions(user.accountId, user.userId, now)
      leaving = leaving.slice(1)
    }
  })
  yield* endSessions
  yield* poll(name, Effect.andThen(refresh, endSessions))

  const editor = editorOver({
    entries: () => (coming ?? view!).entries,
    put,
    maker,
    pkce: SentinelDialect.make(config).pkce,
    initial: { config, entries: (before) => maker.config(config, before) }
  })
  return Context.make(DirectoryEditor, DirectoryEditor.of(editor)).pipe(
    Context.add(Directory, Directory.of(directoryOver(() => (coming ?? view!).index, passwords)))
  )
})

/**
 * Accounts, users and installations in the database of the context. Each node keeps them in memory and looks for a
 * newer version every two seconds, so all nodes know a change within seconds. While the database is out of reach, a
 * node goes on with what it knows.
 *
 * An empty database takes the configuration. If hashing its passwords takes more than two seconds, the configuration
 * counts as it is until it is in the database, and the start does not wait. From then on the database counts, with all
 * changes of `DirectoryEditor`. A configuration with other accounts than those that the database came from replaces all
 * of it when a node starts with it, as a changed file does while a node runs. So give all nodes the same file: of two
 * different ones the last node to start wins. Only what the file says matters, not how it is written.
 *
 * The database has hashes in place of passwords and secrets, and a slow hash, as of a password, of the configuration as
 * a whole.
 *
 * Every node ends the sessions of users who are disabled, removed, or get another password, as soon as it knows of it.
 * A node reads the whole directory again when something changes, so this is for thousands of users; provide a
 * `Directory` of your own for more.
 *
 * @example
 * ```ts
 * // compiled only
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as DirectorySql from "@le-auth/sentinel/DirectorySql"
 * import * as Passwords from "@le-auth/sentinel/Passwords"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as SentinelStoreSql from "@le-auth/sentinel/SentinelStoreSql"
 * import * as Layer from "effect/Layer"
 * import type * as SqlClient from "effect/sql/SqlClient"
 *
 * declare const database: Layer.Layer<SqlClient.SqlClient> // such as NodeSqlite.layer or PgClient.layer
 *
 * export const DirectoryLive = DirectorySql.layer(SentinelConfig.development()).pipe(
 *   Layer.provideMerge(SentinelStoreSql.layer),
 *   Layer.provide(Passwords.layer),
 *   Layer.provide(Layer.merge(database, NodeCrypto.layer))
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  config: SentinelConfig,
  options?: Options
): Layer.Layer<
  Directory | DirectoryEditor,
  StoreError,
  SqlClient.SqlClient | SentinelStore | Digest.Digest | Passwords
> => Layer.effectContext(Effect.andThen(SentinelMigrations.run, make(config, options)))
