import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"

import { expect, it } from "vitest"

import { folderOf } from "./folderOf.ts"

const tool = path.join(import.meta.dirname, "../pack.ts")

it("a packed package has nothing of a file that has moved", () => {
  const outputs = (name: string) =>
    Object.fromEntries([".js", ".js.map", ".d.ts", ".d.ts.map"].map((end) => [`packages/a/dist/${name}${end}`, ""]))
  const folder = folderOf({
    "packages/a/package.json": { name: "a", version: "1.0.0", files: ["dist"] },
    "packages/a/src/internal/Moved.ts": "",
    ...outputs("internal/Moved"),
    ...outputs("Moved"),
    ...outputs("http/Route")
  })
  const cwd = path.join(folder, "packages/a")
  execFileSync(process.execPath, [tool], { cwd, stdio: "pipe" })
  const files = execFileSync("tar", ["-tf", "build/packed/a-1.0.0.tgz"], { cwd, encoding: "utf8" })
  expect(files.trim().split("\n").toSorted()).toEqual([
    "package/dist/internal/Moved.d.ts",
    "package/dist/internal/Moved.d.ts.map",
    "package/dist/internal/Moved.js",
    "package/dist/internal/Moved.js.map",
    "package/package.json"
  ])
  expect(fs.existsSync(path.join(cwd, "dist/Moved.js"))).toBe(false)
})

it("a packed bundle has all of its files", () => {
  const folder = folderOf({
    "packages/a/package.json": { name: "a", version: "1.0.0", files: ["dist"], nx: { tags: ["layer:bundle"] } },
    "packages/a/src/index.ts": "",
    "packages/a/dist/internal/effect.js": ""
  })
  const cwd = path.join(folder, "packages/a")
  execFileSync(process.execPath, [tool], { cwd, stdio: "pipe" })
  const files = execFileSync("tar", ["-tf", "build/packed/a-1.0.0.tgz"], { cwd, encoding: "utf8" })
  expect(files).toContain("package/dist/internal/effect.js")
})
