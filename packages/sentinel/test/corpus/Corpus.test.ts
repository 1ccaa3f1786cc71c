/** R101: programs that work at LivePerson work with Sentinel, in the default dialect. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { programs } from "./Corpus.ts"
import { replay } from "./Replay.ts"

describe("the default dialect", () => {
  it.live.each([...programs])("R101: %s gets what it needs, and leaves the warnings that are named", ([, program]) =>
    Effect.gen(function* () {
      for (const { lacks, status, step, warnings } of yield* replay(program, "liveperson")) {
        assert.notStrictEqual(status, 0, step.does)
        assert.deepStrictEqual(lacks, [], `${program.program} ${step.does}`)
        assert.lengthOf(warnings, step.warnings.length, `${step.does}: ${warnings.join(" | ")}`)
        for (const [index, warning] of warnings.entries()) assert.include(warning, step.warnings[index]!)
      }
    })
  )
})
