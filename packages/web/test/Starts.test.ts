import { assert, describe } from "@effect/vitest"
import * as CookieNames from "@le-auth/core/CookieNames"
import { type Application, type Options, scenario } from "./Application.ts"
import { Browser, post } from "./Browser.ts"

const loopback = "http://localhost:3000"
const frameAncestors = ["https://*.liveperson.net"]

/** Every way in which an application can keep what it knows of a browser. */
const modes: ReadonlyArray<readonly [string, Options]> = [
  ["with a store", {}],
  ["stateless", { stateless: {} }],
  ["in a frame", { web: { frameAncestors } }],
  ["in a frame, stateless and partitioned", { stateless: {}, web: { frameAncestors, frameCookies: "partitioned" } }],
  ["on loopback", { redirectUri: `${loopback}/callback` }],
  ["on loopback, stateless", { redirectUri: `${loopback}/callback`, stateless: {} }]
]

const browserOf = ({ handler }: Application, { redirectUri }: Options) =>
  new Browser(handler, redirectUri === undefined ? undefined : new URL(redirectUri).origin)

const navigation = (headers: Record<string, string> = {}) => ({
  headers: { "sec-fetch-dest": "document", "sec-fetch-mode": "navigate", ...headers }
})

/** The cookies of open sign-ins that a browser holds. */
const openIn = (mine: Browser) =>
  [...mine.cookies.keys()].filter((name) => /-[\w-]{12}$/.test(name) && !/session|data/.test(name))

for (const [mode, options] of modes) {
  describe(mode, () => {
    scenario("B12: another site alone starts nothing: the browser shows a button", [options], async (application) => {
      const mine = browserOf(application!, options)
      const sent = application!.wire.sent.length
      for (const headers of [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "cross-site", "sec-fetch-user": "?0" },
        { "sec-fetch-user": "?0" }
      ] as ReadonlyArray<Record<string, string>>) {
        const answer = await mine.send(`/login?returnTo=/inbox&account=12345678&x="><script>`, navigation(headers))
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.deepStrictEqual(answer.headers.getSetCookie(), [])
        const page = await answer.text()
        const [, href] = /<a class="button primary" href="([^"]*)">Sign in<\/a>/.exec(page) ?? []
        assert.include(href, "/login?returnTo=/inbox&amp;account=12345678&amp;x=")
        assert.notInclude(page, "<script>")
        assert.strictEqual(
          answer.headers.get("content-security-policy")?.includes("frame-ancestors 'none'"),
          options.web === undefined
        )
      }
      assert.strictEqual(application!.wire.sent.length, sent)
      assert.strictEqual(mine.cookies.size, 0)
    })

    scenario(
      "B12: the application's own site, a person and a browser that says nothing start at once",
      [options],
      async (application) => {
        for (const headers of [
          {},
          { "sec-fetch-site": "same-origin" },
          { "sec-fetch-site": "same-site" },
          { "sec-fetch-site": "none" },
          { "sec-fetch-site": "cross-site", "sec-fetch-user": "?1" },
          { "sec-fetch-user": "?1" }
        ] as ReadonlyArray<Record<string, string>>) {
          const answer = await browserOf(application!, options).send("/login", navigation(headers))
          assert.strictEqual(answer.status, 302, JSON.stringify(headers))
        }
      }
    )

    scenario(
      "B12: a browser has 4 open sign-ins at most, its session stays, and the newest completes",
      [options],
      async (application) => {
        const mine = browserOf(application!, options)
        await mine.signIn()
        const before = mine.cookies.size
        const callbacks: Array<string> = []
        for (let start = 0; start < 30; start++) {
          callbacks.push(await mine.start(`?returnTo=/${start}`))
          assert.isAtMost(openIn(mine).filter((name) => !name.includes("open-")).length, 4)
          assert.isAtMost(openIn(mine).filter((name) => name.includes("open-")).length, 4)
        }
        assert.isTrue((await mine.session()).signedIn)
        if (options.stateless === undefined) {
          const size = [...mine.cookies].reduce((sum, [name, value]) => sum + name.length + value.length + 3, 0)
          assert.isBelow(size, 1000)
        }
        // The four newest are good, in any order (B6).
        for (const index of [27, 29, 26, 28]) {
          assert.strictEqual((await mine.send(callbacks[index]!)).headers.get("location"), `/${index}`)
        }
        assert.strictEqual(mine.cookies.size, before)
        assert.isTrue((await mine.session()).signedIn)
      }
    )

    scenario("B12: the end of a sign-in takes those with it whose time is over", [options], async (application) => {
      const mine = browserOf(application!, options)
      const callback = await mine.start()
      const like = openIn(mine).find((name) => !name.includes("open-"))!
      const hours = CookieNames.stamp(new Uint8Array(9), 0)
      const over = like.slice(0, -12) + Buffer.from(hours).toString("base64url")
      mine.cookies.set(over, "left-over")
      await mine.send(callback)
      assert.isFalse(mine.cookies.has(over))
      assert.deepStrictEqual(openIn(mine), [])
    })

    scenario(
      "B3, B12, C13: what a browser fetches in advance starts nothing, and uses nothing up",
      [options],
      async (application) => {
        const mine = browserOf(application!, options)
        const callback = await mine.start()
        const before = new Map(mine.cookies)
        const sent = application!.wire.sent.length
        for (const headers of [
          { "sec-purpose": "prefetch" },
          { "sec-purpose": "prefetch;prerender" },
          { "sec-purpose": "prefetch;anonymous-client-ip" },
          { purpose: "prefetch" },
          { purpose: "preview" },
          { "x-moz": "prefetch" }
        ] as ReadonlyArray<Record<string, string>>) {
          for (const path of ["/login", "/login/done", callback, "/session"]) {
            const answer = await mine.send(path, navigation({ "sec-fetch-site": "same-origin", ...headers }))
            assert.strictEqual(answer.status, 503, `${path} ${JSON.stringify(headers)}`)
            assert.strictEqual(answer.headers.get("cache-control"), "no-store")
            assert.deepStrictEqual(answer.headers.getSetCookie(), [])
          }
        }
        assert.strictEqual(application!.wire.sent.length, sent)
        assert.deepStrictEqual(mine.cookies, before)
        assert.strictEqual((await mine.send(callback)).status, 303)
        assert.isTrue((await mine.session()).signedIn)
      }
    )

    for (const [kind, cookiePrefix] of [
      ["default", undefined],
      ["changed", "shop.1-"]
    ] as const) {
      const named = { ...options, web: { ...options.web, cookiePrefix } }
      scenario(`B9: all cookies begin alike, with the ${kind} prefix`, [named], async (application) => {
        const mine = browserOf(application!, options)
        const expected = `${options.redirectUri === undefined ? "__Host-" : ""}${cookiePrefix ?? "le-auth-"}${options.redirectUri === undefined ? "" : "3000-"}`
        const answers = [await mine.send("/login")]
        const state = new URL(answers[0]!.headers.get("location")!).searchParams.get("state")
        answers.push(await mine.send(`/callback?code=planted-code&state=${state}`))
        assert.isTrue((await mine.session()).signedIn)
        assert.isTrue(mine.cookies.has(`${expected}session`))
        answers.push(await mine.send("/session/cookies", post()), await mine.send("/session/refresh", post()))
        answers.push(await mine.send("/sign-out", post()))
        const names = answers.flatMap(({ headers }) => headers.getSetCookie())
        assert.isAtLeast(names.length, 4)
        for (const name of names) assert.isTrue(name.startsWith(expected), name)
      })
    }
  })
}

describe("two applications on one computer", () => {
  const on = (port: number): Options => ({ redirectUri: `http://localhost:${port}/callback` })
  scenario(
    "B9: do not sign each other out, as one jar has the cookies of both",
    [on(3000), on(3001), { ...on(3002), stateless: {} }, { ...on(3003), stateless: {} }],
    async (...all) => {
      const browsers = all.map(({ handler }, index) => new Browser(handler, `http://localhost:${3000 + index}`))
      for (const mine of browsers) {
        // Cookies do not tell ports apart.
        for (const other of browsers) for (const [name, value] of other.cookies) mine.cookies.set(name, value)
        await mine.signIn()
      }
      const jar = new Map(browsers.flatMap(({ cookies }) => [...cookies]))
      for (const [index, mine] of browsers.entries()) {
        for (const [name, value] of jar) mine.cookies.set(name, value)
        assert.isTrue((await mine.session()).signedIn, String(3000 + index))
      }
      assert.strictEqual((await browsers[0]!.send("/sign-out", post())).status, 204)
      assert.isTrue((await browsers[1]!.session()).signedIn)
    }
  )
})
