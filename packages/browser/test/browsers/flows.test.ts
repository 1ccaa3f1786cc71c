import { assert, describe, it } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Browser } from "puppeteer-core"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import * as Application from "../Application.ts"
import { inEachBrowser } from "./each.ts"
import {
  at,
  back,
  click,
  frameOf,
  nothing,
  Person,
  press,
  pressInFrame,
  state,
  stored,
  tagged,
  watch
} from "./Person.ts"

inEachBrowser(({ launch }) => {
  let application: Awaited<ReturnType<typeof Application.make>>
  let runtime: ManagedRuntime.ManagedRuntime<never, unknown>

  beforeAll(async () => {
    application = await Application.make()
    runtime = ManagedRuntime.make(application.layer)
    await runtime.context()
  }, 60_000)

  afterAll(() => runtime?.dispose())

  let browser: Browser
  let person: Person

  beforeAll(async () => void (browser = await launch()), 120_000)
  afterAll(() => browser?.close())
  beforeEach(async () => void (person = await Person.make(browser, application)))
  afterEach(() => person.leave())

  /** None of them carries a part of a callback. */
  const areClean = (addresses: ReadonlyArray<string>) => {
    assert.isNotEmpty(addresses)
    for (const address of addresses) assert.notMatch(address, /[?&#](code|state)=/)
  }

  it("A10: a page in a frame of its own site takes the whole tab, and brings it back", async () => {
    const page = await person.open("/workspace?open=2")
    await pressInFrame(await frameOf(page), "#sign-in")
    await person.logIn(page)
    await at(page, `${application.origin}/workspace?open=2`)
    const { session } = await state(await frameOf(page), tagged("SignedIn"))
    assert.deepInclude(session, { subject: "3552833710" })
  })

  for (const path of ["/plain", "/effect"]) {
    describe(`a page with the ${path.slice(1)} entry`, () => {
      it("A10, C10, F9, G6, H5: signs in by redirect, stays signed in, refreshes, and signs out", async () => {
        const page = await person.open(`${path}?folder=1#top`)
        assert.strictEqual((await state(page)).reason, "NotSignedIn")

        await press(page, "#sign-in")
        await person.logIn(page)
        await at(page, `${application.origin}${path}?folder=1#top`)
        const { session } = await state(page, tagged("SignedIn"))
        assert.deepInclude(session, { accountId: "12345678", subject: "3552833710", isAdmin: false, verified: true })
        assert.deepStrictEqual(await stored(page), nothing)

        const refreshed = await click(page, "refresh")
        assert.strictEqual(refreshed._tag, "SignedIn")
        await person.answer("POST /session/refresh ")
        const said = person.answers.join("\n")
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
        await press(page, "#sign-in")
        await state(page, tagged("SignedIn"))
        assert.strictEqual((await click(page, "sign-out-everywhere"))._tag, "SignedOut")
        await page.reload()
        assert.strictEqual((await state(page))._tag, "SignedOut")
        await press(page, "#sign-in")
        await at(page, `${application.sentinelOrigin}/*`)
        assert.isNotNull(await page.$("#password"))

        areClean(person.addresses)
        // The one expected complaint is Chromium's own, about the 401 of the refresh without a session.
        assert.deepStrictEqual(
          person.complaints.filter((text) => !text.includes("status of 401")),
          []
        )
      })

      it("C10: cleans the address bar of a callback that came to the page, and says so", async () => {
        const page = await person.open(`${path}?folder=1&code=SplxlOBeZQQYbYS6WxSbIA&state=xyz#top`)
        assert.strictEqual((await state(page)).reason, "CallbackAtPage")
        assert.strictEqual(await page.evaluate(() => location.href), `${application.origin}${path}?folder=1#top`)
        // The back button does not lead to the callback.
        const entries = () => history.length
        assert.strictEqual(await page.evaluate(entries), await (await person.open(path)).evaluate(entries))
        assert.deepStrictEqual(person.complaints, [])
      })

      it("A10, C10: signs in in a window of its own, which the login's opener policy cuts off, and tells the other tabs", async () => {
        const page = await person.open(path)
        const other = await person.open("/plain")
        await Promise.all([state(page), state(other)])
        const shown = await watch(page)
        const window = await person.openWindow(page)
        await at(window, `${application.sentinelOrigin}/*`)
        assert.isNull(await window.evaluate(() => globalThis.opener))
        await person.logIn(window)
        assert.strictEqual((await state(page, tagged("SignedIn"))).session?.["subject"], "3552833710")
        await state(other, tagged("SignedIn"))
        assert.isTrue(window.isClosed())
        assert.notInclude(await shown(), "NoPopup")
        assert.strictEqual(page.url(), `${application.origin}${path}`)

        await click(page, "sign-out")
        await state(other, tagged("SignedOut"))
        areClean(person.addresses)
        assert.deepStrictEqual(person.complaints, [])
      })

      it("says that the window was closed", async () => {
        const page = await person.open(path)
        await state(page)
        const window = await person.openWindow(page)
        await at(window, `${application.sentinelOrigin}/*`)
        await window.close()
        await person.comeBack(page)
        assert.strictEqual((await state(page, tagged("NoPopup"))).reason, "Closed")
      })

      it("A10: takes the whole tab where the browser opens no window", async () => {
        const page = await person.open(path)
        await state(page)
        await page.evaluate(() => void Object.assign(globalThis, { open: () => null }))
        await press(page, "#popup")
        await person.logIn(page)
        await at(page, `${application.origin}${path}`)
        const { session } = await state(page, tagged("SignedIn"))
        assert.deepInclude(session, { subject: "3552833710" })
      })

      it("notices on the way back from the login that somebody signed in meanwhile", async () => {
        const page = await person.open(path)
        await state(page)
        // Lives as long as the page is not loaded again.
        await page.evaluate(() => void Object.assign(globalThis, { survived: true }))
        await press(page, "#sign-in")
        await at(page, `${application.sentinelOrigin}/*`)

        const other = await person.open(path)
        await state(other)
        await press(other, "#sign-in")
        await person.logIn(other)
        await state(other, tagged("SignedIn"))

        // A page that comes back out of the cache does not load.
        await page.bringToFront()
        await back(page, `${application.origin}${path}`)
        await state(page, tagged("SignedIn"))
        assert.isTrue(await page.evaluate(() => "survived" in globalThis))
      })
    })
  }
})
