import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { describe, expect, it } from "vitest"

import { gaps, proofs, requirements } from "../requirements.mjs"

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")

describe("requirements", () => {
  it("are numbered without gaps and doubles", () => {
    const numbers = requirements(root)
    const counts = { A: 11, B: 12, C: 14, D: 13, E: 8, F: 10, G: 9, H: 8, I: 13, J: 5, R: 95 }
    const expected = Object.entries(counts).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
    )
    expect(numbers.toSorted()).toEqual(expected.toSorted())
  })

  it("have a test each, and every number in a title is a requirement's", () => {
    const { missing, unknown } = gaps(root)
    expect(missing).toEqual([])
    expect(unknown).toEqual([])
  })

  it("of the browser are proved in Chromium and Firefox, where each of these tests runs", () => {
    const proved = proofs(root)
    const isProved = (/** @type {string} */ number) =>
      [...(proved.get(number) ?? [])].some((file) => file.startsWith("packages/browser/test/browsers/"))
    const numbers = requirements(root, "B")
    expect(numbers).toContain("C11")
    expect(numbers.filter((number) => !isProved(number))).toEqual([])
  })

  it("are missed when no title names them", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "requirements-"))
    try {
      fs.mkdirSync(path.join(folder, "docs/requirements"), { recursive: true })
      fs.mkdirSync(path.join(folder, "packages/a/test"), { recursive: true })
      fs.writeFileSync(path.join(folder, "docs/requirements/a.md"), "- **R1** a\n- **R2** b\n- **R3** c\n| A1 | M |\n")
      const test = `it("R1, A1: a", () => {})\nit("b, R3: c", () => "R2 is in no title")\nit("R9: d")\n// R2: a comment`
      fs.writeFileSync(path.join(folder, "packages/a/test/A.test.ts"), test)
      expect(gaps(folder)).toEqual({ missing: ["R2", "R3"], unknown: ["R9"] })
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  })
})
