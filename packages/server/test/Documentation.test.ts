/** docs/server.md has a line for everything that there is, and a page says which package its command is of. */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8")
const page = read("../../docs/server.md")

/** The names in the first column of the tables of a section. */
const rowsOf = (title: string) => {
  const [section = ""] = page.split(`\n## ${title}\n`)[1]?.split("\n## ") ?? []
  return [...section.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name)
}

describe("docs/server.md", () => {
  it("has a line for each tag and each member of LeAuthError", () => {
    const source = read("src/LeAuthError.ts")
    const tags = [...source.matchAll(/^ {2}\| "(\w+)"$/gm)].map(([, tag]) => tag)
    const members = [...source.matchAll(/^ {2}readonly (\w+)/gm)].map(([, name]) => name)
    assert.isAbove(tags.length, 15)
    assert.sameMembers(rowsOf("Errors"), [...members, ...tags])
  })

  it("has a line for each option", () => {
    const [, options = ""] = read("src/Options.ts").split("export interface Options {")
    const names = [...options.matchAll(/^ {2}readonly (\w+)/gm)].map(([, name]) => name)
    assert.isAbove(names.length, 15)
    assert.sameMembers(
      rowsOf("Settings").map((name) => name!.split(".")[0]),
      names
    )
  })
})

describe("docs", () => {
  it("K1: a page that says npx le-auth names @le-auth/cli: without that, npx asks npm for a package le-auth", () => {
    const pages = readdirSync(new URL("../../../docs/", import.meta.url), { recursive: true, encoding: "utf8" })
    const shown = pages.filter((page) => page.endsWith(".md") && read(`../../docs/${page}`).includes("npx le-auth"))
    assert.include(shown, "from-oauth1-keys.md")
    for (const page of shown) assert.include(read(`../../docs/${page}`), "@le-auth/cli", page)
  })
})
