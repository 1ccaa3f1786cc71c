// The pages of docs/frameworks show the files of the examples, which `npm run examples` builds and runs.
// `npx vitest run tools/test/frameworks.test.ts -u` takes them into the pages anew.
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { assert, describe, expect, it } from "vitest"

import { examples } from "../examples/examples.ts"
import { runners } from "../examples/runners.ts"
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
      [...Object.keys(examples), "compose", "page", "service-container", "systemd", "testing"]
    )
  })

  it("shows the settings of development servers in front", () => {
    const shown = filesOf(fs.readFileSync(pageOf("README"), "utf8"))
    assert.includeMembers(shown.slice(), ["examples/page/vite.config.js", "examples/page/webpack.config.js"])
  })

  it.each(["examples/README.md", "docs/test-runners.md", ...pages.map((name) => `docs/frameworks/${name}.md`)])(
    "%s shows the files as they are",
    async (name) => {
      const file = path.join(root, name)
      await expect(withFiles(fs.readFileSync(file, "utf8"))).toMatchFileSnapshot(file)
    }
  )

  it.each(Object.entries(examples))(
    "%s shows how le-auth is made, where it is used, and how it is run",
    (name, { files }) => {
      const page = fs.readFileSync(pageOf(name), "utf8")
      const shown = filesOf(page).slice()
      assert.includeMembers(shown, [`examples/${name}/${files.auth}`, "examples/settings.sh"])
      assert.isAbove(shown.filter((file) => file.startsWith(`examples/${name}/`)).length, 1)
      // Any other program could differ from what runs.
      for (const [block, , file = ""] of page.matchAll(programs)) assert.include(shown, file.trim(), block)
      assert.include(page, "npm install @le-auth/server")
      assert.include(page, "npx le-auth sentinel start")
    }
  )
})

describe("docs/test-runners.md", () => {
  const page = fs.readFileSync(path.join(root, "docs", "test-runners.md"), "utf8")
  const folder = path.join(root, "examples", "testing")

  it("has a section for each example, with files of it", () => {
    assert.sameMembers(fs.readdirSync(folder), Object.keys(runners))
    for (const name of Object.keys(runners)) {
      assert.isAbove(filesOf(page).filter((file) => file.startsWith(`examples/testing/${name}/`)).length, 0, name)
      assert.include(page, `(../examples/testing/${name})`)
    }
    for (const [block, , file = ""] of page.matchAll(programs)) assert.include(filesOf(page), file.trim(), block)
  })

  it("tests one application with all runners", () => {
    for (const file of ["app.ts", "start.ts"]) {
      const texts = Object.keys(runners).map((name) => fs.readFileSync(path.join(folder, name, file), "utf8"))
      assert.strictEqual(new Set(texts).size, 1, file)
    }
  })
})
