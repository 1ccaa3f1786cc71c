import { assert, describe, it } from "@effect/vitest"
import { bundle } from "./bundle.ts"

describe("what is in a page", () => {
  it("J2: of core's HTTP a page gets the client alone, and no Transport of servers", async () => {
    const { imports, modules } = await bundle("httpPage.ts")
    assert.deepStrictEqual(imports, [])
    assert.isTrue(modules.some((name) => name.endsWith("/FetchHttp.ts")))
    assert.deepStrictEqual(
      modules.filter((name) => /\/Transport(?:Problem)?\.ts$/.test(name)),
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
        "document.cookie",
        "cookieStore",
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
