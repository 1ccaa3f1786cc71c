/** What is demanded of migrations on every engine. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { sqlClient } from "./Engines.ts"

export interface Subject {
  readonly name: string
  readonly table: string
  readonly migrations: Record<string, Effect.Effect<void, SqlError, SqlClient.SqlClient>>
  readonly run: Effect.Effect<void, unknown, SqlClient.SqlClient>
}

/** A database without tables. */
type NewDatabase = Effect.Effect<string, unknown, Scope.Scope>

const connect = (url: string) =>
  Effect.map(Layer.build(Layer.fresh(sqlClient(url))), (context) => Context.get(context, SqlClient.SqlClient))

/** All tables, columns and indexes. */
const schemaOf = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({
    pg: () => sql`SELECT 'column' AS kind, table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS text
        FROM information_schema.columns WHERE table_schema = 'public'
      UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2`,
    orElse: () => sql`SELECT type, sql FROM sqlite_master ORDER BY name`
  })

export const provesMigrations = (engine: string, newDatabase: NewDatabase, subject: Subject): void => {
  const migrated = (url: string) =>
    Effect.gen(function* () {
      const sql = yield* connect(url)
      yield* Effect.provideService(subject.run, SqlClient.SqlClient, sql)
      return { schema: yield* schemaOf(sql), ran: yield* sql`SELECT migration_id FROM ${sql(subject.table)}`.values }
    })
  const entries = Object.entries(subject.migrations)

  describe(`${subject.name} on ${engine}`, () => {
    it.live("from every earlier version comes the newest, and running again changes nothing", () =>
      Effect.gen(function* () {
        const newest = yield* migrated(yield* newDatabase)
        assert.lengthOf(newest.ran, entries.length)
        for (let version = 1; version <= entries.length; version++) {
          const url = yield* newDatabase
          const sql = yield* connect(url)
          yield* Migrator.make({})({
            loader: Migrator.fromRecord(Object.fromEntries(entries.slice(0, version))),
            table: subject.table
          }).pipe(Effect.provideService(SqlClient.SqlClient, sql))
          assert.deepStrictEqual(yield* migrated(url), newest, `from version ${version}`)
          assert.deepStrictEqual(yield* migrated(url), newest, `again from version ${version}`)
        }
      })
    )

    it.live("eight nodes that start at once migrate once, and all find the tables", () =>
      Effect.gen(function* () {
        const url = yield* newDatabase
        const nodes = yield* Effect.all(
          Array.from({ length: 8 }, () => migrated(url)),
          { concurrency: "unbounded" }
        )
        for (const node of nodes) assert.deepStrictEqual(node, nodes[0])
        assert.lengthOf(nodes[0]!.ran, entries.length)
      })
    )

    it.live("a migration that fails changes nothing, and can be run again", () =>
      Effect.gen(function* () {
        const url = yield* newDatabase
        const sql = yield* connect(url)
        const broken = { ...subject.migrations, "999_broken": Effect.asVoid(sql`SELECT * FROM nowhere`) }
        const run = Migrator.make({})({ loader: Migrator.fromRecord(broken), table: subject.table })
        const error = yield* Effect.flip(Effect.provideService(run, SqlClient.SqlClient, sql))
        assert.strictEqual(error._tag, "MigrationError")
        assert.deepStrictEqual(yield* sql`SELECT migration_id FROM ${sql(subject.table)}`, [])
        assert.deepStrictEqual(yield* migrated(url), yield* migrated(yield* newDatabase))
      })
    )
  })
}
