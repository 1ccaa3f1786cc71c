/** A PostgreSQL that stands still, in short: `npm run faults` has all of it, with more of everything. */
import { assert, describe, it } from "@effect/vitest"
import { startPair } from "../../../../tools/faults/postgresPair.ts"
import { liveThrough, nodesAt, pause } from "../faults/families.ts"

describe("two Sentinels on a PostgreSQL that stands still", () => {
  it("R97: no family ends that was only told to try again", async () => {
    const pair = await startPair({ standby: false })
    const nodes = await nodesAt(pair.url)
    const standStill = async () => {
      pair.primary().freeze()
      await pause(5600)
      pair.primary().thaw()
    }
    try {
      const { lost, unavailable } = await liveThrough(nodes, 40, standStill, { rest: 500, spread: 3000 })
      assert.deepStrictEqual(lost, [])
      // Else nothing happened to anybody.
      assert.isAbove(unavailable, 0)
    } finally {
      await nodes.stop()
      await pair.stop()
    }
  })
})
