import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Plain from "@le-auth/browser/plain"
import * as Page from "@le-auth/page"
import { afterEach, vi } from "vitest"
import { json, open } from "../../page/test/FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

describe("plain", () => {
  it("has the names and the types of @le-auth/page", () => {
    expectTypeOf({ ...Plain }).toEqualTypeOf({ ...Page })
    expectTypeOf<Plain.SessionResult>().toEqualTypeOf<Page.SessionResult>()
    assert.deepStrictEqual(Object.keys(Plain).toSorted(), Object.keys(Page).toSorted())
  })

  const calls: ReadonlyArray<[string, (options?: Plain.Backend) => unknown]> = [
    ["/login", (options) => Plain.redirect({ returnTo: "/", ...options })],
    ["/login", (options) => Plain.popup({ ...options })],
    ["/session", Plain.session],
    ["/session", Plain.resume],
    ["/session", Plain.allowCookies],
    ["/session/refresh", Plain.refresh],
    ["/session/cookies", Plain.cookies],
    ["/session/token/msg", (options) => Plain.directApi(options)("msg", "/")],
    ["/sign-out", Plain.signOut],
    ["/sign-out/everywhere", Plain.signOutEverywhere],
    ["/liveperson/msg/", (options) => Plain.callApi("msg", "/", options)]
  ]

  for (const [path, call] of calls) {
    it(`goes to ${path} of @le-auth/web, or below the base path: ${call.name}`, async () => {
      const isFramed = path.endsWith("/cookies")
      const page = open("https://app.example/", isFramed ? "foreign" : undefined)
      vi.stubGlobal("document", { requestStorageAccess: () => Promise.resolve(), hasStorageAccess: () => true })
      // No window, so that the whole tab goes.
      if (!isFramed) vi.stubGlobal("window", { top: { location: page.location }, open: () => null })
      page.answer = () => json({ signedIn: false })
      for (const [options, expected] of [
        [undefined, path],
        [{ basePath: undefined }, path],
        [{ basePath: "/app" }, `/app${path}`]
      ] as const) {
        page.requests.length = 0
        page.visited.length = 0
        await call(options)
        assert.strictEqual(new URL([...page.visited, ...page.requests.map(({ url }) => url)][0]!).pathname, expected)
      }
    })
  }
})
