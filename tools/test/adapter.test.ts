// A new adapter, as `npx nx g @le-auth/tools:adapter NAME` writes it: right from the beginning. In a copy of the
// repository.
import { execFile } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

import { FsTree } from "nx/src/generators/tree.js"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

import adapter from "../generators/adapter/generator.ts"
import { workingCopy } from "../working-copy.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
let copy = ""
let bin = ""

const read = (file: string) => fs.readFileSync(path.join(copy, file), "utf8")

/** Fails with all that the command said. */
const run = (command: string, folder: string = "") =>
  promisify(execFile)("sh", ["-c", `${command} 2>&1`], {
    cwd: path.join(copy, folder),
    env: { PATH: [bin, path.join(root, "node_modules/.bin"), process.env["PATH"]].join(path.delimiter), HOME: copy }
  }).then(
    ({ stdout }) => stdout,
    ({ stdout }) => assert.fail(`${command}:\n${stdout}`)
  )

describe("a generated adapter", () => {
  beforeAll(async () => {
    copy = workingCopy()
    // Stands for npm, which would ask its registry.
    bin = path.join(copy, "bin")
    fs.mkdirSync(bin)
    fs.writeFileSync(path.join(bin, "npm"), `#!/bin/sh\necho "$@" >> "${copy}/npm.log"\n`, { mode: 0o755 })
    await run("nx g @le-auth/tools:adapter my-engine")
    const example = /^```ts\n(.*?)^```$/ms.exec(read("packages/my-engine/README.md"))?.[1]
    assert.isDefined(example)
    fs.writeFileSync(path.join(copy, "packages/my-engine/test/Example.ts"), example)
  })
  afterAll(() => fs.rmSync(copy, { recursive: true, force: true }))

  it("is installed", () => assert.strictEqual(read("npm.log"), "install\n"))

  it("has its place in the lists of the repository", () => {
    const { references } = JSON.parse(read("tsconfig.json"))
    assert.deepInclude(references, { path: "packages/my-engine" })
    assert.match(
      read("README.md"),
      /testing`.*\n\| \[`@le-auth\/my-engine`\]\(packages\/my-engine\) \| .* \|\n\| .*cli/
    )
    assert.include(read("README.md"), "[docs/my-engine.md](docs/my-engine.md)")
    assert.match(read("CONTRIBUTING.md"), /server` .*\n\| `packages\/my-engine` .* core .*\|\n\| `apps/)
    assert.include(read(".changeset/my-engine.md"), `"@le-auth/my-engine": minor`)
    assert.include(read("docs/my-engine.md"), "# Stores on MyEngine")
  })

  describe.concurrent("as it is, passes", () => {
    it("the check of its types", () => run("tsc -b", "packages/my-engine"))
    it("the check of its style", () =>
      run("oxlint --deny-warnings packages/my-engine && oxfmt --check packages/my-engine"))
    it("the boundaries", () => run("node tools/boundaries.ts"))

    it("the contract suites of the four ports", async () => {
      await run("node ../../tools/run-tests.ts", "packages/my-engine")
      const { testResults } = JSON.parse(read("packages/my-engine/build/test.json"))
      const suites = testResults.flatMap((file: { assertionResults: { ancestorTitles: string[] }[] }) =>
        file.assertionResults.map(({ ancestorTitles }) => ancestorTitles[0])
      )
      const ports = ["TransactionStore", "SessionStore", "AppTokenStore", "RefreshLock"]
      assert.sameMembers(
        [...new Set(suites)],
        ports.map((port) => `${port}: MyEngine`)
      )
    })
  })
})

describe("the generator of adapters", () => {
  it.each([
    ["My-Engine", '"My-Engine" is not a name for a package here'],
    ["my--engine", '"my--engine" is not a name for a package here'],
    ["../engine", '"../engine" is not a name for a package here'],
    ["@le-auth/engine", '"@le-auth/engine" is not a name for a package here'],
    ["", '"" is not a name for a package here'],
    ["web", "packages/web exists already, so nothing was written"],
    ["cli", "apps/cli exists already, so nothing was written"],
    ["tools", "tools exists already, so nothing was written"],
    ["stores", "docs/stores.md exists already, so nothing was written"],
    ["map", '"map" is not a name here: Map means something else in its files. Try map-engine.'],
    ["session", '"session" is not a name here: Session means something else in its files.'],
    ["index", '"index" is not a name here: Index means something else in its files.']
  ])("refuses the name %j", async (name, message) => {
    const tree = new FsTree(root, false)
    const error = await adapter(tree, { name }).then(() => undefined, String)
    assert.include(error, message)
    assert.isEmpty(tree.listChanges())
  })

  it("says which file has lost its list", async () => {
    const tree = new FsTree(root, false)
    tree.write("CONTRIBUTING.md", "# Contributing\n")
    const error = await adapter(tree, { name: "my-engine" }).then(() => undefined, String)
    assert.include(error, "CONTRIBUTING.md has no place for this: | `packages/my-engine`")
  })
})
