import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { listed, packages, publicModules, publicNames } from "../PublicSurface.ts"

const root = path.join(import.meta.dirname, "../..")
const page = fs.readFileSync(path.join(root, "docs/glossary.md"), "utf8")

/** What the glossary allows: the packages that may export a name, by the name; `any` is all of them. */
const allowed = new Map(
  (page.split("\n## Names that two packages export\n")[1] ?? "").split("\n").flatMap((line) => {
    const [, names = "", owners = ""] = /^\| (`.*?`) \| (.*?) \|/.exec(line) ?? []
    return [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => [name, owners.split(", ")] as const)
  })
)

/** The packages that have something by its name, where more than one has. */
function shared(named: ReadonlyArray<readonly [name: string, owner: string]>): Map<string, ReadonlyArray<string>> {
  const owners = new Map<string, Set<string>>()
  for (const [name, owner] of named) owners.set(name, (owners.get(name) ?? new Set()).add(owner))
  return new Map([...owners].filter(([, all]) => all.size > 1).map(([name, all]) => [name, [...all].toSorted()]))
}

const exported = shared(
  packages(root).flatMap((from) =>
    publicModules(from).flatMap((module) => publicNames(from, module).map(({ name }) => [name, from.folder] as const))
  )
)

describe("public names", () => {
  it("are those of one package, unless the glossary has them", () => {
    expect(exported.size).toBeGreaterThan(0)
    const others = [...exported].filter(([name, owners]) => {
      const known = allowed.get(name) ?? []
      return !known.includes("any") && !owners.every((owner) => known.includes(owner))
    })
    expect(others.map(([name, owners]) => `${name}: ${owners.join(", ")}`)).toEqual([])
  })

  it("are in the glossary only if packages share them", () => {
    expect(allowed.size).toBeGreaterThan(0)
    expect([...allowed.keys()].filter((name) => !exported.has(name))).toEqual([])
  })

  it("of modules are those of one package", () => {
    const modules = packages(root).flatMap((from) => listed(from).map((module) => [module, from.folder] as const))
    expect([...shared(modules).keys()]).toEqual([])
  })
})
