import { assert, describe, it } from "@effect/vitest"
import { RedirectUri } from "@le-auth/core/Identifiers"
import * as Embedding from "@le-auth/web/Embedding"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Options, scenario, services } from "./Application.ts"
import { post } from "./Browser.ts"

const workspace = "https://*.liveperson.net"
const frameAncestors = [workspace, "https://agents.example"]
const embedded: Options = { web: { frameAncestors, frameCookies: "partitioned" } }
const shared: Options = { web: { frameAncestors } }

/**
 * How a browser asks for a frame's page: the first time on behalf of the page around it, then by a click in the frame.
 */
const navigation = { "sec-fetch-dest": "iframe", "sec-fetch-mode": "navigate" }
const frame = { headers: { ...navigation, "sec-fetch-site": "cross-site" } }
const clicked = { headers: { ...navigation, "sec-fetch-site": "same-origin", "sec-fetch-user": "?1" } }

describe("an application in the frame of the agent workspace", () => {
  for (const [mode, options] of [
    ["with a store", embedded],
    ["stateless", { ...embedded, stateless: {} }]
  ] as const) {
    scenario(
      `B9, ${mode}: cookies are SameSite=None; Secure; Partitioned, and still HttpOnly and __Host-`,
      [options],
      async ({ browser }) => {
        const mine = browser()
        const login = await mine.send("/login", clicked)
        const state = new URL(login.headers.get("location")!).searchParams.get("state")
        const back = await mine.send(`/callback?code=planted-code&state=${state}`, frame)
        assert.strictEqual(back.status, 303)
        const out = await mine.send("/sign-out", post({ "sec-fetch-site": "same-origin", "x-le-auth": "1" }))
        const all = [login, back, out].flatMap(({ headers }) => headers.getSetCookie())
        assert.isAtLeast(all.length, 4)
        for (const cookie of all) {
          for (const attribute of [
            /^__Host-le-auth-/,
            /; HttpOnly/,
            /; SameSite=None/,
            /; Secure/,
            /; Partitioned/,
            /; Path=\/(;|$)/
          ]) {
            assert.match(cookie, attribute)
          }
          assert.notMatch(cookie, /Domain|SameSite=Lax/)
        }
        assert.strictEqual(mine.cookies.size, 0)
      }
    )
  }

  for (const [mode, options] of [
    ["with a store", shared],
    ["stateless", { ...shared, stateless: {} }]
  ] as const) {
    scenario(`A10, B9, ${mode}: shared with a window, they are not Partitioned`, [options], async ({ browser }) => {
      const mine = browser()
      // A frame that has no cookie of its own could not finish what it starts.
      assert.strictEqual((await mine.send("/login", frame)).status, 403)
      const back = await mine.signIn()
      assert.isAtLeast(back.headers.getSetCookie().length, 2)
      for (const cookie of back.headers.getSetCookie()) {
        for (const attribute of [/^__Host-le-auth-/, /; HttpOnly/, /; SameSite=None/, /; Secure/]) {
          assert.match(cookie, attribute)
        }
        assert.notMatch(cookie, /Partitioned/)
      }
      assert.isTrue((await mine.session()).signedIn)
    })
  }

  scenario("B9, G7: its own script learns which cookies arrive", [shared, embedded, {}], async (both, own, none) => {
    for (const [application, session] of [
      [both, "shared"],
      [own, "partitioned"]
    ] as const) {
      const mine = application!.browser()
      const first = await mine.send("/session/cookies", post())
      assert.deepStrictEqual(await first.json(), { arrived: [], session })
      const set = first.headers.getSetCookie()
      assert.deepStrictEqual(
        set.map((cookie) => cookie.includes("; Partitioned")),
        [false, true]
      )
      for (const cookie of set) assert.match(cookie, /^__Host-le-auth-probe-.*Max-Age=60;.*SameSite=None/)
      const second = await (await mine.send("/session/cookies", post())).json()
      assert.deepStrictEqual(second, { arrived: ["shared", "partitioned"], session })
      mine.cookies.delete("__Host-le-auth-probe-shared")
      const third = await (await mine.send("/session/cookies", post())).json()
      assert.deepStrictEqual(third, { arrived: ["partitioned"], session })
      assert.strictEqual((await mine.send("/session/cookies", post({ "sec-fetch-site": "cross-site" }))).status, 403)
      assert.strictEqual((await mine.send("/session/cookies")).status, 404)
    }
    const refused = await none!.browser().send("/session/cookies", post())
    assert.strictEqual(refused.status, 409)
    assert.include((await refused.json()).message, "frameAncestors")
  })

  scenario("C14: its pages may be framed by the configured origins only", [embedded, {}], async (framed, plain) => {
    for (const path of ["/callback?code=x", "/login?account=-", "/login?returnTo=//evil.example"]) {
      const page = await framed!.browser().send(path, clicked)
      assert.strictEqual(page.status, 400)
      assert.include(page.headers.get("content-security-policy"), `frame-ancestors ${workspace} https://agents.example`)
      assert.include(page.headers.get("content-security-policy"), "default-src 'none'")
      assert.isNull(page.headers.get("x-frame-options"))
      const closed = await plain!.browser().send(path)
      assert.include(closed.headers.get("content-security-policy"), "frame-ancestors 'none'")
      assert.strictEqual(closed.headers.get("x-frame-options"), "DENY")
    }
    const refused = await framed!.browser().send("/sign-out", post({}))
    assert.include(refused.headers.get("content-security-policy"), `frame-ancestors ${workspace}`)
  })

  scenario("B12: a frame starts a sign-in only where its cookies come back", [embedded, {}], async (framed, plain) => {
    const first = await framed!.browser().send("/login?returnTo=/inbox", frame)
    assert.strictEqual(first.status, 200)
    assert.include(await first.text(), `href="/login?returnTo=/inbox">Sign in</a>`)
    assert.include(first.headers.get("content-security-policy"), `frame-ancestors ${workspace}`)
    assert.deepStrictEqual(first.headers.getSetCookie(), [])
    assert.strictEqual((await framed!.browser().send("/login", clicked)).status, 302)
    for (const init of [frame, clicked]) assert.strictEqual((await plain!.browser().send("/login", init)).status, 403)
    for (const destination of ["image", "script", "empty", "object", "embed", "fencedframe"]) {
      const answer = await framed!.browser().send("/login", { headers: { "sec-fetch-dest": destination } })
      assert.strictEqual(answer.status, 403)
    }
  })

  for (const options of [embedded, shared])
    scenario(
      `G7: with SameSite gone, other sites' requests are still refused: ${options.web?.frameCookies ?? "shared"}`,
      [options],
      async ({ browser, wire }) => {
        const mine = browser()
        await mine.signIn()
        for (const path of ["/session/refresh", "/sign-out", "/sign-out/everywhere"]) {
          for (const headers of [
            {},
            // A form or a script of another widget in the same workspace, whose requests carry this partition's
            // cookies.
            { "sec-fetch-site": "cross-site", origin: "https://other-widget.example" },
            { "sec-fetch-site": "cross-site", origin: "https://va-a.agents.liveperson.net", "x-le-auth": "1" },
            { "sec-fetch-site": "same-site" },
            { "sec-fetch-site": "none" },
            { origin: "https://agents.example", "x-le-auth": "1" },
            { origin: "null" }
          ] as ReadonlyArray<Record<string, string>>) {
            const answer = await mine.send(path, post(headers))
            assert.strictEqual(answer.status, 403, `${path} ${JSON.stringify(headers)}`)
            assert.isNull(answer.headers.get("access-control-allow-origin"))
          }
        }
        assert.isTrue((await mine.session()).signedIn)
        assert.strictEqual(wire.to("/revoke").length, 0)
        // Its own script, in browsers that say so and in those that say only Origin.
        for (const headers of [{ "sec-fetch-site": "same-origin" }, { origin: "https://app.example" }]) {
          assert.strictEqual((await mine.send("/session/refresh", post({ ...headers, "x-le-auth": "1" }))).status, 200)
        }
      }
    )
})

describe("refused at the start", () => {
  const start = (options: Options) =>
    Effect.flip(
      Effect.acquireUseRelease(
        Effect.sync(() => WebSignIn.toWebHandler(services(options))),
        ({ ready }) => Effect.tryPromise({ try: () => ready, catch: (error) => error as Embedding.EmbeddingRefused }),
        ({ dispose }) => Effect.promise(dispose)
      )
    )

  it.live("B9: over http, since the browser would send no cookie", () =>
    Effect.gen(function* () {
      const error = yield* start({ ...embedded, redirectUri: "http://localhost:3000/callback" })
      assert.strictEqual(error._tag, "EmbeddingRefused")
      assert.strictEqual(error.reason, "NotHttps")
      assert.match(error.message, /http:\/\/localhost:3000\/callback is not https/)
    })
  )

  it.live("C14: what is not an origin, and what would open the page to everybody", () =>
    Effect.gen(function* () {
      for (const origin of [
        "*",
        "https://*",
        "https:",
        "http://agents.example",
        "agents.example",
        "'self'",
        "https://agents.example/path",
        "https://agents.example; script-src *",
        "https://agents.example https://evil.example",
        "https://a.*.example",
        ""
      ]) {
        const error = yield* start({ web: { frameAncestors: [origin] } })
        assert.strictEqual(error.reason, "NotAFrameAncestor", origin)
      }
    })
  )

  it.effect.prop("C14: no text that is let through changes the policy", [Schema.String, Schema.String], ([a, b]) =>
    Effect.gen(function* () {
      const redirectUri = RedirectUri.make("https://app.example/callback")
      for (const origin of [a, `https://${a}`, `https://agents.example${a}`, `https://${a}.example:${b}`]) {
        const result = yield* Effect.result(Embedding.check([origin], redirectUri))
        if (result._tag === "Success") assert.match(origin, /^https:\/\/[\w.*:-]+$/)
      }
    })
  )
})
