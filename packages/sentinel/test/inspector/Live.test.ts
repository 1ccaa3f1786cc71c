/** The inspector while things happen, with people who are quick, or who have many tabs. */
// @effect-diagnostics globalFetch:off
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Control from "@le-auth/sentinel/Control"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import type { Browser, Page } from "playwright-core"
import { launch } from "../../../../tools/chromium.ts"
import * as InspectedSentinel from "./InspectedSentinel.ts"

const scope = Scope.makeUnsafe()
let addresses: InspectedSentinel.Addresses
let browser: Browser

const start = Effect.suspend(() =>
  InspectedSentinel.listen(
    Control.layerMemory(SentinelConfig.development()).pipe(
      Layer.provideMerge(Layer.merge(NodeCrypto.layer, Logger.layer([])))
    )
  )
)

beforeAll(async () => {
  addresses = await Effect.runPromise(Scope.provide(start, scope))
  browser = await launch()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

const inspecting = (path: string, work: (page: Page) => Promise<void>) =>
  InspectedSentinel.inspecting(browser, addresses, work, path)

const control = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(addresses.inspector + path, {
    method,
    headers: { "x-sentinel-control": "1", "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
  assert.isTrue(response.ok, `${method} ${path}: ${response.status}`)
  return response
}

const faults = async () => (await (await control("GET", "/control/faults")).json()) as ReadonlyArray<unknown>
const refresh = () =>
  InspectedSentinel.token(addresses, { grant_type: "refresh_token", refresh_token: "not one of Sentinel's" })

const user = "/control/accounts/12345678/users/3552833710"
const rightToLeft = "\u202Eשלום"

describe("the inspector, live", { timeout: 120_000 }, () => {
  it("keeps the elements of lines that stay as they are, so that a click or a selection in them is not lost", async () => {
    await refresh()
    await inspecting("/requests", async (page) => {
      const line = await page.locator("a.entry").first().elementHandle()
      const before = await page.locator("a.entry").count()
      await refresh()
      await page.waitForFunction((count) => document.querySelectorAll("a.entry").length > count, before)
      assert.isTrue(await line!.evaluate(({ isConnected }) => isConnected))
    })
  })

  it("leaves the focus on a user whose line changes", () =>
    inspecting("/users", async (page) => {
      await page.locator(".row-link").first().focus()
      await control("PATCH", user, { enabled: false })
      await page.locator(".row-link").first().getByText("disabled").waitFor()
      assert.include(await page.evaluate(() => document.activeElement?.textContent), "Alex Agent")
      await control("PATCH", user, { enabled: true })
    }))

  it("gives the focus to the view when a link without a name of its own is gone", () =>
    inspecting("/users?chosen=12345678/3552833710", async (page) => {
      await page.locator("#user dd a").focus()
      await control("PATCH", user, { name: "Alex Other" })
      await page.getByRole("heading", { name: "Alex Other" }).waitFor()
      assert.strictEqual(await page.evaluate(() => document.activeElement?.id), "view")
    }))

  it("does once what is double-clicked, and answers no question by it", () =>
    inspecting("/faults", async (page) => {
      const arm = page.locator("form[data-request='POST /control/faults'] button")
      await arm.dblclick()
      await page
        .getByRole("button", { name: /^Remove/ })
        .first()
        .waitFor()
      assert.strictEqual((await faults()).length, 1)

      await page.goto(`${addresses.inspector}/requests`)
      await refresh()
      const box = (await page.locator("#clear").boundingBox())!
      // The answer appears where the pointer is.
      await page.locator("#question-yes").evaluate((yes, { x, y }) => {
        Object.assign(yes.style, { position: "fixed", left: `${x}px`, top: `${y}px` })
      }, box)
      await page.locator("#clear").dblclick()
      assert.isTrue(await page.locator("#question").isVisible())
      await page.keyboard.press("Escape")
      assert.isAbove(await page.locator("a.entry").count(), 0)
    }))

  it("opens in any number of tabs, of which only those that are seen follow the journal", async () => {
    const context = await browser.newContext()
    try {
      await context.addInitScript(() => {
        Object.defineProperty(document, "hidden", { get: () => sessionStorage.getItem("hidden") === "yes" })
      })
      const hide = (page: Page, answer: "yes" | "no") =>
        page.evaluate((value) => {
          sessionStorage.setItem("hidden", value)
          document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))
        }, answer)
      const pages: Array<Page> = []
      for (let tab = 0; tab < 8; tab++) {
        const page = await context.newPage()
        await page.goto(`${addresses.inspector}/requests`)
        await hide(page, "yes")
        pages.push(page)
      }
      await control("DELETE", "/control/journal")
      await refresh()
      await hide(pages[0]!, "no")
      await pages[0]!.getByText("1 entry").waitFor()
    } finally {
      await context.close()
    }
  })

  it("follows a Sentinel that was started anew from its own beginning", () =>
    inspecting("/requests", async (page) => {
      await page.route("**/requests", async (route) => {
        const response = await route.fetch()
        const text = await response.text()
        await route.fulfill({ response, body: text.replace(/data-sequence="\d+"/, 'data-sequence="900000"') })
      })
      const followed = page.waitForRequest((request) => /after=\d{1,5}$/.test(request.url()))
      await page.reload()
      await page.unroute("**/requests")
      await refresh()
      await followed
    }))

  it("keeps names of the other direction apart from what Sentinel says", async () => {
    await control("PATCH", user, { name: rightToLeft })
    await control("POST", "/control/tokens", { user: "3552833710" })
    for (const path of ["/requests", "/flows"]) {
      await inspecting(path, async (page) => {
        const line = page.locator("a.entry", { has: page.locator("bdi", { hasText: "שלום" }) }).first()
        await line.click()
        await page.locator("#detail bdi", { hasText: "שלום" }).first().waitFor()
      })
    }
  })

  it("shows what is chosen where the system chooses all colours", () =>
    inspecting("/requests", async (page) => {
      await page.emulateMedia({ forcedColors: "active" })
      await page.locator("a.entry").first().click()
      await page.locator("a.entry[aria-current]").waitFor()
      const ground = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate((element) => getComputedStyle(element).backgroundColor)
      assert.notStrictEqual(await ground("a.entry[aria-current]"), await ground("a.entry:not([aria-current])"))
      assert.notStrictEqual(await ground("nav a[aria-current]"), await ground("nav a:not([aria-current])"))
    }))
})
