import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { Chain, type Link } from "../../src/internal/store/Chain.ts"

interface Row extends Link<Row> {
  readonly name: number
}

const rowOf = (name: number): Row => ({ name, next: undefined })

/** What is done to a chain, and to an array beside it. A number chooses a row, of those that there are or were. */
const step = fc.oneof(
  fc.record({ what: fc.constant("add" as const), at: fc.constant(0) }),
  fc.record({ what: fc.constant("take" as const), at: fc.constant(0) }),
  fc.record({ what: fc.constant("remove" as const), at: fc.nat() }),
  fc.record({ what: fc.constant("add again" as const), at: fc.nat() })
)

describe("a chain", () => {
  it("holds what an array holds, the oldest first, whatever is added, taken and removed", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const chain = new Chain<Row>()
        const all: Array<Row> = []
        let expected: Array<Row> = []
        for (const { at, what } of steps) {
          const chosen = all[at % Math.max(1, all.length)]
          if (what === "add") {
            const row = rowOf(all.length)
            all.push(row)
            expected.push(row)
            chain.add(row)
          } else if (what === "take") {
            assert.strictEqual(chain.take(), expected.shift())
          } else if (what === "remove" && chosen !== undefined) {
            // One that it does not have, too.
            chain.remove(chosen)
            expected = expected.filter((row) => row !== chosen)
          } else if (chosen !== undefined && !expected.includes(chosen)) {
            expected.push(chosen)
            chain.add(chosen)
          }
          assert.deepStrictEqual(
            Array.from(chain, ({ name }) => name),
            expected.map(({ name }) => name)
          )
          assert.strictEqual(chain.size, expected.length)
          assert.strictEqual(chain.first, expected[0])
        }
        // What is gone keeps nothing alive.
        for (const row of all) if (!expected.includes(row)) assert.isUndefined(row.next)
      }),
      { numRuns: 100 }
    )
  })
})
