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
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import { Directory } from "./Directory.ts"
import { DirectoryEditor, type Gone } from "./DirectoryEditor.ts"
import { fromDump, toDump } from "./internal/directoryDump.ts"
import { editorOver } from "./internal/directoryEditing.ts"
import { goneBetween } from "./internal/directoryGone.ts"
import { directoryOver, type Index, indexOf, recorder, type Records } from "./internal/directoryRecords.ts"
import * as ConfigSource from "./internal/configSource.ts"
import * as Deadline from "./internal/sql/deadline.ts"
import * as Rows from "./internal/sql/directoryRows.ts"
import { poll } from "./internal/sql/polling.ts"
import { Passwords } from "./Passwords.ts"
import type { SentinelConfig } from "./SentinelConfig.ts"
import * as SentinelMigrations from "./SentinelMigrations.ts"
import { SentinelStore } from "./SentinelStore.ts"

/**
 * @since 0.1.0
 */
export interface Options {
  /**
   * Whether a configuration that is not the one that the directory came from replaces it. Else it is taken into an empty
   * database only: right for a built-in one. Default: yes.
   */
  readonly replaces?: boolean | undefined
}

const name = "directory in SQL"
const run = SqlStore.operations(name)

/** Somebody else wins each time: then something is wrong. */
const attempts = 20

/** What is in the database, as it is worked with. */
interface View {
  readonly stored: Rows.Stored
  readonly records: Records
  readonly index: Index
}

const viewOf = (stored: Rows.Stored, records: Records): View => ({ stored, records, index: indexOf(records) })

const make = Effect.fnUntraced(function* (config: SentinelConfig, options: Options | undefined) {
  const passwords = yield* Passwords
  const digest = yield* Digest.Digest
  const store = yield* SentinelStore
  const sql = yield* SqlClient.SqlClient
  const rows = Rows.make(sql, run, Deadline.make(sql).writing)
  const recording = recorder(digest, passwords)
  const source = ConfigSource.make(digest, passwords)
  const recordsOf = (config: SentinelConfig) => Effect.forEach(config.accounts, recording.account)

  let view: View | undefined
  /** Users whose sessions are to be ended, see below. */
  let leaving: Gone["users"] = []
  const set = (next: View): Gone => {
    const gone = goneBetween(view?.records ?? [], next.records)
    leaving = [...leaving, ...gone.users]
    view = next
    return gone
  }

  // What is read and written follows one another, so that no older version comes after a newer one.
  const inOrder = Semaphore.makeUnsafe(1).withPermits(1)
  const load = Effect.gen(function* () {
    const stored = yield* rows.read
    if (stored !== undefined) set(viewOf(stored, fromDump(yield* Rows.dumpOf(stored))))
  })
  /** A version that is lower comes from a backup. */
  const refresh = Effect.gen(function* () {
    if ((yield* rows.version) !== view?.stored.version) yield* load
  }).pipe(inOrder)

  const attempt = Effect.fnUntraced(function* <E>(
    f: (records: Records) => Effect.Effect<Records, E>,
    from: SentinelConfig | undefined
  ) {
    const before = view
    // New passwords are hashed here, which may take long and keeps nobody waiting.
    const dump = yield* toDump(yield* f(before?.records ?? []))
    const hash = from === undefined ? undefined : yield* source.hash(from)
    return yield* inOrder(
      Effect.map(rows.write(before?.stored, dump, hash), (stored) =>
        stored === undefined ? undefined : set(viewOf(stored, fromDump(dump)))
      )
    )
  })
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)
  const put = Effect.fnUntraced(function* <E>(
    f: (records: Records) => Effect.Effect<Records, E>,
    from?: SentinelConfig
  ) {
    for (let count = 0; count < attempts; count++) {
      const gone = yield* attempt(f, from)
      if (gone !== undefined) return gone
      yield* refresh
    }
    return yield* new StoreError({ store: name, operation: `change: others were first ${attempts} times` })
  }, oneAtATime)

  /** The first of several nodes that start at once puts the configuration in, and the others find it. */
  const start = Effect.gen(function* () {
    yield* refresh
    if (view === undefined) {
      if ((yield* attempt(() => recordsOf(config), config)) === undefined) yield* refresh
      return
    }
    if (options?.replaces === false || (yield* source.isOf(yield* rows.source, config))) return
    yield* put(() => recordsOf(config), config)
    yield* Effect.logInfo("The configuration replaces the directory in the database, which came from another one")
  })
  yield* start

  /**
   * A node that did not know yet may have let somebody in who is gone. So each one, when it knows, ends the sessions of who is
   * gone, whoever did so before.
   */
  const endSessions = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    for (const { accountId, userId } of leaving) {
      const isBack = view?.index.get(accountId)?.users.has(userId) ?? false
      if (!isBack) yield* store.endUserSessions(accountId, userId, now)
      leaving = leaving.slice(1)
    }
  })
  yield* endSessions
  yield* poll(name, Effect.andThen(refresh, endSessions))

  const editor = editorOver({
    records: () => view!.records,
    put,
    recording,
    pkce: config.profile?.pkce,
    initial: { config, records: recordsOf(config) }
  })
  return Context.make(DirectoryEditor, DirectoryEditor.of(editor)).pipe(
    Context.add(Directory, Directory.of(directoryOver(() => view!.index, passwords)))
  )
})

/**
 * Accounts, users and installations in the database of the context. Each node has them in memory, and looks every two seconds
 * whether there is a newer version, so a change at one node is known to all within seconds. What is in memory may be lost; without
 * the database a node goes on with what it knows.
 *
 * An empty database takes the configuration. From then on the database counts, with all changes of `DirectoryEditor`; a configuration
 * that is another one than it came from replaces all of it when a node starts with it, as a changed file does while a node
 * runs. So all nodes get the same file; of two different ones the last to start wins. How the file is written does not
 * matter, what it says does.
 *
 * Passwords and secrets are there as hashes only, and of the configuration as a whole a slow hash, as of a password.
 *
 * Whoever is disabled or removed has his sessions ended by every node that gets to know it. All that a node knows is read again when
 * something changes, so this is for thousands of users; provide a `Directory` of your own where there are more.
 *
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
