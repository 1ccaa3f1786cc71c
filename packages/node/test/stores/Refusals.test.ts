/** What an operator learns from a store that cannot write. */
import { assert, describe, it } from "@effect/vitest"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { SessionStore } from "@le-auth/core/SessionStore"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { appToken, session } from "../Samples.ts"
import { stores } from "./Engines.ts"
import { refusals } from "./refusals.ts"
import { record } from "./storeFlow.ts"

describe("a store that reads and cannot write", () => {
  for (const { engine, store, words } of refusals) {
    it.live(`R92, H1: says so in the engine's words, without what it was given: ${engine}`, () =>
      Effect.gen(function* () {
        const { refuse, url } = yield* store
        const context = yield* Layer.build(stores(url))
        const [transactions, sessions, tokens, lock] = [
          Context.get(context, TransactionStore),
          Context.get(context, SessionStore),
          Context.get(context, AppTokenStore),
          Context.get(context, RefreshLock)
        ]
        const one = session("planted-subject", undefined, "planted-token")
        assert.include(Redacted.value(one.accessToken), "planted", "the secret is there to be found")
        const token = yield* appToken("planted-client", "planted-token")
        yield* refuse
        for (const work of [
          transactions.put("planted-id", record, Duration.minutes(10)),
          sessions.set(one, "any"),
          tokens.set(token),
          lock.withLock("planted-key", Effect.void)
        ]) {
          // Each connection that was ended says so once, in one of several ways.
          const error = yield* Effect.flip(work).pipe(
            Effect.repeat({ until: ({ problem = "" }) => problem.includes(words), times: 50 })
          )
          assert.include(error.problem, words)
          assert.include(error.message, words)
          assert.notInclude(error.message, "planted")
          assert.notInclude(error.message, "\n")
        }
      })
    )
  }
})
