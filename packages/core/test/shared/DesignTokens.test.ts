import { colours, contrasts, tokens } from "@le-auth/core/shared/DesignTokens"
import { assert, describe, it } from "@effect/vitest"

/** The relative luminance of `#rrggbb`, see WCAG 2.2, "relative luminance". */
const luminance = (colour: string): number => {
  assert.match(colour, /^#[\da-f]{6}$/)
  const [red, green, blue] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const contrast = (one: string, other: string): number => {
  const [dark, light] = [luminance(one), luminance(other)].toSorted((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** The properties as a browser has them, after the rules of the scheme. */
const computed = (scheme: 0 | 1): ReadonlyMap<string, string> =>
  new Map(
    tokens
      .split("@media(prefers-color-scheme:dark)")
      .slice(0, scheme + 1)
      .flatMap((rules) =>
        [...rules.matchAll(/--([\w-]+):([^;}]+)/g)].map(([, name, value]): [string, string] => [name!, value!])
      )
  )

describe("DesignTokens", () => {
  it("knows black on white", () => {
    assert.closeTo(contrast("#000000", "#ffffff"), 21, 0.001)
    assert.closeTo(contrast("#767676", "#ffffff"), 4.54, 0.01)
  })

  for (const [index, name] of (["light", "dark"] as const).entries()) {
    const values = computed(index as 0 | 1)
    it(`every text and every edge of a control can be seen on a ${name} page`, () => {
      const short = contrasts.flatMap(({ least, of, on }) =>
        on.flatMap((ground) => {
          const found = contrast(values.get(of)!, values.get(ground)!)
          return found < least ? [`--${of} on --${ground}: ${found.toFixed(2)} is less than ${least}`] : []
        })
      )
      assert.deepStrictEqual(short, [])
    })

    it(`a ${name} page has every colour`, () => {
      for (const [colour, pair] of Object.entries(colours)) assert.strictEqual(values.get(colour), pair[index])
    })
  }
})
