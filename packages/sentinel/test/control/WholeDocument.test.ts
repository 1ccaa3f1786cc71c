/** S23: a state of 32 MiB is put back while others are answered. */
// @effect-diagnostics globalFetch:off
import { assert, describe, it } from "@effect/vitest"
import { Snapshot } from "../../src/internal/control/Snapshot.ts"
import * as WholeDocument from "../../src/internal/control/WholeDocument.ts"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { signedIn } from "./ControlHarness.ts"

const encode = Schema.encodeSync(Schema.toCodecJson(Snapshot))

/** The most time of this thread, in milliseconds, between two turns of a timer, while an effect ran. */
const longestPause = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const used = () => {
      const { system, user } = process.threadCpuUsage()
      return (system + user) / 1000
    }
    let longest = 0
    let last = used()
    const timer = setInterval(() => {
      longest = Math.max(longest, used() - last)
      last = used()
    }, 1)
    const result = yield* effect
    clearInterval(timer)
    longest = Math.max(longest, used() - last)
    return { result, longest }
  })

/** The longest pause of the best of five times: what is slow by itself is slow each time. */
const leastPause = <A, E>(again: Effect.Effect<A, E>, first: number) =>
  Effect.gen(function* () {
    let least = first
    for (let more = 0; more < 4 && least >= 50; more++) least = Math.min(least, (yield* longestPause(again)).longest)
    return least
  })

describe("a whole state as a document", () => {
  it.live("is read in slices, and is what it was", () =>
    Effect.gen(function* () {
      const { control } = yield* signedIn()
      const state = encode(yield* control.state.take) as any
      const [[, row]] = state.store.accesses
      const accesses = Array.from({ length: 3000 }, (_, index) => [`${index}`.padStart(64, "0"), row])
      const text = JSON.stringify({ ...state, store: { ...state.store, accesses } })
      assert.isAbove(text.length, 300_000)
      const { longest, result } = yield* longestPause(WholeDocument.snapshot(text))
      assert.isTrue(JSON.stringify(encode(result)) === text)
      // Slices of 5 ms, and what the collector of garbage adds.
      assert.isBelow(yield* leastPause(WholeDocument.snapshot(text), longest), 50)
      yield* control.state.put(result)
      assert.strictEqual((yield* control.sessions.list()).total, 1)
    })
  )

  it.live("is put into memory in slices, and no request sees a part of it", () =>
    Effect.gen(function* () {
      const { sentinel } = yield* signedIn()
      const { control, store } = sentinel
      const state = yield* control.state.take
      const [[, sessionRow]] = state.store.sessions as any
      const [[, grantRow]] = state.store.grants as any
      const ids = Array.from({ length: 20_000 }, (_, index) => `${index}`.padStart(64, "0"))
      const full = {
        ...state,
        store: {
          ...state.store,
          sequence: ids.length,
          sessions: ids.map((id, index) => {
            const session = { ...sessionRow.session, id, userId: `user-${index % 100}` }
            return [id, { ...sessionRow, session, sequence: index }] as const
          }),
          grants: ids.map((id) => [id, { ...grantRow, grant: { ...grantRow.grant, id, sessionId: id } }] as const),
          codes: [],
          refreshes: [],
          accesses: ids.map((id) => [id, { grantId: id, expiresAt: sessionRow.session.expiresAt }] as const)
        }
      }
      const at = sessionRow.session.createdAt
      const seen = new Set<string>()
      const look = setInterval(() => {
        const [first, last] = [
          Effect.runSync(store.findSession(ids[0]!, at)),
          Effect.runSync(store.findAccess(ids.at(-1)!, at))
        ]
        seen.add(`${first._tag} ${last._tag}`)
      }, 1)
      const { longest } = yield* longestPause(control.state.put(full))
      clearInterval(look)
      // The last look may come after the end.
      seen.delete("Some Some")
      assert.deepStrictEqual([...seen], ["None None"])
      assert.strictEqual(Effect.runSync(store.findAccess(ids.at(-1)!, at))._tag, "Some")
      assert.isBelow(yield* leastPause(control.state.put(full), longest), 50)
    })
  )

  it.live("names each mistake by its place in the whole", () =>
    Effect.gen(function* () {
      const { control } = yield* signedIn()
      const state = encode(yield* control.state.take) as any
      const [account] = state.directory
      const refused = (changes: object) =>
        Effect.map(
          Effect.flip(WholeDocument.snapshot(JSON.stringify({ ...state, ...changes }))),
          ({ problems }) => problems
        )
      assert.deepStrictEqual(yield* refused({ version: 2, more: 1 }), [
        "more: there is no such name here. These are possible: version, takenAt, ahead, directory, store, faults",
        "version: must be 1"
      ])
      assert.deepStrictEqual(yield* refused({ directory: [{ ...account, users: [7] }] }), [
        "directory[0].users[0]: must be an object"
      ])
      assert.deepStrictEqual(yield* refused({ store: { ...state.store, sequence: -1, codes: [["x"]] } }), [
        "store.sequence: must be a whole number from 0 to 2^52",
        "store.codes[0][1]: is missing"
      ])
      assert.deepStrictEqual(yield* refused({ store: 7 }), ["store: must be an object"])
      const { problems } = yield* Effect.flip(WholeDocument.snapshot("[".repeat(100_000)))
      assert.match(problems.join("\n"), /nested deeper than 32 levels/)
    })
  )
})
