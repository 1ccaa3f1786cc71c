import { assert, describe, it } from "@effect/vitest"
import { bundle } from "./bundle.ts"

describe("what is in a page", () => {
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
