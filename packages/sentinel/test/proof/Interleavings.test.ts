import { describe, it } from "@effect/vitest"
import { hasOneWinnerInAnyOrder } from "./Interleavings.ts"

describe("requests at the same time", () => {
  it.effect(
    "R32, R33, R65, R66, R74, R81, R83: in any order of the calls of the store there is one winner, and what is over is over",
    () => hasOneWinnerInAnyOrder()
  )
})
