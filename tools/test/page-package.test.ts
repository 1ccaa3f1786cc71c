// `@le-auth/page` as somebody gets it: packed, beside the version of Effect that most programs have.
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { afterAll, assert, beforeAll, describe, it } from "vitest"

import { filesBelow, installIn, runIn } from "../outside.ts"
import { tarballs } from "../tarballs.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))
const { devDependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"))

const tarball = tarballs().find((file) => path.basename(file).startsWith("le-auth-page-")) ?? ""
let project = ""
let installed = ""

const run = (command: string, ...args: ReadonlyArray<string>) => runIn(project, command, ...args)

const consumer = `
import { Effect } from "effect"
import { callApi, onChange, popup, redirect, resume, type Session, type SessionResult, signOut } from "@le-auth/page"

export const start = Effect.promise(() => resume({ basePath: "/auth" }))
export const told = (result: SessionResult): string =>
  result._tag === "SignedIn" ? result.session.subject : result.message
export const isAdmin = ({ isAdmin }: Session): boolean => isAdmin
export const users = async () => {
  const result = await callApi("accountConfigReadOnly", "/api/account/1/a", { method: "POST", body: "{}" })
  return result._tag === "Answered" ? result.response.json() : result.message
}
export const buttons = { redirect, popup, signOut, stop: onChange(() => undefined) }
`

describe("@le-auth/page, installed", () => {
  beforeAll(() => {
    project = fs.mkdtempSync(path.join(os.tmpdir(), "le-auth-page-"))
    installed = path.join(project, "node_modules", "@le-auth", "page")
    fs.writeFileSync(path.join(project, "package.json"), JSON.stringify({ type: "module", private: true }))
    installIn(project, "effect@3.22.4", `typescript@${devDependencies.typescript}`)
    installIn(project, tarball)
  }, 300_000)

  afterAll(() => fs.rmSync(project, { recursive: true, force: true }))

  it("installs beside effect 3, needs no other package, and has at most 1 MB", () => {
    const found = run("npm", "ls", "--depth=0", "--parseable").trim().split("\n").slice(1)
    assert.sameMembers(
      found,
      ["@le-auth/page", "effect", "typescript"].map((name) => path.join(project, "node_modules", name))
    )
    assert.deepStrictEqual(fs.readdirSync(path.join(project, "node_modules", "@le-auth")), ["page"])
    const manifest = JSON.parse(fs.readFileSync(path.join(installed, "package.json"), "utf8"))
    for (const key of ["dependencies", "optionalDependencies", "peerDependencies"]) assert.notProperty(manifest, key)
    const size = filesBelow(installed).reduce((sum, file) => sum + fs.statSync(file).size, 0)
    assert.isAtMost(size, 1_000_000)
    assert.isAbove(size, 10_000)
  })

  it("imports nothing but itself", () => {
    const files = filesBelow(path.join(installed, "dist")).filter((file) => /\.(?:js|d\.ts)$/.test(file))
    assert.isAbove(files.length, 10)
    for (const file of files) {
      const code = fs.readFileSync(file, "utf8").replaceAll(/\/\*[^]*?\*\//g, "")
      const foreign = [...code.matchAll(/\b(?:from|import)\s*\(?"([^"]+)"/g)].filter(
        ([, name]) => !name?.startsWith(".")
      )
      assert.deepStrictEqual(foreign, [], file)
    }
  })

  it.each(["nodenext", "bundler"])(
    "compiles beside effect 3 in a strict program (%s)",
    { timeout: 120_000 },
    (kind) => {
      fs.writeFileSync(path.join(project, "consumer.ts"), consumer)
      fs.writeFileSync(
        path.join(project, "tsconfig.json"),
        JSON.stringify({
          files: ["consumer.ts"],
          compilerOptions: {
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: false,
            noEmit: true,
            target: "es2022",
            lib: ["ES2022", "DOM"],
            module: kind === "bundler" ? "esnext" : kind,
            moduleResolution: kind,
            types: []
          }
        })
      )
      run(path.join(project, "node_modules", ".bin", "tsc"), "-p", ".")
    }
  )
})
