/**
 * The database that a {@link StoreUrl} names, as effect's `SqlClient`.
 *
 * @since 0.1.0
 */
import { problemOf } from "@le-auth/core/StoreOperation"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as NodeSqlite from "./NodeSqlite.ts"
import * as Trust from "./internal/trust.ts"
import * as StoreUrl from "./StoreUrl.ts"

/**
 * The database cannot be reached, or cannot be used; the message says what to do. `database` is its address without
 * password.
 *
 * @category errors
 * @since 0.1.0
 */
export class DatabaseError extends Schema.TaggedError<DatabaseError>()("DatabaseError", {
  database: Schema.String,
  problem: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message(): string {
    return `The database ${this.database} cannot be used: ${this.problem}. Check that it is there, and that the URL fits it.`
  }
}

const trustAdvice =
  "; name the file of its CA with sslrootcert in the URL, or with NODE_EXTRA_CA_CERTS in the environment"

/**
 * Makes the error for whatever went wrong with a database, such as that its user may not make tables.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unusable =
  (url: StoreUrl.DatabaseUrl) =>
  (cause: unknown): DatabaseError =>
    new DatabaseError({
      database: StoreUrl.describe(url),
      problem: `${problemOf(cause) ?? "it does not say why"}${Trust.isUntrusted(cause) ? trustAdvice : ""}`,
      cause
    })

const missing = "its driver is missing; install @effect/sql-pg beside @le-auth/node"

/** What the URL says that the driver does not know. */
const optionsOf = ({ searchParams }: URL) => {
  const connections = searchParams.get("max_connections")
  return {
    applicationName: searchParams.get("application_name") ?? "le-auth",
    ...(connections !== null && { maxConnections: Number(connections) }),
    ...(searchParams.get("prepare") === "false" && { prepare: false })
  }
}

/** Where TLS is asked for, the authorities that the URL names, else those of libpq's variable, else those of Node. */
const tlsOptionsOf = Effect.fnUntraced(function* (database: StoreUrl.DatabaseUrl, { searchParams }: URL) {
  const mode = searchParams.get("sslmode")
  const isRequired = mode === "require" || mode === "verify-ca" || mode === "verify-full"
  const named = searchParams.get("sslrootcert")
  const inherited = isRequired ? process.env["PGSSLROOTCERT"] || undefined : undefined
  const from = named ?? inherited
  if (from === undefined) return {}
  const setting = named === null ? "PGSSLROOTCERT" : "sslrootcert"
  const ca = yield* Effect.tryPromise({
    try: () => Trust.authorities(from),
    catch: (cause) =>
      new DatabaseError({
        database: StoreUrl.describe(database),
        problem: `${setting} names ${from}: ${problemOf(cause) ?? "it cannot be read"}`,
        cause
      })
  })
  return { ssl: { ca } }
})

/**
 * The same layer, whose end takes at most a second. A pool waits for its statements when it closes; a silent server
 * ends none of them, and the program is to end all the same. {@link layer} does so already. Put the layer of a Redis
 * client of your own into it: that waits without end for commands that it keeps for a connection which never comes.
 *
 * @example
 * ```ts
 * import * as NodeRedis from "@effect/platform-node/NodeRedis"
 * import * as NodeDatabase from "@le-auth/node/NodeDatabase"
 *
 * const redis = NodeDatabase.closingInTime(NodeRedis.layer({ url: "redis://127.0.0.1:6379" }))
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const closingInTime = <A, E>(layer: Layer.Layer<A, E>): Layer.Layer<A, E> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* Effect.addFinalizer((exit) =>
        Effect.flatMap(Effect.forkDetach(Scope.close(scope, exit)), (closing) =>
          Effect.timeoutOption(Fiber.await(closing), "1 second")
        )
      )
      return yield* Layer.buildWithScope(layer, scope)
    })
  )

const postgres = Effect.fnUntraced(function* (database: StoreUrl.DatabaseUrl & { readonly _tag: "Postgres" }) {
  const { layer } = yield* Effect.tryPromise({
    try: () => import("@effect/sql-pg/PgClient"),
    catch: (cause) => new DatabaseError({ database: StoreUrl.describe(database), problem: missing, cause })
  })
  const url = new URL(Redacted.value(database.url))
  const tls = yield* tlsOptionsOf(database, url)
  return closingInTime(layer({ url: database.url, ...optionsOf(url), ...tls }))
})

/**
 * Opens the database, and asks it something, so that a wrong URL ends the start of a program and not its first request.
 * It takes 5 seconds at most, unless `connect_timeout` says otherwise. Connections that break later come back by
 * themselves.
 *
 * - `sqlite:PATH` is {@link NodeSqlite}. The file is made if it is missing, with its folder.
 * - `postgres://…` takes `@effect/sql-pg`, which is loaded only then, so it must be installed. The URL is that of libpq
 *   (`?sslmode=verify-full&sslrootcert=ca.pem`, also `PGSSLROOTCERT`), and may have `max_connections=N`, of this
 *   process (10), and `prepare=false` for a pooler that does not know prepared statements. See `docs/stores.md` for all
 *   of them.
 *
 * @example
 * ```ts
 * import * as NodeDatabase from "@le-auth/node/NodeDatabase"
 * import * as StoreUrl from "@le-auth/node/StoreUrl"
 * import * as Result from "effect/Result"
 *
 * const url = Result.getOrThrow(StoreUrl.fromText("sqlite:state/le-auth.sqlite"))
 * const database = url._tag === "Sqlite" ? NodeDatabase.layer(url) : undefined
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (url: StoreUrl.DatabaseUrl): Layer.Layer<SqlClient.SqlClient, DatabaseError> => {
  const database: Layer.Layer<SqlClient.SqlClient, SqlError | DatabaseError> =
    url._tag === "Sqlite" ? NodeSqlite.layer({ filename: url.path }) : Layer.unwrap(postgres(url))
  return Layer.effectDiscard(SqlClient.SqlClient.use((sql) => sql`SELECT 1`)).pipe(
    Layer.provideMerge(database),
    Layer.catchTag("SqlError", (error) => Layer.effectContext(Effect.fail(unusable(url)(error))))
  )
}
