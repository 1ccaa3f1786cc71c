import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { desktop } from "../../../tools/desktop.ts"

const source = Path.join(import.meta.dirname, "../src")
const isDesktop = (name: string) => desktop.node.includes(name)
const all = Fs.readdirSync(source).flatMap((file) => (file.endsWith(".ts") ? [file.slice(0, -3)] : []))

/** They stand on effect's `NodeHttpServer`, which loads all services of its platform, that for processes among them. */
const listening = ["NodeListener", "NodeServe"]

/** What a fresh process has loaded when it has imported these modules. */
const loadedBy = (names: ReadonlyArray<string>) => {
  const program = `
    import { registerHooks } from "node:module"
    const urls = []
    registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context) } })
    for (const name of ${JSON.stringify(names)}) await import("@le-auth/node/" + name)
    console.log(JSON.stringify({ urls, builtins: process.moduleLoadList }))`
  const words = ["--no-warnings", "--conditions=@le-auth/source", "--input-type=module", "-e", program]
  const { builtins, urls } = JSON.parse(
    execFileSync(process.execPath, words, { encoding: "utf8", cwd: import.meta.dirname })
  ) as { readonly builtins: ReadonlyArray<string>; readonly urls: ReadonlyArray<string> }
  return {
    desktop: [...new Set(urls.map((url) => Path.basename(url, ".ts")))].filter(isDesktop).toSorted(),
    startsProcesses: builtins.includes("NativeModule child_process"),
    keyring: urls.filter((url) => url.includes("keyring"))
  }
}

describe("what a server imports", () => {
  it("J2: no module for a server reaches keychain, browser or other processes", () => {
    const server = all.filter((name) => name !== "index" && !isDesktop(name))
    assert.includeMembers(server, ["NodeServerSignIn", "NodeDatabase", "NodeMain"])
    const nothing = { desktop: [], startsProcesses: false, keyring: [] }
    assert.deepStrictEqual(loadedBy(server.filter((name) => !listening.includes(name))), nothing)
    assert.deepStrictEqual(loadedBy(listening), { ...nothing, startsProcesses: true })
  })

  it("a command's sign-in does, so that the test above can see it", () => {
    const { desktop, startsProcesses } = loadedBy(["NodeSignIn"])
    assert.includeMembers(desktop, ["Keychain", "SystemBrowser", "UserSealKey"])
    assert.isTrue(startsProcesses)
  })

  it("J2: no module names the keychain's addon where a bundler would follow it", () => {
    const naming = all.filter((name) =>
      /(?:import|require|resolve)\s*\(?\s*["'`]@napi-rs|from\s*["'`]@napi-rs/.test(
        Fs.readFileSync(Path.join(source, `${name}.ts`), "utf8")
      )
    )
    assert.deepStrictEqual(naming, [])
  })
})
