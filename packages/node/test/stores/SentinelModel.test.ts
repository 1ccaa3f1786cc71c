/** Sentinel over SQLite answers every random sequence as the model does. */
import { describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { answersAsTheModel } from "../../../sentinel/test/proof/Sequences.ts"
import { sqliteFile } from "../SqliteFile.ts"
import { sentinelStore } from "./sentinel.ts"

const store = Effect.gen(function* () {
  const file = yield* sqliteFile
  return Context.get(yield* Layer.build(sentinelStore(`sqlite:${file}`)), SentinelStore)
})

describe("Sentinel over SQLite", () => {
  it.effect("R32, R33, R34, R63, R64, R66, R67, R70, R73, R74, R81, R82, R83: answers as the model does", () =>
    answersAsTheModel({ store, runs: 10 })
  )
})
