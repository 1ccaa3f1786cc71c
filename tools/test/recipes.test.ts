// docs/pages.md shows the recipes of packages/page/examples, which the tests of packages/browser run.
// `npx vitest run tools/test/recipes.test.ts -u` takes them into the page anew.
import fs from "node:fs"
import path from "node:path"

import { expect, it } from "vitest"

const root = path.join(import.meta.dirname, "../..")
const page = path.join(root, "docs/pages.md")

/** A block that names a file. */
const taken = /^```(\w+) (packages\/page\/examples\/\S+)\n.*?^```$/gms

it("docs/pages.md shows each recipe as it is", async () => {
  const text = fs.readFileSync(page, "utf8")
  const recipes = fs.globSync("packages/page/examples/*/*", { cwd: root }).map((file) => file.replaceAll("\\", "/"))
  expect([...text.matchAll(taken)].map(([, , file]) => file).toSorted()).toEqual(recipes.toSorted())
  const anew = text.replaceAll(
    taken,
    (_, language, file) => `\`\`\`${language} ${file}\n${fs.readFileSync(path.join(root, file), "utf8")}\`\`\``
  )
  await expect(anew).toMatchFileSnapshot(page)
})
