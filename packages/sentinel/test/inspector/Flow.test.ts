/** The journal as sign-ins: what belongs together is found together, however it is mixed. */
import { assert, describe, it } from "@effect/vitest"
import type { Entry } from "@le-auth/sentinel/JournalEntry"
import * as FastCheck from "fast-check"
import { flowAddress, group } from "../../src/internal/inspector/Flow.ts"

type Step = Entry["steps"][number]

/** What happens in a sign-in, in order; each is one request. */
interface Plan {
  readonly hasTicket: boolean
  readonly refreshes: number
  /** Refreshes that use the token before the last one, as an application does that lost an answer. */
  readonly old: number
  readonly calls: number
  readonly isRefused: boolean
}

const plan = FastCheck.record<Plan>({
  hasTicket: FastCheck.boolean(),
  refreshes: FastCheck.integer({ min: 0, max: 4 }),
  old: FastCheck.integer({ min: 0, max: 2 }),
  calls: FastCheck.integer({ min: 0, max: 2 }),
  isRefused: FastCheck.boolean()
})

/** The steps of each request of a sign-in with a number of its own, as Sentinel writes them. */
const stepsOf = (number: number, { calls, hasTicket, isRefused, old, refreshes }: Plan) => {
  const name = (kind: string, index = 0) => `${kind}${number}-${index}`
  const family = name("family")
  const session = `session${number % 3}`
  const issued: Step = { what: "code issued", code: name("code"), family, session, user: "u" }
  const requests: Array<ReadonlyArray<Step>> = hasTicket
    ? [
        [{ what: "sign-in begun", ticket: name("ticket") }],
        [{ what: "sign-in continued", ticket: name("ticket") }],
        [{ what: "sign-in continued", ticket: name("ticket") }, { what: "session begun", session, user: "u" }, issued]
      ]
    : [[issued]]
  requests.push([
    {
      what: "code redeemed",
      code: name("code"),
      family,
      accessToken: name("access"),
      refreshToken: name("refresh")
    }
  ])
  if (isRefused) requests.push([{ what: "code refused", code: name("code") }])
  for (let index = 0; index < refreshes; index++) {
    requests.push([
      {
        what: "refreshed",
        family,
        refreshToken: name("refresh", index),
        newRefreshToken: name("refresh", index + 1),
        accessToken: name("access", index + 1)
      }
    ])
  }
  // A refusal names the token alone.
  for (let index = 0; index < old; index++) {
    requests.push([{ what: "refresh token refused", refreshToken: name("refresh", Math.max(0, refreshes - index)) }])
  }
  for (let index = 0; index < calls; index++) {
    requests.push([{ what: "access token refused", accessToken: name("access", Math.min(index, refreshes)) }])
  }
  return requests
}

const entryOf = (sequence: number, steps: ReadonlyArray<Step>): Entry => ({
  sequence,
  time: sequence,
  kind: "request",
  outcome: steps.some(({ what }) => what.includes("refused")) ? "invalid_grant" : "ok",
  route: "token",
  warnings: [],
  steps: [...steps]
})

/** Sign-ins whose requests are mixed as those of users who sign in at the same time; each keeps its own order. */
const mixed = FastCheck.tuple(
  FastCheck.array(plan, { minLength: 1, maxLength: 6 }),
  FastCheck.infiniteStream(FastCheck.nat())
).map(([plans, choices]) => {
  const queues = plans.map((each, number) => ({ number, left: [...stepsOf(number, each)] }))
  const journal: Array<Entry> = []
  const owners = new Map<number, number>()
  while (queues.some(({ left }) => left.length > 0)) {
    const waiting = queues.filter(({ left }) => left.length > 0)
    const { left, number } = waiting[choices.next().value! % waiting.length]!
    const sequence = journal.length + 1
    journal.push(entryOf(sequence, left.shift()!))
    owners.set(sequence, number)
  }
  return { journal, owners, count: plans.length }
})

const sequences = (entries: ReadonlyArray<Entry>) => entries.map(({ sequence }) => sequence)

describe("flows", () => {
  it("are exactly the sign-ins that were mixed, each in its order, the newest first", () => {
    FastCheck.assert(
      FastCheck.property(mixed, ({ count, journal, owners }) => {
        const flows = group(journal)
        assert.lengthOf(flows, count)
        for (const { entries, refusals } of flows) {
          const owner = owners.get(entries[0]!.sequence)
          assert.deepStrictEqual(
            sequences(entries),
            [...owners].filter(([, number]) => number === owner).map(([sequence]) => sequence)
          )
          assert.strictEqual(refusals, entries.filter(({ outcome }) => outcome !== "ok").length)
        }
        const newest = flows.map(({ entries }) => entries.at(-1)!.sequence)
        assert.deepStrictEqual(
          newest,
          newest.toSorted((one, other) => other - one)
        )
      })
    )
  })

  it("do not depend on the order in which the entries come, and change none of them", () => {
    FastCheck.assert(
      FastCheck.property(
        mixed.chain(({ journal }) =>
          FastCheck.tuple(
            FastCheck.constant(journal),
            FastCheck.shuffledSubarray(journal, { minLength: journal.length })
          )
        ),
        ([journal, shuffled]) => {
          const before = JSON.stringify(shuffled)
          const plain = (entries: ReadonlyArray<Entry>) =>
            group(entries).map(({ entries, hashes, id }) => [id, [...hashes].toSorted(), sequences(entries)])
          assert.deepStrictEqual(plain(shuffled), plain(journal))
          assert.strictEqual(JSON.stringify(shuffled), before)
        }
      )
    )
  })

  it("are found by any hash of any of their entries, also where the journal has forgotten the first ones", () => {
    FastCheck.assert(
      FastCheck.property(mixed, FastCheck.nat({ max: 12 }), ({ journal }, forgotten) => {
        const known = journal.slice(forgotten)
        const flows = group(known)
        for (const entry of known) {
          const found = flows.filter(({ hashes }) => hashes.has(flowAddress(entry)!))
          assert.lengthOf(found, 1)
          assert.include(sequences(found[0]!.entries), entry.sequence)
        }
      })
    )
  })

  it("have the end of their session, which each sign-in of the session shares", () => {
    const flows = group([
      entryOf(1, [{ what: "code issued", code: "a", family: "A", session: "s" }]),
      entryOf(2, [{ what: "code issued", code: "b", family: "B", session: "s" }]),
      entryOf(3, [{ what: "code issued", code: "c", family: "C", session: "t" }]),
      entryOf(4, [{ what: "session ended", session: "s" }]),
      entryOf(5, [])
    ])
    assert.deepStrictEqual(
      flows.map(({ entries, id }) => [id, ...sequences(entries)]),
      [
        ["A", 1, 4],
        ["B", 2, 4],
        ["C", 3]
      ]
    )
  })

  it("of an empty journal are none", () => {
    assert.deepStrictEqual(group([]), [])
  })
})
