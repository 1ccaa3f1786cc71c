import { assert, describe, it } from "@effect/vitest"
import { controlPortOf } from "../../src/target/SentinelPort.ts"

describe("the port of the control", () => {
  it("is two further, or two lower where there are none further, and never one of the system's", () => {
    assert.deepStrictEqual(
      [0, 80, 4400, 65_533, 65_534, 65_535].map(controlPortOf),
      [0, 82, 4402, 65_535, 65_532, 65_533]
    )
  })
})
