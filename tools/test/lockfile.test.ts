// A fresh clone installs what the lock file says (`npm ci`), on every platform, and changes nothing.
import { readFileSync } from "node:fs"

import { assert, describe, it } from "vitest"

const { packages } = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8"))

export type Entry = { optionalDependencies?: Record<string, string>; resolved?: string; link?: boolean }
const entries = Object.entries(packages) as Array<[string, Entry]>

/** Where Node looks for a package: in each folder on the way up. */
const isLocked = (from: string, name: string) => {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    if (`${folder === "" ? "" : `${folder}/`}node_modules/${name}` in packages) return true
    if (folder === "" || !folder.includes("node_modules/")) return `node_modules/${name}` in packages
  }
}

describe("package-lock.json", () => {
  it("has the optional packages of every platform", () => {
    const missing = entries.flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !isLocked(folder, name))
        .map((name) => `${folder}: ${name}`)
    )
    assert.deepStrictEqual(missing, [], "delete node_modules and package-lock.json, and run npm install")
    assert.isTrue(entries.some(([folder]) => folder.includes("win32")) && entries.some(([f]) => f.includes("darwin")))
  })

  it("names no host of a registry", () => {
    const named = entries.filter(([, { link, resolved }]) => resolved !== undefined && link !== true)
    assert.deepStrictEqual(
      named.map(([folder]) => folder),
      []
    )
  })
})
