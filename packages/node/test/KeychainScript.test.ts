/** The program that asks the keychain is a typed file; its process gets the same file without types, as a text. */
import { describe, expect, it } from "@effect/vitest"
import { fileURLToPath } from "node:url"
import { programText } from "../../../tools/program-text.ts"

const fileOf = (name: string) => fileURLToPath(new URL(`../src/internal/${name}.ts`, import.meta.url))

describe("the keychain's script", () => {
  it("is its program without types", async () => {
    await expect(programText(fileOf("keychainProgram"), "test/KeychainScript.test.ts")).toMatchFileSnapshot(
      fileOf("keychainScript")
    )
  })
})
