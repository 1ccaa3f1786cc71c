/** The inspector's program is a typed file; the page gets the same file without types, as a text in another module. */
import { assert, describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { fileURLToPath } from "node:url"
import { script } from "../../src/internal/inspector/script.ts"

const fileOf = (name: string) => fileURLToPath(new URL(`../../src/internal/inspector/${name}.ts`, import.meta.url))

/** From its first statement on. */
const program = stripTypeScriptTypes(readFileSync(fileOf("program"), "utf8"))
  .replace(/^[^]*?(?=const )/, "")
  .replaceAll(/[ \t]+$/gm, "")

const escaped = program.replaceAll(/[\\`]|\$\{/g, "\\$&")

describe("the inspector's script", () => {
  it("is its program without types", async () => {
    await expect(
      `/** The text of \`program.ts\`, written by \`test/inspector/Script.test.ts\`. */\nexport const script = \`\n${escaped}\`\n`
    ).toMatchFileSnapshot(fileOf("script"))
  })

  it("cannot end the element that it is in", () => {
    assert.notMatch(script, /<\/|<!--/)
  })
})
