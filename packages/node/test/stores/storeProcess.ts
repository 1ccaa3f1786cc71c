// Another process at a store: `take URL IDS` takes records, `hold URL KEY` stays in the lock of a key.
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { stores } from "./Engines.ts"

const [task = "", url = "", argument = ""] = process.argv.slice(2)
const say = (line: string) => Effect.sync(() => process.stdout.write(`${line}\n`))
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

const tasks: Record<string, Effect.Effect<void, unknown, TransactionStore | RefreshLock>> = { take, hold }
await Effect.runPromise(Effect.provide(tasks[task]!, stores(url, { lease: "1 second" })))
process.exit(0)
