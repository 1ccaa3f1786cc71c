import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as FrameCookies from "@le-auth/browser/FrameCookies"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { afterEach, vi } from "vitest"
import { json, open } from "../../page/test/FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

describe("FrameCookies", () => {
  it.effect("B9: fails with the reason, and what to do", () => {
    const page = open("https://app.example/", "foreign")
    vi.stubGlobal("document", {
      hasStorageAccess: () => Promise.resolve(false),
      requestStorageAccess: () => Promise.reject(new DOMException("", "NotAllowedError"))
    })
    page.answer = ({ url }) => json(url.endsWith("/cookies") ? { arrived: [], session: "shared" } : { signedIn: false })
    return Effect.gen(function* () {
      const checked = yield* Effect.flip(FrameCookies.check)
      const allowed = yield* Effect.flip(FrameCookies.allow)
      for (const error of [checked, allowed]) {
        assert.isTrue(error._tag === "CookiesKeptBack" && error.reason === "Blocked" && error.message.includes("popup"))
      }
      page.answer = () => Promise.reject(new TypeError("Failed to fetch"))
      assert.strictEqual((yield* Effect.flip(FrameCookies.check))._tag, "BackendUnavailable")
    }).pipe(Effect.provide(FrameCookies.layer))
  })

  it("H5: needs nothing, and a secret does not compile", () => {
    expectTypeOf(FrameCookies.layer).toEqualTypeOf<Layer.Layer<FrameCookies.FrameCookies>>()
    // @ts-expect-error a page has no client secret
    FrameCookies.layerWith({ clientSecret: "s" })
  })
})
