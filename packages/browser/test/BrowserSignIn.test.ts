import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as BrowserSignIn from "@le-auth/browser/BrowserSignIn"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { afterEach, vi } from "vitest"
import { json, open, view } from "../../page/test/FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

const live = Effect.provide(BrowserSignIn.layer)

describe("BrowserSignIn.redirect", () => {
  it.effect("A10: sends the tab to the backend's login, where the layer says", () => {
    const page = open("https://app.example/inbox")
    return BrowserSignIn.redirect({ account: "12345678" }).pipe(
      Effect.tap(
        Effect.sync(() =>
          assert.deepStrictEqual(page.visited, ["https://app.example/auth?returnTo=%2Finbox&account=12345678"])
        )
      ),
      Effect.provide(BrowserSignIn.layerWith({ paths: { login: "/auth" } }))
    )
  })

  it.effect("B11: fails with the reason and what to do", () => {
    const page = open("https://app.example/")
    return BrowserSignIn.redirect({ returnTo: "//evil.example" }).pipe(
      Effect.flip,
      Effect.map((error) => {
        assert.strictEqual(error._tag, "NotRedirected")
        assert.strictEqual(error.reason, "BadReturnTo")
        assert.include(error.message, "/inbox")
        assert.deepStrictEqual(page.visited, [])
      }),
      live
    )
  })

  it.effect("does nothing before it is run", () => {
    const page = open("https://app.example/?code=1&state=2")
    void BrowserSignIn.redirect().pipe(live)
    void BrowserSignIn.resume.pipe(live)
    return Effect.sync(() => assert.deepStrictEqual([page.visited, page.journal], [[], []]))
  })
})

describe("BrowserSignIn.resume", () => {
  it.effect("C10: cleans the address bar, then gives the session", () => {
    const page = open("https://app.example/inbox?code=1&state=2")
    page.answer = () => json(view)
    return BrowserSignIn.resume.pipe(
      Effect.map((session) => {
        assert.deepStrictEqual({ ...session }, view as never)
        assert.deepStrictEqual(page.journal, ["address https://app.example/inbox", "GET https://app.example/session"])
      }),
      live
    )
  })

  it.effect("fails without a session, and when the backend does not answer", () => {
    const page = open("https://app.example/?code=1&state=2")
    return Effect.gen(function* () {
      const nobody = yield* Effect.flip(BrowserSignIn.resume)
      assert.isTrue(nobody._tag === "PageNotSignedIn" && nobody.reason === "CallbackAtPage")
      page.answer = () => Promise.reject(new TypeError("Failed to fetch"))
      const unreachable = yield* Effect.flip(BrowserSignIn.resume)
      assert.isTrue(unreachable._tag === "BackendUnavailable" && unreachable.isTransient)
      page.answer = () => json({ error: "forbidden", message: "No." }, 403)
      const refused = yield* Effect.flip(BrowserSignIn.resume)
      assert.isTrue(refused._tag === "BackendUnavailable" && !refused.isTransient && refused.message === "No.")
    }).pipe(live)
  })

  it.live("an interruption aborts the request", () => {
    const page = open("https://app.example/")
    page.answer = () => new Promise(() => undefined)
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(BrowserSignIn.resume)
      yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => page.requests.length > 0 })
      const { signal } = page.requests[0]!.init
      assert.isFalse(signal?.aborted)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(signal?.aborted)
    }).pipe(live)
  })
})

describe("BrowserSignIn.onReturn", () => {
  it.live("runs at each return from the back/forward cache, until the scope closes", () => {
    const page = open("https://app.example/")
    let runs = 0
    return Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* BrowserSignIn.onReturn(Effect.sync(() => (runs += 1)))
          page.show(false)
          page.show(true)
          yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => runs > 0 })
          assert.strictEqual(runs, 1)
        })
      )
      assert.strictEqual(page.listeners.size, 0)
    }).pipe(live)
  })
})

describe("the layer", () => {
  it("needs nothing: no installation, no store, no crypto", () => {
    expectTypeOf(BrowserSignIn.layer).toEqualTypeOf<Layer.Layer<BrowserSignIn.BrowserSignIn>>()
  })

  it("H5: a secret does not compile", () => {
    // @ts-expect-error a page has no client secret
    BrowserSignIn.layerWith({ clientSecret: "s" })
    // @ts-expect-error nor a refresh token
    BrowserSignIn.layerWith({ refresh_token: "t" })
    const installation = { clientId: "c", clientSecret: "s" }
    // @ts-expect-error nor in a variable
    BrowserSignIn.layerWith(installation)
    // @ts-expect-error nor with the sign-in
    void BrowserSignIn.redirect({ clientSecret: "s" })
    assert.isTrue(Layer.isLayer(BrowserSignIn.layer))
  })
})
