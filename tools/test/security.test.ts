import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { packages, publicModules } from "../PublicSurface.ts"
import { doesLess, switchesOf } from "../Switches.ts"
import { folderOf } from "./folderOf.ts"

const root = path.join(import.meta.dirname, "../..")
const page = fs.readFileSync(path.join(root, "docs/security.md"), "utf8")

/** All of them, as `core/SignIn pkce`. */
const inSources = packages(root).flatMap((from) =>
  publicModules(from).flatMap((module) => switchesOf(from, module).map((name) => `${from.folder}/${module} ${name}`))
)

/** The rows of a table, as cells. */
const rows = (title: string) => {
  const section = page.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? ""
  return [...section.matchAll(/^\| (`.*) \|$/gm)].map(([, row]) => (row ?? "").split(" | "))
}
const named = ([module = "", switches = ""]: string[]) =>
  [...switches.matchAll(/`(\w+)`/g)].map(([, name]) => `${module.slice(1, -1)} ${name}`)

const weakening = rows("What weakens something")
const harmless = rows("What weakens nothing")
const onPage = [...weakening, ...harmless].flatMap(named)

// A list of the switches of the forms that tools/Switches.ts knows. That there is no switch of another form, a reader
// has to see.
describe("docs/security.md", () => {
  it("J1: every known switch of the packages is in one of the two tables, once, and no other is", () => {
    expect(onPage.toSorted()).toEqual(inSources.toSorted())
  })

  it("J1: every switch that weakens something has its consequence beside it", () => {
    expect(weakening.length).toBeGreaterThan(20)
    for (const [module, , consequence] of weakening) expect(consequence?.length ?? 0, module).toBeGreaterThan(5)
  })

  it("J1: what says in its name that it does less is never among the harmless", () => {
    const names = harmless.flatMap(named).map((entry) => entry.split(" ")[1] ?? "")
    expect(names.filter((name) => doesLess.test(name) && !/plain|trust/i.test(name))).toEqual([])
  })

  it("J1: a new option, reference, layer, variable or unsafe function would be found, also one that is passed on", () => {
    const folder = folderOf({
      "packages/core/package.json": { name: "@t/core", exports: {} },
      "packages/core/src/index.ts": `export * as A from "./A.ts"\nexport * as AnError from "./AnError.ts"`,
      "packages/core/src/A.ts": `
        interface Base { readonly inherited?: string }
        interface Options extends Base { readonly trustProxy?: boolean | undefined }
        interface Internal { readonly internal?: string }
        export const make = (given: Options, options: { readonly inline?: string; readonly needed: string }) => {
          const internal: Internal | { readonly also?: string } = {}
          return options
        }
        export const Leeway = Context.Reference<number>("x", { defaultValue: () => 0 })
        export const layerTrusting = Layer.empty
        export const verifyUnsafe = () => true
        export { layerDeep, type Deep } from "./internal/deep.ts"
        const x = Config.Boolean("LE_AUTH_TRUST")
        export const settings = { LE_AUTH_KEYS: Schema.String, SENTINEL_STORE: Schema.String }
        export interface Unsafe {}`,
      "packages/core/src/AnError.ts": `export const layerUnsafe = Layer.empty`,
      "packages/core/src/internal/deep.ts": `
        interface Hidden { readonly hidden?: string }
        export interface Deep { readonly deep?: string }
        export const layerDeep = Layer.empty`
    })
    const found = packages(folder).flatMap((from) => publicModules(from).flatMap((module) => switchesOf(from, module)))
    expect(found).toEqual([
      "LE_AUTH_KEYS",
      "LE_AUTH_TRUST",
      "Leeway",
      "SENTINEL_STORE",
      "deep",
      "inherited",
      "inline",
      "layerDeep",
      "layerTrusting",
      "trustProxy",
      "verifyUnsafe"
    ])
  })

  it("J1: README and SECURITY.md lead to it", () => {
    for (const file of ["README.md", "SECURITY.md"]) {
      expect(fs.readFileSync(path.join(root, file), "utf8"), file).toContain("docs/security.md")
    }
  })
})
