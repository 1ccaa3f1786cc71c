/**
 * The pages of Sentinel in a real browser: what they look like to assistive technology, to the keyboard and to the
 * policy.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { fetch } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { Origin } from "@le-auth/core/Origin"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import type * as Axe from "axe-core"
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, beforeAll, vi } from "vitest"
import { launch } from "../../../../tools/chromium.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

const account = "12345678"
const client = { client_id: "11111111-1111-4111-8111-111111111111", client_secret: "development-only-secret" }
const agent = { username: "agent@example.com", password: "agent" }

let browser: Browser
let runtime: ManagedRuntime.ManagedRuntime<never, unknown>
let application: Server
let applicationOrigin: string
let sentinel: string
/** What the browser sent to the application. */
let callbacks: Array<URL>

const elsewhere = () => applicationOrigin.replace("localhost", "127.0.0.1")

const listen = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
  })

beforeAll(async () => {
  application = createServer((request, response) => {
    const url = new URL(request.url ?? "/", applicationOrigin)
    if (url.pathname !== "/favicon.ico") callbacks.push(url)
    // As applications do whose users live at another origin than their redirect URI.
    if (url.pathname === "/hop") response.writeHead(302, { location: `${elsewhere()}/inside` }).end()
    else response.setHeader("content-type", "text/html").end("<title>Application</title><h1>Application</h1>")
  })
  // localhost and 127.0.0.1 are two sites, as Sentinel and an application are.
  applicationOrigin = `http://localhost:${await listen(application)}`
  const free = createServer()
  const port = await listen(free)
  await new Promise((resolve) => free.close(resolve))
  sentinel = `http://127.0.0.1:${port}`
  const config = SentinelConfig.development({ redirectUri: `${applicationOrigin}/callback` })
  const [first] = config.accounts[0].installations
  const hop = { ...first!, redirect_uris: [`${applicationOrigin}/callback`, `${applicationOrigin}/hop`] }
  const accounts = [{ ...config.accounts[0], installations: [hop] }] as const
  runtime = ManagedRuntime.make(
    Sentinel.layerServerWith({ publicOrigin: Origin.make(sentinel) }).pipe(
      Layer.provide(Sentinel.layerMemory({ accounts })),
      Layer.provide(NodeCrypto.layer),
      Layer.provide(NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })),
      Layer.provide(Logger.layer([]))
    )
  )
  await runtime.context()
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await runtime?.dispose()
  application?.closeAllConnections()
  application?.close()
})

const authorize = (more: Record<string, string> = {}): string =>
  `${sentinel}/sentinel/api/account/${account}/authorize?` +
  new URLSearchParams({
    v: "1.0",
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: `${applicationOrigin}/callback`,
    state: "xyz",
    ...more
  }).toString()

/** A browser of its own, whose pages must not complain. */
const inBrowser = async (
  work: (context: BrowserContext, page: Page, complaints: ReadonlyArray<string>) => Promise<void>,
  options: BrowserContextOptions & { readonly expected?: RegExp } = {}
) => {
  callbacks = []
  const complaints: Array<string> = []
  const context = await browser.newContext(options)
  context.setDefaultTimeout(60_000)
  context.on("console", (message) => {
    // A page with an error status is one line in the console, which is not a complaint about the page.
    if (message.type() !== "error" || message.text().includes("status of 4")) return
    complaints.push(message.text())
  })
  try {
    await work(context, await context.newPage(), complaints)
    const { expected } = options
    if (expected === undefined) assert.deepStrictEqual(complaints, [])
    else assert.isTrue(complaints.length > 0 && complaints.every((text) => expected.test(text)), complaints.join())
  } finally {
    await context.close()
  }
}

const fill = async (page: Page, { password, username } = agent) => {
  await page.fill("#username", username)
  await page.fill("#password", password)
}

const submit = async (page: Page, credentials = agent) => {
  await fill(page, credentials)
  await page.click("button[type=submit]")
}

const atApplication = (page: Page) => page.waitForURL(`${applicationOrigin}/**`)

const redeem = async (url: URL) => {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: url.searchParams.get("code")!,
    redirect_uri: `${applicationOrigin}/callback`,
    ...client
  })
  const answer = await fetch(`${sentinel}/sentinel/api/account/${account}/token?v=1.0`, { method: "POST", body })
  return answer.status
}

/** Each page that Sentinel has, one after the other. */
const everyPage = async (page: Page, look: (name: string) => Promise<void>) => {
  await page.goto(authorize())
  const form = page.url()
  await look("the login page")
  await submit(page, { ...agent, password: "wrong" })
  await look("a wrong password")
  // So many at once that one more is told to come back.
  const nobody = { username: `${performance.now()}@example.com`, password: "wrong" }
  const fields = await page
    .locator("input[type=hidden]")
    .evaluateAll((inputs) =>
      inputs.map((input) => [(input as HTMLInputElement).name, (input as HTMLInputElement).value])
    )
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ")
  const guesses = Array.from({ length: 80 }, async () => {
    const body = new URLSearchParams([...fields, ...Object.entries(nobody)])
    const answer = await fetch(`${sentinel}/sentinel/login`, { method: "POST", body, headers: { cookie } })
    if (answer.status !== 429) throw new Error(`${answer.status}`)
  })
  await Promise.any(guesses)
  await submit(page, nobody)
  assert.include(await page.textContent("[role=alert]"), "too many attempts")
  await look("too many attempts")
  // The page counts down without a script, and then says so.
  const left = () =>
    page.locator(".countdown").evaluate((node) => Number(getComputedStyle(node).getPropertyValue("--left")))
  const before = await left()
  if (before > 0)
    await page.waitForFunction((before) => {
      const node = document.querySelector(".countdown")!
      return Number(getComputedStyle(node).getPropertyValue("--left")) < before
    }, before)
  await page.goto(authorize({ client_id: "unknown" }))
  await look("an unknown application")
  await page.goto(authorize({ redirect_uri: "https://evil.example" }))
  await look("a wrong redirect URI")
  await page.goto(`${sentinel}/nowhere`)
  await look("nothing at this address")
  await page.goto(`${sentinel}/sentinel/logout`)
  await look("a method that is not allowed")
  await page.goto(`${sentinel}/sentinel/login`)
  await look("no request")
  await page.goto(form)
  await submit(page)
  await atApplication(page)
  assert.strictEqual(await redeem(new URL(page.url())), 200)
  await page.goto(form)
  await submit(page)
  assert.include(await page.textContent("h1"), "You are signed in")
  await look("signed in already")
  await page.click("button.quiet")
  assert.include(await page.textContent("h1"), "You are signed out")
  await look("signed out")
}

describe("accessibility, in Chromium", { timeout: 120_000 }, () => {
  const screens = [
    ["desktop", { width: 1280, height: 800 }],
    ["phone", { width: 320, height: 640 }]
  ] as const

  for (const colorScheme of ["light", "dark"] as const) {
    for (const [screen, viewport] of screens) {
      it(
        `R89: axe finds nothing on any page, ${colorScheme}, ${screen}, and nothing is cut off`,
        { timeout: 120_000 },
        () =>
          inBrowser(
            async (_, page) => {
              const found: Array<string> = []
              await everyPage(page, async (name) => {
                await page.evaluate(axe)
                const violations = await page.evaluate(async () => {
                  const { axe } = window as unknown as { axe: typeof Axe }
                  const results = await axe.run({ resultTypes: ["violations"] })
                  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`)
                })
                found.push(...violations.map((violation) => `${name}: ${violation}`))
                const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
                if (overflow > 0) found.push(`${name}: ${overflow} pixels wider than the screen`)
              })
              assert.deepStrictEqual(found, [])
            },
            // axe is put into the page, which the policy would not let in.
            { bypassCSP: true, colorScheme, viewport }
          )
      )
    }
  }

  it("R89: signs in with the keyboard alone, after a wrong password, and the focus can be seen", () =>
    inBrowser(async (_, page) => {
      await page.goto(authorize())
      const focus = () =>
        page.evaluate(() => {
          const element = document.activeElement!
          return { id: element.id || element.tagName, outline: getComputedStyle(element).outlineStyle }
        })
      // A browser gives the focus when it draws the page, which may be after the page has loaded.
      const drawn = () => page.waitForFunction(() => document.activeElement !== document.body)
      await drawn()
      assert.deepStrictEqual(await focus(), { id: "username", outline: "solid" })
      await page.keyboard.type(agent.username)
      await page.keyboard.press("Tab")
      assert.deepStrictEqual(await focus(), { id: "password", outline: "solid" })
      await page.keyboard.type("wrong")
      await page.keyboard.press("Tab")
      assert.deepStrictEqual(await focus(), { id: "BUTTON", outline: "solid" })
      await page.keyboard.press("Enter")
      await page.waitForSelector("[role=alert]")
      await drawn()
      // The e-mail address is kept, and the password, which has to be typed again, has the focus and the reason.
      assert.deepStrictEqual(await focus(), { id: "password", outline: "solid" })
      assert.strictEqual(await page.getAttribute("#password", "aria-describedby"), "problem")
      assert.strictEqual(await page.inputValue("#username"), agent.username)
      assert.match(await page.title(), /^Problem: /)
      await page.keyboard.type(agent.password)
      await page.keyboard.press("Enter")
      await atApplication(page)
    }))

  it("R89: has what password managers look for, and what screen readers say", () =>
    inBrowser(async (_, page) => {
      await page.goto(authorize())
      const fields = await page.$$eval("input:not([type=hidden])", (inputs) =>
        (inputs as Array<HTMLInputElement>).map(({ autocomplete, labels, name, required, type }) => ({
          autocomplete,
          name,
          type,
          required,
          label: labels?.[0]?.textContent
        }))
      )
      assert.deepStrictEqual(fields, [
        { autocomplete: "username", name: "username", type: "email", required: true, label: "E-mail address" },
        { autocomplete: "current-password", name: "password", type: "password", required: true, label: "Password" }
      ])
      const spoken = await page.locator("main").ariaSnapshot()
      for (const part of ["Sign in", "Example application", "Example Brand", "Account 12345678"]) {
        assert.include(spoken, part)
      }
      assert.notMatch(spoken, /: E$/m)
    }))
})

describe("the login page, in Chromium", { timeout: 120_000 }, () => {
  it("R87: works with scripts off", () =>
    inBrowser(
      async (_, page) => {
        await page.goto(authorize())
        await submit(page)
        await atApplication(page)
        assert.strictEqual(new URL(page.url()).searchParams.get("state"), "xyz")
      },
      { javaScriptEnabled: false }
    ))

  it("R87: the policy lets the form lead to the application, and on from there to another origin of loopback", () =>
    inBrowser(async (_, page) => {
      await page.goto(authorize({ redirect_uri: `${applicationOrigin}/hop` }))
      await submit(page)
      await page.waitForURL("**/inside**")
      assert.notStrictEqual(new URL(page.url()).origin, applicationOrigin)
    }))

  it("R87: the policy lets the form lead nowhere else", () =>
    inBrowser(
      async (_, page) => {
        await page.goto(authorize())
        const blocked = page.waitForEvent("console", (message) => message.text().includes("form-action"))
        // As somebody could who had got around the escaping.
        await page.evaluate(() => {
          const form = document.querySelector("form")!
          form.action = "https://evil.example/"
          form.submit()
        })
        await blocked
        assert.isTrue(page.url().startsWith(sentinel))
      },
      { expected: /form-action/ }
    ))

  it("R87: no page can frame it", () =>
    inBrowser(async (context, page) => {
      const body = `<iframe src="${authorize().replaceAll("&", "&amp;")}"></iframe>`
      await context.route(`${applicationOrigin}/frame`, (route) => route.fulfill({ contentType: "text/html", body }))
      await page.goto(`${applicationOrigin}/frame`)
      await page.waitForLoadState("networkidle")
      // What Chromium shows instead of a page that it may not show.
      assert.match(page.frames()[1]!.url(), /^chrome-error:/)
    }))

  it("R80: each tab continues its own request", () =>
    inBrowser(async (context, first) => {
      const second = await context.newPage()
      await first.goto(authorize({ state: "first" }))
      await second.goto(authorize({ state: "second" }))
      await submit(second)
      await atApplication(second)
      await submit(first)
      await atApplication(first)
      assert.deepStrictEqual(
        [first, second].map((page) => new URL(page.url()).searchParams.get("state")),
        ["first", "second"]
      )
      assert.deepStrictEqual(await Promise.all(callbacks.map(redeem)), [200, 200])
    }))

  it("R81: a double click is one sign-in, with one code that works", () =>
    inBrowser(async (_, page) => {
      await page.goto(authorize())
      await fill(page)
      await page.dblclick("button[type=submit]")
      // The second click ends the navigation of the first one, which `waitForURL` takes for a failure.
      await vi.waitUntil(() => page.url().startsWith(applicationOrigin), { timeout: 60_000 })
      await page.waitForLoadState()
      assert.strictEqual(new Set(callbacks.map((url) => url.searchParams.get("code"))).size, 1)
      assert.strictEqual(await redeem(callbacks.at(-1)!), 200)
    }))

  it("R81: back, and the form again: at most one code, and no error", () =>
    inBrowser(async (_, page) => {
      await page.goto(authorize())
      await submit(page)
      await atApplication(page)
      assert.strictEqual(await redeem(callbacks[0]!), 200)
      await page.goBack()
      await page.waitForSelector("form")
      await submit(page)
      await page.waitForSelector("h1:has-text('You are signed in')")
      await page.reload()
      assert.strictEqual(await page.textContent("h1"), "You are signed in")
      assert.lengthOf(callbacks, 1)
    }))

  it("R81: a reload of a refused form is also not an error", () =>
    inBrowser(async (_, page) => {
      await page.goto(authorize())
      await submit(page, { ...agent, password: "wrong" })
      await page.waitForSelector("[role=alert]")
      await page.reload()
      assert.include(await page.textContent("[role=alert]"), "not right")
      await submit(page)
      await atApplication(page)
    }))

  it("R79, R20: the cookie comes back on plain loopback, so the second time there is no form; scripts cannot read it", () =>
    inBrowser(async (context, page) => {
      await page.goto(authorize())
      await submit(page)
      await atApplication(page)
      await page.goto(authorize({ state: "again" }))
      await atApplication(page)
      assert.strictEqual(new URL(page.url()).searchParams.get("state"), "again")
      await page.goto(`${sentinel}/nowhere`)
      assert.strictEqual(await page.evaluate(() => document.cookie), "")
      const cookies = await context.cookies(sentinel)
      assert.isTrue(cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === "Lax"))
    }))

  it("R77, R83: a form of another site neither signs in nor out", () =>
    inBrowser(async (context, page) => {
      await page.goto(authorize())
      await submit(page)
      await atApplication(page)
      await context.route(`${applicationOrigin}/attack`, (route) =>
        route.fulfill({
          contentType: "text/html",
          body: `<form method="post" action="${sentinel}/sentinel/logout"><input name="account" value="${account}"><button>x</button></form>`
        })
      )
      await page.goto(`${applicationOrigin}/attack`)
      await page.click("button")
      await page.waitForSelector("h1:has-text('This form was not accepted')")
      await page.goto(authorize())
      await atApplication(page)
    }))
})
