/**
 * Backends that are not le-auth's, or have none of its routes: no function of the page takes what they say for an
 * answer.
 */
import { assert, describe, it } from "@effect/vitest"
import {
  allowCookies,
  callApi,
  cookies,
  directApi,
  popup,
  refresh,
  resume,
  session,
  signOut,
  signOutEverywhere
} from "@le-auth/page"
import { afterEach, vi } from "vitest"
import { answered, json, left, open, opaqueRedirect, view } from "./FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

const html = (status: number) =>
  new Response("<!doctype html><title>Another</title>", { status, headers: { "content-type": "text/html" } })

const backends: Readonly<Record<string, () => Response>> = {
  "knows none of the routes (Express)": () => html(404),
  "knows none of the routes (Fastify)": () =>
    json({ message: "Route GET:/auth/session not found", error: "Not Found", statusCode: 404 }, 404),
  "knows none of the routes (Nest)": () =>
    json({ message: "Cannot GET /auth/session", error: "Not Found", statusCode: 404 }, 404),
  "knows no POST there": () => json({ error: "Method Not Allowed" }, 405),
  "answers all with its page": () => html(200),
  "sends all to a login page": () => opaqueRedirect,
  "shows a login page in place": () => html(401),
  "has another's login in JSON": () => json({ message: "Please log in." }, 401),
  "answers with JSON of another shape": () => json({ ok: true, user: { id: 1 }, signedIn: "yes" }),
  "answers with the view of something else": () => json({ ...view, accountId: { id: view.accountId } }),
  "answers with nothing": () => new Response(null, { status: 204 }),
  "answers with nothing, and 200": () => new Response("", { status: 200 }),
  "answers with an error of a proxy": () => html(502),
  "echoes the header of the request": () =>
    new Response("{}", { status: 200, headers: { "content-type": "application/json", "x-le-auth": "1" } })
}

/** A window that the user closes, as they do when it shows them something else. */
const closing = () => {
  const { location } = globalThis
  const opened = { closed: true, opener: null, location: { replace: () => undefined }, close: () => undefined }
  vi.stubGlobal("window", { top: { location }, open: () => opened })
  vi.stubGlobal("document", { hasFocus: () => true })
  // It looks a few times before it believes that the window is closed.
  const { setInterval } = globalThis
  vi.stubGlobal("setInterval", (look: () => void) => setInterval(look, 1))
}

/** A frame of another site, where the cookies are asked about. */
const framed = () =>
  vi.stubGlobal("document", {
    hasStorageAccess: () => Promise.resolve(true),
    requestStorageAccess: () => Promise.resolve()
  })

interface Call {
  readonly run: () => Promise<object>
  readonly arrange?: () => void
  readonly top?: "foreign"
  /** What it says to a backend that is le-auth's. */
  readonly right: () => Response
  readonly tag: string
}

const calls: Readonly<Record<string, Call>> = {
  session: { run: session, right: () => json(view), tag: "SignedIn" },
  refresh: { run: refresh, right: () => json(view), tag: "SignedIn" },
  resume: { run: resume, right: () => json(view), tag: "SignedIn" },
  signOut: { run: signOut, right: left, tag: "SignedOut" },
  signOutEverywhere: { run: signOutEverywhere, right: left, tag: "SignedOut" },
  popup: { run: () => popup(), arrange: closing, right: () => json(view), tag: "SignedIn" },
  cookies: {
    run: cookies,
    arrange: framed,
    top: "foreign",
    right: () => json({ arrived: ["shared"], session: "shared" }),
    tag: "CookiesArrive"
  },
  allowCookies: { run: allowCookies, arrange: framed, top: "foreign", right: () => json(view), tag: "SignedIn" },
  callApi: { run: () => callApi("accountConfigReadOnly", "/a"), right: () => answered({}), tag: "Answered" },
  directApi: {
    run: () => directApi()("accountConfigReadOnly", "/a"),
    right: () => json({ accessToken: "t", origin: "https://app.example", expiresIn: 3_600_000 }),
    tag: "Answered"
  }
}

for (const [name, { arrange, right, run, tag, top }] of Object.entries(calls)) {
  describe(name, () => {
    const opened = () => {
      const page = open("https://app.example/inbox", top)
      arrange?.()
      return page
    }

    it("believes a backend of le-auth", async () => {
      opened().answer = right
      assert.strictEqual(((await run()) as { _tag: string })._tag, tag)
    })

    for (const [what, answer] of Object.entries(backends)) {
      it(`G8: does not believe one that ${what}`, async () => {
        const page = opened()
        page.answer = answer
        assert.deepInclude(await run(), { _tag: "Unavailable", reason: "BadAnswer", status: answer().status })
        assert.isAbove(page.requests.length, 0)
      })
    }

    for (const status of [400, 401, 403, 500]) {
      it(`G8: takes another's ${status} for no sign-out of the user`, async () => {
        opened().answer = () => json({ error: "Unauthorized", message: "Log in to the proxy." }, status)
        assert.deepInclude(await run(), { _tag: "Unavailable", status })
      })
    }
  })
}
