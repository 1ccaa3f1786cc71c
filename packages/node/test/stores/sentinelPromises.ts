/** What Sentinel's store owes to a flow whose process was killed. */
import { assert } from "@effect/vitest"
import type { SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Said } from "./crashes.ts"
import { now, redemption, rotation } from "./sentinelFlow.ts"

type Store = SentinelStore["Service"]

/** What it answers to the same question through each connection, at once. */
const ask = <A extends { readonly _tag: string }, E>(
  stores: ReadonlyArray<Store>,
  question: (store: Store, who: string) => Effect.Effect<A, E>
) =>
  Effect.map(
    Effect.forEach(stores, (store, index) => question(store, `thief-${index}`), { concurrency: "unbounded" }),
    (answers) => answers.map(({ _tag }) => _tag)
  )

/** Of requests at once, as many win as may; `mayHave` was begun by the process, and its outcome is unknown. */
const wins = (answers: ReadonlyArray<string>, win: string, flow: { begun: boolean; done: boolean }, name: string) => {
  const count = answers.filter((answer) => answer === win).length
  const at = `${name}: ${answers.join()}`
  if (flow.done) return assert.strictEqual(count, 0, `${at}: it worked twice`)
  if (flow.begun) return assert.isAtMost(count, 1, `${at}: it worked twice`)
  return assert.strictEqual(count, 1, `${at}: it was lost, or worked twice`)
}

export const keptItsPromises = Effect.fnUntraced(function* (stores: ReadonlyArray<Store>, name: string, said: Said) {
  const store = stores[0]!
  const isAlive = (token: string) => Effect.map(store.findAccess(`${name} ${token} access`, now), Option.isSome)
  const unexpected = [...said].filter(
    (word) => !/^(?:Issued|Redeeming|Won|Rotating|Rotated|Revoking|Revoked)$/.test(word)
  )
  assert.deepStrictEqual(unexpected, [], name)

  const redeemed = yield* ask(stores, (store, who) => store.redeemCode(redemption(name, who), now))
  wins(redeemed, "Won", { begun: said.has("Redeeming"), done: said.has("Won") }, name)
  assert.notInclude(redeemed, "Missing", `${name}: the code was lost`)
  if (!said.has("Won")) return

  const wasRotated = said.has("Rotated")
  const alive = { first: yield* isAlive("first"), second: yield* isAlive("second") }
  const first = yield* ask(stores, (store, who) => store.rotateRefresh(rotation(name, who), now))
  const second = yield* ask(stores, (store, who) => store.rotateRefresh(rotation(name, who, "second"), now))
  const isOver = first.every((answer) => answer === "Missing")
  // What it did last, it may have done without a word.
  if (said.has("Revoked") || (said.has("Revoking") && isOver)) {
    assert.isTrue(isOver, `${name} was signed out: ${first.join()}`)
    assert.isTrue(second.every((answer) => answer === "Missing"))
    return assert.deepStrictEqual(alive, { first: false, second: false }, `${name} was signed out`)
  }
  assert.isTrue(alive.first, `${name} lost its access token`)
  assert.notInclude(first, "Missing", `${name} lost its refresh token`)
  wins(first, "Rotated", { begun: said.has("Rotating"), done: wasRotated }, name)
  if (!wasRotated) return
  assert.isTrue(alive.second, `${name} lost its second access token`)
  wins(second, "Rotated", { begun: false, done: false }, name)
})
