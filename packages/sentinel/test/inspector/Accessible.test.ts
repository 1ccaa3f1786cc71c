/** Every view of the inspector for people with a keyboard alone, a screen reader, a phone, or a dark screen. */
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
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type * as Axe from "axe-core"
import type { Browser, Page } from "playwright-core"
import { launch } from "../../../../tools/chromium.ts"
import { views } from "../../src/internal/inspector/frame/Views.ts"
import * as InspectedSentinel from "./InspectedSentinel.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
const { account, clientId, redirectUri } = InspectedSentinel

const start = Effect.suspend(() =>
  InspectedSentinel.listen(
    Control.layerMemory({
      ...SentinelConfig.development(),
      points: { refreshTokens: "rotate" }
    }).pipe(Layer.provideMerge(Layer.merge(NodeCrypto.layer, Logger.layer([]))))
  )
)

const scope = Scope.makeUnsafe()
let addresses: InspectedSentinel.Addresses
let browser: Browser

const control = (method: string, path: string, body?: unknown) =>
  fetch(addresses.inspector + path, {
    method,
    headers: { "x-sentinel-control": "1", ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })

/** Something of everything that a view can show. */
const scene = async () => {
  const code = await InspectedSentinel.signIn(browser, addresses, "scene")
  const exchange = { grant_type: "authorization_code", code, redirect_uri: redirectUri }
  await InspectedSentinel.token(addresses, exchange)
  await InspectedSentinel.token(addresses, exchange)
  await fetch(`${addresses.sentinel}${account}/authorize?client_id=unknown`, { redirect: "manual" })
  await control("PATCH", "/control/accounts/12345678/users/3552833711", { enabled: false })
  await control("PUT", "/control/accounts/12345678/services/msgHist", { host: "localhost:7000" })
  await control("POST", "/control/accounts/12345678/stubs/faasGW", { route: "GET /api/account/{account}/lambdas" })
  await control("POST", "/control/faults", { match: { route: "users" }, action: { type: "silence" }, times: 2 })
  await control("POST", "/control/faults", { match: { route: "keys", nth: 2 }, action: { type: "truncate" } })
  await control("PUT", "/control/snapshots/before")
  await control("POST", "/control/clock/advance", { by: "90m" })
}

beforeAll(async () => {
  addresses = await Effect.runPromise(Scope.provide(start, scope))
  browser = await launch()
  await scene()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

/** Each view, and those with something chosen. */
const paths = [
  ...views.map(({ path }) => path),
  "/users?chosen=12345678/3552833710",
  `/applications?chosen=12345678/${clientId}`,
  "/users?text=nothing-like-it"
]

/** The first link that opens one entry or one flow. */
const chosenIn = async (page: Page, path: string): Promise<string | undefined> =>
  (await page
    .locator(`main a[href^="${path}/"], main a[href*="entry="]`)
    .first()
    .getAttribute("href", { timeout: 500 })
    .catch(() => undefined)) ?? undefined

const inspecting = (path: string, work: (page: Page) => Promise<void>) =>
  InspectedSentinel.inspecting(browser, addresses, work, path)

/** Opens all that is folded, so that it is looked at, too. */
const unfold = (page: Page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll("main details")) details.setAttribute("open", "")
  })

const violations = async (page: Page) => {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe)
  const found = await page.evaluate(() =>
    (globalThis as unknown as { readonly axe: typeof Axe }).axe.run({
      rules: { "target-size": { enabled: true }, "color-contrast-enhanced": { enabled: false } }
    })
  )
  return found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])
}

/** How far a page is wider than its window, and controls of less than 24 pixels. */
const misfits = (page: Page) =>
  page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>(
      "button, select, input:not([type=hidden]), summary, nav a, .button"
    )
    const small = [...controls].flatMap((control) => {
      const { height, width } = control.getBoundingClientRect()
      return control.checkVisibility() && (height < 24 || width < 24)
        ? [`${control.outerHTML.slice(0, 120)} ${width}x${height}`]
        : []
    })
    const over = document.documentElement.scrollWidth - document.documentElement.clientWidth
    return over > 0 ? [`the page is ${over} pixels too wide`, ...small] : small
  })

const looks = async (page: Page, where: string) => {
  await unfold(page)
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [width, height] of [
      [390, 844],
      [1280, 900]
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height })
      assert.deepStrictEqual(await violations(page), [], `${where}, ${colorScheme}, ${width}`)
      assert.deepStrictEqual(await misfits(page), [], `${where}, ${colorScheme}, ${width}`)
    }
  }
}

describe("every view", { timeout: 240_000 }, () => {
  it.each(paths)("R89: %s: axe finds nothing, nothing is too small or too wide, in light and dark", (path) =>
    inspecting(path, async (page) => {
      await looks(page, path)
      const chosen = await chosenIn(page, path)
      if (chosen === undefined) return
      await page.goto(new URL(chosen, page.url()).href)
      await looks(page, chosen)
    })
  )

  it.each(paths)("R89: %s: a keyboard reaches everything: first the navigation, then the view, in its order", (path) =>
    inspecting(path, async (page) => {
      await page.setViewportSize({ width: 1280, height: 900 })
      await unfold(page)
      // What the key Tab leads to, in the order of the document. In a list of lines the arrows lead on.
      const all = await page.evaluate(() => {
        const actable = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
        const found = [...document.querySelectorAll<HTMLElement>(actable)].filter(
          (element) => element.tabIndex >= 0 && element.checkVisibility() && !element.closest("dialog:not([open])")
        )
        for (const [index, element] of found.entries()) element.dataset["order"] = String(index)
        return found.map((element) => `${element.tagName} ${element.textContent.trim().slice(0, 30)} ${element.id}`)
      })
      const reached: Array<number> = []
      const outlined = new Set<number>()
      // A field for a moment has several stops of its own.
      for (let presses = 0; presses < all.length * 2 + 20; presses++) {
        await page.keyboard.press("Tab")
        const { hasOutline, order } = await page.evaluate(() => {
          const focused = document.activeElement as HTMLElement
          const { outlineStyle } = getComputedStyle(focused)
          return {
            order: focused.dataset["order"],
            hasOutline: outlineStyle !== "none"
          }
        })
        if (order === undefined) break
        if (reached.at(-1) !== Number(order)) reached.push(Number(order))
        if (hasOutline) outlined.add(Number(order))
      }
      assert.deepStrictEqual(
        reached.map((order) => all[order]),
        all
      )
      assert.deepStrictEqual(
        all.filter((_, order) => !outlined.has(order)),
        []
      )
      assert.match(all[0]!, /Skip to the view/)
      const inNavigation = await page.locator("header a, header button").count()
      const inView = await page.locator("main [data-order]").first().getAttribute("data-order")
      // The banner of the clock is between them.
      assert.strictEqual(Number(inView), 1 + inNavigation + 1)
    })
  )

  it("a keyboard skips the navigation, and answers a question", () =>
    inspecting("/state", async (page) => {
      await page.keyboard.press("Tab")
      await page.keyboard.press("Enter")
      await page.keyboard.press("Tab")
      assert.strictEqual(await page.evaluate(() => document.activeElement?.closest("main")?.id), "view")

      const focused = () => page.evaluate(() => document.activeElement?.id)
      await page.locator("#delete-before").focus()
      await page.keyboard.press("Enter")
      assert.strictEqual(await focused(), "question-no")
      assert.deepStrictEqual(await violations(page), [])
      await page.keyboard.press("Escape")
      assert.strictEqual(await focused(), "delete-before")
      await page.keyboard.press("Enter")
      await page.keyboard.press("Tab")
      assert.strictEqual(await focused(), "question-yes")
      await page.keyboard.press("Enter")
      await page.getByText("None is kept.").waitFor()
      // The button is gone, and the keyboard is still in the view.
      await page.waitForFunction(() => document.activeElement?.id === "view")
      await control("PUT", "/control/snapshots/before")
    }))
})
