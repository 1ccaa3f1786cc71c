/** The recipes on a server. In browsers they are tried by the tests of `@le-auth/browser`. */
import { assert, describe, it } from "@effect/vitest"
import { afterEach, vi } from "vitest"
import { html, names } from "./Recipes.ts"

afterEach(() => void vi.unstubAllGlobals())

describe("on a server", () => {
  for (const name of names) {
    it(`${name} shows that the session is not known yet, and asks no backend`, async () => {
      const fetch = vi.fn()
      vi.stubGlobal("fetch", fetch)
      const text = await html(name)
      assert.match(text, /<output id="state"><\/output>/)
      assert.include(text, "…")
      assert.deepStrictEqual(fetch.mock.calls, [])
    })
  }
})
