// The pages of docs/frameworks show the files of the examples, which `npm run examples` builds and runs.
// `npx vitest run tools/test/frameworks.test.ts -u` takes them into the pages anew.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { assert, describe, expect, it } from "vitest"

import { examples } from "../examples/examples.ts"
import { filesOf, withFiles } from "../shownFiles.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const pageOf = (name: string) => path.join(root, "docs", "frameworks", `${name}.md`)

/** What a reader copies into a program, rather than into a terminal. */
const programs = /^```(?!sh\b|text\b)(\w+)(.*)$/gm

const pages = fs.readdirSync(path.join(root, "docs", "frameworks")).map((file) => path.basename(file, ".md"))

describe("docs/frameworks", () => {
  it("has a page for each example, and an example for each page", () => {
    assert.sameMembers(
      pages.filter((name) => name !== "README"),
      Object.keys(examples)
    )
    assert.sameMembers(
      fs
        .readdirSync(path.join(root, "examples"), { withFileTypes: true })
        .flatMap((entry) => (entry.isDirectory() ? entry.name : [])),
      Object.keys(examples)
    )
  })

  it.each(pages)("%s shows the files as they are", async (name) => {
    const page = fs.readFileSync(pageOf(name), "utf8")
    await expect(withFiles(page)).toMatchFileSnapshot(pageOf(name))
  })

  it.each(Object.entries(examples))(
    "%s shows how le-auth is made, where it is used, and how it is run",
    (name, { files }) => {
      const page = fs.readFileSync(pageOf(name), "utf8")
      const shown = filesOf(page).slice()
      assert.includeMembers(shown, [`examples/${name}/${files.auth}`, "examples/settings.sh"])
      assert.isAbove(shown.filter((file) => file.startsWith(`examples/${name}/`)).length, 1)
      // Any other program could differ from what runs.
      for (const [block, , file] of page.matchAll(programs)) assert.match(file ?? "", /^ examples\//, block)
      assert.include(page, "npm install @le-auth/server")
      assert.include(page, "npx le-auth sentinel start")
    }
  )
})
