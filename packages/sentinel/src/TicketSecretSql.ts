/**
 * The secret of login tickets in SQLite or PostgreSQL, for all nodes that share the database.
 *
 * @since 0.1.0
 */
import * as Base64Url from "@le-auth/core/shared/Base64Url"
import { SealKeys } from "@le-auth/core/Seal"
import * as SqlStore from "@le-auth/core/SqlStore"
import type { StoreError } from "@le-auth/core/StoreError"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as SqlClient from "effect/sql/SqlClient"
import { TicketSecret } from "./internal/request/LoginTickets.ts"
import { SealedRow } from "./internal/sql/SealedRow.ts"
import * as SentinelMigrations from "./SentinelMigrations.ts"

const run = SqlStore.operations("secret of login tickets in SQL")
const id = "login-tickets"
const place = "secret of Sentinel's login tickets"

/**
 * The first node draws the secret. If several nodes start at once, one of them does, and all use it. It is sealed with
 * the `SealKeys` of the context, so the database alone opens neither the secret nor the request that a login page
 * carries. Fails with `SealedRow` if the seal keys of this process do not open it.
 *
 * With it a login page can be opened at one node and sent to another, a form that two nodes get gives one session and
 * one code, and all nodes know the browsers that users have signed in with, also after a restart. Each start seals it
 * again, with the newest seal key.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<
  never,
  StoreError | CryptoError.CryptoError | SealedRow,
  SqlClient.SqlClient | SealKeys | SecureRandom.SecureRandom
> = Layer.effect(
  TicketSecret,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const seal = yield* SealKeys
    const random = yield* SecureRandom.SecureRandom
    yield* SentinelMigrations.run
    const find = sql<{ readonly sealed: string }>`SELECT sealed FROM sentinel_secret WHERE id = ${id}`
    let [row] = yield* run("read")(find)
    if (row === undefined) {
      const sealed = yield* seal.seal(Base64Url.encode(yield* random.randomBytes(32)), place)
      yield* run("make")(sql`INSERT INTO sentinel_secret (id, sealed) VALUES (${id}, ${sealed}) ON CONFLICT DO NOTHING`)
      row = (yield* run("read")(find))[0]
    }
    const opened = yield* seal.open(row?.sealed ?? "", place)
    if (Option.isNone(opened)) {
      return yield* new SealedRow({ what: "secret of login tickets", table: "sentinel_secret", id })
    }
    // With the newest seal key, so that the old one can be removed after all nodes have started with the new one.
    const resealed = yield* seal.seal(opened.value, place)
    yield* run("reseal")(sql`UPDATE sentinel_secret SET sealed = ${resealed} WHERE id = ${id}`)
    return Redacted.make(opened.value, { label: "login ticket secret" })
  })
)
