/** Sentinel's store with several processes, of which some are killed. */
import { assert, describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { runScript } from "../SqliteFile.ts"
import { sentinelStore } from "./sentinel.ts"
import { codeOf, now, redemption, rotation, sessionOf } from "./sentinelFlow.ts"

const script = "stores/sentinelProcess.ts"

/** How many flows a process is allowed before it is killed. */
const moments = [7, 60, 140, 230]

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
      "R32, R65, R74: after kill -9 nothing that was promised is lost, and nothing works twice",
      () =>
        Effect.gen(function* () {
          let count = 0
          for (const moment of moments) {
            const child = yield* runScript(script, ["flows", url(), `killed-after-${moment}`])
            yield* child.wrote(`killed-after-${moment}-${moment}\n`)
            yield* child.kill
            const promised = new Map<string, Set<string>>()
            // The last line may be cut off.
            for (const line of (yield* child.ended).output.split("\n").slice(0, -1)) {
              const [tag = "", name = ""] = line.split(" ")
              promised.set(name, (promised.get(name) ?? new Set()).add(tag))
            }
            const store = yield* connect
            for (const [name, tags] of promised) {
              count += 1
              assert.isTrue(tags.has("Won"), `${name}: ${[...tags].join()}`)
              assert.strictEqual((yield* store.redeemCode(redemption(name, "thief"), now))._tag, "Lost")
              const again = yield* store.rotateRefresh(rotation(name, "thief"), now)
              const access = yield* store.findAccess(`${name} ${tags.has("Rotated") ? "second" : "first"} access`, now)
              if (tags.has("Revoked")) {
                assert.strictEqual(again._tag, "Missing", name)
                assert.isTrue(Option.isNone(access), `${name} was signed out`)
                continue
              }
              // What it did last, it may have done without a word.
              if (tags.has("Rotated")) assert.include(["Reused", "Missing"], again._tag, name)
              if (again._tag !== "Missing") assert.isTrue(Option.isSome(access), `${name} lost its access token`)
            }
          }
          assert.isAbove(count, moments.reduce((sum, moment) => sum + moment, 0) - 4 * moments.length)
        }),
      120_000
    )
  })
}
