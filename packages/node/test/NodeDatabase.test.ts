import { assert, describe, it } from "@effect/vitest"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { sqliteFile } from "./SqliteFile.ts"

const postgres = (text: string) => ({ _tag: "Postgres" as const, url: Redacted.make(text) })

const problemWith = (url: Parameters<typeof NodeDatabase.layer>[0]) =>
  Effect.flip(Effect.provide(SqlClient.SqlClient.use(Effect.succeed), NodeDatabase.layer(url)))

describe("a database by its URL", () => {
  it.effect("SQLite: the file is made, with its folder", () =>
    Effect.gen(function* () {
      const path = Path.join(Path.dirname(yield* sqliteFile), "new", "x.sqlite")
      const ask = SqlClient.SqlClient.use((sql) => sql<{ one: number }>`SELECT 1 AS one`)
      const rows = yield* Effect.provide(ask, NodeDatabase.layer({ _tag: "Sqlite", path }))
      assert.strictEqual(rows[0]?.one, 1)
      assert.isTrue(Fs.existsSync(path))
    })
  )

  it.live("what cannot be reached or used fails at once, and says why without password", () =>
    Effect.gen(function* () {
      for (const [url, said] of [
        [postgres("postgres://u:planted@127.0.0.1:1/d"), "connect ECONNREFUSED"],
        [postgres("postgres://u:planted%zz@127.0.0.1/d"), "percent-encoding"],
        [postgres("postgres://u:planted@127.0.0.1/d?sslmode=some"), "sslmode"],
        [{ _tag: "Sqlite", path: Path.dirname(Path.dirname(yield* sqliteFile)) }, "illegal operation on a directory"]
      ] as const) {
        const error = yield* problemWith(url)
        assert.strictEqual(error._tag, "DatabaseError")
        assert.include(error.message, said)
        assert.notInclude(error.message, "planted")
      }
    })
  )
})
