/**
 * The contracts tell adapters that keep the engine's words to themselves, or repeat what they were given, from others.
 */
import { assert, describe, it } from "@effect/vitest"
import * as AppTokenStore from "@le-auth/core/AppTokenStore"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as SessionStore from "@le-auth/core/SessionStore"
import { StoreError } from "@le-auth/core/StoreError"
import * as StoreOperation from "@le-auth/core/StoreOperation"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as AppTokenStoreContract from "@le-auth/testing/AppTokenStoreContract"
import * as RefreshLockContract from "@le-auth/testing/RefreshLockContract"
import * as SessionStoreContract from "@le-auth/testing/SessionStoreContract"
import * as TransactionStoreContract from "@le-auth/testing/TransactionStoreContract"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** How an adapter tells what its engine refused, which was given these things. */
type Telling = (given: string) => Effect.Effect<never, StoreError>

const run = StoreOperation.operations("shelf")("put")

const tellings: Record<string, readonly [isRight: boolean, tell: Telling]> = {
  "as StoreOperation does": [
    true,
    (given) => run(Effect.fail({ cause: new Error(`the shelf is full. Key (${given}) was not kept`) }))
  ],
  "without the engine's words": [false, () => Effect.fail(new StoreError({ store: "shelf", operation: "put" }))],
  "with what it was given": [
    false,
    (given) => Effect.fail(new StoreError({ store: "shelf", operation: `put ${given}`, problem: "full" }))
  ],
  "as no failure": [false, () => Effect.interrupt]
}

const transactions = (tell: Telling) =>
  Layer.succeed(TransactionStore.TransactionStore, {
    put: (id, { applicationState }) => tell(`${id} ${JSON.stringify(applicationState)}`),
    take: () => Effect.succeedNone
  })
const sessions = (tell: Telling) =>
  Layer.effect(
    SessionStore.SessionStore,
    Effect.map(Effect.provide(SessionStore.SessionStore, SessionStore.layerMemory), (store) => ({
      ...store,
      set: ({ key }) => tell(key.toString())
    }))
  )
const tokens = (tell: Telling) =>
  Layer.succeed(AppTokenStore.AppTokenStore, {
    get: () => Effect.succeedNone,
    set: ({ key }) => tell(key.toString()),
    remove: () => Effect.void
  })
const locks = (tell: Telling) => Layer.succeed(RefreshLock.RefreshLock, { withLock: (key) => tell(key) })

describe("an adapter whose engine refuses", () => {
  for (const [name, [isRight, tell]] of Object.entries(tellings)) {
    it.effect(`H1: tells it ${name}`, () =>
      Effect.gen(function* () {
        const findings = yield* Effect.all([
          TransactionStoreContract.check(TransactionStore.layerMemory, { refusing: transactions(tell) }),
          SessionStoreContract.check(SessionStore.layerMemory, { refusing: sessions(tell) }),
          AppTokenStoreContract.check(AppTokenStore.layerMemory, { refusing: tokens(tell) }),
          RefreshLockContract.check(RefreshLock.layerMemory, { refusing: locks(tell), lockTimeout: Duration.infinity })
        ])
        for (const { violations } of findings) {
          assert.deepStrictEqual(
            violations.map(({ name }) => name.slice(0, 27)),
            isRight ? [] : ["H1: what the engine refuses"]
          )
        }
      })
    )
  }
})
