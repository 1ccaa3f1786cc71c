/** The pages for development in a real browser: to assistive technology, to the keyboard, and at two widths. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import * as Control from "@le-auth/sentinel/Control"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as NetAddress from "effect/net/NetAddress"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { createRequire } from "node:module"
import type * as Axe from "axe-core"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import { launch } from "../../../../tools/chromium.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

const server = Layer.unwrap(
  Effect.map(Control.Control, ({ accounts }) =>
    Sentinel.layerServerWith({
      development: {
        accounts,
        isBuiltIn: true,
        control: () => "http://localhost:4402",
        toRegister: "Start Sentinel with --redirect-uri and this address."
      }
    })
  )
).pipe(
  Layer.provide(Control.layerMemory(SentinelConfig.development())),
  Layer.provide(NodeCrypto.layer),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
  Layer.provide(Logger.layer([]))
)

let browser: Browser
let sentinel: string
const runtime = ManagedRuntime.make(server)

beforeAll(async () => {
  const { address } = Context.get(await runtime.context(), HttpServer.HttpServer)
  sentinel = NetAddress.formatUrlUnsafe(address).replace("127.0.0.1", "localhost")
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await runtime.dispose()
})

const redirectUri = "http://localhost:5173/callback"

const authorize = (more: Record<string, string> = {}) =>
  `${sentinel}/sentinel/api/account/12345678/authorize?` +
  new URLSearchParams({
    v: "1.0",
    response_type: "code",
    client_id: "11111111-1111-4111-8111-111111111111",
    redirect_uri: redirectUri,
    state: "xyz",
    ...more
  }).toString()

/** Opens a page, which must not complain. */
const opened = async (
  address: string,
  work: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {}
): Promise<void> => {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    const complaints: Array<string> = []
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 4|net::ERR_/.test(message.text())) complaints.push(message.text())
    })
    await page.goto(address)
    await work(page)
    assert.deepStrictEqual(complaints, [])
  } finally {
    await context.close()
  }
}

const pages = {
  "the start page": () => `${sentinel}/`,
  "the list of users": () => authorize(),
  "an address that is not registered": () => authorize({ redirect_uri: "https://app.example/cb" }),
  "an unknown application": () => authorize({ client_id: "unknown" }),
  "an unknown path": () => `${sentinel}/oauth2/token`
}

const focused = (page: Page) =>
  page.evaluate(() => (document.activeElement?.textContent ?? "").trim().replaceAll(/\s+/g, " "))

const press = async (page: Page, key: string, times = 1) => {
  for (let count = 0; count < times; count++) await page.keyboard.press(key)
}

/** The address at the application that the browser is sent to, where nothing listens. */
const reaching = async (page: Page, address: string) =>
  (await page.waitForRequest((request) => request.url().startsWith(address))).url()

describe("pages for development", () => {
  for (const [name, address] of Object.entries(pages)) {
    for (const colorScheme of ["light", "dark"] as const) {
      it(`R89: ${name}, ${colorScheme}, has nothing that axe finds, and fits into 390 and 1,280 pixels`, async () => {
        const options = { bypassCSP: true, colorScheme, viewport: { width: 390, height: 900 } }
        await opened(
          address(),
          async (page) => {
            for (const summary of await page.locator("summary").all()) await summary.click()
            const isTooWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
            assert.isFalse(await isTooWide())
            await page.evaluate(axe)
            const { violations } = await page.evaluate(() =>
              (globalThis as unknown as { readonly axe: typeof Axe }).axe.run()
            )
            assert.deepStrictEqual(
              violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]),
              []
            )
            await page.setViewportSize({ width: 1280, height: 900 })
            assert.isFalse(await isTooWide())
          },
          options
        )
      }, 120_000)
    }
  }

  it("R89: with the keyboard alone a user is chosen, and settings are opened", async () => {
    await opened(authorize(), async (page) => {
      await press(page, "Tab")
      assert.strictEqual(await focused(page), "Alex Agent, agent")
      await press(page, "Tab")
      assert.strictEqual(await focused(page), "Ada Admin, administrator")
      const callback = reaching(page, redirectUri)
      await press(page, "Enter")
      assert.match(await callback, /\?code=[^&]+&state=xyz$/)
    })
    await opened(`${sentinel}/`, async (page) => {
      const reached: Array<string> = []
      for (let count = 0; count < 12; count++) {
        await press(page, "Tab")
        reached.push(await focused(page))
      }
      const place = reached.indexOf("Settings of Example application")
      assert.isAtLeast(place, 0, reached.join())
      await page.locator("summary").first().focus()
      await press(page, "Enter")
      await page.getByText("export LE_AUTH_ACCOUNT_ID=12345678").first().waitFor()
      await press(page, "Tab")
      assert.match(await focused(page), /^export LE_AUTH_ACCOUNT_ID/)
    })
  }, 120_000)

  it("R104: the button registers the address, and the sign-in goes on, with the keyboard alone", async () => {
    await opened(authorize({ redirect_uri: "http://app.test:5173/callback" }), async (page) => {
      await press(page, "Tab")
      assert.strictEqual(await focused(page), "Register this address")
      await press(page, "Enter")
      await page.getByText("The address is registered").first().waitFor()
      await press(page, "Tab")
      await press(page, "Enter")
      const callback = reaching(page, "http://app.test:5173/callback")
      await page.getByRole("button", { name: "Alex Agent, agent" }).click()
      assert.match(await callback, /\?code=/)
    })
  }, 120_000)
})
