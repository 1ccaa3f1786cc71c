/** A database of a file's own, at the server that all files of a run share: see tools/services.ts. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { urlOf } from "../../../tools/service.ts"
import { during } from "./During.ts"

const module = new URL("../../../tools/postgres.ts", import.meta.url)

/** A database without tables, until the scope ends. Gives its URL. */
export const make = Effect.gen(function* () {
  const server = yield* Effect.promise(() => urlOf(module))
  const name = `le_auth_test_${randomUUID().replaceAll("-", "")}`
  const tell = (statement: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>) =>
    SqlClient.SqlClient.use(statement).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(server), maxConnections: 1 })),
      Effect.orDie
    )
  return yield* Effect.acquireRelease(
    Effect.as(
      tell((sql) => sql`CREATE DATABASE ${sql(name)}`),
      Object.assign(new URL(server), { pathname: name }).href
    ),
    () => tell((sql) => sql`DROP DATABASE ${sql(name)} WITH (FORCE)`)
  )
})

/** A database for this file. */
export const ofThisFile = () => during(make)
