/**
 * What another site can make a browser do with a sign-in, and what a browser does by itself: over https, as in
 * production.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Browser, LaunchOptions, Page } from "puppeteer-core"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import { args } from "../../../../tools/chromium.ts"
import * as Application from "../Application.ts"
import { inEachBrowser } from "./each.ts"
import * as HostileSite from "./HostileSite.ts"
import { at, Person, press, state, tagged, text, until } from "./Person.ts"

let hostile: Awaited<ReturnType<typeof HostileSite.listen>>

beforeAll(async () => void (hostile = await HostileSite.listen()))
afterAll(() => hostile?.close())

/** `app.test` is this computer; localhost is the host of the hostile site. */
const optionsFor: Record<string, LaunchOptions> = {
  Chromium: { args: [...args, "--host-resolver-rules=MAP *.test 127.0.0.1"] },
  Firefox: { extraPrefsFirefox: { "network.dns.forceResolve": "127.0.0.1" } }
}

/** The cookies of an application that a browser has: their names, and what they weigh in a request. */
const cookiesOf = async (page: Page, prefix = "__Host-le-auth-") => {
  const all = (await page.browserContext().cookies()).filter(({ name }) => name.startsWith(prefix))
  // The host of the application is a developer's, so the names have its port.
  const purposes = all.map(({ name }) => name.slice(prefix.length).replace(/^\d+-/, ""))
  return {
    open: purposes.filter((purpose) => /^[\w-]{12}$/.test(purpose)).length,
    isSignedIn: purposes.includes("session"),
    size: all.reduce((sum, { name, value }) => sum + name.length + value.length + 3, 0)
  }
}

inEachBrowser(({ launch, name }) => {
  let application: Awaited<ReturnType<typeof Application.make>>
  const runtimes: Array<ManagedRuntime.ManagedRuntime<never, unknown>> = []
  const start = async (options: Application.Options) => {
    const made = await Application.make(options)
    const runtime = ManagedRuntime.make(made.layer)
    runtimes.push(runtime)
    await runtime.context()
    return made
  }

  let browser: Browser
  let victim: Person

  beforeAll(async () => {
    application = await start({ host: "app.test" })
    browser = await launch({ acceptInsecureCerts: true, ...optionsFor[name] })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await Promise.all(runtimes.map((runtime) => runtime.dispose()))
  })
  beforeEach(async () => void (victim = await Person.make(browser, application)))
  afterEach(() => victim.leave())

  const signIn = async () => {
    const page = await victim.open("/plain")
    await press(page, "#sign-in")
    await victim.logIn(page)
    await state(page, tagged("SignedIn"))
    return page
  }

  describe("a start", () => {
    it("B12: of a foreign page, and of a window that it steers, is a button, and a click on it signs in", async () => {
      const login = encodeURIComponent(`${application.origin}/login?returnTo=/plain`)
      /** The driver's questions would count as steps of a person, so the page is left alone on its way. */
      const arrives = (page: Page) =>
        page.waitForResponse((response) => response.url().startsWith(`${application.origin}/login`), {
          timeout: 25_000
        })

      const steered = await victim.tab()
      // It goes on by itself, as soon as it is there.
      await Promise.all([arrives(steered), steered.goto(`${hostile.origins[0]}/?steer=${login}`)])
      await at(steered, `${application.origin}/login*`)
      assert.include(await text(steered), "Another page sent you here")

      const prize = encodeURIComponent(`${hostile.origins[0]}/`)
      const opener = await victim.open(`${hostile.origins[0]}/?open=${prize}&then=${login}`)
      const window = await HostileSite.openFrom(opener)
      await arrives(window)
      await at(window, `${application.origin}/login*`)
      assert.include(await text(window), "Another page sent you here")
      assert.strictEqual((await cookiesOf(window)).open, 0)

      await press(window, "a.button")
      await victim.logIn(window)
      await at(window, `${application.origin}/plain`)
      assert.isTrue((await cookiesOf(window)).isSignedIn)
    })

    it("B12: after start after start has 4 left, the session is there, and the newest completes", async () => {
      const page = await signIn()
      // Sentinel forgets its user, so that sign-ins stay open.
      const context = page.browserContext()
      await context.deleteCookie(...(await context.cookies()).filter(({ domain }) => domain === "localhost"))
      for (let round = 0; round < 12; round++) {
        await page.goto(`${application.origin}/login?returnTo=/plain`)
        assert.isAtMost((await cookiesOf(page)).open, 4)
      }
      const { isSignedIn, open, size } = await cookiesOf(page)
      assert.deepStrictEqual([open, isSignedIn], [4, true])
      assert.isBelow(size, 1000)
      await victim.logIn(page)
      await at(page, `${application.origin}/plain`)
      await state(page, tagged("SignedIn"))
      assert.strictEqual((await cookiesOf(page)).open, 3)
    })
  })

  describe("a callback", () => {
    it("C13: that is loaded again, doubled, or restored signs in once, and says nothing else", async () => {
      const page = await victim.open("/plain")
      const callback = await victim.callback(page)
      const tabs = await Promise.all([victim.open(callback.href), victim.open(callback.href)])
      // A tab that asks only when the browser has its session already is led home.
      const [first, ...others] = tabs.toSorted((a, b) => b.url().length - a.url().length)
      assert.strictEqual((await state(first!)).session?.["subject"], "3552833710")
      for (const tab of others) assert.include(["/plain", "/"], new URL(tab.url()).pathname)
      const again = await victim.open(callback.href)
      assert.strictEqual(new URL(again.url()).pathname, "/")
      assert.include(await text(again), "Home")
      assert.isTrue((await cookiesOf(again)).isSignedIn)
    })
  })

  it("B9: of another application on this computer leaves this one signed in", async () => {
    const both = [await start({}), await start({})]
    const person = await Person.make(browser, both[0]!)
    const pages: Array<Page> = []
    for (const each of both) {
      const page = await person.open(`${each.origin}/plain`)
      await press(page, "#sign-in")
      await at(page, `${each.sentinelOrigin}/*`)
      await page.evaluate(() => {
        for (const [id, value] of [
          ["username", "agent@example.com"],
          ["password", "agent"]
        ] as const)
          document.querySelector<HTMLInputElement>(`#${id}`)!.value = value
      })
      await press(page, "button[type=submit]")
      await state(page, tagged("SignedIn"))
      pages.push(page)
    }
    for (const page of pages) {
      await page.reload()
      assert.strictEqual((await state(page))._tag, "SignedIn")
    }
    await person.leave()
  })

  if (name === "Chromium") {
    it("B12: that is prerendered does not start, and the click does", async () => {
      const page = await victim.tab()
      await page.setBypassCSP(true)
      await page.goto(`${application.origin}/plain`)
      const client = await page.createCDPSession()
      const statuses: Array<string> = []
      client.on("Preload.prerenderStatusUpdated", ({ status }) => void statuses.push(status))
      await client.send("Preload.enable")
      await page.evaluate(() => {
        const rules = document.createElement("script")
        rules.type = "speculationrules"
        rules.text = JSON.stringify({
          prerender: [{ source: "list", urls: ["/login?returnTo=/plain"], eagerness: "immediate" }]
        })
        document.head.append(rules)
      })
      await until("the end of the prerendering", async () => (statuses.includes("Failure") ? true : undefined))
      assert.strictEqual((await cookiesOf(page)).open, 0)
      await press(page, "#sign-in")
      await victim.logIn(page)
      await state(page, tagged("SignedIn"))
    })
  }
})
