/** What the example shows, and that all its pages are one product: in light and dark, on a phone and a desktop. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import axe from "axe-core"
import * as Fs from "node:fs"
import * as Path from "node:path"
import type { Browser, Page } from "playwright-core"
import { launch } from "../../../tools/chromium.ts"
import { launch as start, place } from "./Program.ts"

const apps = Path.join(import.meta.dirname, "../..")

let browser: Browser
let started: ReturnType<typeof start>
let origin: string
let control: string
let removeFolder: () => unknown = () => undefined

beforeAll(async () => {
  const here = await place((remove) => void (removeFolder = remove))
  origin = `http://localhost:${here.port}`
  control = `http://localhost:${here.sentinelPort + 2}`
  started = start(here, { LE_AUTH_STORE: "memory:" })
  browser = await launch()
  await started.ready
})

afterAll(async () => {
  await browser?.close()
  started?.child.kill("SIGTERM")
  await started?.ended
  removeFolder()
})

const visit = async (run: (page: Page) => Promise<void>) => {
  const context = await browser.newContext()
  try {
    await run(await context.newPage())
  } finally {
    await context.close()
  }
}

const signIn = async (page: Page) => {
  await page.goto(`${origin}/login`)
  await page.locator("[autocomplete=username]").fill("agent@example.com")
  await page.locator("[autocomplete=current-password]").fill("agent")
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
  await page.waitForURL(`${origin}/`)
}

/** The code in a file, without the words above its first import. */
const codeIn = (file: string): string => {
  const source = Fs.readFileSync(Path.join(apps, file), "utf8")
  return source.slice(source.indexOf("import ")).trim()
}

const user = (text: string | null) => JSON.parse(text ?? "") as { readonly fullName: string }

describe("R-E18: the example shows what le-auth is for", { timeout: 120_000 }, () => {
  it("the start page says what there is to see, whom to sign in as, and where it can be watched", () =>
    visit(async (page) => {
      await page.goto(origin)
      const text = await page.locator("main").innerText()
      for (const part of ["calls an API", "agent@example.com, password agent", "no token reaches your browser"]) {
        assert.include(text, part)
      }
      assert.deepStrictEqual(await page.getByRole("heading").allInnerTexts(), [
        "Example application",
        "As a server page",
        "As a single page"
      ])
      await page.getByRole("link", { name: "the inspector" }).click()
      await page.waitForURL(`${control}/**`)
    }))

  it("the server page calls an API with the user's token, and shows the answer, its time, and the code", () =>
    visit(async (page) => {
      await signIn(page)
      assert.strictEqual(
        user(await page.getByRole("region", { name: "The answer" }).textContent()).fullName,
        "Alex Agent"
      )
      assert.match(await page.locator("main").innerText(), /The Users API answered 200 in \d+ ms/)
      const code = codeIn("server/src/ApiCall.ts")
      assert.strictEqual(await page.getByRole("region", { name: "The code" }).textContent(), code)
      assert.isAtMost(code.split("\n").length, 12)
      await page.getByRole("link", { name: "Call it again" }).click()
      assert.match(await page.locator("main").innerText(), /answered 200/)
    }))

  it("the single page does the same by way of its server", () =>
    visit(async (page) => {
      await signIn(page)
      await page.getByRole("link", { name: "Open the single page" }).click()
      await page.getByText(/answered 200 in \d+ ms/).waitFor()
      assert.strictEqual(
        user(await page.getByRole("region", { name: "The answer" }).textContent()).fullName,
        "Alex Agent"
      )
      const code = codeIn("spa/src/apiCall.ts")
      assert.strictEqual(await page.getByRole("region", { name: "The code" }).textContent(), code)
      assert.isAtMost(code.split("\n").length, 12)
      await page.getByRole("button", { name: "Call it again" }).click()
      await page.getByText(/answered 200 in \d+ ms/).waitFor()
      await page.getByRole("link", { name: "To the server page" }).click()
      await page.waitForURL(`${origin}/`)
    }))

  it("an API that does not answer is a sentence on the page, and its refusal is shown as it is", () =>
    visit(async (page) => {
      await signIn(page)
      const { request } = page.context()
      const fault = async (action: object) => {
        const added = await request.post(`${control}/control/faults`, { data: { match: { route: "users" }, action } })
        assert.isTrue(added.ok(), await added.text())
      }
      const noFaults = async () => {
        const cleared = await request.delete(`${control}/control/faults`, { headers: { "x-sentinel-control": "1" } })
        assert.isTrue(cleared.ok(), await cleared.text())
      }
      await fault({ type: "drop-connection" })
      await page.reload()
      assert.include(await page.locator("main").innerText(), "There is no answer: ")
      assert.include(await page.locator("main").innerText(), "You are signed in")
      await noFaults()
      await fault({ type: "server-error", status: 503 })
      await page.reload()
      assert.include(await page.locator("main").innerText(), "answered 503")
      await noFaults()
    }))

  it("R-E12: what is not there is a page that leads on, or JSON for programs", () =>
    visit(async (page) => {
      for (const path of ["/nothing", "/spa/nothing", "/session/nothing"]) {
        const answer = await page.goto(origin + path)
        assert.strictEqual(answer?.status(), 404, path)
        assert.strictEqual(await page.getByRole("heading").innerText(), "There is no such page")
        await page.getByRole("link", { name: "Go to the start" }).click()
        await page.waitForURL(`${origin}/`)
      }
      const { request } = page.context()
      const answer = await request.post(`${origin}/nothing`, { headers: { accept: "application/json" } })
      assert.strictEqual(answer.status(), 404)
      assert.strictEqual(((await answer.json()) as { readonly error: string }).error, "NotFound")
    }))

  it("R-E12: there are an icon and rules for robots", () =>
    visit(async (page) => {
      const { request } = page.context()
      const icon = await request.get(`${origin}/favicon.ico`)
      assert.deepStrictEqual([icon.status(), icon.headers()["content-type"]], [200, "image/svg+xml"])
      // Each program has its own copy of one icon.
      const sentinel = await request.get(control.replace(/\d+$/, (port) => `${Number(port) - 2}/favicon.ico`))
      assert.strictEqual((await icon.text()).trim(), (await sentinel.text()).trim())
      assert.strictEqual(
        (await (await request.get(`${origin}/spa/icon.svg`)).text()).trim(),
        (await icon.text()).trim()
      )
      assert.include(await (await request.get(`${origin}/robots.txt`)).text(), "Disallow: /")
    }))
})

describe("R-E18: every page of the example", { timeout: 240_000 }, () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 390]) {
      it(`is accessible and fits, ${colorScheme}, ${width} px`, async () => {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } })
        const page = await context.newPage()
        const look = async (name: string) => {
          const found = await page.evaluate(`(() => { ${axe.source}; return axe.run() })()`)
          const { violations } = found as { readonly violations: ReadonlyArray<unknown> }
          assert.deepStrictEqual(violations, [], name)
          assert.isAtMost(await page.evaluate(() => document.documentElement.scrollWidth), width, name)
          // WCAG 2.2, 2.5.8: a link within a sentence needs no size.
          const small = await page
            .locator("button:visible, a.button:visible")
            .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 24).length)
          assert.strictEqual(small, 0, name)
        }
        await page.goto(origin)
        await look("signed out")
        await page.goto(`${origin}/nothing`)
        await look("not found")
        await signIn(page)
        await look("signed in")
        await page.goto(`${origin}/spa/`)
        await page.getByText(/answered 200/).waitFor()
        await look("single page")
        await context.close()
      })
    }
  }

  it("is used with a keyboard alone, from the sign-in to the sign-out", () =>
    visit(async (page) => {
      await page.goto(origin)
      const press = async (name: string) => {
        for (let step = 0; step < 30; step++) {
          await page.keyboard.press("Tab")
          const there = await page.evaluate(() => document.activeElement?.textContent.trim())
          if (there === name) return page.keyboard.press("Enter")
        }
        assert.fail(`Tab does not lead to ${name}`)
      }
      await press("Sign in")
      await page.locator("[autocomplete=username]").focus()
      await page.keyboard.type("agent@example.com")
      await page.keyboard.press("Tab")
      await page.keyboard.type("agent")
      await page.keyboard.press("Enter")
      await page.waitForURL(`${origin}/`)
      await press("Call it again")
      await page.getByText(/answered 200/).waitFor()
      await press("Sign out of this application")
      await page.getByRole("link", { name: "Sign in" }).waitFor()
    }))
})
