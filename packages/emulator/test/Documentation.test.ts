/** docs/emulator.md has a line for everything that there is. */
import { readFileSync } from "node:fs"

import { assert, describe, it } from "vitest"

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8")
const page = read("../../docs/emulator.md")

/** The names in the first column of the tables of a section. */
const rowsOf = (title: string) => {
  const [section = ""] = page.split(`\n## ${title}\n`)[1]?.split("\n## ") ?? []
  const cells = [...section.matchAll(/^\| (`[\w`, ]+`) \|/gm)].map(([, cell = ""]) => cell)
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name))
}

const membersOf = (source: string) => [...source.matchAll(/^ {2}readonly (\w+)/gm)].map(([, name]) => name)

/** An interface of a module. */
const interfaceOf = (file: string, name: string) =>
  new RegExp(`export interface ${name}\\b[^{]*{([^]*?)\\n}`).exec(read(`src/${file}.ts`))?.[1] ?? ""

describe("docs/emulator.md", () => {
  it("has a line for each member of a Sentinel", () => {
    const members = ["ConnectedSentinel", "Sentinel"].flatMap((name) => membersOf(interfaceOf("Emulator", name)))
    assert.isAbove(members.length, 15)
    assert.sameMembers(rowsOf("What it can do"), members)
  })

  it("has a line for each option", () => {
    assert.sameMembers(rowsOf("Options"), membersOf(interfaceOf("Options", "Options")))
  })

  it("has a line for each code and each member of EmulatorError", () => {
    const source = read("src/EmulatorError.ts")
    const codes = [...source.matchAll(/^ {2}\| "(\w+)"$/gm)].map(([, code]) => code)
    const [, error = ""] = source.split("class EmulatorError")
    assert.isAbove(codes.length, 15)
    assert.sameMembers(rowsOf("Errors"), [...membersOf(error.split("constructor")[0] ?? ""), ...codes])
    // The doc comment has a table too.
    const table = source.split("export type EmulatorErrorCode")[0] ?? ""
    for (const code of codes) assert.include(table, `\`${code}\``)
  })
})
