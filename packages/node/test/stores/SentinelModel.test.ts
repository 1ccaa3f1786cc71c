/**
 * Sentinel over SQLite and over PostgreSQL answers every random sequence, and requests at the same time, as the model
 * does.
 */
import { describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { hasOneWinnerInAnyOrder } from "../../../sentinel/test/proof/Interleavings.ts"
import { answersAsTheModel } from "../../../sentinel/test/proof/Sequences.ts"
import * as PostgresDatabase from "../PostgresDatabase.ts"
import { sqliteFile } from "../SqliteFile.ts"
import { sentinelStore } from "./Engines.ts"

const postgres = PostgresDatabase.ofThisFile()

const connect = (url: string) =>
  Effect.map(Layer.build(sentinelStore(url)), (context) => Context.get(context, SentinelStore))

const stores: ReadonlyArray<readonly [string, Effect.Effect<SentinelStore["Service"], never, Scope.Scope>]> = [
  ["SQLite", Effect.flatMap(sqliteFile, (file) => connect(`sqlite:${file}`))],
  ["PostgreSQL", Effect.suspend(() => connect(postgres.url))]
]

describe.each(stores)("Sentinel over %s", (_, store) => {
  it.effect("R32, R33, R34, R63, R64, R66, R67, R70, R73, R74, R81, R82, R83: answers as the model does", () =>
    answersAsTheModel({ store, runs: 10 })
  )

  it.effect(
    "R32, R33, R65, R66, R74, R81, R83: in any order of the calls of the store there is one winner, and what is over is over",
    () => hasOneWinnerInAnyOrder({ store, runs: 15 })
  )
})
