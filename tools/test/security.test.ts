import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

const root = path.join(import.meta.dirname, "../..")
const page = fs.readFileSync(path.join(root, "docs/security.md"), "utf8")

/**
 * What can weaken a client: an option, an environment variable, a reference that a program may replace, a layer, and
 * what says in its name that it does less.
 */
const patterns = [
  /\breadonly (\w+)\?:/g,
  /\bConfig\.[\w.]+\((?:[^()"]*, )?"(LE_AUTH_\w+)"/g,
  /[{ ](LE_AUTH_\w+): [A-Z]/g,
  /^export const (\w+)(?::.*)? = Context\.Reference\b/gm,
  /^export const (layer\w*)\b/gm,
  /^export (?:const|function|class) (\w*(?:unsafe|unverified|memory|none|insecure|plain|skip|disable|ignore|trust)\w*)/gim
]

/** What a source text offers. */
const switchesOf = (source: string) =>
  new Set(patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, name]) => name ?? "")))

/** All of them, as `core/SignIn pkce`. What errors say is no switch. */
const inSources = ["core", "node", "web", "browser"].flatMap((name) =>
  fs
    .globSync("*.ts", { cwd: path.join(root, "packages", name, "src") })
    .filter((file) => file !== "index.ts" && !file.endsWith("Error.ts"))
    .flatMap((file) => {
      const text = fs.readFileSync(path.join(root, "packages", name, "src", file), "utf8")
      return [...switchesOf(text)].map((found) => `${name}/${path.basename(file, ".ts")} ${found}`)
    })
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

describe("docs/security.md", () => {
  it("J1: every switch of the client packages is in one of the two tables, once, and no other is", () => {
    expect(onPage.toSorted()).toEqual([...new Set(inSources)].toSorted())
  })

  it("J1: every switch that weakens something has its consequence beside it", () => {
    expect(weakening.length).toBeGreaterThan(20)
    for (const [module, , consequence] of weakening) expect(consequence?.length ?? 0, module).toBeGreaterThan(5)
  })

  it("J1: what says in its name that it does less is never among the harmless", () => {
    const names = harmless.flatMap(named).map((entry) => entry.split(" ")[1] ?? "")
    expect(names.filter((name) => /unsafe|unverified|memory|none|insecure|skip|disable|ignore/i.test(name))).toEqual([])
  })

  it("J1: a new option, reference, layer, variable or unsafe function would be found", () => {
    const source = [
      "export interface Options {",
      "  readonly trustProxy?: boolean | undefined",
      "}",
      'export const Leeway = Context.Reference<number>("x", { defaultValue: () => 0 })',
      "export const layerTrusting = Layer.empty",
      "export const verifyUnsafe = () => true",
      'const x = Config.Boolean("LE_AUTH_TRUST")'
    ].join("\n")
    expect([...switchesOf(source)].toSorted()).toEqual([
      "LE_AUTH_TRUST",
      "Leeway",
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
