import { assert, describe, it } from "@effect/vitest"
import * as Ports from "@le-auth/sentinel/Ports"

describe("the port of the control", () => {
  it("is two further, or two lower where there are none further, and never one of the system's", () => {
    assert.deepStrictEqual(
      [0, 80, 4400, 65_533, 65_534, 65_535].map(Ports.controlOf),
      [0, 82, 4402, 65_535, 65_532, 65_533]
    )
  })
})
