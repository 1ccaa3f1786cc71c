// What one package may import of another: its public modules, which are those of `index.ts`. The packages, and they
// alone, also have `shared/` of core and `shared` of page, which change without notice: with an exact version, a
// package never meets another version's.
import fs from "node:fs"
import path from "node:path"

import { isShared, listed, packages, type Package, resolve, unlisted } from "../PublicSurface.ts"
import { sourcesOf } from "./Sources.ts"

/** The imports that are not for others than the package itself, as "file: specifier: what is wrong". */
export function checkPublicModules(root: string): Array<string> {
  const known = packages(root).filter(({ exports }) => Object.keys(exports).length > 0)
  return [...checkSources(root, known), ...checkTexts(root, known)]
}

function checkSources(root: string, known: ReadonlyArray<Package>): Array<string> {
  const open = new Map(known.map((each) => [each.name, { ...each, modules: new Set(listed(each)) }]))
  return fs
    .globSync("{packages,apps}/*/{src,test}", { cwd: root })
    .toSorted()
    .flatMap((folder) =>
      sourcesOf(path.join(root, folder)).flatMap(({ imports, name }) =>
        imports.flatMap(({ specifier }) => {
          const target = open.get(specifier.split("/", 2).join("/"))
          const module = specifier.split("/").slice(2).join("/")
          if (target === undefined || module === "") return []
          const reason = refusal(target, module, folder)
          return reason === undefined ? [] : [`${root}/${folder}/${name}: ${specifier}: ${reason}`]
        })
      )
    )
}

function refusal(target: Package & { readonly modules: ReadonlySet<string> }, module: string, folder: string) {
  if (resolve(target.exports, `./${module}`) === undefined) return `${target.name} does not let it out`
  if (target.modules.has(module)) return undefined
  if (!unlisted[target.folder]?.test(module)) return `it is not public: ${target.name} does not list it in index.ts`
  const isOutside = !folder.startsWith(`packages${path.sep}`)
  return isShared(module) && isOutside ? "only packages may import what they share" : undefined
}

/** What people copy: they have nothing of what packages share. */
function checkTexts(root: string, known: ReadonlyArray<Package>): Array<string> {
  const names = known.filter(({ folder }) => unlisted[folder]).map(({ name }) => name)
  if (names.length === 0) return []
  const pattern = new RegExp(`["']((?:${names.join("|")})/shared(?:/[^"']*)?)["']`, "g")
  return fs
    .globSync("{*.md,docs/**/*.md,{packages,apps}/*/*.md,examples/**/*.{md,ts,tsx,mts,js,mjs}}", { cwd: root })
    .filter((file) => !file.includes("node_modules"))
    .toSorted()
    .flatMap((file) =>
      [...fs.readFileSync(path.join(root, file), "utf8").matchAll(pattern)].map(
        ([, specifier]) => `${root}/${file}: ${specifier}: only packages may import what they share`
      )
    )
}
