import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as AppTokens from "@le-auth/core/AppTokens"
import * as AppTokenStoreSql from "@le-auth/core/AppTokenStoreSql"
import { Domains } from "@le-auth/core/Domains"
import { AccountId, ClientId } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as RefreshLockSql from "@le-auth/core/RefreshLockSql"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as NodeSqlite from "@le-auth/node/NodeSqlite"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { sqliteFile } from "./SqliteFile.ts"

const installation = new AppInstallations.AppInstallation({
  accountId: AccountId.make("12345678"),
  clientId: ClientId.make("server-application"),
  clientSecret: Redacted.make("planted-client-secret"),
  redirectUris: []
})

let serial = 0
const tokens = AppTokens.layer.pipe(
  Layer.provide(
    Layer.mock(SentinelClient, {
      appToken: () =>
        Effect.sync(() => ({
          access_token: Redacted.make(`planted-${(serial += 1)}`),
          token_type: "Bearer",
          expires_in: 3600
        }))
    })
  ),
  Layer.provide(
    Layer.mock(Domains, {
      resolve: () => Effect.succeed(Origin.make("https://sentinel-12345678.liveperson.net")),
      allows: () => true,
      isLocal: () => false,
      forBrowser: (sentinel) => sentinel
    })
  ),
  Layer.provide([AppInstallations.layer(installation), NodeCrypto.layer]),
  Layer.provide([AppTokenStoreSql.layer, RefreshLockSql.layer])
)

describe("a caller in a transaction of the database that keeps the tokens", () => {
  it.live("K1: does not take the token along that others get, nor the lock, when it is undone", () =>
    Effect.gen(function* () {
      const database = NodeSqlite.layer({ filename: yield* sqliteFile })
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const count = (table: string) =>
          Effect.map(sql<{ readonly n: number }>`SELECT count(*) AS n FROM ${sql(table)}`, ([row]) => row!.n)
        const kept = Effect.all([count("le_auth_app_token"), count("le_auth_refresh_lock")])
        yield* sql`CREATE TABLE mine (a INTEGER)`

        // A renewal in the background that begins in a transaction, and goes on while others have one.
        const clock = yield* Clock.Clock
        const late = Effect.provideService(Clock.Clock, {
          ...clock,
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + 3_500_000
        })
        yield* AppTokens.token()
        yield* sql`DELETE FROM le_auth_app_token`
        const undone = sql.withTransaction(
          Effect.gen(function* () {
            yield* sql`INSERT INTO mine VALUES (1)`
            yield* late(AppTokens.token())
            yield* Effect.sleep("50 millis")
            return yield* Effect.fail("undone")
          })
        )
        assert.isTrue(Exit.isFailure(yield* Effect.exit(undone)))
        yield* Effect.sleep("200 millis")
        assert.deepStrictEqual(yield* kept, [1, 0])
        assert.strictEqual(yield* count("mine"), 0)
      }).pipe(Effect.provide(Layer.provideMerge(tokens, database)))
    }).pipe(Effect.scoped)
  )
})
