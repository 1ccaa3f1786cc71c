/** A database and a Redis of a file's own, at the servers that all files of a run share: see tools/services.mjs. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll } from "vitest"
import { urlOf } from "../../../tools/service.mjs"

/** A database without tables, until the scope ends. Gives its URL. */
export const newDatabase = Effect.gen(function* () {
  const server = yield* Effect.promise(() => urlOf("postgres"))
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

/** An empty database of Redis. Gives its URL. */
export const newRedis = Effect.promise(() => urlOf("redis"))

/** What is there while the tests of this file run. */
const during = (service: Effect.Effect<string, never, Scope.Scope>): { readonly url: string } => {
  const scope = Scope.makeUnsafe()
  let url: string | undefined
  beforeAll(async () => void (url = await Effect.runPromise(Scope.provide(service, scope))))
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return {
    get url() {
      if (url === undefined) throw new Error("The services are there when the tests run.")
      return url
    }
  }
}

/** A database of PostgreSQL for this file. */
export const postgres = () => during(newDatabase)

/** A Redis for this file. */
export const redis = () => during(newRedis)
