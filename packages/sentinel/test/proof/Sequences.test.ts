import { describe, it } from "@effect/vitest"
import { answersAsTheModel } from "./Sequences.ts"

describe("any order of sign-ins, exchanges, refreshes, revocations, logouts and time", () => {
  it.effect(
    "R32, R33, R34, R40, R63, R64, R66, R67, R70, R73, R74, R78, R81, R82, R83: answers as the model does",
    () => answersAsTheModel()
  )
})
