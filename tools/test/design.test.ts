import fs from "node:fs"
import path from "node:path"

import { describe, expect, it } from "vitest"

import { colours, tokens } from "../../packages/core/src/shared/DesignTokens.ts"

const root = path.join(import.meta.dirname, "../..")

/** What differs between a text by hand and one by the formatter. */
const plain = (css: string): string =>
  css
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{}:;,/()]) ?/g, "$1")
    .replace(/\b0\./g, ".")
    .replaceAll(";}", "}")
    .trim()

/** A colour where a style or a picture has it: as a value, or as a function. */
const colour =
  /[:,(\s"']#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})(?=[\s;,)}"'])|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|light-dark)\(/gi
const letters = /[\s;{](font(?:-size|-family)?): *([^;}`]+)/g
const taken: Record<string, RegExp> = {
  font: /^(?:inherit|(?:[\d.]+em|var\(--text-\w+\))(?: ?\/ ?(?:[\d.]+|var\(--leading\)))? var\(--(?:font|mono)\))\s*$/,
  "font-size": /^(?:inherit|[\d.]+em|var\(--text-\w+\))\s*$/,
  "font-family": /^(?:inherit|var\(--(?:font|mono)\))\s*$/
}

const files = fs
  .globSync("{packages,apps}/*/{src/**/*.{ts,css,html},*.html}", { cwd: root })
  .filter((file) => !/DesignTokens\.ts$|spa\/src\/tokens\.css$/.test(file))

describe("the design", () => {
  it("no style has a colour or a letter of its own", () => {
    const own = files.flatMap((file) => {
      const text = fs.readFileSync(path.join(root, file), "utf8")
      const lettering = [...text.matchAll(letters)].filter(([, name, value]) => !taken[name!]!.test(value!))
      return [...text.matchAll(colour), ...lettering].map(([found]) => `${file}: ${found.trim()}`)
    })
    expect(own).toEqual([])
  })

  it("no style asks for a property that there is not", () => {
    const known = new Set([...tokens.matchAll(/--([\w-]+):/g)].map(([, name]) => name!))
    const unknown = files.flatMap((file) => {
      const text = fs.readFileSync(path.join(root, file), "utf8")
      const local = new Set(
        [...text.matchAll(/(?:--|@property --)([\w-]+)(?=:| \{)|\$\{place\}/g)].map(([, name]) => name)
      )
      return [...text.matchAll(/var\(--([\w-]+)\)/g)]
        .filter(([, name]) => !known.has(name!) && !local.has(name))
        .map(([found]) => `${file}: ${found}`)
    })
    expect(unknown).toEqual([])
  })

  it("the single page has the same tokens", () => {
    expect(plain(fs.readFileSync(path.join(root, "apps/spa/src/tokens.css"), "utf8"))).toBe(plain(tokens))
  })

  it("the icons are drawn with the colours of the design", () => {
    const own = new Set<string>(Object.values(colours).flat())
    const drawn = fs.globSync("{packages,apps}/*/{src,public}/**/*.svg", { cwd: root })
    expect(drawn).not.toEqual([])
    for (const file of drawn) {
      const used = fs.readFileSync(path.join(root, file), "utf8").match(/#[\da-f]{3,8}\b/gi) ?? []
      expect(
        used.filter((one) => !own.has(one)),
        file
      ).toEqual([])
    }
  })
})
