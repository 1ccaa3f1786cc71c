/** What the cases of `SentinelStore` look at. */
import { assert } from "chai"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { accessOf, type Scene, type Store } from "./sentinelScene.ts"

/** How often each answer was given. */
export const tally = (results: ReadonlyArray<{ readonly _tag: string } | string | boolean>): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const result of results) {
    const tag = typeof result === "object" ? result._tag : String(result)
    counts[tag] = (counts[tag] ?? 0) + 1
  }
  return counts
}

export const isTag = (result: { readonly _tag: string }, tag: string, why: string): void =>
  assert.strictEqual(result._tag, tag, why)

/** Whether the access token that came with these tokens is valid. */
export const isValid = Effect.fnUntraced(function* (
  store: Store,
  scene: Scene,
  name: string,
  valid: boolean,
  why: string,
  now: number = scene.now
) {
  const found = yield* store.findAccess(scene.id(accessOf(name)), now)
  assert.strictEqual(Option.isSome(found), valid, `the access token of ${name}: ${why}`)
})

/** Whether the session is alive. */
export const isAlive = Effect.fnUntraced(function* (
  store: Store,
  id: string,
  alive: boolean,
  why: string,
  now: number
) {
  assert.strictEqual(Option.isSome(yield* store.findSession(id, now)), alive, `the session: ${why}`)
})
