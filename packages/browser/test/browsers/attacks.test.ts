import { assert, describe, it } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Browser, Page } from "puppeteer-core"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import * as Application from "../Application.ts"
import { inEachBrowser } from "./each.ts"
import * as HostileSite from "./HostileSite.ts"
import { at, click, frameOf, Person, press, pressInFrame, state, tagged, text, until } from "./Person.ts"

let hostile: Awaited<ReturnType<typeof HostileSite.listen>>

beforeAll(async () => void (hostile = await HostileSite.listen()))
afterAll(() => hostile?.close())

const agent = "3552833710"

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
  let victim: Person
  let attacker: Person

  beforeAll(async () => void (browser = await launch()), 120_000)
  afterAll(() => browser?.close())
  beforeEach(async () => {
    victim = await Person.make(browser, application)
    attacker = await Person.make(browser, application)
  })
  afterEach(() => Promise.all([victim.leave(), attacker.leave()]))

  const subject = async (person: Person) => (await state(await person.open("/plain"))).session?.["subject"]

  describe("a callback", () => {
    it("B2, B5: with a wrong state signs no user in, and the right one still does", async () => {
      const page = await victim.open("/plain")
      await press(page, "#sign-in")
      await at(page, `${application.sentinelOrigin}/*`)
      const injected = await victim.open("/callback?code=SplxlOBeZQQYbYS6WxSbIA&state=made-up")
      assert.include(await text(injected), "You are not signed in")
      assert.isUndefined(await subject(victim))

      await victim.logIn(page)
      await state(page, tagged("SignedIn"))
    })

    it("B2: of another browser signs no user in here, and is not used up for its own", async () => {
      const callback = await attacker.callback(await attacker.open("/plain"), "admin")
      assert.include(await text(await victim.open(callback.href)), "You are not signed in")
      assert.isUndefined(await subject(victim))

      await attacker.open(callback.href)
      const administrator = await subject(attacker)
      assert.isString(administrator)
      assert.notStrictEqual(administrator, agent)
    })

    it("B2: of another browser, in a second tab while a sign-in or a session is there: the user stays who they are", async () => {
      const callback = await attacker.callback(await attacker.open("/plain"), "admin")
      const page = await victim.open("/plain")
      await press(page, "#sign-in")
      await at(page, `${application.sentinelOrigin}/*`)
      await victim.open(callback.href)
      await victim.logIn(page)
      assert.strictEqual((await state(page, tagged("SignedIn"))).session?.["subject"], agent)

      await victim.open(callback.href)
      assert.strictEqual(await subject(victim), agent)
      assert.strictEqual((await click(page, "session")).session?.["subject"], agent)
    })

    it("B2, C10: at the page itself changes no session", async () => {
      const callback = await attacker.callback(await attacker.open("/plain"), "admin")
      const page = await victim.open("/plain")
      await press(page, "#sign-in")
      await victim.logIn(page)
      await state(page, tagged("SignedIn"))
      const injected = await victim.open(`/plain${callback.search}#${callback.search.slice(1)}`)
      assert.strictEqual((await state(injected)).session?.["subject"], agent)
      assert.strictEqual(await injected.evaluate(() => location.href), `${application.origin}/plain`)
    })

    it("J4: with an error shows it as text, and offers a new sign-in, which works", async () => {
      const page = await victim.open("/plain")
      const sent = new Promise<string>((resolve) => {
        page.on("request", (request) => {
          const asked = new URL(request.url()).searchParams.get("state")
          if (asked !== null) resolve(asked)
        })
      })
      await press(page, "#sign-in")
      const parameters = new URLSearchParams({
        error: "access_denied",
        error_description: "<img src=x onerror=document.title=1><b>No</b>",
        state: await sent
      })
      const refused = await victim.open(`/callback?${parameters}`)
      assert.include(await text(refused), "access_denied")
      assert.isNull(await refused.$("main img, main b"))
      assert.isUndefined(await subject(victim))

      await press(refused, "a.button")
      await victim.logIn(refused)
      await at(refused, `${application.origin}/*`)
      assert.strictEqual(await subject(victim), agent)
    })
  })

  describe("a hostile site", () => {
    /** How often the page has asked the backend who is signed in. */
    const asked = () => victim.answers.filter((answer) => answer.startsWith("GET /session ")).length

    const hostilePage = (origin: string, path: string): Promise<Page> =>
      victim.open(`${origin}/?open=${encodeURIComponent(application.origin + path)}`)

    for (const [site, index] of [
      ["same", 0],
      ["another", 1]
    ] as const) {
      it(`C11, H5: on ${site} site that opened the page reads nothing of it, and hears nothing of a sign-in in a window`, async () => {
        const opener = await hostilePage(hostile.origins[index]!, "/plain")
        const page = await HostileSite.openFrom(opener)
        await state(page)
        assert.deepStrictEqual(await HostileSite.run(opener, "reads()"), [
          "SecurityError",
          "SecurityError",
          "SecurityError",
          "SecurityError",
          "SecurityError"
        ])

        const login = await victim.openWindow(page)
        await at(login, `${application.sentinelOrigin}/*`)
        assert.isNull(await login.evaluate(() => window.opener))
        await victim.logIn(login)
        await state(page, tagged("SignedIn"))
        assert.deepStrictEqual(await HostileSite.run(opener, "heard"), [])
        assert.notMatch(await page.evaluate(() => window.name), /code|state|token/)
      })
    }

    it("A10: whose frame the page is in gets no login into it; the page says what to do", async () => {
      for (const origin of hostile.origins) {
        const frame = await frameOf(
          await victim.open(`${origin}/?frame=${encodeURIComponent(`${application.origin}/plain`)}`)
        )
        await pressInFrame(frame, "#sign-in")
        assert.strictEqual((await state(frame, tagged("NotRedirected"))).reason, "Framed")
      }
    })

    it("C11: that posts messages to the page, and to a channel of the same name, is not listened to", async () => {
      const opener = await hostilePage(hostile.origins[0]!, "/plain")
      const page = victim.notice(await HostileSite.openFrom(opener))
      await state(page)
      // Notices what arrives, which is what the page itself could have noticed.
      await page.evaluate(() => {
        const arrived: Array<unknown> = []
        Object.assign(globalThis, { arrived })
        addEventListener("message", ({ data }) => void arrived.push(data))
        new BroadcastChannel("le-auth").addEventListener("message", ({ data }) => void arrived.push(data))
      })
      const before = asked()
      await HostileSite.run(
        opener,
        `channel.postMessage("changed")
           for (const message of ["changed", { _tag: "SignedIn", session: { subject: "evil" } }, { code: "evil", state: "evil" }, "last"])
             victim.postMessage(message, "*")`
      )
      const arrived = await until("the last message", async () => {
        const all = await page.evaluate(() => (globalThis as unknown as { arrived: Array<unknown> }).arrived)
        return all.at(-1) === "last" ? all : undefined
      })
      assert.lengthOf(arrived, 4)
      // The one question is that of the button.
      assert.strictEqual((await click(page, "session"))._tag, "SignedOut")
      await until("the answer", async () => (asked() > before ? true : undefined))
      assert.strictEqual(asked(), before + 1)
    })

    it("C11: that shows the end of a made-up window ends no sign-in, and makes the page believe nothing", async () => {
      const page = await victim.open("/plain")
      await state(page)
      const window = await victim.openWindow(page)
      await at(window, `${application.sentinelOrigin}/*`)
      const before = asked()

      const opener = await hostilePage(hostile.origins[1]!, "/login/done?window=made-up")
      await press(opener, "button")
      // The hint makes the page ask, and that is all.
      await until("the question", async () => (asked() > before ? true : undefined))
      assert.strictEqual((await state(page)).reason, "NotSignedIn")
      assert.isFalse(window.isClosed())

      await victim.logIn(window)
      assert.strictEqual((await state(page, tagged("SignedIn"))).session?.["subject"], agent)
    })

    it("G7: on the same site, whose requests bear the cookies, signs no user out and reads no session", async () => {
      const page = await victim.open("/plain")
      await press(page, "#sign-in")
      await victim.logIn(page)
      await state(page, tagged("SignedIn"))
      const other = await hostilePage(hostile.origins[0]!, "/plain")
      const outcomes = await HostileSite.run(
        other,
        `Promise.all([
             fetch("${application.origin}/session", { credentials: "include" }),
             fetch("${application.origin}/session", { credentials: "include", headers: { "x-le-auth": "1" } }),
             fetch("${application.origin}/sign-out", { method: "POST", credentials: "include", headers: { "x-le-auth": "1" } }),
             fetch("${application.origin}/sign-out", { method: "POST", credentials: "include", mode: "no-cors" })
           ].map((call) => call.then((response) => response.type, (error) => error.name)))`
      )
      assert.deepStrictEqual(outcomes, ["TypeError", "TypeError", "TypeError", "opaque"])
      assert.strictEqual((await click(page, "session"))._tag, "SignedIn")
    })
  })
})
