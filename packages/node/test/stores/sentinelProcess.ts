// Another process at Sentinel's store: `redeem URL CODES` redeems codes when it is told to, `flows URL NAME` signs users in
// until it is killed, and says what it was promised.
import { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import { sentinelStore } from "./sentinel.ts"
import { codeOf, now, owner, redemption, rotation, sessionOf } from "./sentinelFlow.ts"

const [task = "", url = "", argument = ""] = process.argv.slice(2)
const say = (line: string) => Effect.sync(() => process.stdout.write(`${line}\n`))
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

const flows = Effect.gen(function* () {
  const store = yield* SentinelStore
  const flow = Effect.fnUntraced(function* (name: string) {
    yield* store.createSession(sessionOf(name), now)
    yield* store.issueCode(codeOf(name), now)
    const won = yield* store.redeemCode(redemption(name), now)
    yield* say(`${won._tag} ${name}`)
    const rotated = yield* store.rotateRefresh(rotation(name), now)
    yield* say(`${rotated._tag} ${name}`)
    // Every third user signs out.
    if (Number(name.split("-").at(-1)) % 3 !== 0) return
    const revoked = yield* store.revokeToken({ ...owner, id: `${name} second access` }, now)
    yield* say(`${revoked._tag} ${name}`)
  })
  for (let index = 0; ; index += 4) {
    yield* Effect.forEach([0, 1, 2, 3], (more) => flow(`${argument}-${index + more}`), { concurrency: 4 })
  }
})

const tasks: Record<string, Effect.Effect<void, unknown, SentinelStore>> = { redeem, flows }
await Effect.runPromise(Effect.provide(tasks[task]!, sentinelStore(url)))
process.exit(0)
