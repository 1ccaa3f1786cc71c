import { assert, describe, it } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser, BrowserContext, Frame, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import * as Application from "./Application.ts"
import { launch } from "../../../tools/chromium.mjs"

let application: Awaited<ReturnType<typeof Application.make>>
let runtime: ManagedRuntime.ManagedRuntime<never, unknown>
let browser: Browser
let context: BrowserContext

/** Errors of pages, among them violations of the policy. */
let complaints: Array<string>
/** Every address that a page of the application was shown at. */
let addresses: Array<string>
/** What the application answered to scripts. */
let answers: Array<Promise<string>>

beforeAll(async () => {
  application = await Application.make()
  runtime = ManagedRuntime.make(application.layer)
  await runtime.context()
  // Playwright switches the back/forward cache off, and it is one of the ways back to a page.
  browser = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await runtime?.dispose()
})

beforeEach(async () => {
  complaints = []
  addresses = []
  answers = []
  context = await browser.newContext()
  context.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())))
  context.on("weberror", (error) => void complaints.push(String(error.error())))
  context.on("response", (response) => {
    const { origin, pathname } = new URL(response.url())
    if (origin === application.origin && response.request().resourceType() === "fetch") {
      // A page that navigates away takes the bodies of its answers along.
      const text = response.text().catch(() => "")
      answers.push(text.then((body) => `${response.request().method()} ${pathname} ${body}`))
    }
  })
  context.setDefaultTimeout(10_000)
})

afterEach(() => context.close())

const open = async (path: string): Promise<Page> => {
  const page = await context.newPage()
  page.on("framenavigated", (frame) => {
    if (frame.url().startsWith(application.origin)) addresses.push(frame.url())
  })
  await page.goto(application.origin + path)
  return page
}

interface State {
  readonly _tag: string
  readonly reason?: string
  readonly session?: Record<string, unknown>
}

/** Waits until the page shows something that passes, and gives it. */
const state = async (page: Page | Frame, passes: (state: State) => boolean = () => true): Promise<State> => {
  const deadline = performance.now() + 10_000
  for (;;) {
    const text = (await page.textContent("#state")) ?? ""
    if (text !== "" && passes(JSON.parse(text) as State)) return JSON.parse(text) as State
    if (performance.now() > deadline) throw new Error(`The page still shows: ${text}`)
    await page.waitForTimeout(20)
  }
}

const tagged = (tag: string) => (state: State) => state._tag === tag

/** Clicks, and waits for what comes of it rather than for what was there before. */
const click = async (page: Page, id: string): Promise<State> => {
  await page.evaluate(() => void (document.querySelector("#state")!.textContent = ""))
  await page.click(`#${id}`)
  return state(page)
}

/** Fills in Sentinel's login form. */
const logIn = async (page: Page): Promise<void> => {
  await page.waitForURL(`${application.sentinelOrigin}/**`)
  await page.fill("#username", "agent@example.com")
  await page.fill("#password", "agent")
  await page.click("button[type=submit]")
}

/** Clicks, and gives the window that opens. Playwright tells each page that it has the focus, which is not so. */
const openWindow = async (page: Page): Promise<Page> => {
  const session = await context.newCDPSession(page)
  await session.send("Emulation.setFocusEmulationEnabled", { enabled: false })
  const [window] = await Promise.all([context.waitForEvent("page"), page.click("#popup")])
  return window
}

const stored = (page: Page) =>
  page.evaluate(async () => ({
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
    cookies: document.cookie,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length
  }))

const nothing = { localStorage: 0, sessionStorage: 0, cookies: "", databases: 0, caches: 0 }

for (const path of ["/plain", "/effect"]) {
  describe(`a page with the ${path.slice(1)} entry, in Chromium`, () => {
    it("A10, C10, F9, H5: signs in by redirect, stays signed in, refreshes, and signs out", async () => {
      const page = await open(`${path}?folder=1#top`)
      assert.strictEqual((await state(page)).reason, "NotSignedIn")

      await page.click("#sign-in")
      await logIn(page)
      await page.waitForURL(`${application.origin}${path}?folder=1#top`)
      const { session } = await state(page, tagged("SignedIn"))
      assert.deepInclude(session, { accountId: "12345678", subject: "3552833710", isAdmin: false, verified: true })
      assert.deepStrictEqual(await stored(page), nothing)

      const refreshed = await click(page, "refresh")
      assert.strictEqual(refreshed._tag, "SignedIn")
      const said = (await Promise.all(answers)).join("\n")
      assert.include(said, 'POST /session/refresh {"signedIn":true')
      assert.notMatch(said, /token/i)
      assert.isAtLeast(Number(refreshed.session?.["expiresAt"]), Number(session?.["expiresAt"]))

      await page.reload()
      assert.strictEqual((await state(page)).session?.["subject"], "3552833710")

      assert.strictEqual((await click(page, "sign-out"))._tag, "SignedOut")
      assert.strictEqual((await click(page, "session"))._tag, "SignedOut")
      const again = await click(page, "refresh")
      assert.strictEqual(again.reason, "NotSignedIn")
      assert.deepStrictEqual(await stored(page), nothing)

      // LivePerson heard nothing of it, so this time Sentinel asks for no password.
      await page.click("#sign-in")
      await state(page, tagged("SignedIn"))
      assert.strictEqual((await click(page, "sign-out-everywhere"))._tag, "SignedOut")
      await page.reload()
      assert.strictEqual((await state(page))._tag, "SignedOut")
      await page.click("#sign-in")
      await page.waitForURL(`${application.sentinelOrigin}/**`)
      assert.isTrue(await page.isVisible("#password"))

      for (const address of addresses) assert.notMatch(address, /[?&#](code|state)=/)
      // The one expected complaint is Chromium's own, about the 401 of the refresh without a session.
      assert.deepStrictEqual(
        complaints.filter((text) => !text.includes("status of 401")),
        []
      )
    })

    it("C10: cleans the address bar of a callback that came to the page, and says so", async () => {
      const page = await open(`${path}?folder=1&code=SplxlOBeZQQYbYS6WxSbIA&state=xyz#top`)
      assert.strictEqual((await state(page)).reason, "CallbackAtPage")
      assert.strictEqual(page.url(), `${application.origin}${path}?folder=1#top`)
      assert.strictEqual(await page.evaluate(() => history.length), 2)
      assert.deepStrictEqual(complaints, [])
    })

    it("A10, C10: signs in in a window of its own, which the login's opener policy cuts off, and tells the other tabs", async () => {
      const page = await open(path)
      const other = await open("/plain")
      await Promise.all([state(page), state(other)])
      const window = await openWindow(page)
      await window.waitForURL(`${application.sentinelOrigin}/**`)
      assert.isNull(await window.evaluate(() => globalThis.opener))
      await logIn(window)
      assert.strictEqual((await state(page, tagged("SignedIn"))).session?.["subject"], "3552833710")
      await state(other, tagged("SignedIn"))
      assert.isTrue(window.isClosed())
      assert.strictEqual(page.url(), `${application.origin}${path}`)

      await click(page, "sign-out")
      await state(other, tagged("SignedOut"))
      for (const address of addresses) assert.notMatch(address, /[?&#](code|state)=/)
      assert.deepStrictEqual(complaints, [])
    })

    it("says that the window was closed", async () => {
      const page = await open(path)
      await state(page)
      const window = await openWindow(page)
      await window.waitForURL(`${application.sentinelOrigin}/**`)
      await window.close()
      assert.strictEqual((await state(page, tagged("NoPopup"))).reason, "Closed")
    })

    it("takes the whole tab where the browser opens no window", async () => {
      const page = await open(path)
      await state(page)
      await page.evaluate(() => void Object.assign(globalThis, { open: () => null }))
      await page.click("#popup")
      await logIn(page)
      await page.waitForURL(`${application.origin}${path}`)
      await state(page, tagged("SignedIn"))
    })

    it("notices on the way back from the login that somebody signed in meanwhile", async () => {
      const page = await open(path)
      await state(page)
      // Lives as long as the page is not loaded again.
      await page.evaluate(() => void Object.assign(globalThis, { survived: true }))
      await page.click("#sign-in")
      await page.waitForURL(`${application.sentinelOrigin}/**`)

      const other = await open(path)
      await state(other)
      await other.click("#sign-in")
      await logIn(other)
      await state(other, tagged("SignedIn"))

      // A page that comes back out of the cache does not load.
      await page.goBack({ waitUntil: "commit" })
      await state(page, tagged("SignedIn"))
      assert.isTrue(await page.evaluate(() => "survived" in globalThis))
    })
  })
}

describe("a page in a frame, in Chromium", () => {
  let foreign: Server

  beforeAll(async () => {
    foreign = createServer((_, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8")
      response.end(`<!doctype html><title>Other site</title><iframe src="${application.origin}/plain"></iframe>`)
    })
    await new Promise<void>((resolve) => void foreign.listen(0, "127.0.0.1", resolve))
  })

  afterAll(() => void foreign.close())

  const frameOf = async (page: Page): Promise<Frame> => {
    await page.waitForSelector("iframe")
    const frame = await (await page.$("iframe"))?.contentFrame()
    if (!frame) throw new Error("The page has no frame")
    await state(frame)
    return frame
  }

  it("A10: of another site: stays, and says what to do", async () => {
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`)
    const frame = await frameOf(page)
    await frame.click("#sign-in")
    assert.strictEqual((await state(frame, tagged("NotRedirected"))).reason, "Framed")
  })

  it("A10: of its own site: takes the whole tab, and brings it back", async () => {
    const page = await open("/workspace?open=2")
    const frame = await frameOf(page)
    await frame.click("#sign-in")
    await logIn(page)
    await page.waitForURL(`${application.origin}/workspace?open=2`)
    await state(await frameOf(page), tagged("SignedIn"))
  })
})
