/** Sentinel's store with several processes, of which some are killed. */
import { assert, describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { runScript } from "../SqliteFile.ts"
import { crashes } from "./crashes.ts"
import { sentinelStore } from "./Engines.ts"
import { codeOf, now, sessionOf } from "./sentinelFlow.ts"
import { keptItsPromises } from "./sentinelPromises.ts"

const script = "stores/sentinelProcess.ts"

export const provesProcesses = (engine: string, url: () => string): void => {
  const connect = Effect.suspend(() =>
    Effect.map(Layer.build(sentinelStore(url())), (context) => Context.get(context, SentinelStore))
  )

  describe(`Sentinel's store on ${engine}, several processes`, () => {
    it.live("R32: of three processes that redeem the same codes, one redeems each", () =>
      Effect.gen(function* () {
        const store = yield* connect
        const names = Array.from({ length: 60 }, (_, index) => `rivals ${index}`)
        for (const name of names) {
          yield* store.createSession(sessionOf(name), now)
          assert.strictEqual(yield* store.issueCode(codeOf(name), now), "Issued")
        }
        const rivals = yield* Effect.all(
          Array.from({ length: 3 }, () => runScript(script, ["redeem", url(), names.join(",")])),
          { concurrency: "unbounded" }
        )
        yield* Effect.forEach(rivals, ({ wrote }) => wrote("ready"))
        yield* Effect.forEach(rivals, ({ say }) => say("go"))
        const won = yield* Effect.forEach(rivals, ({ ended }) =>
          Effect.map(ended, ({ output }) => JSON.parse(output.trim().split("\n").at(-1)!) as Array<string>)
        )
        assert.deepStrictEqual(won.flat().toSorted(), names.toSorted())
      })
    )

    it.live(
      "R32, R65, R74: after kill -9 at random moments of 1,000 sign-ins nothing that was promised is lost, and nothing works twice",
      () =>
        crashes({ script, url: url(), flows: 1000 }, (promises) =>
          Effect.scoped(
            Effect.gen(function* () {
              const stores = [yield* connect, yield* connect]
              yield* Effect.forEach(promises, ([name, said]) => keptItsPromises(stores, name, said), {
                concurrency: 8,
                discard: true
              })
            })
          )
        ),
      300_000
    )
  })
}
