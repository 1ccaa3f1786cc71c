import { assert, describe, it } from "@effect/vitest"
import { bundle } from "./bundle.ts"

const kilobytes = (bytes: number) => Number((bytes / 1000).toFixed(2))

describe("what a page pays", () => {
  it("the plain entry: at most 3.3 kB, and nothing of Effect", async ({ annotate }) => {
    const { gzipped, modules } = await bundle("plainPage.ts")
    await annotate(`plain entry, whole program: ${kilobytes(gzipped)} kB`)
    assert.isAtMost(kilobytes(gzipped), 3.3)
    assert.deepStrictEqual(
      modules.filter((name) => /node_modules|\/core\//.test(name)),
      []
    )
  })

  it("the Effect modules: at most 30 kB, of which at most 6 kB are ours, and no schema", async ({ annotate }) => {
    const [ours, bare] = await Promise.all([bundle("effectPage.ts"), bundle("bareEffectPage.ts")])
    await annotate(`Effect modules, whole program: ${kilobytes(ours.gzipped)} kB, bare: ${kilobytes(bare.gzipped)} kB`)
    assert.isAtMost(kilobytes(ours.gzipped), 30)
    assert.isAtMost(kilobytes(ours.gzipped - bare.gzipped), 6)
    assert.deepStrictEqual(
      ours.modules.filter((name) => /effect\/(src|dist)\/Schema/.test(name)),
      []
    )
  })

  for (const fixture of ["plainPage.ts", "effectPage.ts"]) {
    it(`J2, F9, H5: the bundle of ${fixture} imports nothing, and names no storage, secret or token`, async () => {
      const { code, imports } = await bundle(fixture)
      assert.deepStrictEqual(imports, [])
      for (const word of [
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "cookie",
        "client_secret",
        "clientSecret",
        "refresh_token",
        "refreshToken",
        "access_token"
      ]) {
        assert.notInclude(code, word)
      }
    })
  }
})
