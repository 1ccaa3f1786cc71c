/** The inspector's program is a typed file; the page gets the same file without types, as a text in another module. */
import { assert, describe, expect, it } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import { programText } from "../../../../tools/program-text.ts"
import { script } from "../../src/internal/inspector/script.ts"

const fileOf = (name: string) => fileURLToPath(new URL(`../../src/internal/inspector/${name}.ts`, import.meta.url))

describe("the inspector's script", () => {
  it("is its program without types", async () => {
    await expect(programText(fileOf("program"), "test/inspector/Script.test.ts")).toMatchFileSnapshot(fileOf("script"))
  })

  it("cannot end the element that it is in", () => {
    assert.notMatch(script, /<\/|<!--/)
  })
})
