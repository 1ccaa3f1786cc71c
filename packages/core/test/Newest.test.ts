import { assert, describe, it } from "@effect/vitest"
import * as Newest from "../src/internal/newest.ts"

describe("what is remembered", () => {
  it("has a limit, and the oldest goes first", () => {
    const all = new Map<string, number>()
    for (const [index, key] of ["a", "b", "c", "b", "d"].entries()) Newest.set(all, key, index, 3)
    assert.deepStrictEqual(
      [...all],
      [
        ["c", 2],
        ["b", 3],
        ["d", 4]
      ]
    )
  })
})
