// docs/pages.md shows the recipes of packages/page/examples, which the tests of packages/browser run.
// `npx vitest run tools/test/recipes.test.ts -u` takes them into the page anew.
import fs from "node:fs"
import path from "node:path"

import { expect, it } from "vitest"

import { filesOf, withFiles } from "../shownFiles.ts"

const root = path.join(import.meta.dirname, "../..")
const page = path.join(root, "docs/pages.md")

it("docs/pages.md shows each recipe as it is", async () => {
  const text = fs.readFileSync(page, "utf8")
  const recipes = fs.globSync("packages/page/examples/*/*", { cwd: root }).map((file) => file.replaceAll("\\", "/"))
  expect(filesOf(text).toSorted()).toEqual(recipes.toSorted())
  await expect(withFiles(text)).toMatchFileSnapshot(page)
})
