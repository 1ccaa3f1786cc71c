import { assert, describe, it } from "@effect/vitest"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { ownText } from "../../src/internal/request/ownText.ts"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc") as () => void

/** A query as it comes over a connection: one text of bytes. */
const queryOf = (index: number) =>
  Buffer.from(`state=${"s".repeat(8000)}&code_challenge=${String(index).padStart(43, "x")}`).toString("latin1")

describe("a text of its own", () => {
  it("is the same text, whatever is in it", () => {
    for (const text of ["", "abc", "ä ✓ 👍", "\ud800 alone", "\ufeffmark"]) assert.strictEqual(ownText(text), text)
  })

  it("R39: keeps nothing of the request that it was cut out of", () => {
    collect()
    const before = process.memoryUsage().heapUsed
    const kept = Array.from({ length: 2000 }, (_, index) => ownText(queryOf(index).slice(-43)))
    collect()
    assert.isBelow(process.memoryUsage().heapUsed - before, 2000 * 1000, "the queries alone take 16 MB")
    assert.lengthOf(kept, 2000)
  })
})
