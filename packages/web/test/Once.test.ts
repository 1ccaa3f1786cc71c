import { assert, describe, it } from "@effect/vitest"
import * as WebApplication from "@le-auth/web/WebApplication"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { services } from "./Application.ts"
import { Browser } from "./Browser.ts"

/** As a framework loads it that builds a module once for routes and once for pages. */
const copyOf = (name: string): Promise<typeof WebSignIn> => import(/* @vite-ignore */ `../src/WebSignIn.ts?${name}`)

const cookieOf = (browser: Browser) => ({
  headers: { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ") }
})

describe("toWebHandler with once", () => {
  it("is one for all copies of a module, so that a page knows who signed in at a route", async () => {
    const [one, other] = await Promise.all([copyOf("routes"), copyOf("pages")])
    assert.notStrictEqual(one.toWebHandler, other.toWebHandler)
    const routes = one.toWebHandler(services({}), { once: "test of copies" })
    const mine = new Browser(routes.handler)
    await mine.signIn()
    const pages = other.toWebHandler(services({}), { once: "test of copies" })
    const request = new Request("https://app.example/", cookieOf(mine))
    assert.isTrue((await pages.session(request)).signedIn)
    // Another name, or none, is another application.
    for (const once of ["another test", undefined]) {
      const apart = other.toWebHandler(services({}), { once })
      assert.isFalse((await apart.session(request)).signedIn)
      await apart.dispose()
    }
    await pages.dispose()
  })

  it("is built once, released once, and new after that", async () => {
    const events: Array<string> = []
    const watched = Layer.merge(
      services({}),
      Layer.effectDiscard(
        Effect.acquireRelease(
          Effect.sync(() => void events.push("built")),
          () => Effect.sync(() => void events.push("released"))
        )
      )
    )
    const handlers = [1, 2, 3].map(() => WebSignIn.toWebHandler(watched, { once: "test of builds" }))
    await Promise.all(handlers.map(({ ready }) => ready))
    assert.deepStrictEqual(events, ["built"])
    await handlers[1]!.dispose()
    assert.deepStrictEqual(events, ["built", "released"])
    const next = WebSignIn.toWebHandler(watched, { once: "test of builds" })
    await next.ready
    assert.deepStrictEqual(events, ["built", "released", "built"])
    await next.dispose()
  })

  it("makes room for another try after one that could not be built", async () => {
    const failing = Layer.effect(WebApplication.WebApplication, Effect.fail(new WebApplication.NoRedirectUri()))
    const first = WebSignIn.toWebHandler(Layer.provideMerge(failing, services({})), { once: "test of failures" })
    const error = await first.ready.then(
      () => undefined,
      (error: unknown) => error
    )
    assert.instanceOf(error, WebApplication.NoRedirectUri)
    const second = WebSignIn.toWebHandler(services({}), { once: "test of failures" })
    await second.ready
    assert.strictEqual(WebSignIn.toWebHandler(services({}), { once: "test of failures" }), second)
    // The end of the first does not take the second with it.
    await first.dispose()
    assert.strictEqual(WebSignIn.toWebHandler(services({}), { once: "test of failures" }), second)
    await second.dispose()
  })
})
