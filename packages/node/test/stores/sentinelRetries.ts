/** The answer to a repeated request whose first answer was lost. */
import { assert, describe, it } from "@effect/vitest"
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { sentinelStore, sqlClient } from "./Engines.ts"
import { codeOf, now, redemption, rotation, sessionOf } from "./sentinelFlow.ts"

const second = 1000
const minute = 60 * second

export const provesRetries = (engine: string, url: () => string): void => {
  const begin = Effect.fnUntraced(function* (name: string) {
    const stores = [
      Context.get(yield* Layer.build(sentinelStore(url())), SentinelStore),
      Context.get(yield* Layer.build(sentinelStore(url())), SentinelStore)
    ] as const
    const sql = Context.get(yield* Layer.build(sqlClient(url(), 1)), SqlClient.SqlClient)
    yield* stores[0].createSession(sessionOf(name), now)
    yield* stores[0].issueCode(codeOf(name), now)
    return { stores, sql }
  })
  const redeem = (name: string, seed: string, by = seed) => ({ ...redemption(name, by), seed })

  describe(`calls of Sentinel's store on ${engine} that were never answered`, () => {
    it.effect(
      "R32, R97: of several that present the code again one gets the answer that the first one would have had",
      () =>
        Effect.gen(function* () {
          const { sql, stores } = yield* begin("unanswered code")
          const name = "unanswered code"
          assert.strictEqual((yield* stores[0].redeemCode(redeem(name, "first"), now))._tag, "Won")
          // What its node writes when the database takes it again.
          yield* sql`UPDATE sentinel_code SET retry_until = ${now + minute} WHERE id = ${codeOf(name).id}`
          const wrong = { ...redeem(name, "wrong"), redirectUri: "https://another.example" }
          assert.strictEqual((yield* stores[1].redeemCode(wrong, now + second))._tag, "Lost")
          const again = yield* Effect.forEach(
            Array.from({ length: 8 }, (_, index) => index),
            (index) => stores[index % 2]!.redeemCode(redeem(name, `again ${index}`), now + second),
            { concurrency: "unbounded" }
          )
          assert.deepStrictEqual(again.map(({ _tag }) => _tag).toSorted(), [
            ...Array.from({ length: 7 }, () => "Lost"),
            "Retry"
          ])
          const retry = again.find(({ _tag }) => _tag === "Retry")
          assert.strictEqual(retry?._tag === "Retry" ? retry.seed : "", "first")
        })
    )

    it.effect("R40, R97: a code that was answered is lost to any other request, and so is one after a minute", () =>
      Effect.gen(function* () {
        const name = "answered code"
        const { sql, stores } = yield* begin(name)
        yield* stores[0].redeemCode(redeem(name, "first"), now)
        assert.strictEqual((yield* stores[1].redeemCode(redeem(name, "again"), now))._tag, "Lost")
        yield* sql`UPDATE sentinel_code SET retry_until = ${now + minute} WHERE id = ${codeOf(name).id}`
        assert.strictEqual((yield* stores[1].redeemCode(redeem(name, "again"), now + minute))._tag, "Lost")
      })
    )

    it.effect(
      "R65, R66, R97: a refresh that was never answered is answered again after its grace, as long as its successor is unused",
      () =>
        Effect.gen(function* () {
          const name = "unanswered refresh"
          const { sql, stores } = yield* begin(name)
          yield* stores[0].redeemCode(redemption(name), now)
          yield* stores[0].rotateRefresh(rotation(name), now)
          const again = stores[1].rotateRefresh(
            { ...rotation(name, "again"), seed: "again", grace: second },
            now + 20 * second
          )
          assert.strictEqual((yield* again)._tag, "Reused")
          yield* sql`UPDATE sentinel_refresh SET retry_until = ${now + minute} WHERE id = ${rotation(name).id}`
          const retry = yield* again
          assert.strictEqual(retry._tag === "Retry" ? retry.seed : retry._tag, rotation(name).seed)
          yield* stores[0].rotateRefresh(rotation(name, "third", "second"), now + 20 * second)
          assert.strictEqual((yield* again)._tag, "Reused")
        })
    )
  })
}
