/**
 * effect's `SqlClient` over `node:sqlite`: a database in one file, without a server and without a native module.
 *
 * It stands in for `@effect/sql-sqlite-node` as long as that is not published for this version of effect, and gives the
 * same service, so that it can be replaced by it.
 *
 * @since 0.1.0
 */
import { StillThereTypeId } from "@le-auth/core/SqlStore"
import { ImmediateTypeId } from "@le-auth/core/shared/SqlTemplate"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Fs from "node:fs"
import * as Path from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { makeFolder } from "./internal/folder.ts"
import * as SqliteConnection from "./internal/sqliteConnection.ts"
import * as SqliteImmediate from "./internal/sqliteImmediate.ts"
import { unavailable } from "./internal/sqliteError.ts"

/**
 * Which file, and how it is used.
 *
 * @category models
 * @since 0.1.0
 */
export interface NodeSqliteConfig {
  /**
   * The file of the database, or `:memory:`. If it is missing it is made, with its folder, for its user only (0600,
   * 0700): sessions are tokens.
   */
  readonly filename: string
  readonly readonly?: boolean | undefined
  /**
   * How long a statement waits while another process writes. The event loop goes on meanwhile. Default: 5 seconds, by
   * the real clock.
   */
  readonly busyTimeout?: Duration.Input | undefined
  /** How many prepared statements are kept. Default: 200. */
  readonly prepareCacheSize?: number | undefined
  /**
   * `full`, the default, keeps what was committed through a loss of power. `normal` keeps it through the end of the
   * process, and saves the time of one flush to the disk for each transaction.
   */
  readonly synchronous?: "full" | "normal" | undefined
  readonly spanAttributes?: Record<string, unknown> | undefined
  readonly transformResultNames?: ((name: string) => string) | undefined
  readonly transformQueryNames?: ((name: string) => string) | undefined
}

/**
 * The client of effect, with the settings that it was made with.
 *
 * @category models
 * @since 0.1.0
 */
export interface NodeSqliteClient extends SqlClient.SqlClient {
  readonly config: NodeSqliteConfig
  /** SQLite has no such form of UPDATE. */
  readonly updateValues: never
}

const loadModule = Effect.tryPromise({
  try: () => import("node:sqlite"),
  catch: unavailable(
    `node:sqlite is not in this Node (${process.version}). Use Node 22.13 or newer, without --no-experimental-sqlite, or another database.`
  )
})

/**
 * How much of the file is read where the system has it in memory, without a call for each page: of a million rows a
 * look-up takes half the time. It is address space, and no memory of its own (SQLite, "Memory-Mapped I/O").
 */
const mappedBytes = 256 * 2 ** 20

const isFile = (filename: string): boolean =>
  filename !== "" && filename !== ":memory:" && !filename.startsWith("file:")

/** Others on the machine must not read it. SQLite gives the files that it puts beside it the same rights. */
const makeFile = (filename: string): void => {
  if (!isFile(filename)) return
  makeFolder(Path.dirname(filename))
  Fs.closeSync(Fs.openSync(filename, "a", 0o600))
}

const open = Effect.fnUntraced(function* (config: NodeSqliteConfig, busyTimeout: Duration.Duration) {
  const { DatabaseSync } = yield* loadModule
  const readOnly = config.readonly ?? false
  const database = yield* Effect.acquireRelease(
    Effect.try({
      try: (): DatabaseSync => {
        if (!readOnly) makeFile(config.filename)
        // It must not wait by itself: it would block the event loop.
        return new DatabaseSync(config.filename, { readOnly, timeout: 0 })
      },
      catch: unavailable(`SQLite could not open ${config.filename}. Check the path and its permissions.`)
    }),
    (database) => Effect.sync(() => database.close())
  )
  database.exec(`PRAGMA mmap_size = ${mappedBytes}`)
  if (!readOnly) {
    yield* SqliteConnection.whileBusy("switch to WAL", busyTimeout, () => {
      database.exec("PRAGMA journal_mode = WAL")
      database.exec(`PRAGMA synchronous = ${config.synchronous ?? "full"}`)
    })
  }
  return database
})

/** Whether the file has still the name that it was opened by, and no other file has. */
const stillThere = Effect.fnUntraced(function* (filename: string) {
  if (!isFile(filename)) return Effect.void
  const look = (problem: string) =>
    Effect.tryPromise({ try: () => Fs.promises.stat(filename, { bigint: true }), catch: unavailable(problem) })
  const opened = yield* look(`SQLite could not look at ${filename}.`)
  return Effect.flatMap(look(`${filename} is not there anymore.`), ({ dev, ino }) =>
    dev === opened.dev && ino === opened.ino
      ? Effect.void
      : Effect.fail(unavailable(`${filename} is another file than the one that was opened.`)(undefined))
  )
})

/**
 * A client with one connection, that closes with the scope.
 *
 * - Statements and transactions of this process come one after the other. Of several processes, one writes at a time,
 *   and the others wait for it (see `busyTimeout`); readers do not wait.
 * - A transaction begins with `BEGIN IMMEDIATE`, so it cannot fail half-way because another process has written. Inner
 *   transactions are savepoints.
 * - `SqlClient.SafeIntegers` gives integers as `bigint`. Without it an integer beyond 2^53 is an error, never a wrong
 *   number.
 * - One text is one statement: what follows its first semicolon is not run.
 * - SQLite works in the thread of its caller: no statement can be interrupted while it runs.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  config: NodeSqliteConfig
): Effect.Effect<NodeSqliteClient, SqlError, Scope.Scope | Reactivity.Reactivity> =>
  Effect.gen(function* () {
    const busyTimeout = Duration.fromInputUnsafe(config.busyTimeout ?? Duration.seconds(5))
    const database = yield* open(config, busyTimeout)
    const connection = SqliteConnection.make(database, {
      busyTimeout,
      preparedStatements: config.prepareCacheSize ?? 200
    })
    const client = yield* SqlClient.make({
      ...SqlClient.makeSqliteAcquirers({
        connection: Effect.succeed(connection),
        semaphore: Semaphore.makeUnsafe(1),
        isTransaction: () => database.isTransaction
      }),
      compiler: Statement.makeCompilerSqlite(config.transformQueryNames),
      driver: "sqlite-node",
      beginTransaction: config.readonly === true ? "BEGIN" : "BEGIN IMMEDIATE",
      releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
      prepareTransactionControls: true,
      spanAttributes: [...Object.entries(config.spanAttributes ?? {}), ["db.system.name", "sqlite"]],
      transformRows:
        config.transformResultNames === undefined
          ? undefined
          : Statement.defaultTransforms(config.transformResultNames).array
    })
    return Object.assign(client as NodeSqliteClient, {
      config,
      [StillThereTypeId]: yield* stillThere(config.filename),
      // Its rows are as SQLite names them.
      [ImmediateTypeId]:
        config.transformResultNames === undefined
          ? SqliteImmediate.make(database, connection, client.transactionService)
          : undefined
    })
  })

/**
 * A client for one file, as long as the layer is there; see {@link make}. Fails if the file cannot be opened.
 *
 * @example
 * ```ts
 * import * as NodeSqlite from "@le-auth/node/NodeSqlite"
 *
 * const database = NodeSqlite.layer({ filename: "state/le-auth.sqlite" })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (config: NodeSqliteConfig): Layer.Layer<SqlClient.SqlClient, SqlError> =>
  Layer.effect(SqlClient.SqlClient, make(config)).pipe(Layer.provide(Reactivity.layer))

/**
 * {@link layer} with what it needs from effect's `Config`.
 *
 * @example
 * ```ts
 * import * as NodeSqlite from "@le-auth/node/NodeSqlite"
 * import * as Config from "effect/Config"
 *
 * const database = NodeSqlite.layerConfig({ filename: Config.String("DATABASE_FILE") })
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (
  config: Config.Wrap<NodeSqliteConfig>
): Layer.Layer<SqlClient.SqlClient, Config.ConfigError | SqlError> =>
  Layer.effect(SqlClient.SqlClient, Effect.flatMap(Config.unwrap(config), make)).pipe(Layer.provide(Reactivity.layer))
