import { assert, describe, it } from "@effect/vitest"
import type { Transaction } from "@le-auth/core/Transaction"
import { layerMemory, TransactionStore } from "@le-auth/core/TransactionStore"
import * as TransactionStoreContract from "@le-auth/testing/TransactionStoreContract"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as TestClock from "effect/testing/TestClock"

type Store = TransactionStore["Service"]
interface Entry {
  readonly record: Transaction
  readonly until: number
}

/** A right store, of which one part can be replaced by a wrong one. */
const store = (
  options: {
    readonly key?: (id: string) => string
    readonly until?: (now: number, timeToLive: Duration.Duration) => number
    readonly write?: (record: Transaction) => Transaction
    readonly take?: (entries: Map<string, Entry>, key: string) => Effect.Effect<Entry | undefined>
    readonly entries?: Map<string, Entry>
    readonly capacity?: number
  } = {}
) =>
  Layer.sync(TransactionStore, (): Store => {
    const entries = options.entries ?? new Map<string, Entry>()
    const key = options.key ?? ((id) => id)
    const takeOut = (entries: Map<string, Entry>, key: string) =>
      Effect.sync(() => {
        const entry = entries.get(key)
        entries.delete(key)
        return entry
      })
    return {
      put: (id, record, timeToLive) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          if (entries.size >= (options.capacity ?? Infinity)) entries.clear()
          entries.set(key(id), {
            record: options.write?.(record) ?? record,
            until: options.until?.(now, timeToLive) ?? now + Duration.toMillis(timeToLive)
          })
        }),
      take: Effect.fnUntraced(function* (id) {
        const entry = yield* (options.take ?? takeOut)(entries, key(id))
        const now = yield* Clock.currentTimeMillis
        return entry !== undefined && now < entry.until ? Option.some(entry.record) : Option.none()
      })
    }
  })

const findThenDelete = (entries: Map<string, Entry>, key: string) =>
  Effect.gen(function* () {
    const entry = entries.get(key)
    yield* Effect.yieldNow
    entries.delete(key)
    return entry
  })

const parallel = "B3: of 64 parallel takes of one id exactly one gets the record"
const once = "B3: a record can be taken once"
const b5 = "B5: to take another id uses nothing up, not even one that differs in case only"
const b6 = "B6: sign-ins at the same time do not disturb each other"
const ttl = "B4: a record is kept for its time to live, whatever others have"
const long = "B4: a record is kept for ten minutes, as long as LivePerson's login page waits"
const b7 = (what: string) => `B7: ${what}`

const broken: ReadonlyArray<readonly [string, Layer.Layer<TransactionStore>, ReadonlyArray<string>]> = [
  ["finds and then deletes", store({ take: findThenDelete }), [parallel]],
  ["never deletes", store({ take: (entries, key) => Effect.succeed(entries.get(key)) }), [parallel, once]],
  ["has ids without regard to case", store({ key: (id) => id.toLowerCase() }), [b5]],
  ["cuts off ids", store({ key: (id) => id.slice(0, 42) }), [b5]],
  ["counts whole seconds", store({ until: (now, ttl) => now + Math.floor(Duration.toSeconds(ttl)) * 1000 }), [ttl]],
  ["takes milliseconds for seconds", store({ until: (now, ttl) => now + Duration.toMillis(ttl) / 1000 }), [ttl, long]],
  ["keeps few", store({ capacity: 32 }), [b6]],
  [
    "forgets what the application wanted to remember",
    store({ write: ({ applicationState: _, ...record }) => record }),
    [b7("take gives the record as it was put"), b7("unusual characters survive"), b7("any record survives"), b6]
  ],
  [
    "gives every record a redirect URI",
    store({ write: (record) => ({ redirectUri: "https://app.example/" as never, ...record }) }),
    [b7("members that a record does not have stay absent"), b7("any record survives")]
  ],
  [
    "parses URLs",
    store({
      write: ({ redirectUri, ...record }) =>
        redirectUri === undefined ? record : { ...record, redirectUri: new URL(redirectUri).href as never }
    }),
    [b7("unusual characters survive"), b7("any record survives")]
  ]
]

const nothing = { violations: [], unproven: [] }

describe("TransactionStoreContract", () => {
  it.effect("accepts a right store, alone and twice on the same data", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* TransactionStoreContract.check(store()), nothing)
      const shared = store({ entries: new Map() })
      assert.deepStrictEqual(yield* TransactionStoreContract.check(shared, { second: shared }), nothing)
    })
  )

  for (const [what, layer, names] of broken) {
    it.effect(`rejects a store that ${what}`, () =>
      Effect.gen(function* () {
        const { violations } = yield* TransactionStoreContract.check(layer, { timeout: "2 seconds" })
        assert.includeMembers(
          violations.map(({ name }) => name),
          [...names]
        )
      })
    )
  }

  it.effect("rejects two instances that do not share their data", () =>
    Effect.gen(function* () {
      const { violations } = yield* TransactionStoreContract.check(layerMemory, { second: layerMemory })
      assert.includeMembers(
        violations.map(({ name }) => name),
        [b6, b7("take gives the record as it was put")]
      )
    })
  )

  it.effect("rejects two instances of which each is atomic in itself only", () =>
    Effect.gen(function* () {
      const entries = new Map<string, Entry>()
      const oneAtATime = Layer.effect(
        TransactionStore,
        Effect.gen(function* () {
          const semaphore = yield* Semaphore.make(1)
          const { put, take } = yield* Effect.provide(
            TransactionStore,
            Layer.fresh(store({ entries, take: findThenDelete }))
          )
          return { put, take: (id) => semaphore.withPermits(1)(take(id)) } satisfies Store
        })
      )
      assert.deepStrictEqual(yield* TransactionStoreContract.check(oneAtATime), nothing)
      const { violations } = yield* TransactionStoreContract.check(oneAtATime, { second: oneAtATime })
      assert.deepStrictEqual(
        violations.map(({ name }) => name),
        [parallel]
      )
    })
  )

  it.effect("names what it could not prove under the clock it ran with, and proves it where time can pass", () =>
    Effect.gen(function* () {
      const capped = store({ until: (now, timeToLive) => now + Math.min(300_000, Duration.toMillis(timeToLive)) })
      const { unproven, violations } = yield* TransactionStoreContract.check(capped, { live: true })
      assert.deepStrictEqual(violations, [])
      assert.deepStrictEqual(
        unproven.map(({ name, reason }) => [name, reason]),
        [[long, "10m have to pass: give `elapse`"]]
      )
      const told = yield* TransactionStoreContract.check(capped, { live: true, elapse: TestClock.adjust })
      assert.deepStrictEqual(
        told.violations.map(({ name }) => name),
        [long]
      )
      assert.deepStrictEqual(told.unproven, [])
    })
  )

  it.effect("says what is wrong", () =>
    Effect.gen(function* () {
      const { violations } = yield* TransactionStoreContract.check(store({ take: findThenDelete }))
      assert.include(violations[0]?.problem, "Is it a find and then a delete?")
    })
  )
})
