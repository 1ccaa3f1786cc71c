import fs from "node:fs"
import path from "node:path"

import { assert, describe, it } from "vitest"

import { folder, reports } from "../api.ts"

describe("docs/public-api", () => {
  const expected = reports()

  it("has a report of each package, and no other", () => {
    assert.deepStrictEqual(fs.readdirSync(folder).toSorted(), Object.keys(expected).toSorted())
  })

  for (const [name, text] of Object.entries(expected)) {
    it(`${name} has the names that the package exports`, () => {
      assert.strictEqual(fs.readFileSync(path.join(folder, name), "utf8"), text, "run: npm run api")
    })
  }
})
