// Nx answers from its cache only what cannot have changed. In a copy of the repository one byte is changed at a time.
import { execFileSync, spawnSync } from "node:child_process"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

import { afterAll, assert, beforeAll, describe, it } from "vitest"

import { workingCopy } from "../working-copy.ts"

let copy = ""
/** Nothing of the run that this test is in. */
const inherited = Object.entries(process.env).filter(
  ([name]) => !/^(?:NX_|NODE_OPTIONS|LE_AUTH_|FORCE_COLOR)/.test(name)
)

/** By what Nx looks up each target in its cache. */
const hashes = (env: Record<string, string> = {}): Record<string, string> =>
  JSON.parse(
    execFileSync(process.execPath, ["tools/task-hashes.ts"], {
      cwd: copy,
      encoding: "utf8",
      env: { ...Object.fromEntries(inherited), ...env }
    })
  )

const changed = (before: Record<string, string>, after: Record<string, string>) =>
  Object.keys(after).filter((name) => before[name] !== after[name])

const edit = (file: string, change: (text: string) => string) => {
  const name = path.join(copy, file)
  fs.writeFileSync(name, change(fs.readFileSync(name, "utf8")))
}

beforeAll(() => {
  copy = workingCopy()
  fs.mkdirSync(path.join(copy, "apps/cli/dist"), { recursive: true })
  fs.writeFileSync(path.join(copy, "apps/cli/dist/main.js"), "")
})
afterAll(() => fs.rmSync(copy, { recursive: true, force: true }))

describe("what Nx runs again", () => {
  const byte = (text: string) => `${text} `
  const everything = ["tools:test", "tools:integration"]

  let before: Record<string, string>
  beforeAll(() => void (before = hashes()))

  it("is nothing, as long as nothing has changed", () => {
    assert.deepStrictEqual(hashes(), before)
  })

  it.each([
    // Its own source, another package's, its tests, another package's
    ["packages/web/src/WebSignIn.ts", byte, ["web:test", "example-server:integration"], ["core:test"]],
    ["packages/core/src/SignIn.ts", byte, ["core:test", "web:test", "cli:test", "cli:e2e"], []],
    ["packages/web/test/Browser.ts", byte, ["web:test"], ["core:test", "sentinel:test"]],
    ["packages/sentinel/test/Harness.ts", byte, ["sentinel:test", "node:test"], ["core:test"]],
    // Pages, tools, settings, bundles, and npm's packages
    ["docs/testing.md", byte, ["testing:test"], ["core:test", "web:test"]],
    ["tools/chromium.ts", byte, ["browser:integration", "sentinel:integration"], []],
    ["vitest.config.ts", byte, ["core:test", "cli:integration"], []],
    ["apps/cli/dist/main.js", byte, ["cli:e2e", "cli:integration"], ["web:test", "cli:test"]],
    [
      "package-lock.json",
      (text: string) => text.replace(/("node_modules\/vitest": \{[^}]*?"integrity": "sha512-)./, "$1x"),
      ["core:test", "cli:integration"],
      []
    ]
  ] as const)("are the tests that read what has changed, and no others: %s", (file, change, some, others) => {
    edit(file, change)
    const after = hashes()
    const again = changed(before, after)
    before = after
    assert.includeMembers(again, [...some, ...(file.includes("/dist/") ? [] : everything)])
    for (const name of others) assert.notInclude(again, name)
  })

  it("are the tests that start a program which is at another place now", () => {
    const again = changed(before, hashes({ FIREFOX_PATH: "/opt/firefox" }))
    assert.includeMembers(again, ["browser:integration", "cli:integration"])
    assert.notInclude(again, "core:test")
  })

  it("is red when what is read is broken, though it was green before", () => {
    const run = () =>
      spawnSync(process.execPath, ["node_modules/nx/dist/bin/nx.js", "run", "@le-auth/browser:test"], {
        cwd: copy,
        encoding: "utf8",
        env: { ...Object.fromEntries(inherited), NO_COLOR: "1" }
      })
    assert.strictEqual(run().status, 0)
    assert.match(run().stdout, /cache/)
    edit("packages/browser/src/plain.ts", (text) => `${text}\nthrow new Error("broken")\n`)
    assert.notStrictEqual(run().status, 0)
  })
})

describe("what a change touches", () => {
  it("are also the tests of a page that another app serves", () => {
    const shown = execFileSync(
      process.execPath,
      ["node_modules/nx/dist/bin/nx.js", "show", "projects", "--affected", "--files=apps/spa/src/main.ts"],
      { cwd: copy, encoding: "utf8", env: Object.fromEntries(inherited) }
    )
    assert.sameMembers(shown.trim().split("\n"), ["@le-auth/example-spa", "@le-auth/example-server", "@le-auth/tools"])
  })
})

describe("what tests read", () => {
  it("is written down, however they read it, also by the processes that they start", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-opened-"))
    const book = path.join(folder, "opened")
    const here = path.relative(fileURLToPath(new URL("../..", import.meta.url)), import.meta.dirname)
    const program = `
      const fs = require("node:fs")
      const { readFile } = require("node:fs/promises")
      const { join } = require("node:path")
      const root = process.argv[1]
      fs.readFileSync(join(root, "README.md"))
      fs.createReadStream(join(root, "LICENSE")).resume()
      fs.cpSync(join(root, "docs/openapi"), join(${JSON.stringify(folder)}, "copy"), { recursive: true })
      readFile(join(root, "SECURITY.md"))
        .then(() => import(join(root, "tools/free-port.ts")))
        .then(() => require("node:child_process").execFileSync(process.execPath, ["-p", "require('fs').readFileSync('nx.json').length"], { cwd: root }))`
    execFileSync(process.execPath, ["-e", program, path.resolve(import.meta.dirname, "../..")], {
      env: {
        ...process.env,
        NODE_OPTIONS: `--import=${pathToFileURL(path.join(import.meta.dirname, "../recorder.ts"))}`,
        LE_AUTH_OPENED: book
      }
    })
    const opened = fs.readFileSync(book, "utf8").trim().split("\n")
    fs.rmSync(folder, { recursive: true })
    assert.includeMembers(opened, [
      "README.md",
      "LICENSE",
      "docs/openapi/sentinel.json",
      "SECURITY.md",
      "tools/free-port.ts",
      "nx.json"
    ])
    assert.notInclude(opened.join(), here)
  })
})
