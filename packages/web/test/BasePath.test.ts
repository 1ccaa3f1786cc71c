import { assert, describe, it } from "@effect/vitest"
import { RedirectUri } from "@le-auth/core/Identifiers"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as BasePath from "@le-auth/web/BasePath"
import * as PageToken from "@le-auth/web/PageToken"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import { type Application, type Options, scenario } from "./Application.ts"
import { Browser, post } from "./Browser.ts"

const pageCalls = Layer.mergeAll(
  ApiProxy.layer({ services: { leDataReporting: { paths: ["/operations/**"] } } }),
  PageToken.layer({ services: ["leDataReporting"] })
)

/** What a proxy for `/app/` passes on, and what it answers itself. */
const behind =
  (handler: Application["handler"], takesAway: boolean): Application["handler"] =>
  (request) => {
    const url = new URL(request.url)
    if (!url.pathname.startsWith("/app/"))
      return Promise.resolve(new Response("not of this application", { status: 421 }))
    if (!takesAway) return handler(request)
    url.pathname = url.pathname.slice("/app".length)
    return handler(new Request(url, request))
  }

const proxies = [
  ["takes the prefix away", true],
  ["keeps the prefix", false]
] as const

/** Every way in which the application keeps what it knows of a browser, over https and on a developer's machine. */
const modes = [
  ["https", "https://www.example.com", {}],
  ["https, stateless", "https://www.example.com", { stateless: {} }],
  ["http", "http://localhost:3000", {}],
  ["http, stateless", "http://localhost:3000", { stateless: {} }]
] as const

const optionsOf = (origin: string, more: Options, takesAway: boolean): Options => ({
  ...more,
  redirectUri: `${origin}/app/callback`,
  web: { basePath: "/app", basePathStripped: takesAway },
  routes: pageCalls
})

const linkIn = async (response: Response): Promise<string> => {
  const [, href] = /<a class="button[^"]*" href="([^"]*)"/.exec(await response.text()) ?? []
  assert.isDefined(href, `${response.status}`)
  return href!.replaceAll("&amp;", "&")
}

for (const [how, takesAway] of proxies) {
  for (const [mode, origin, more] of modes) {
    describe(`behind a proxy that ${how}, ${mode}`, () => {
      const begin = (application: Application) => new Browser(behind(application.handler, takesAway), origin)
      /** Starts at a link, and gives the callback as Sentinel would: at the redirect URI that it was asked with. */
      const start = async (browser: Browser, login: string, answer = "code=planted-code") => {
        const location = new URL((await browser.send(login)).headers.get("location")!)
        const { searchParams } = location
        assert.strictEqual(searchParams.get("redirect_uri"), `${origin}/app/callback`)
        return `${searchParams.get("redirect_uri")}?${answer}&state=${searchParams.get("state")}`
      }

      scenario(
        "A12: a whole sign-in follows what stands in the answers, from an error page to sign-out",
        [optionsOf(origin, more, takesAway)],
        async (application) => {
          const browser = begin(application!)
          const denied = await browser.send(
            await start(browser, "/app/login?returnTo=/app/inbox", "error=access_denied")
          )
          const again = await linkIn(denied)
          assert.strictEqual(again, "/app/login?returnTo=%2Fapp%2Finbox")
          const back = await browser.send(await start(browser, again))
          assert.strictEqual(back.headers.get("location"), "/app/inbox")
          for (const cookie of back.headers.getSetCookie()) {
            assert.match(cookie, origin.startsWith("https:") ? /^__Host-.*; Path=\/(;|$)/ : /; Path=\/app(;|$)/)
          }
          assert.isTrue((await (await browser.send("/app/session")).json()).signedIn)

          application!.later("6 seconds")
          const form = post({ origin })
          application!.wire.next("/token", Scripted.oauthError("temporarily_unavailable", 503))
          const failed = await browser.send("/app/session/refresh", form)
          assert.strictEqual(await linkIn(failed), "/app/")
          assert.strictEqual((await browser.send("/app/session/refresh", form)).headers.get("location"), "/app/")
          const home = await browser.send("/app/sign-out", form)
          assert.strictEqual(home.headers.get("location"), "/app/")
          assert.isFalse((await (await browser.send("/app/session")).json()).signedIn)
          assert.strictEqual(browser.cookies.size, 0)
        }
      )

      scenario(
        "B12: the button for a browser that was sent here leads to the public path",
        [optionsOf(origin, more, takesAway)],
        async (application) => {
          const headers = { "sec-fetch-site": "cross-site", "sec-fetch-dest": "document" }
          const page = await begin(application!).send("/app/login?returnTo=/app/inbox", { headers })
          assert.strictEqual(await linkIn(page), "/app/login?returnTo=/app/inbox")
        }
      )

      scenario(
        "calls of a page, its token and the window's end are below the prefix",
        [optionsOf(origin, more, takesAway)],
        async (application) => {
          const browser = begin(application!)
          await browser.send(await start(browser, "/app/login"))
          assert.include(await (await browser.send("/app/login/done?window=1")).text(), "BroadcastChannel")
          application!.wire.next("/operations/x", Scripted.json({ here: true }))
          const answer = await browser.send("/app/liveperson/leDataReporting/operations/x", {
            headers: { "x-le-auth": "1" }
          })
          assert.deepStrictEqual(await answer.json(), { here: true })
          assert.strictEqual((await browser.send("/app/session/token/leDataReporting", post())).status, 200)
          assert.strictEqual((await browser.send("/app/session/cookies", post())).status, 409)
        }
      )

      scenario(
        "routes live below the prefix only, as it arrives here",
        [optionsOf(origin, more, takesAway)],
        async (application) => {
          for (const path of ["/login", "/session", "/callback"]) {
            const url = `${origin}${takesAway ? "/app" : ""}${path}`
            assert.strictEqual((await application!.handler(new Request(url))).status, 404, url)
          }
        }
      )
    })
  }
}

describe("a base path", () => {
  const check = (basePath: string, redirectUri = "https://www.example.com/app/callback") =>
    BasePath.check(basePath, RedirectUri.make(redirectUri))

  it.effect("A12: is a path, above the callback, and refused with what to write otherwise", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* check("/"), "")
      assert.strictEqual(yield* check("/app/"), "/app")
      assert.strictEqual(yield* check("/a-b/c.d", "https://www.example.com/a-b/c.d/callback"), "/a-b/c.d")
      for (const wrong of [
        "app",
        "//app",
        "/app//",
        "/../app",
        "/.",
        "/app/..",
        "/:x",
        "/*",
        "/a b",
        "/a?b",
        "/a%2fb",
        "https://x"
      ]) {
        const error = yield* Effect.flip(check(wrong))
        assert.strictEqual(error.reason, "NotAPath", wrong)
        assert.include(error.message, "such as /app")
      }
      for (const elsewhere of ["https://www.example.com/callback", "https://www.example.com/apple/callback"]) {
        const error = yield* Effect.flip(check("/app", elsewhere))
        assert.strictEqual(error.reason, "CallbackElsewhere")
        assert.include(error.message, "https://www.example.com/app/callback")
      }
    })
  )
})
