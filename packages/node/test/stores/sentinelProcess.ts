// Another process at Sentinel's store: `redeem URL CODES` redeems codes when it is told to, `flows URL NAME` signs
// users in until it is killed, and says what it was promised.
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import { atOnce, flowsAtOnce, say } from "./atOnce.ts"
import { sentinelStore } from "./Engines.ts"
import { codeOf, now, owner, redemption, rotation, sessionOf } from "./sentinelFlow.ts"

const [task = "", url = "", argument = ""] = process.argv.slice(2)
const started = Effect.promise(() => new Promise((resolve) => process.stdin.once("data", resolve)))

const redeem = Effect.gen(function* () {
  const store = yield* SentinelStore
  const names = argument.split(",")
  yield* say("ready")
  yield* started
  const results = yield* Effect.forEach(names, (name) => store.redeemCode(redemption(name, `${process.pid}`), now), {
    concurrency: 8
  })
  yield* say(JSON.stringify(names.filter((_, index) => results[index]!._tag === "Won")))
})

/** Says what it is about to do, and what was done. */
const flows = Effect.gen(function* () {
  const store = yield* SentinelStore
  const flow = Effect.fnUntraced(function* (index: number) {
    const name = `${argument}-${index}`
    yield* store.createSession(sessionOf(name), now)
    yield* say(`${yield* store.issueCode(codeOf(name), now)} ${name}`)
    yield* say(`Redeeming ${name}`)
    yield* say(`${(yield* store.redeemCode(redemption(name), now))._tag} ${name}`)
    yield* say(`Rotating ${name}`)
    yield* say(`${(yield* store.rotateRefresh(rotation(name), now))._tag} ${name}`)
    // Every third user signs out.
    if (index % 3 !== 0) return
    yield* say(`Revoking ${name}`)
    yield* say(`${(yield* store.revokeToken({ ...owner, id: `${name} second access` }, now))._tag} ${name}`)
  })
  return yield* atOnce(flow)
})

const tasks: Record<string, Effect.Effect<void, unknown, SentinelStore>> = { redeem, flows }
await Effect.runPromise(Effect.provide(tasks[task]!, sentinelStore(url, flowsAtOnce)))
process.exit(0)
