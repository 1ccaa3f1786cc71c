import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { assert, describe, it } from "vitest"

import { folders, leftOut, programs, testFiles } from "../needs.ts"
import { projects } from "../test-projects.ts"

const needsOf = (folder: string, file: string) =>
  testFiles(folder).find((each) => each.file === `${folder}/test/${file}`)?.needs

describe("what tests need", () => {
  it("follows from the modules that they name, directly or not", () => {
    assert.deepStrictEqual(needsOf("packages/core", "SignIn.test.ts"), [])
    assert.deepStrictEqual(needsOf("apps/cli", "LoginBrowser.test.ts"), ["chromium"])
    assert.deepStrictEqual(needsOf("apps/cli", "Completion.test.ts"), ["shells"])
    assert.deepStrictEqual(needsOf("packages/browser", "browsers/flows.test.ts"), ["chromium", "firefox"])
    assert.deepStrictEqual(needsOf("packages/node", "stores/WebNodes.test.ts"), ["redis", "postgres", "sqlite"])
    assert.deepStrictEqual(needsOf("packages/node", "stores/Sqlite.test.ts"), ["sqlite"])
  })

  it("decides which target runs them", () => {
    const targetOf = (folder: string, file: string) =>
      testFiles(folder).find((each) => each.file === `${folder}/test/${file}`)?.target
    assert.strictEqual(targetOf("packages/core", "SignIn.test.ts"), "test")
    assert.strictEqual(targetOf("apps/cli", "TerminalText.test.ts"), "test")
    assert.strictEqual(targetOf("apps/cli", "Login.test.ts"), "e2e")
    assert.strictEqual(targetOf("apps/server", "Signals.test.ts"), "e2e")
    assert.strictEqual(targetOf("apps/cli", "LoginBrowser.test.ts"), "integration")
  })

  it("puts each file into one project of vitest", () => {
    const files = folders().flatMap((folder) => testFiles(folder).map(({ file }) => file))
    const included = projects.flatMap(({ test }) => test.include)
    const chosen = process.env["LE_AUTH_TEST_FOLDER"]
    assert.deepStrictEqual(
      included.toSorted(),
      files.filter((file) => chosen === undefined || file.startsWith(`${chosen}/`)).toSorted()
    )
  })

  it("is a target of each package that has such tests, else Nx runs none of them", () => {
    for (const folder of folders()) {
      const { nx } = JSON.parse(readFileSync(new URL(`../../${folder}/package.json`, import.meta.url), "utf8"))
      const targets = new Set(testFiles(folder).map(({ target }) => target))
      assert.includeMembers(Object.keys(nx.targets), [...targets], folder)
    }
  })

  it("is left out by name, where it is not a secret of CI's", () => {
    assert.deepStrictEqual(leftOut({}), [])
    assert.deepStrictEqual(leftOut({ LE_AUTH_TEST_WITHOUT: "firefox, keychain" }), ["firefox", "keychain"])
    assert.throws(() => leftOut({ LE_AUTH_TEST_WITHOUT: "fire" }), /nothing is called fire.*chromium, firefox/)
    assert.throws(() => leftOut({ LE_AUTH_TEST_WITHOUT: "firefox", CI: "1" }), /CI leaves nothing out/)
    assert.throws(() => leftOut({ LE_AUTH_TEST_WITHOUT: "redis", CI: "1" }, "linux"), /linux can have redis/)
    assert.throws(
      () => leftOut({ LE_AUTH_TEST_WITHOUT: "redis,firefox", CI: "1" }, "win32"),
      /win32 can have firefox\./
    )
    assert.deepStrictEqual(leftOut({ LE_AUTH_TEST_WITHOUT: "redis,keychain", CI: "1" }, "darwin"), [
      "redis",
      "keychain"
    ])
    for (const name of Object.keys(programs)) assert.deepStrictEqual(leftOut({ LE_AUTH_TEST_WITHOUT: name }), [name])
  })
})

describe("the Node of the tests", () => {
  it("is the one that is asked for, or nothing runs", () => {
    const bootstrap = fileURLToPath(new URL("../bootstrap.mjs", import.meta.url))
    const env = { ...process.env, LE_AUTH_TEST_NODE: "1.2", npm_node_execpath: process.execPath }
    const { status, stderr } = spawnSync(process.execPath, [bootstrap, "setup"], { env, encoding: "utf8" })
    assert.strictEqual(status, 2)
    assert.include(stderr, `LE_AUTH_TEST_NODE is 1.2, but npm runs on Node ${process.version}.`)
  })
})
