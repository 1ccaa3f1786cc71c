/**
 * What `AppTokenStore` demands of its adapters.
 *
 * @since 0.1.0
 */
import { AppToken, AppTokenKey } from "@le-auth/core/AppToken"
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import { AccountId, ClientId } from "@le-auth/core/Identifiers"
import { assert } from "chai"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Contract from "./Contract.ts"
import { appTokenLookalikes } from "./internal/lookalikeKeys.ts"
import { alternating, crowd, inParallel } from "./internal/parallel.ts"
import { holds } from "./internal/property.ts"
import { justBefore } from "./internal/realTime.ts"
import { refusalCase } from "./internal/refusal.ts"
import * as Samples from "./internal/sampleAppTokens.ts"

type Store = AppTokenStore["Service"]

const isNone = (found: Option.Option<AppToken>, why: string) =>
  assert.isTrue(Option.isNone(found), `${why}: there was a token`)

const isFound = (found: Option.Option<AppToken>, token: AppToken, why: string) => {
  if (Option.isNone(found)) return assert.fail(`${why}: there was no token`)
  const said = `${why}: what was given is not an AppToken, decode it with the schema`
  assert.instanceOf(found.value, AppToken, said)
  assert.instanceOf(found.value.key, AppTokenKey, said)
  assert.deepStrictEqual(Samples.plainOf(found.value), Samples.plainOf(token), why)
}

const comesBack = Effect.fnUntraced(function* (one: Store, other: Store, token: AppToken) {
  yield* one.set(token)
  isFound(yield* other.get(Samples.equalKey(token.key)), token, "what was set is got by an equal key")
})

/** Sets a sample under each key, and gives them. */
const setAll = (store: Store, keys: ReadonlyArray<AppTokenKey>) =>
  Effect.forEach(keys, (key, index) => Effect.tap(Samples.whole(key, index), store.set))

/**
 * The cases, in no particular order.
 *
 * @category models
 * @since 0.1.0
 */
export const cases: ReadonlyArray<Contract.ContractCase<Store>> = [
  {
    name: "a key under which nothing was set has no token, and to remove it succeeds",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      isNone(yield* one.get(key), "before the first set")
      yield* other.remove(key)
      isNone(yield* one.get(key), "after remove of what was not there")
    })
  },
  {
    name: "H7: a token is got by a key that is equal, though another object",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* comesBack(one, other, yield* Samples.whole(yield* Samples.uniqueKey))
    })
  },
  {
    name: "a long token that is valid for ever survives with all its characters",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* comesBack(one, other, yield* Samples.strange(yield* Samples.uniqueKey))
    })
  },
  {
    name: "any token survives",
    run: Effect.fnUntraced(function* ({ one, other, runs }) {
      const { accountId } = yield* Samples.uniqueKey
      yield* holds(Samples.any, runs, (make) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => comesBack(one, other, make(accountId, now)))
      )
    })
  },
  {
    name: "set replaces the whole token, whatever was there",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      for (const serial of [1, 2, 1]) yield* comesBack(one, other, yield* Samples.whole(key, serial))
      yield* comesBack(other, one, yield* Samples.strange(key))
    })
  },
  {
    name: "a token that was removed is gone, and to remove it again succeeds",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      yield* one.set(yield* Samples.whole(key))
      yield* other.remove(Samples.equalKey(key))
      isNone(yield* one.get(key), "after remove")
      isNone(yield* other.get(key), "after remove")
      yield* one.remove(key)
      yield* comesBack(one, other, yield* Samples.whole(key, 1))
    })
  },
  {
    name: "H7: no token is read or removed through the key of another account or application",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const { accountId } = yield* Samples.uniqueKey
      const [first, ...rest] = appTokenLookalikes(accountId)
      yield* one.set(yield* Samples.whole(first!))
      for (const key of rest) isNone(yield* other.get(key), `${key} is not ${first}`)
      const tokens = yield* setAll(one, rest)
      for (const token of tokens) isFound(yield* other.get(token.key), token, `${token.key} among similar keys`)
      yield* other.remove(first!)
      isNone(yield* one.get(first!), "after remove")
      for (const token of tokens) isFound(yield* one.get(token.key), token, `${token.key} after ${first} was removed`)
    })
  },
  {
    name: "H7: keys of 300 characters that differ in the last one are different keys",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const { accountId } = yield* Samples.uniqueKey
      const keyOf = (last: string) => new AppTokenKey({ accountId, clientId: ClientId.make("x".repeat(299) + last) })
      const [a, b] = [yield* Samples.whole(keyOf("a"), 1), yield* Samples.whole(keyOf("b"), 2)]
      yield* one.set(a)
      isNone(yield* other.get(b.key), "under a key that differs in its last character")
      yield* one.set(b)
      isFound(yield* other.get(a.key), a, "the first of two long keys")
      yield* other.remove(a.key)
      isFound(yield* one.get(b.key), b, "the second of two long keys")
    })
  },
  {
    name: "a token that is over is none, and takes the place of the one that was there",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      for (const ended of [0, -1, -86_400_000]) {
        yield* comesBack(one, other, yield* Samples.whole(key))
        yield* one.set(yield* Samples.ending(key, ended))
        isNone(yield* other.get(key), `a token that ended ${-ended} milliseconds ago`)
        isNone(yield* one.get(key), `a token that ended ${-ended} milliseconds ago`)
      }
      yield* comesBack(one, other, yield* Samples.whole(key, 1))
    })
  },
  {
    name: "a token is kept until it ends, and is none from then on",
    takes: Samples.life,
    run: Effect.fnUntraced(function* ({ elapse, one, other }) {
      const key = yield* Samples.uniqueKey
      const [token, longer] = [yield* Samples.whole(key), yield* Samples.strange(yield* Samples.uniqueKey)]
      yield* one.set(token)
      yield* one.set(longer)
      const almost = yield* justBefore(Samples.life)
      yield* elapse(almost)
      isFound(yield* other.get(key), token, "just before its end")
      yield* elapse(Duration.subtract(Samples.life, almost))
      isNone(yield* other.get(key), "at its end")
      isFound(yield* other.get(longer.key), longer, "another one, at the end of the first")
    })
  },
  {
    name: `${crowd} tokens that are set at once are all kept`,
    run: Effect.fnUntraced(function* (subject) {
      const { accountId } = yield* Samples.uniqueKey
      const tokens = yield* Effect.forEach(Array.from({ length: crowd }), (_, index) =>
        Samples.whole(new AppTokenKey({ accountId, clientId: ClientId.make(`client ${index}`) }), index)
      )
      yield* inParallel(crowd, (index) => alternating(subject, index).set(tokens[index]!))
      for (const token of tokens) isFound(yield* subject.other.get(token.key), token, token.key.clientId)
    })
  },
  {
    name: `of ${crowd} parallel sets of one key one whole token stays, never a mixture`,
    run: Effect.fnUntraced(function* (subject) {
      const key = yield* Samples.uniqueKey
      const tokens = yield* Effect.forEach(Array.from({ length: crowd }), (_, index) => Samples.whole(key, index))
      const texts = tokens.map((token) => JSON.stringify(Samples.plainOf(token)))
      const read = Effect.map(subject.other.get(key), (found) => {
        if (Option.isNone(found)) return assert.fail("there was no token after the first set")
        assert.include(
          texts,
          JSON.stringify(Samples.plainOf(found.value)),
          "a token that was read while others were set"
        )
      })
      yield* subject.one.set(tokens[0]!)
      yield* inParallel(crowd, (index) =>
        Effect.andThen(read, Effect.andThen(alternating(subject, index).set(tokens[index]!), read))
      )
    })
  }
]

/**
 * What the cases need to know about an adapter of `AppTokenStore`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<E = never> extends Contract.Options<AppTokenStore, E> {
  /**
   * Damages what the data holds under a key, as a bad disk or an older version would. With it one more case proves that
   * what cannot be read is not a token (H8).
   */
  readonly corrupt?: ((key: AppTokenKey) => Effect.Effect<void, unknown>) | undefined
  /**
   * The adapter over an engine that refuses to write, as one on a full disk does. With it one more case proves that its
   * error has the engine's words, and nothing of what it was given (H1).
   */
  readonly refusing?: Layer.Layer<AppTokenStore, unknown> | undefined
}

const corruptCase = (corrupt: NonNullable<Options["corrupt"]>): Contract.ContractCase<Store> => ({
  name: "H8: a token that cannot be read is neither a token nor an error, and can be set and removed",
  run: Effect.fnUntraced(function* ({ one, other }) {
    const key = yield* Samples.uniqueKey
    const neighbour = yield* Samples.whole(new AppTokenKey({ ...key, clientId: ClientId.make("neighbour") }))
    yield* one.set(yield* Samples.whole(key))
    yield* one.set(neighbour)
    yield* corrupt(key)
    isNone(yield* one.get(key), "of a damaged token")
    isNone(yield* other.get(key), "of a damaged token")
    isFound(yield* other.get(neighbour.key), neighbour, "the token beside the damaged one")
    yield* comesBack(one, other, yield* Samples.whole(key, 1))
    yield* corrupt(key)
    yield* other.remove(key)
    isNone(yield* one.get(key), "of a damaged token that was removed")
  })
})

const plantedKey = new AppTokenKey({ accountId: AccountId.make("12345678"), clientId: ClientId.make("planted-client") })

/**
 * The contract, with the cases that the options add: for `ContractSuite.suite` and `Contract.check`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const contractOf = ({ corrupt, refusing }: Options<unknown> = {}): Contract.Contract<AppTokenStore, Store> => ({
  port: AppTokenStore,
  cases: [
    ...cases,
    ...(corrupt === undefined ? [] : [corruptCase(corrupt)]),
    ...(refusing === undefined
      ? []
      : [
          refusalCase({
            port: AppTokenStore,
            refusing,
            attempt: (store) => Effect.flatMap(Samples.whole(plantedKey), store.set),
            planted: ["planted"]
          })
        ])
  ]
})

/**
 * Runs the cases and gives those that do not hold, and those that could not be proven.
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = <E, E2 = never>(
  layer: Layer.Layer<AppTokenStore, E>,
  options?: Options<E2>
): Effect.Effect<Contract.Findings> => Contract.check(contractOf(options), layer, options)
