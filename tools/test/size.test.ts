import fs from "node:fs"

import { describe, expect, it } from "vitest"

import { measure, program } from "../bench/size/Measure.ts"

/** What the README says of a page, with a window, and of all. */
const readme = fs.readFileSync(new URL("../../packages/page/README.md", import.meta.url), "utf8")
const said = [...readme.matchAll(/(\d+\.\d) kB/g)].map(([, kilobytes]) => Number(kilobytes))

/** The peers that are installed here; `npm run bench -- size` has all. */
const smallest = ["@badgateway/oauth2-client", "oauth4webapi"] as const

for (const bundler of ["rolldown", "esbuild"] as const) {
  describe(`what a page pays, by ${bundler}`, () => {
    it("is within the budgets", async ({ annotate }) => {
      const { budgets, rows } = await measure(bundler, smallest)
      expect(rows).toHaveLength(8)
      for (const { text } of budgets) await annotate(text)
      expect(budgets.filter(({ holds }) => !holds)).toEqual([])
      // The README has the larger figure of the two bundlers, rounded.
      expect(said).toHaveLength(3)
      for (const [index, most] of said.entries()) {
        const { kilobytes, name } = rows[index]!
        expect(kilobytes, name).toBeLessThan(most + 0.05)
        expect(kilobytes, name).toBeGreaterThan(most - 0.15)
      }
    })

    it("has nothing but itself without Effect, and no schema in the Effect modules", async () => {
      const [plain, effect] = await Promise.all([program("PlainWhole.ts", bundler), program("EffectPage.ts", bundler)])
      expect(plain.modules.filter((name) => !/packages\/page\/src\/|bench\/size\/|rolldown/.test(name))).toEqual([])
      expect(effect.modules.filter((name) => /effect\/(src|dist)\/Schema/.test(name))).toEqual([])
      expect(effect.modules.some((name) => name.includes("node_modules/effect/"))).toBe(true)
    })
  })
}
