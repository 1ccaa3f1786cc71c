import { readFileSync } from "node:fs"

import { assert, describe, it } from "vitest"

import { documents, folder } from "../openapi.mjs"

describe("docs/openapi", () => {
  for (const [name, text] of Object.entries(documents)) {
    it(`${name} is what the contract says`, () => {
      assert.strictEqual(readFileSync(new URL(name, folder), "utf8"), text, "run: npm run openapi")
    })
  }
})
