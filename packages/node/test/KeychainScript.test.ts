/** The program that asks the keychain is a typed file; its process gets the same file without types, as a text. */
import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { fileURLToPath } from "node:url"

const fileOf = (name: string) => fileURLToPath(new URL(`../src/internal/${name}.ts`, import.meta.url))

/** From its first statement on. */
const program = stripTypeScriptTypes(readFileSync(fileOf("keychainProgram"), "utf8"))
  .replace(/^[^]*?(?=const )/, "")
  .replaceAll(/[ \t]+$/gm, "")

const escaped = program.replaceAll(/[\\`]|\$\{/g, "\\$&")

describe("the keychain's script", () => {
  it("is its program without types", async () => {
    await expect(
      `/** The text of \`keychainProgram.ts\`, written by \`test/KeychainScript.test.ts\`. */\nexport const script = \`\n${escaped}\`\n`
    ).toMatchFileSnapshot(fileOf("keychainScript"))
  })
})
