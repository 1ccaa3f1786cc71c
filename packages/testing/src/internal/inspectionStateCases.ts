/** `StoreInspection`: everything that a store holds, taken out, put in, forgotten. */
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import { type StoreDump, StoreInspection } from "@le-auth/sentinel/StoreInspection"
import { assert } from "chai"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContractCase } from "../Contract.ts"
import { found, type Inspected } from "./inspectionFindCases.ts"
import { isAlive, isTag, isValid } from "./sentinelAssertions.ts"
import { grace, grantOf, makeScene, refreshOf, type Scene, type Store, withTokens } from "./sentinelScene.ts"

/** Something of everything, at `scene.now`. */
const fill = Effect.fnUntraced(function* (store: Store) {
  const scene = yield* withTokens(store)
  const { now } = scene
  const request = { redirectUri: "https://app.example/cb", codeChallenge: "c".repeat(43) }
  yield* store.issueCode(
    scene.code("fresh", { ...request, grant: { nonce: "nonce", scope: "openid", authenticatedAt: now } }),
    now
  )
  yield* store.rotateRefresh(scene.rotate("code", "next"), now)
  yield* store.createSession(scene.session("ended"), now)
  yield* store.endSession(scene.id("ended"), now)
  yield* store.createSession(scene.session("signed out everywhere", { userId: "other" }), now)
  yield* store.issueCode(
    scene.code("gone", { grant: { userId: "other", sessionId: scene.id("signed out everywhere") } }),
    now
  )
  yield* store.redeemCode(scene.redeem("gone"), now)
  yield* store.endUserSessions(scene.owner.accountId, "other", now)
  yield* store.createSession(scene.session("again", { userId: "other" }), now)
  yield* store.issueCode(scene.code("revoked"), now)
  yield* store.redeemCode(scene.redeem("revoked"), now)
  yield* store.revokeGrant(scene.id(grantOf("revoked")), now)
  return { scene, request }
})

/** That it is as `fill` left it. Changes it. */
const verify = Effect.fnUntraced(function* (
  subject: Inspected,
  { request, scene }: { readonly scene: Scene; readonly request: { readonly redirectUri: string } }
) {
  const { store } = subject
  const now = scene.now + 1
  for (const [id, alive] of [
    ["session", true],
    ["ended", false],
    ["signed out everywhere", false],
    ["again", true]
  ] as const) {
    yield* isAlive(store, scene.id(id), alive, `"${id}" is not as it was`, now)
  }
  assert.strictEqual(yield* store.createSession(scene.session("ended"), now), "Ended", "an ended session came back")
  for (const [name, valid] of [
    ["code", true],
    ["next", true],
    ["gone", false],
    ["revoked", false]
  ] as const) {
    yield* isValid(store, scene, name, valid, "it is not as it was", now)
  }
  const fresh = yield* found(subject, scene.id("fresh"), now)
  const { authenticatedAt, nonce, scope } = fresh.family.grant
  assert.deepStrictEqual([nonce, scope, authenticatedAt], ["nonce", "openid", scene.now])
  assert.strictEqual(fresh.kind === "code" && fresh.usedAt, undefined)
  isTag(yield* store.redeemCode(scene.redeem("code"), now), "Lost", "R40: a used code")
  const retried = yield* store.rotateRefresh(scene.rotate("code", "third"), now)
  assert.deepStrictEqual(
    retried._tag === "Retry" && [retried.seed, retried.usedAt],
    [scene.id("seed of next"), scene.now],
    "R65: the repetition of a refresh that was under way"
  )
  isTag(yield* store.rotateRefresh(scene.rotate("code", "third"), scene.now + grace), "Reused", "R66: a used token")
  isTag(yield* store.rotateRefresh(scene.rotate("next", "fourth"), now), "Rotated", "a fresh token")
  isTag(yield* store.redeemCode(scene.redeem("fresh", request), now), "Won", "a fresh code")
})

/** As it comes back from a file. */
const written = (dump: StoreDump): StoreDump => JSON.parse(JSON.stringify(dump)) as StoreDump

export const stateCases: ReadonlyArray<ContractCase<Inspected>> = [
  {
    name: "what was taken out is all there again when it is put in, and nothing else",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* one.inspection.clear
      const filled = yield* fill(one.store)
      const dump = written(yield* other.inspection.dump)
      yield* verify(one, filled)
      const late = yield* withTokens(one.store)
      yield* other.inspection.load(dump)
      yield* verify(one, filled)
      yield* isAlive(one.store, late.id("session"), false, "it began after the state was taken", late.now)
      assert.isTrue(Option.isNone(yield* one.inspection.find(late.id(refreshOf("code")), late.now)))
    })
  },
  {
    name: "a state can be taken out of a store in memory and put into this one, and the other way round",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const memory: Inspected = yield* Effect.provide(
        Effect.gen(function* () {
          return { store: yield* SentinelStore, inspection: yield* StoreInspection }
        }),
        layerMemory
      )
      const filled = yield* fill(memory.store)
      yield* one.inspection.load(written(yield* memory.inspection.dump))
      const back = written(yield* other.inspection.dump)
      yield* verify(other, filled)
      yield* memory.inspection.load(back)
      yield* verify(memory, filled)
    })
  },
  {
    name: "when everything is forgotten nothing is known, and a new sign-in works",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const before = yield* withTokens(one.store)
      yield* other.inspection.clear
      yield* isAlive(one.store, before.id("session"), false, "everything was forgotten", before.now)
      isTag(yield* one.store.redeemCode(before.redeem("code"), before.now), "Missing", "a code that was forgotten")
      const query = { now: before.now, limit: 10, onlyAlive: false }
      const none = { newest: [], total: 0, isPartial: false }
      assert.deepStrictEqual(yield* one.inspection.sessions(query), none)
      assert.deepStrictEqual(yield* one.inspection.families(query), none)
      const after = yield* withTokens(one.store)
      yield* isValid(other.store, after, "code", true, "it was issued after everything was forgotten")
    })
  },
  {
    name: "of a state that is put in while others sign in, no reader sees a part",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* one.inspection.clear
      const scene = yield* makeScene()
      const ids = Array.from({ length: 20 }, (_, index) => `${index}`)
      for (const id of ids) yield* one.store.createSession(scene.session(id), scene.now)
      const dump = yield* one.inspection.dump
      const [, totals] = yield* Effect.all(
        [
          Effect.forEach(ids, () => one.inspection.load(dump), { discard: true }),
          Effect.forEach(ids, () => other.inspection.sessions({ now: scene.now, limit: 100, onlyAlive: true }))
        ],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        totals.map(({ newest, total }) => [newest.length, total]),
        ids.map(() => [ids.length, ids.length])
      )
    })
  }
]
