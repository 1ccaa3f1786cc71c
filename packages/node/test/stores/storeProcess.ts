// Another process at a store: `take URL IDS` takes records, `hold URL KEY` stays in the lock of a key, `flows URL NAME`
// begins and completes sign-ins until it is killed, and says what it was promised.
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { SessionStore } from "@le-auth/core/SessionStore"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Layer from "effect/Layer"
import { atOnce, flowsAtOnce, say } from "./atOnce.ts"
import { sealed, stores } from "./Engines.ts"
import { keyOf, record, sessionOf } from "./storeFlow.ts"

const [task = "", url = "", argument = ""] = process.argv.slice(2)
const started = Effect.promise(() => new Promise((resolve) => process.stdin.once("data", resolve)))

const take = Effect.gen(function* () {
  const store = yield* TransactionStore
  const ids = argument.split(",")
  yield* say("ready")
  yield* started
  const taken = yield* Effect.forEach(ids, (id) => store.take(id), { concurrency: 8 })
  yield* say(JSON.stringify(ids.filter((_, index) => Option.isSome(taken[index]!))))
})

const hold = Effect.gen(function* () {
  const lock = yield* RefreshLock
  return yield* lock.withLock(argument, Effect.andThen(say("holding"), Effect.never))
})

const flows = Effect.gen(function* () {
  const transactions = yield* TransactionStore
  const sessions = yield* SessionStore
  const flow = Effect.fnUntraced(function* (index: number) {
    const name = `${argument}-${index}`
    yield* transactions.put(name, record, Duration.minutes(10))
    yield* say(`Put ${name}`)
    yield* say(`Taking ${name}`)
    yield* say(`${Option.isSome(yield* transactions.take(name)) ? "Taken" : "Lost"} ${name}`)
    const first = sessionOf(name, "first")
    yield* sessions.set(first, "any")
    yield* say(`First ${name}`)
    yield* say(`Refreshing ${name}`)
    const second = sessionOf(name, "second")
    yield* sessions.set(second, first.generation)
    yield* say(`Second ${name}`)
    // Every third user signs out.
    if (index % 3 !== 0) return
    yield* say(`Removing ${name}`)
    yield* sessions.remove(keyOf(name), second.generation)
    yield* say(`Removed ${name}`)
  })
  return yield* atOnce(flow)
})

const tasks: Record<string, Effect.Effect<void, unknown, TransactionStore | SessionStore | RefreshLock>> = {
  take,
  hold,
  flows
}
const inClear = stores(url, { lease: "2 seconds", connections: flowsAtOnce })
await Effect.runPromise(
  Effect.provide(tasks[task]!, task === "flows" ? Layer.merge(inClear, Layer.provide(sealed("key"), inClear)) : inClear)
)
process.exit(0)
