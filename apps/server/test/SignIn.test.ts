import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { createServer, type Server } from "node:http"
import type { Browser, Page } from "playwright-core"
import { vi } from "vitest"
import { launch } from "../../../tools/chromium.ts"
import { freePort, freeSentinelPort, interrupt, npmStart, type Started } from "./Start.ts"

/** A page of a browser of its own: no cookie of another test. */
let browser: Browser
let started: Started
let origin: string
let sentinel: string

beforeAll(async () => {
  const [port, sentinelPort] = [await freePort(), await freeSentinelPort()]
  origin = `http://localhost:${port}`
  sentinel = `http://localhost:${sentinelPort}`
  started = npmStart({ PORT: String(port), SENTINEL_PORT: String(sentinelPort) })
  browser = await launch()
  await started.prints("Ctrl-C stops it")
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started !== undefined) await interrupt(started)
})

const visit = async (run: (page: Page) => Promise<void>) => {
  const context = await browser.newContext()
  try {
    await run(await context.newPage())
  } finally {
    await context.close()
  }
}

const signIn = async (page: Page, user = "agent@example.com", password = "agent") => {
  await page.goto(origin)
  await page.getByRole("link", { name: "Sign in" }).click()
  await page.waitForURL(`${sentinel}/**`)
  await page.locator("[autocomplete=username]").fill(user)
  await page.locator("[autocomplete=current-password]").fill(password)
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
}

describe("npm start", { timeout: 120_000 }, () => {
  it("prints the address, the account, and a user with password", () => {
    for (const text of [origin, "12345678", "agent@example.com", "password agent", sentinel]) {
      assert.include(started.output(), text)
    }
    assert.notInclude(started.output(), "development-only-secret")
  })

  it("a person signs in with a browser, sees who and until when, refreshes, and signs out of this application", () =>
    visit(async (page) => {
      await signIn(page)
      await page.waitForURL(`${origin}/`)
      const text = await page.locator("main").innerText()
      assert.include(text, "You are signed in")
      assert.include(text, "agent@example.com")
      assert.include(text, "12345678")
      assert.match(text, /Token valid until\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/)

      const before = await page.locator("dd time").last().innerText()
      // The page shows whole seconds: a refresh in a later one is seen.
      await vi.waitFor(async () => {
        await page.getByRole("button", { name: "Refresh the token" }).click()
        await page.waitForURL(`${origin}/`)
        assert.isAbove(Date.parse(await page.locator("dd time").last().innerText()), Date.parse(before))
      }, 25_000)

      // Out of this application only: Sentinel still knows the user, so the next sign-in asks nothing.
      await page.getByRole("button", { name: "Sign out of this application" }).click()
      await page.getByRole("link", { name: "Sign in" }).click()
      await page.waitForURL(`${origin}/`)
      assert.include(await page.locator("main").innerText(), "You are signed in")

      // Out of LivePerson everywhere: the next sign-in asks for the password again.
      await page.getByRole("button", { name: "Sign out of LivePerson everywhere" }).click()
      await page.getByRole("link", { name: "Sign in" }).click()
      await page.waitForURL(`${sentinel}/**`)
      assert.isTrue(await page.locator("[autocomplete=current-password]").isVisible())
    }))

  it("an administrator is shown as one, and a reload keeps the session", () =>
    visit(async (page) => {
      await signIn(page, "admin@example.com", "admin")
      await page.waitForURL(`${origin}/`)
      await page.reload()
      assert.include(await page.locator("main").innerText(), "administrator")
    }))

  it("a wrong password gets one clear message, and the right one then works", () =>
    visit(async (page) => {
      await signIn(page, "agent@example.com", "wrong")
      assert.strictEqual(await page.getByRole("alert").count(), 1)
      assert.isTrue(page.url().startsWith(sentinel))
      const wrongPassword = await page.getByRole("alert").innerText()
      await page.locator("[autocomplete=username]").fill("nobody@example.com")
      await page.locator("[autocomplete=current-password]").fill("agent")
      await page.getByRole("button", { name: "Sign in", exact: true }).click()
      assert.strictEqual(await page.getByRole("alert").innerText(), wrongPassword)
      await page.locator("[autocomplete=username]").fill("agent@example.com")
      await page.locator("[autocomplete=current-password]").fill("agent")
      await page.getByRole("button", { name: "Sign in", exact: true }).click()
      await page.waitForURL(`${origin}/`)
    }))

  it("a browser that came by 127.0.0.1 signs in all the same", () =>
    visit(async (page) => {
      await page.goto(origin.replace("localhost", "127.0.0.1"))
      await page.getByRole("link", { name: "Sign in" }).click()
      await page.locator("[autocomplete=username]").fill("agent@example.com")
      await page.locator("[autocomplete=current-password]").fill("agent")
      await page.getByRole("button", { name: "Sign in", exact: true }).click()
      await page.waitForURL(`${origin}/`)
    }))

  it("C13: the callback's address is not in the history, and loading it again leads home", () =>
    visit(async (page) => {
      const callbacks: Array<string> = []
      page.on("request", (request) => void (request.url().includes("/callback") && callbacks.push(request.url())))
      await signIn(page)
      await page.waitForURL(`${origin}/`)
      assert.strictEqual(callbacks.length, 1)
      const answer = await page.goto(callbacks[0]!)
      assert.strictEqual(answer!.status(), 200)
      assert.strictEqual(page.url(), `${origin}/`)
    }))

  it("an unknown client or redirect URI is shown, and never redirected", () =>
    visit(async (page) => {
      const authorize = `${sentinel}/sentinel/api/account/12345678/authorize?v=1.0&response_type=code`
      const client = "client_id=11111111-1111-4111-8111-111111111111"
      for (const [url, status] of [
        [`${authorize}&client_id=unknown`, 401],
        [`${authorize.replace("12345678", "99")}&${client}`, 401],
        [`${authorize}&${client}&redirect_uri=https%3A%2F%2Fevil.example%2F`, 400]
      ] as const) {
        const answer = await page.goto(url)
        assert.strictEqual(answer!.status(), status)
        assert.isTrue(page.url().startsWith(sentinel))
      }
    }))
})

describe("a start that cannot work", () => {
  it("a taken port is a clear message", { timeout: 120_000 }, async () => {
    const port = await freePort()
    const other: Server = createServer().listen(port, "127.0.0.1")
    const run = npmStart({ PORT: String(port), SENTINEL_PORT: String(await freeSentinelPort()) })
    assert.strictEqual(await run.exit, 1)
    other.close()
    assert.include(run.output(), `The port ${port} is in use`)
    assert.notInclude(run.output(), "    at ")
  })

  it("all wrong settings are listed at once, secrets masked", { timeout: 120_000 }, async () => {
    const run = npmStart({
      PORT: "99999",
      LE_AUTH_ACCOUNT_ID: "not valid",
      LE_AUTH_CLIENT_SECRET: "planted\u00fc",
      LE_AUTH_REDIRECT_URI: "/callback"
    })
    assert.strictEqual(await run.exit, 1)
    for (const name of [
      "PORT",
      "LE_AUTH_ACCOUNT_ID",
      "LE_AUTH_CLIENT_ID is missing",
      "LE_AUTH_CLIENT_SECRET",
      "LE_AUTH_REDIRECT_URI"
    ]) {
      assert.include(run.output(), name)
    }
    assert.notInclude(run.output(), "planted")
    assert.notInclude(run.output(), "    at ")
  })

  it("Ctrl-C stops it cleanly", { timeout: 120_000 }, async () => {
    const run = npmStart({ PORT: String(await freePort()), SENTINEL_PORT: String(await freeSentinelPort()) })
    await run.prints("Ctrl-C stops it")
    await interrupt(run)
    assert.notInclude(run.output(), "npm error")
    assert.notInclude(run.output(), "    at ")
  })
})
