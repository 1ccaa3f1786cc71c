/** The recipes of docs/pages.md, in pages that a server has rendered, with the paths of `createLeAuth`. */
import { assert, describe, it } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Browser, Page } from "puppeteer-core"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import * as Recipes from "../../../page/test/Recipes.ts"
import * as Application from "../Application.ts"
import { inEachBrowser } from "./each.ts"
import { Person, press, state, tagged, until } from "./Person.ts"

/** Vue makes a policy for what its compiler has left as it is. */
const trustedTypes: Record<string, string> = { vue: "vue" }

const rendered = async (): Promise<Record<string, Application.Rendered>> =>
  Object.fromEntries(
    await Promise.all(
      Recipes.names.map(async (name) => {
        const [html, script] = await Promise.all([Recipes.html(name), Recipes.script(name)])
        return [name, { html, script, trustedTypes: trustedTypes[name] }] as const
      })
    )
  )

const paths = { login: "/auth/login", session: "/auth/session", signOut: "/auth/sign-out" } as const
const button = "#account button"
const account = (page: Page) => page.evaluate(() => document.querySelector("#account")!.textContent)

/** Counts what a page asks for from now on. */
const counting = (page: Page) => {
  const asked: Array<string> = []
  page.on("request", (request) => {
    if (request.url().includes("/auth/session")) asked.push(request.url())
  })
  return asked
}

inEachBrowser(({ launch }) => {
  let application: Awaited<ReturnType<typeof Application.make>>
  let runtime: ManagedRuntime.ManagedRuntime<never, unknown>
  let browser: Browser
  let person: Person

  beforeAll(async () => {
    application = await Application.make({ rendered: await rendered(), web: { paths } })
    runtime = ManagedRuntime.make(application.layer)
    await runtime.context()
    browser = await launch()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await runtime?.dispose()
  })
  beforeEach(async () => void (person = await Person.make(browser, application)))
  afterEach(() => person.leave())

  for (const name of Recipes.names) {
    describe(name, () => {
      it("signs in in a window, which all components and tabs see, and out", async () => {
        const [page, other] = [await person.open(`/${name}`), await person.open(`/${name}`)]
        for (const tab of [page, other]) await state(tab, tagged("SignedOut"))

        const window = await person.openWindow(page, button)
        await person.logIn(window)
        for (const tab of [page, other]) {
          const { session } = await state(tab, tagged("SignedIn"))
          assert.include(await account(tab), String(session?.["subject"]))
        }

        await press(other, button)
        for (const tab of [page, other]) {
          await state(tab, tagged("SignedOut"))
          assert.include(await account(tab), "Sign in")
        }
        // What the server has rendered is taken over as it is, and the page's policy is kept.
        assert.deepStrictEqual(person.complaints, [])
      })

      it("asks once for all components, and no more when they are gone, until they are back", async () => {
        const [page, other] = [await person.open(`/${name}`), await person.open(`/${name}`)]
        for (const tab of [page, other]) await state(tab, tagged("SignedOut"))
        await press(page, "#toggle")
        await until("no state", () =>
          page.evaluate(() => (document.querySelector("#state") === null ? true : undefined))
        )

        // Behind the other tab it hears of a sign-in, and asks nothing.
        await page.evaluate(() => {
          const heard = new Promise((resolve) => new BroadcastChannel("le-auth").addEventListener("message", resolve))
          Object.assign(globalThis, { heard })
        })
        const asked = counting(page)
        const window = await person.openWindow(other, button)
        await person.logIn(window)
        await state(other, tagged("SignedIn"))
        await page.evaluate(async () => void (await (globalThis as unknown as { heard: Promise<unknown> }).heard))
        await page.bringToFront()
        assert.deepStrictEqual(asked, [])

        await press(page, "#toggle")
        await state(page, tagged("SignedIn"))
        assert.lengthOf(asked, 1)
        assert.deepStrictEqual(person.complaints, [])
      })
    })
  }
})
