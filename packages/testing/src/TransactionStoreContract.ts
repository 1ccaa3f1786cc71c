/**
 * What `TransactionStore` demands of its adapters.
 *
 * @since 0.1.0
 */
import { Transaction } from "@le-auth/core/Transaction"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import { assert } from "chai"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Contract from "./Contract.ts"
import { alternating, crowd, inParallel } from "./internal/parallel.ts"
import { justBefore, letPass } from "./internal/realTime.ts"
import { refusalCase } from "./internal/refusal.ts"
import * as Samples from "./internal/sampleTransactions.ts"
import { holds } from "./internal/property.ts"
import * as Unique from "./internal/unique.ts"

type Store = TransactionStore["Service"]

const isTransaction = Schema.is(Transaction)
const tenMinutes = Duration.minutes(10)

const put = Effect.fnUntraced(function* (store: Store, record: Transaction = Samples.whole) {
  const id = yield* Unique.transactionId
  yield* store.put(id, record, tenMinutes)
  return id
})

const assertTaken = (taken: Option.Option<Transaction>, record: Transaction, why: string) => {
  if (Option.isNone(taken)) return assert.fail(`${why}: there was no record`)
  assert.isTrue(isTransaction(taken.value), `${why}: what was taken is not a Transaction, decode it with the schema`)
  assert.deepStrictEqual(Samples.plainOf(taken.value), Samples.plainOf(record), why)
}

const comesBack = Effect.fnUntraced(function* (one: Store, other: Store, record: Transaction) {
  assertTaken(yield* other.take(yield* put(one, record)), record, "what was put comes back as it was")
})

/** Another letter in another case: some engines compare texts without regard to it. */
const otherCase = (id: string): string =>
  id.replace(/[a-z]/i, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))

/**
 * The cases, in no particular order.
 *
 * @category models
 * @since 0.1.0
 */
export const cases: ReadonlyArray<Contract.ContractCase<Store>> = [
  {
    name: "B7: take gives the record as it was put",
    run: ({ one, other }) => comesBack(one, other, Samples.whole)
  },
  {
    name: "B7: members that a record does not have stay absent",
    run: ({ one, other }) => comesBack(one, other, Samples.smallest)
  },
  {
    name: "B7: unusual characters survive",
    run: ({ one, other }) => comesBack(one, other, Samples.strange)
  },
  {
    name: "B7: any record survives",
    run: ({ one, other, runs }) => holds(Samples.any, runs, (record) => comesBack(one, other, record))
  },
  {
    name: "an id that was never put has no record",
    run: Effect.fnUntraced(function* ({ one }) {
      assert.isTrue(Option.isNone(yield* one.take(yield* Unique.transactionId)))
    })
  },
  {
    name: "B3: a record can be taken once",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const id = yield* put(one)
      assertTaken(yield* one.take(id), Samples.whole, "the first take")
      assert.isTrue(Option.isNone(yield* one.take(id)), "the second take found the record again")
      assert.isTrue(Option.isNone(yield* other.take(id)), "the other instance found the record again")
    })
  },
  {
    name: `B3: of ${crowd} parallel takes of one id exactly one gets the record`,
    run: Effect.fnUntraced(function* (subject) {
      for (let round = 0; round < 8; round++) {
        const id = yield* put(subject.one)
        const taken = yield* inParallel(crowd, (index) => alternating(subject, index).take(id))
        const winners = taken.filter(Option.isSome)
        assert.lengthOf(winners, 1, "parallel takes that got the record. Is it a find and then a delete?")
        assertTaken(winners[0]!, Samples.whole, "the take that won")
      }
    })
  },
  {
    name: "B6: sign-ins at the same time do not disturb each other",
    run: Effect.fnUntraced(function* (subject) {
      const records = Array.from({ length: crowd }, (_, index) =>
        Transaction.make({ ...Samples.whole, applicationState: index })
      )
      const ids = yield* inParallel(crowd, (index) => put(alternating(subject, index), records[index]))
      const taken = yield* inParallel(crowd, (index) => alternating(subject, index + 1).take(ids[index]!))
      taken.forEach((taken, index) => assertTaken(taken, records[index]!, `record ${index} of ${crowd}`))
    })
  },
  {
    name: "B5: to take another id uses nothing up, not even one that differs in case only",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const id = `aA${(yield* put(one)).slice(2)}`
      yield* one.put(id, Samples.whole, tenMinutes)
      for (const wrong of [otherCase(id), `${id.slice(0, -1)}${id.endsWith("-") ? "_" : "-"}`, id.slice(0, 42)]) {
        assert.isTrue(Option.isNone(yield* one.take(wrong)), `${wrong} is not ${id}`)
      }
      assertTaken(yield* other.take(id), Samples.whole, "the right id after wrong ones")
    })
  },
  {
    name: "B4: a record is kept for its time to live, whatever others have",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const [long, short] = [yield* Unique.transactionId, yield* Unique.transactionId]
      yield* one.put(long, Samples.whole, tenMinutes)
      yield* one.put(short, Samples.whole, Duration.millis(50))
      // Neither whole seconds, nor to be rounded down to them.
      const lifetime = 1900
      const attempt = Effect.gen(function* () {
        const odd = yield* Unique.transactionId
        const from = yield* Clock.currentTimeMillis
        yield* one.put(odd, Samples.whole, Duration.millis(lifetime))
        yield* letPass(Duration.millis(1200))
        const taken = yield* other.take(odd)
        return { taken, age: (yield* Clock.currentTimeMillis) - from }
      })
      // On a loaded machine more time passes than should, and then the record may be gone.
      const { taken } = yield* Effect.repeat(attempt, { until: ({ age }) => age < lifetime })
      assertTaken(taken, Samples.whole, "1.2 of 1.9 seconds later")
      assertTaken(yield* other.take(long), Samples.whole, "1.2 seconds of 10 minutes later")
    })
  },
  {
    name: "B4: a record is kept for ten minutes, as long as LivePerson's login page waits",
    takes: tenMinutes,
    run: Effect.fnUntraced(function* ({ elapse, one, other }) {
      const id = yield* put(one)
      yield* elapse(yield* justBefore(tenMinutes))
      assertTaken(yield* other.take(id), Samples.whole, "just before the time to live ends")
    })
  }
]

/**
 * What the cases need to know about an adapter of `TransactionStore`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<E = never> extends Contract.Options<TransactionStore, E> {
  /**
   * The adapter over an engine that refuses to write, as one on a full disk does. With it one more case proves that its
   * error has the engine's words, and nothing of what it was given (H1).
   */
  readonly refusing?: Layer.Layer<TransactionStore, unknown> | undefined
}

/** As ids are: made of a hash. */
const plantedId = "feedface".repeat(8)

/**
 * The contract, with the cases that the options add: for `ContractSuite.suite` and `Contract.check`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const contractOf = ({ refusing }: Options<unknown> = {}): Contract.Contract<
  TransactionStore,
  TransactionStore["Service"]
> => ({
  port: TransactionStore,
  cases: [
    ...cases,
    ...(refusing === undefined
      ? []
      : [
          refusalCase({
            port: TransactionStore,
            refusing,
            attempt: (store) => store.put(plantedId, { ...Samples.whole, applicationState: "planted" }, tenMinutes),
            planted: ["planted", "feedface"]
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
  layer: Layer.Layer<TransactionStore, E>,
  options?: Options<E2>
): Effect.Effect<Contract.Findings> => Contract.check(contractOf(options), layer, options)
