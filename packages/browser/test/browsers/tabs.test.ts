import { assert, describe, it } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import * as Path from "node:path"
import type { Browser, HTTPRequest, Page } from "puppeteer-core"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import * as Application from "../Application.ts"
import { inEachBrowser } from "./each.ts"
import { at, back, click, Person, press, state, tagged, until } from "./Person.ts"

inEachBrowser(({ launch, name }) => {
  let application: Awaited<ReturnType<typeof Application.make>>
  let runtime: ManagedRuntime.ManagedRuntime<never, unknown>

  beforeAll(async () => {
    application = await Application.make()
    runtime = ManagedRuntime.make(application.layer)
    await runtime.context()
  }, 60_000)

  afterAll(() => runtime?.dispose())

  describe("tabs", () => {
    let browser: Browser
    let person: Person

    beforeAll(async () => void (browser = await launch()), 120_000)
    afterAll(() => browser?.close())
    beforeEach(async () => void (person = await Person.make(browser, application)))
    afterEach(() => person.leave())

    const signIn = async (page: Page) => {
      await press(page, "#sign-in")
      await person.logIn(page)
      return state(page, tagged("SignedIn"))
    }

    it("B6: two sign in at once, and both succeed", async () => {
      const [first, second] = [await person.open("/plain?tab=1"), await person.open("/effect?tab=2")]
      for (const page of [first, second]) {
        await press(page, "#sign-in")
        await at(page, `${application.sentinelOrigin}/*`)
      }
      // The one that began first ends last.
      await person.logIn(second)
      await at(second, `${application.origin}/effect?tab=2`)
      await state(second, tagged("SignedIn"))
      await person.logIn(first)
      await at(first, `${application.origin}/plain?tab=1`)
      await state(first, tagged("SignedIn"))
      assert.strictEqual((await click(second, "session"))._tag, "SignedIn")
    })

    it("F3: two refresh at once, and the backend is asked once", async () => {
      const [first, second] = [await person.open("/plain"), await person.open("/effect")]
      await signIn(first)
      await second.reload()
      await state(second, tagged("SignedIn"))

      // The first one's question is held up until the second one waits for it.
      await first.setRequestInterception(true)
      const asked = new Promise<HTTPRequest>((resolve) => {
        first.on("request", (request) => {
          if (request.method() === "POST") resolve(request)
          else void request.continue()
        })
      })
      await first.$eval("#state", (element) => void (element.textContent = ""))
      await press(first, "#refresh")
      const question = await asked
      await second.$eval("#state", (element) => void (element.textContent = ""))
      await press(second, "#refresh")
      await until("a tab that waits", () =>
        second.evaluate(async () => ((await navigator.locks.query()).pending?.length ? true : undefined))
      )
      await question.continue()
      await Promise.all([state(first, tagged("SignedIn")), state(second, tagged("SignedIn"))])
      await person.answer("POST /session/refresh ")
      const posts = person.answers.filter((answer) => answer.startsWith("POST "))
      assert.lengthOf(posts, 1)
      assert.match(posts[0]!, /^POST \/session\/refresh \{"signedIn":true/)
    })

    it("back from elsewhere, a page does not show a session that another tab has ended meanwhile", async () => {
      const page = await person.open("/plain")
      await signIn(page)
      await page.goto(application.sentinelOrigin)
      const other = await person.open("/plain")
      await state(other, tagged("SignedIn"))
      assert.strictEqual((await click(other, "sign-out"))._tag, "SignedOut")

      // Whether out of the cache or loaded again: a browser may drop a page there that others send messages to.
      await back(page, `${application.origin}/plain`)
      await state(page, tagged("SignedOut"))
    })
  })

  describe("a restored tab", () => {
    let userDataDir: string

    beforeAll(async () => void (userDataDir = await mkdtemp(Path.join(tmpdir(), "profile-"))))
    afterAll(() => rm(userDataDir, { recursive: true, force: true, maxRetries: 10 }))

    /** "Continue where you left off". */
    const continued =
      name === "Chromium"
        ? { args: ["--restore-last-session"] }
        : { extraPrefsFirefox: { "browser.startup.page": 3, "browser.sessionstore.privacy_level": 0 } }

    /** The browser with the tab of the last time. A Firefox that is driven restores all but the tab itself. */
    const started = async (address: string, run: (person: Person, page: Page) => Promise<string>) => {
      const browser = await launch({ userDataDir, ...continued })
      try {
        const person = Person.of(browser, application)
        const restored = (await browser.pages()).find((page) => page.url() === address)
        return await run(person, restored ?? (await person.open(address)))
      } finally {
        await browser.close()
      }
    }

    it("B2: goes on with the login that was in it, and later with the session", async () => {
      const login = await started("/plain?folder=1", async (_, page) => {
        await press(page, "#sign-in")
        return at(page, `${application.sentinelOrigin}/*`)
      })
      const address = await started(login, async (person, page) => {
        await person.logIn(page)
        await state(page, tagged("SignedIn"))
        return page.url()
      })
      assert.strictEqual(address, `${application.origin}/plain?folder=1`)
      await started(address, async (_, page) => {
        await state(page, tagged("SignedIn"))
        return page.url()
      })
    })
  })
})
