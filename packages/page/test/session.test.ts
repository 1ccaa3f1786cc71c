import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import {
  refresh,
  type Session,
  session,
  type SessionResult,
  signOut,
  signOutEverywhere,
  type Unavailable
} from "@le-auth/page"
import * as SessionView from "@le-auth/core/SessionView"
import * as Schema from "effect/Schema"
import { afterEach, vi } from "vitest"
import { fromBody } from "../src/internal/sessionView.ts"
import { json, left, open, opaqueRedirect, type Sent, view } from "./FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

const opened = (answer: (request: Sent) => Response | Promise<Response>) => {
  const page = open("https://app.example/inbox")
  page.answer = answer
  return page
}

const unavailable = (result: { readonly _tag: string }): Unavailable => {
  assert.strictEqual(result._tag, "Unavailable")
  return result as Unavailable
}

const calls = { session, refresh, signOut, signOutEverywhere }

describe("every request", () => {
  for (const [name, call, method, path] of [
    ["session", session, "GET", "/auth/session"],
    ["refresh", refresh, "POST", "/auth/session/refresh"],
    ["signOut", signOut, "POST", "/auth/sign-out"],
    ["signOutEverywhere", signOutEverywhere, "POST", "/auth/sign-out/everywhere"]
  ] as const) {
    it(`G7: ${name} is ${method} ${path} to the page's own origin, with the header that no other site can send`, async () => {
      const page = opened(() => json({ signedIn: false }))
      await call()
      const { header, init, url } = page.requests[0]!
      assert.strictEqual(url, `https://app.example${path}`)
      assert.deepInclude(init, {
        method,
        mode: "same-origin",
        credentials: "same-origin",
        cache: "no-store",
        redirect: "manual"
      })
      assert.isNotNull(header(SessionView.requestHeader))
      assert.isUndefined(init.body)
    })
  }

  it("goes below the base path, wherever that is", async () => {
    const page = opened(() => json({ signedIn: false }))
    for (const basePath of ["/app/auth", "/app/auth/", "/", "//evil.example", undefined] as const)
      await session({ basePath })
    await session({ basePath: "/app", paths: { signOut: "/leave" } })
    await signOut({ basePath: "/app", paths: { signOut: "/leave" } })
    assert.deepStrictEqual(
      page.requests.map(({ url }) => url.replace("https://app.example", "")),
      [
        "/app/auth/session",
        "/app/auth/session",
        "/session",
        "//evil.example/session",
        "/auth/session",
        "/app/session",
        "/leave"
      ]
    )
  })

  it("goes where the routes are", async () => {
    const page = opened(() => json({ signedIn: false }))
    const backend = { paths: { session: "/auth/me", signOut: "//evil.example" } } as const
    await session(backend)
    await refresh(backend)
    await signOut(backend)
    assert.deepStrictEqual(
      page.requests.map(({ url }) => url),
      ["https://app.example/auth/me", "https://app.example/auth/me/refresh", "https://app.example//evil.example"]
    )
  })

  for (const [name, call] of Object.entries(calls)) {
    it(`D10: ${name} has a time limit, can be given up, and says when no server listens`, async () => {
      const page = opened(() => new Promise(() => undefined))
      assert.strictEqual(unavailable(await call({ timeout: 5 })).reason, "Timeout")
      const controller = new AbortController()
      const pending = call({ signal: controller.signal })
      controller.abort()
      assert.strictEqual(unavailable(await pending).reason, "Aborted")
      page.answer = () => Promise.reject(new TypeError("Failed to fetch"))
      assert.strictEqual(unavailable(await call()).reason, "Unreachable")
    })

    it(`${name} tells the backend's refusal from an answer of somebody else`, async () => {
      const page = opened(() => json({ error: "StoreError", message: "The store is unavailable." }, 503))
      assert.deepStrictEqual(unavailable(await call()), {
        _tag: "Unavailable",
        reason: "Refused",
        message: "The store is unavailable.",
        status: 503
      })
      for (const answer of [
        () => opaqueRedirect,
        () => new Response("<!doctype html><title>Single page</title>", { headers: { "content-type": "text/html" } }),
        () => new Response("", { status: 404 }),
        () => new Response("{", { status: 200 }),
        () => json(null),
        () => json([]),
        () => json({ signedIn: "yes" }),
        () => json({ signedIn: true }),
        () => json({ error: "SessionEnded" }),
        () => json({ message: "no" }, 401)
      ]) {
        page.answer = answer
        const result = unavailable(await call())
        assert.strictEqual(result.reason, "BadAnswer")
        assert.include(result.message, "option basePath")
      }
    })
  }

  it("J4: takes no more than a sentence or two of the other side's words", async () => {
    opened(() => json({ error: "e".repeat(9999), message: "m".repeat(9999) }, 500))
    assert.strictEqual(unavailable(await session()).message.length, 500)
  })

  it("H5: an option with a secret does not compile", () => {
    opened(() => json({ signedIn: false }))
    // @ts-expect-error
    void session({ clientSecret: "s" })
    // @ts-expect-error
    void refresh({ refreshToken: "t" })
    // @ts-expect-error
    void refresh({ refresh_token: "t" })
    // @ts-expect-error
    void signOut({ client_secret: "s" })
  })
})

describe("session", () => {
  it("gives who is signed in, and nothing that does not belong on a page", async () => {
    opened(() => json({ ...view, access_token: "planted", refreshToken: "planted" }))
    assert.deepStrictEqual(await session(), { _tag: "SignedIn", session: view } as SessionResult)
  })

  it("says that no user is", async () => {
    opened(() => json({ signedIn: false }))
    const result = await session()
    assert.strictEqual(result._tag === "SignedOut" && result.reason, "NotSignedIn")
  })

  it("knows exactly the members of core's SignedInView", () => {
    expectTypeOf<keyof Session>().toEqualTypeOf<keyof SessionView.SignedInView>()
    expectTypeOf<SessionView.SignedInView>().toExtend<Session>()
    assert.deepStrictEqual(Object.keys(view).toSorted(), Object.keys(SessionView.SignedInView.fields).toSorted())
  })

  it.prop("believes every session that core's schema makes", [SessionView.SignedInView], ([made]) => {
    assert.deepStrictEqual(fromBody(made), { ...made } as Session)
  })

  it("and none that core's schema refuses", () => {
    const decodes = Schema.is(SessionView.SignedInView)
    const values = [
      undefined,
      null,
      "",
      "x",
      0,
      1.5,
      NaN,
      Infinity,
      true,
      false,
      {},
      [],
      "12345678",
      "a b",
      "a".repeat(33)
    ]
    for (const name of Object.keys(view)) {
      for (const value of values) {
        const body = { ...view, [name]: value }
        assert.strictEqual(fromBody(body) !== undefined, decodes(body), `${name}: ${String(value)}`)
      }
      const { [name as "subject"]: _, ...without } = view
      assert.isUndefined(fromBody(without), name)
    }
  })
})

describe("refresh", () => {
  it("gives the refreshed session", async () => {
    opened(() => json({ ...view, expiresAt: 9_000 }))
    const result = await refresh()
    assert.strictEqual(result._tag === "SignedIn" && result.session.expiresAt, 9_000)
  })

  for (const [reason, body] of [
    ["NotSignedIn", { signedIn: false }],
    ["NotSignedIn", { error: "NotSignedIn", message: "There is no session." }],
    ["Ended", { error: "SessionEnded", message: "The session has ended." }]
  ] as const) {
    it(`F5: 401 with ${JSON.stringify(body)} is ${reason}`, async () => {
      opened(() => json(body, 401))
      const result = await refresh()
      assert.strictEqual(result._tag === "SignedOut" && result.reason, reason)
    })
  }
})

describe("signOut", () => {
  it("G6: asks for this application only", async () => {
    const page = opened(left)
    assert.strictEqual((await signOut())._tag, "SignedOut")
    assert.deepStrictEqual(page.journal, ["POST https://app.example/auth/sign-out"])
  })
})

describe("signOutEverywhere", () => {
  it("is done with 204", async () => {
    const page = opened(left)
    assert.strictEqual((await signOutEverywhere())._tag, "SignedOut")
    assert.strictEqual(page.requests.length, 1)
  })

  it("G5: says when only this application let go", async () => {
    opened(({ init }) =>
      init.method === "GET" ? json({ signedIn: false }) : json({ error: "TokenError", message: "Not reached." }, 503)
    )
    const result = await signOutEverywhere()
    assert.strictEqual(result._tag, "SignedOutHere")
    assert.include(result.message, "Not reached.")
  })

  it("G5: does not say so while the user is still signed in", async () => {
    opened(({ init }) => (init.method === "GET" ? json(view) : json({ error: "forbidden", message: "No." }, 403)))
    assert.strictEqual(unavailable(await signOutEverywhere()).status, 403)
  })
})
