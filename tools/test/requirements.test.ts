import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { describe, expect, it, onTestFinished } from "vitest"

import { withoutAssertion } from "../assertions.ts"
import { gaps, mentions, requirements } from "../requirements.ts"

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")

/** A folder with these files, as long as the test takes. */
function folderOf(files: Record<string, string>) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "requirements-"))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), text)
  }
  return folder
}

describe("requirements", () => {
  it("are numbered without gaps and doubles", () => {
    const numbers = requirements(root)
    expect(numbers.length).toBeGreaterThan(0)
    const letters = [...new Set(numbers.map((number) => number.slice(0, 1)))]
    const expected = letters.flatMap((letter) =>
      numbers.filter((number) => number.startsWith(letter)).map((_, index) => `${letter}${index + 1}`)
    )
    expect(numbers.toSorted()).toEqual(expected.toSorted())
  })

  it("are named by a test, and every number in a title is a requirement's", () => {
    const { missing, unknown } = gaps(root)
    expect(missing).toEqual([])
    expect(unknown).toEqual([])
  })

  it("of the browser are named by a test that runs in Chromium and Firefox", () => {
    const named = mentions(root)
    const isNamed = (number: string) =>
      [...(named.get(number) ?? [])].some((file) => file.startsWith("packages/browser/test/browsers/"))
    const numbers = requirements(root, "B")
    expect(numbers).toContain("C11")
    expect(numbers.filter((number) => !isNamed(number))).toEqual([])
  })

  it("are checked by an assertion in each test that names one", () => {
    expect(withoutAssertion(root)).toEqual([])
  })

  it("are missed when no title names them", () => {
    const folder = folderOf({
      "docs/requirements/a.md": "- **R1** a\n- **R2** b\n- **R3** c\n| A1 | M |\n",
      "packages/a/test/A.test.ts": `it("R1, A1: a", () => {})\nit("b, R3: c", () => "R2 is in no title")\nit("R9: d")\n// R2: a comment`
    })
    expect(gaps(folder)).toEqual({ missing: ["R2", "R3"], unknown: ["R9"] })
  })

  it("are not checked by a test without an assertion", () => {
    const folder = folderOf({
      "packages/a/test/A.test.ts": `
        import { holds } from "./holds.ts"
        import * as Samples from "./holds.ts"
        const check = (value: unknown) => assert(value)
        const nothing = { assert: () => {} }
        it("R1: an empty body", () => {})
        it("R1, A1: a value only", () => nothing.assert())
        it("R2: nothing that is far away", () => Samples.nothing())
        it.each([["R3: a row"], ["a row without a number"]])("%s", () => {})
        it.for([["R10: a row"]])("%s", () => {})
        it.todo("R11: later")
        it("has no number", () => {})
        it("R4: directly", () => assert.isTrue(true))
        it.effect("R5: by a helper", () => Effect.sync(() => check(1)))
        it.live("R6: by a helper of another file", () => holds(1))
        it("R7: by a member of another file", () => Samples.holds(1))
        it.each([["R8: a row"]])("%s", () => expect(1).toBe(1))
        it("R9: by the compiler", () => {
          // @ts-expect-error
          nothing.b
        })`,
      "packages/a/test/holds.ts": `
        export function holds(value: unknown) { return deeper(value) }
        const deeper = (value: unknown): unknown => value ? expect(value) : deeper(value)
        export const nothing = () => 1`,
      "packages/testing/src/Contract.ts": `export const cases = [
        { name: "R1: a case", run: () => {} },
        { name: "R2: a case", run: () => assert.isTrue(true) }
      ]`
    })
    expect(withoutAssertion(folder)).toEqual([
      "packages/a/test/A.test.ts: R1: an empty body",
      "packages/a/test/A.test.ts: R1, A1: a value only",
      "packages/a/test/A.test.ts: R2: nothing that is far away",
      "packages/a/test/A.test.ts: R3: a row",
      "packages/a/test/A.test.ts: R10: a row",
      "packages/a/test/A.test.ts: R11: later",
      "packages/testing/src/Contract.ts: R1: a case"
    ])
  })
})
