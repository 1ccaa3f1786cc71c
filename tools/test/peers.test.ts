// What a package demands of its users (a peer that is not optional) costs each of them an installation, and a version.
// So each entry uses it, or the list says why it is demanded all the same.
import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { type Package, packages, publicModules, resolve } from "../PublicSurface.ts"
import { importsOf, parse } from "../SyntaxTree.ts"

const root = path.join(import.meta.dirname, "../..")
const workspace = new Map(packages(root).map((each) => [each.name, each]))

/** Entries that do not use a peer of their package. */
const known: Readonly<Record<string, string>> = {
  "browser/plain effect": "who has no effect takes @le-auth/page, which is the same",
  "sentinel/Paths effect": "constants, of use with the rest of the package alone",
  "sentinel/Ports effect": "the same",
  "node/* redis": "a peer of @effect/platform-node itself, which npm installs with it"
}

const manifestOf = ({ sources }: Package) => JSON.parse(fs.readFileSync(path.join(sources, "../package.json"), "utf8"))

const requiredOf = (each: Package): ReadonlyArray<string> => {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(each)
  return Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)
}

/** The packages of others that a file imports, itself or by way of our files. */
function reached(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return new Set()
  seen.add(file)
  return new Set(
    importsOf(parse(file)).flatMap(({ specifier }): ReadonlyArray<string> => {
      if (specifier.startsWith(".")) return [...reached(path.resolve(path.dirname(file), specifier), seen)]
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
      const sibling = workspace.get(name)
      if (sibling === undefined) return [name]
      const source = resolve(sibling.exports, `.${specifier.slice(name.length)}`)
      return source === undefined ? [] : [...reached(path.join(sibling.sources, "..", source), seen)]
    })
  )
}

describe("peers", () => {
  const unused = [...workspace.values()].flatMap((each) =>
    publicModules(each).flatMap((module) => {
      const uses = reached(path.join(each.sources, `${module}.ts`))
      return requiredOf(each).flatMap((peer) => (uses.has(peer) ? [] : [[each.folder, module, peer] as const]))
    })
  )
  const keyOf = ([folder, module, peer]: readonly [string, string, string]) =>
    [`${folder}/${module} ${peer}`, `${folder}/* ${peer}`].find((key) => key in known)

  it("are used by each entry, but for those that are known", () => {
    expect(workspace.size).toBeGreaterThan(5)
    expect(unused.filter((each) => keyOf(each) === undefined)).toEqual([])
  })

  it("that are known are still unused", () => {
    expect([...new Set(unused.map(keyOf))].toSorted()).toEqual(Object.keys(known).toSorted())
  })

  it("J2: of @le-auth/page, @le-auth/server and @le-auth/emulator there are none, and no dependencies", () => {
    for (const name of ["@le-auth/page", "@le-auth/server", "@le-auth/emulator"]) {
      const { dependencies, optionalDependencies, peerDependencies } = manifestOf(workspace.get(name)!)
      expect([dependencies, optionalDependencies, peerDependencies], name).toEqual([undefined, undefined, undefined])
    }
  })
})
