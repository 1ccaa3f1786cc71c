import { assert, describe } from "@effect/vitest"
import { type Application, type Options, scenario } from "./Application.ts"

describe("the redirect URI", () => {
  for (const mode of [{}, { stateless: {} }]) {
    scenario(
      `C12: takes GET only, since LivePerson documents no other response mode${"stateless" in mode ? " (stateless)" : ""}`,
      [mode],
      async ({ browser, wire }) => {
        const mine = browser()
        const callback = await mine.start()
        const form = new URL(callback, "https://app.example").searchParams
        for (const init of [
          { method: "POST", body: form },
          { method: "POST", body: form.toString(), headers: { "content-type": "text/plain" } },
          { method: "PUT", body: form },
          { method: "DELETE" },
          { method: "HEAD" },
          { method: "OPTIONS" }
        ]) {
          for (const path of ["/callback", callback]) {
            const answer = await mine.send(path, init)
            assert.strictEqual(answer.status, 405, `${init.method} ${path}`)
            assert.strictEqual(answer.headers.get("allow"), "GET")
            assert.deepStrictEqual(answer.headers.getSetCookie(), [])
          }
        }
        assert.strictEqual(wire.to("/token").length, 0)
        assert.strictEqual((await mine.send(callback)).status, 303)
      }
    )
  }

  scenario("C9: leads on at once, without code and state, and is kept nowhere", [{ stateless: {} }], async (own) => {
    const back = await own.browser().signIn("?returnTo=/inbox")
    assert.strictEqual(back.headers.get("location"), "/inbox")
    assert.strictEqual(back.headers.get("referrer-policy"), "no-referrer")
    assert.strictEqual(back.headers.get("cache-control"), "no-store")
    assert.strictEqual(await back.text(), "")
  })
})

describe("a sign-in on a developer's machine", () => {
  const local: Options = { redirectUri: "http://localhost:4400/callback" }
  const asBy = (application: Application, search: string, host: string) =>
    application.browser().send(`/login${search}`, { headers: { host } })

  scenario(
    "B9: starts at the name of the redirect URI, to which the cookie comes back",
    [local],
    async (application) => {
      for (const host of ["127.0.0.1:4400", "[::1]:4400", "127.1.2.3:4400"]) {
        for (const [search, marked] of [
          ["", "?sent-on=1"],
          ["?returnTo=/inbox&account=12345678", "?returnTo=/inbox&account=12345678&sent-on=1"]
        ] as const) {
          const answer = await asBy(application!, search, host)
          assert.strictEqual(answer.status, 303)
          assert.strictEqual(answer.headers.get("location"), `http://localhost:4400/login${marked}`)
          assert.deepStrictEqual(answer.headers.getSetCookie(), [])
        }
      }
      assert.strictEqual(application!.wire.sent.length, 0)
    }
  )

  scenario(
    "A12: whatever Host a proxy sends, no address is visited twice, and the sign-in starts",
    [
      local,
      { redirectUri: "http://127.0.0.1:5173/callback" },
      { redirectUri: "http://localhost/callback" },
      { redirectUri: "https://app.example/callback" },
      { redirectUri: "https://localhost:4400/callback" }
    ],
    async (...applications) => {
      const hosts = ["localhost", "LOCALHOST:4400", "127.0.0.1", "127.0.0.1:5173", "[::1]:4400", "localhost:80"].concat(
        [
          "localhost:8080",
          "127.0.0.1:99999",
          "127.0.0.999:4400",
          "app.example",
          "evil.example:4400",
          "localhost.:4400",
          ""
        ]
      )
      for (const application of applications) {
        for (const host of hosts) {
          const visited = new Set<string>()
          let search = "?returnTo=/inbox"
          for (;;) {
            assert.isFalse(visited.has(search), `${host} ${search}`)
            visited.add(search)
            const answer = await asBy(application, search, host)
            const location = new URL(answer.headers.get("location")!)
            if (answer.status === 302) {
              assert.include(location.pathname, "/authorize")
              break
            }
            assert.strictEqual(answer.status, 303)
            search = location.search
          }
          assert.isAtMost(visited.size, 2)
        }
      }
    }
  )

  scenario("A12: another port is another server, such as the one behind a proxy", [local], async (application) => {
    const others = [
      "localhost:3000",
      "127.0.0.1:3000",
      "127.0.0.1",
      "localhost:4400",
      "app.example",
      "app.example:4400"
    ]
    for (const host of others) {
      const answer = await asBy(application!, "", host)
      assert.strictEqual(answer.status, 302, host)
      assert.include(answer.headers.get("location"), "redirect_uri=http%3A%2F%2Flocalhost%3A4400%2Fcallback")
    }
  })
})

describe("the limit of starts", () => {
  const address = (request: { readonly headers: Record<string, string | undefined> }) => request.headers["x-address"]
  const from = (name: string) => ({ headers: { "x-address": name } })

  scenario(
    "B12: an address that starts too often has to wait; others do not, nor does a running sign-in",
    [{ web: { startLimit: { limit: 3, window: "1 minute", address } } }],
    async ({ browser, wire }) => {
      const mine = browser()
      const callback = await mine.start()
      for (let start = 0; start < 3; start++) {
        assert.strictEqual((await mine.send("/login", from("203.0.113.1"))).status, 302)
      }
      const before = wire.sent.length
      const refused = await mine.send("/login", from("203.0.113.1"))
      assert.strictEqual(refused.status, 429)
      assert.isAtMost(Number(refused.headers.get("retry-after")), 60)
      assert.isAtLeast(Number(refused.headers.get("retry-after")), 1)
      assert.match(await refused.text(), /Too many sign-ins were started from here/)
      assert.strictEqual(wire.sent.length, before)
      assert.strictEqual((await browser().send("/login", from("203.0.113.2"))).status, 302)
      assert.strictEqual((await mine.send(callback, from("203.0.113.1"))).status, 303)
    }
  )

  scenario(
    "B12: passes with time, and without an address or an option there is none",
    [{ web: { startLimit: { limit: 1, window: "50 millis", address } } }, {}],
    async (limited, unlimited) => {
      const mine = limited!.browser()
      const until = async (status: number) => {
        while ((await mine.send("/login", from("203.0.113.1"))).status !== status) continue
      }
      await until(302)
      await until(429)
      await until(302)
      for (let start = 0; start < 5; start++) {
        assert.strictEqual((await mine.send("/login")).status, 302)
        assert.strictEqual((await unlimited!.browser().send("/login", from("203.0.113.1"))).status, 302)
      }
    }
  )
})
