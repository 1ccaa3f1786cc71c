/** What the stores of an application owe to flows whose process was killed. */
import { assert } from "@effect/vitest"
import { SessionStore } from "@le-auth/core/SessionStore"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Said } from "./crashes.ts"
import { sealed, stores } from "./Engines.ts"
import { keyOf, sessionOf } from "./storeFlow.ts"

/** A node of the application that starts after all others are gone. */
const restart = Effect.fnUntraced(function* (url: string) {
  const inClear = Layer.succeedContext(yield* Layer.build(Layer.fresh(stores(url))))
  const sessionsOf = (layer: Layer.Layer<SessionStore>) =>
    Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, SessionStore))
  return {
    transactions: Context.get(yield* Layer.build(inClear), TransactionStore),
    sessions: yield* sessionsOf(Layer.provide(sealed("key"), inClear)),
    withoutKey: yield* sessionsOf(inClear),
    withAnotherKey: yield* sessionsOf(Layer.provide(sealed("another"), inClear))
  }
})

export const keptItsPromises = Effect.fnUntraced(function* (url: string, flows: ReadonlyMap<string, Said>) {
  const nodes = [yield* restart(url), yield* restart(url)]
  const { sessions, withAnotherKey, withoutKey } = nodes[0]!

  const check = Effect.fnUntraced(function* ([name, said]: readonly [string, Said]) {
    const taken = yield* Effect.forEach(nodes, ({ transactions }) => transactions.take(name), {
      concurrency: "unbounded"
    })
    const count = taken.filter(Option.isSome).length
    assert.isFalse(said.has("Lost"), `${name}: its record was lost`)
    if (said.has("Taken")) assert.strictEqual(count, 0, `${name}: its record was given twice`)
    else if (said.has("Taking")) assert.isAtMost(count, 1, `${name}: its record was given twice`)
    else assert.strictEqual(count, 1, `${name}: its record was lost, or given twice`)

    const found = yield* sessions.get(keyOf(name))
    const token = Option.getOrUndefined(Option.map(found, ({ accessToken }) => Redacted.value(accessToken)))
    const [first, second] = [sessionOf(name, "first"), sessionOf(name, "second")].map(({ accessToken }) =>
      Redacted.value(accessToken)
    )
    // What it did last, it may have done without a word.
    const possible = said.has("Removed")
      ? [undefined]
      : said.has("Removing")
        ? [undefined, second]
        : said.has("Second")
          ? [second]
          : said.has("Refreshing")
            ? [first, second]
            : said.has("First")
              ? [first]
              : said.has("Taken")
                ? [undefined, first]
                : [undefined]
    assert.include(possible, token, `${name}: ${[...said].join()}`)
    if (token === undefined) return
    // Each is a warning, too.
    const opened = yield* Effect.provide(withAnotherKey.get(keyOf(name)), Logger.layer([]))
    assert.isTrue(Option.isNone(opened), `${name}: another key opens it`)
    const bare = Option.getOrThrow(yield* withoutKey.get(keyOf(name)))
    assert.isUndefined(bare.refreshToken)
    assert.notInclude(Redacted.value(bare.accessToken), "planted")
  })
  yield* Effect.forEach(flows, check, { concurrency: 8, discard: true })
}, Effect.scoped)
