// What the published sources may not reach, whatever they import.
import { globSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { assert, describe, it } from "vitest"

const root = fileURLToPath(new URL("../..", import.meta.url))
const sources = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: root })
  .filter((file) => !file.startsWith("packages/testing/"))
  .map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }))

/** @param {RegExp} pattern */
const having = (pattern) => sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file)

describe("published sources", () => {
  it("J3: reach no test service", () => {
    assert.isAbove(sources.length, 100)
    assert.deepStrictEqual(having(/from "(effect\/testing|@effect\/vitest|vitest|@le-auth\/testing)/), [])
  })

  it("J3: take time and randomness from services", () => {
    assert.deepStrictEqual(having(/\bDate\.now\(|\bnew Date\(\)|Math\.random\(/), [])
  })

  it("D1: have no switch that turns certificate checks off", () => {
    assert.deepStrictEqual(having(/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/), [])
  })
})
