/** R101: programs that work at LivePerson work with Sentinel, in the default dialect. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"
import { programs } from "./Corpus.ts"
import { replay } from "./Replay.ts"
import { rowsOf, withTable } from "./strictAnswers.ts"

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

const page = new URL("../../../../docs/sentinel-dialect.md", import.meta.url)

describe("the dialect rfc", () => {
  it.live(
    "R101: refuses the requests of the table in docs/sentinel-dialect.md, and names the point that would not",
    () =>
      Effect.gen(function* () {
        const rows: Array<string> = []
        for (const program of programs.values()) {
          const outcomes = yield* replay(program, "rfc")
          for (const { description, status, step, warnings } of outcomes) {
            assert.deepStrictEqual(warnings, [])
            if (status < 400) continue
            assert.isNotEmpty(
              step.warnings,
              `${step.does}: what is refused here is let through with a warning elsewhere`
            )
            assert.isTrue(
              step.warnings.some((point) => description.includes(point)),
              `${step.does}: ${description}`
            )
          }
          rows.push(...rowsOf(program, outcomes))
        }
        const text = yield* Effect.promise(() => readFile(page, "utf8"))
        // `npx vitest run packages/sentinel/test/corpus -u` writes the table anew.
        yield* Effect.promise(() => expect(withTable(text, rows)).toMatchFileSnapshot(fileURLToPath(page)))
      })
  )
})
