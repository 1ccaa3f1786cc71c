import fs from "node:fs"
import os from "node:os"
import path from "node:path"

import { afterEach, beforeEach, describe, expect, it } from "vitest"

import { check } from "../boundaries.ts"

let root = ""
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "boundaries-"))
  write("package.json", { devDependencies: { vitest: "5" } })
  add("packages/core", "layer:core", "platform:any")
  add("packages/node", "layer:adapter", "platform:node", ["core"])
  add("packages/web", "layer:adapter", "platform:any", ["core"])
  add("packages/browser", "layer:adapter", "platform:browser", ["core"])
  add("packages/sentinel", "layer:adapter", "platform:any", ["core"])
  add("packages/testing", "layer:testing", "platform:any", ["core", "sentinel"])
  add("apps/server", "layer:app", "platform:node", ["core", "node", "web"])
  add("apps/cli", "layer:app", "platform:node", ["core", "node"])
})
afterEach(() => fs.rmSync(root, { recursive: true }))

describe("boundaries", () => {
  it("accepts what the layers allow", () => {
    write("packages/core/src/A.ts", `import * as Effect from "effect/Effect"\nexport * from "./internal/B.ts"`)
    write("packages/node/src/A.ts", `import "node:fs"\nimport "@t/core/A"`)
    write("packages/node/src/NodeSignIn.ts", `import "./Keychain.ts"`)
    write("packages/node/src/Keychain.ts", `import "node:child_process"`)
    write("packages/node/src/index.ts", `export * from "./Keychain.ts"`)
    write("packages/web/src/A.ts", `/** import "@t/node" */\nexport * from "@t/core"`)
    write("apps/server/src/main.ts", `import "@t/web"\nimport("@t/node")`)
    write("packages/core/test/A.test.ts", `import "vitest"\nimport "../src/A.ts"\nimport "../../../tools/b.ts"`)
    write("packages/web/test/A.test.ts", `import "../../core/test/B.ts"`)
    expect(check(root)).toEqual([])
  })

  it.each([
    ["packages/core/src/A.ts", `import "node:fs"`, "node:fs: platform:any has no Node"],
    ["packages/core/src/A.ts", `import "fs"`, "fs: platform:any has no Node"],
    ["packages/browser/src/A.ts", `import "node:fs"`, "node:fs: platform:browser has no Node"],
    ["packages/core/src/A.ts", `import "effect"`, "effect: it is a barrel, import the module"],
    ["packages/core/src/A.ts", `import "effect/http"`, "effect/http: it is a barrel, import the module"],
    ["packages/core/src/A.ts", `import "@t/node"`, "@t/node: package.json does not declare it"],
    ["packages/core/src/A.ts", `type A = import("jose").A`, "jose: package.json does not declare it"],
    ["packages/core/src/A.ts", `export * from "../../node/src/A.ts"`, "../../node/src/A.ts: it leaves src"],
    ["packages/core/src/A.ts", `import type { B } from "@t/core/B"`, "@t/core/B: it is this package, import the file"],
    ["packages/core/src/A.ts", `import type { B } from "./B.js"`, "./B.js: name the file as it is, with .ts"],
    ["packages/core/src/A.ts", `import type { B } from "./internal"`, "./internal: name the file as it is, with .ts"],
    ["packages/web/src/A.ts", `import "vitest"`, "vitest: package.json does not declare it"],
    ["packages/web/test/A.test.ts", `import "@t/node"`, "@t/node: package.json does not declare it"],
    ["packages/web/test/A.test.ts", `import "../../core/src/A.ts"`, "../../core/src/A.ts: it leaves web"],
    ["packages/core/test/A.test.ts", `import "../../web/test/B.ts"`, "../../web/test/B.ts: it leaves core"],
    [
      "packages/node/src/A.ts",
      `import "./Keychain.ts"`,
      "./Keychain.ts: it is for a desktop, and a server may import this module"
    ],
    [
      "packages/node/src/internal/a.ts",
      `import("../NodeSignIn.ts")`,
      "../NodeSignIn.ts: it is for a desktop, and a server may import this module"
    ],
    [
      "packages/node/src/A.ts",
      `import "node:child_process"`,
      "node:child_process: only modules for a desktop start processes"
    ],
    ["apps/cli/src/main.ts", `import("@t/web")`, "@t/web: package.json does not declare it"]
  ])("rejects in %s: %s", (file, text, problem) => {
    write(file, text)
    expect(check(root)).toEqual([`${file}: ${problem}`])
  })

  it("lets testing import core and sentinel, apps and tests import testing, and no others", () => {
    write("packages/testing/src/A.ts", `import "@t/core/A"\nimport "@t/sentinel/B"\nimport "effect/Effect"`)
    add("apps/server", "layer:app", "platform:node", ["core", "node", "web", "testing"])
    write("apps/server/src/main.ts", `import "@t/testing/A"`)
    write("packages/web/test/A.test.ts", `import "../../testing/test/B.ts"`)
    const web = JSON.parse(fs.readFileSync(path.join(root, "packages/web/package.json"), "utf8"))
    write("packages/web/package.json", { ...web, devDependencies: { "@t/testing": "0.0.0" } })
    write("packages/web/tsconfig.test.json", {
      references: ["./tsconfig.src.json", "../core/tsconfig.src.json", "../testing/tsconfig.src.json"].map((path) => ({
        path
      }))
    })
    expect(check(root)).toEqual([])
    add("packages/testing", "layer:testing", "platform:any", ["core", "sentinel", "web"])
    write("packages/testing/src/A.ts", `import "@t/web/A"`)
    add("packages/node", "layer:adapter", "platform:node", ["core", "testing"])
    write("packages/node/src/A.ts", `import "@t/testing/A"`)
    expect(check(root)).toEqual([
      "packages/node/src/A.ts: @t/testing/A: layer:adapter may not import layer:testing",
      "packages/testing/src/A.ts: @t/web/A: layer:testing may not import layer:adapter"
    ])
  })

  it("rejects an adapter that imports an adapter, and an app that imports an app, though declared", () => {
    add("packages/web", "layer:adapter", "platform:any", ["core", "node"])
    write("packages/web/src/A.ts", `import "@t/node/A"`)
    add("apps/server", "layer:app", "platform:node", ["cli"])
    write("apps/server/src/main.ts", `import "@t/cli"`)
    expect(check(root)).toEqual([
      "apps/server/src/main.ts: @t/cli: layer:app may not import layer:app",
      "packages/web/src/A.ts: @t/node/A: layer:adapter may not import layer:adapter",
      "packages/web/src/A.ts: @t/node/A: platform:any may not import platform:node"
    ])
  })

  it("lets adapters import page, which imports nothing", () => {
    add("packages/page", "layer:page", "platform:browser")
    add("packages/browser", "layer:adapter", "platform:browser", ["core", "page"])
    write("packages/browser/src/A.ts", `import "@t/page"`)
    expect(check(root)).toEqual([])
    add("packages/page", "layer:page", "platform:browser", ["core"])
    write("packages/page/src/A.ts", `import "@t/core/A"`)
    expect(check(root)).toEqual(["packages/page/src/A.ts: @t/core/A: layer:page may not import layer:core"])
  })

  it("lets a bundle import what is built into it, and no package import the bundle", () => {
    const dependencies = { "@t/core": "0.0.0", "@t/node": "0.0.0", "@t/web": "0.0.0" }
    add("packages/bundle", "layer:bundle", "platform:node", ["core", "node", "web"])
    const bundle = JSON.parse(fs.readFileSync(path.join(root, "packages/bundle/package.json"), "utf8"))
    write("packages/bundle/package.json", { ...bundle, dependencies: {}, devDependencies: dependencies })
    write("packages/bundle/src/A.ts", `import "@t/core/A"\nimport "@t/node/A"\nimport("@t/web/A")`)
    expect(check(root)).toEqual([])
    write("packages/bundle/src/A.ts", `import "@t/browser/A"`)
    add("packages/web", "layer:adapter", "platform:any", ["core", "bundle"])
    write("packages/web/src/A.ts", `import "@t/bundle"`)
    expect(check(root)).toEqual([
      "packages/bundle/src/A.ts: @t/browser/A: package.json does not declare it",
      "packages/web/src/A.ts: @t/bundle: layer:adapter may not import layer:bundle",
      "packages/web/src/A.ts: @t/bundle: platform:any may not import platform:node"
    ])
  })

  it("rejects references that differ from package.json, and missing tags", () => {
    write("packages/web/tsconfig.src.json", { references: [] })
    add("packages/core", "layer:kernel", "platform:any")
    expect(check(root)).toEqual([
      "packages/core/package.json: nx needs one of the tags layer:core|page|adapter|testing|bundle|app",
      "packages/web/tsconfig.src.json: lacks a reference to packages/core"
    ])
  })
})

function add(dir: string, layer: string, platform: string, siblings: string[] = []) {
  const dependencies = Object.fromEntries(siblings.map((name) => [`@t/${name}`, "0.0.0"]))
  const references = siblings.map((name) => ({
    path: `../../${name === "cli" ? "apps" : "packages"}/${name}/tsconfig.src.json`
  }))
  write(`${dir}/package.json`, {
    name: `@t/${path.basename(dir)}`,
    dependencies,
    peerDependencies: { effect: "4" },
    nx: { tags: [layer, platform] }
  })
  write(`${dir}/tsconfig.src.json`, { references })
  write(`${dir}/tsconfig.test.json`, { references: [{ path: "tsconfig.src.json" }, ...references] })
}

function write(file: string, content: string | object) {
  fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
  fs.writeFileSync(path.join(root, file), typeof content === "string" ? content : JSON.stringify(content))
}
