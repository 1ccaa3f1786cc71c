import { readFileSync } from "node:fs"

import { assert, describe, it } from "vitest"

import { documents, folder } from "../contracts/openapi.ts"
import { pages, textOf } from "../contracts/pages.ts"

describe("docs/openapi", () => {
  for (const [name, text] of Object.entries(documents)) {
    it(`${name} is what the contract says`, () => {
      assert.strictEqual(readFileSync(new URL(name, folder), "utf8"), text, "run: npm run openapi")
    })
  }
})

describe("npm run docs", () => {
  for (const [name, page] of Object.entries(pages)) {
    it(`${name} has every path, and loads nothing`, async () => {
      const text = await textOf(page)
      const { paths } = JSON.parse(documents[name.replace(".html", ".json") as keyof typeof documents])
      for (const path of Object.keys(paths)) assert.include(text, JSON.stringify(path))
      // Beside its own scripts; those have markup in strings.
      const markup = text.replaceAll(/<script>.*?<\/script>/gs, "")
      assert.notMatch(markup, /<script|<link|<img|src=|href=/)
      assert.include(text, '"withDefaultFonts":false')
    })
  }
})
