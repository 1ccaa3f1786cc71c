import { readFileSync } from "node:fs"

import { assert, describe, it } from "vitest"

import { documents, folder } from "../openapi.ts"

describe("docs/openapi", () => {
  for (const [name, text] of Object.entries(documents)) {
    it(`${name} is what the contract says`, () => {
      assert.strictEqual(readFileSync(new URL(name, folder), "utf8"), text, "run: npm run openapi")
    })
  }

  it("reference.html has every operation, and needs no script and no network", () => {
    const page = documents["reference.html"]
    for (const name of /** @type {const} */ (["sentinel.json", "domains.json", "control.json"])) {
      for (const [path, methods] of Object.entries(JSON.parse(documents[name]).paths)) {
        for (const [method, { operationId }] of Object.entries(/** @type {Record<string, any>} */ (methods))) {
          assert.include(
            page,
            `<h3 id="${operationId}"><span class="method">${method.toUpperCase()}</span><code>${path}</code>`
          )
          assert.include(page, `href="#${operationId}"`)
        }
      }
    }
    assert.notMatch(page, /<script|<link|<img|https?:|@import|url\(| on[a-z]+=|undefined|\[object/)
  })
})
