import { assert, describe, it } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser, BrowserContext, Frame, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import * as Application from "./Application.ts"
import { launch } from "../../../tools/chromium.mjs"

let application: Awaited<ReturnType<typeof Application.make>>
let runtime: ManagedRuntime.ManagedRuntime<never, unknown>
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  application = await Application.make()
  runtime = ManagedRuntime.make(application.layer)
  await runtime.context()
  browser = await launch()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await runtime?.dispose()
})

beforeEach(async () => {
  context = await browser.newContext()
  context.setDefaultTimeout(10_000)
})

afterEach(() => context.close())

const open = async (path: string): Promise<Page> => {
  const page = await context.newPage()
  await page.goto(application.origin + path)
  return page
}

interface State {
  readonly _tag: string
  readonly reason?: string
  readonly session?: Record<string, unknown>
}

/** Waits until the page shows something that passes, and gives it. */
const state = async (page: Page | Frame, passes: (state: State) => boolean = () => true): Promise<State> => {
  const deadline = performance.now() + 10_000
  for (;;) {
    const text = (await page.textContent("#state")) ?? ""
    if (text !== "" && passes(JSON.parse(text) as State)) return JSON.parse(text) as State
    if (performance.now() > deadline) throw new Error(`The page still shows: ${text}`)
    await page.waitForTimeout(20)
  }
}

const tagged = (tag: string) => (state: State) => state._tag === tag

/** Fills in Sentinel's login form. */
const logIn = async (page: Page): Promise<void> => {
  await page.waitForURL(`${application.sentinelOrigin}/**`)
  await page.fill("#username", "agent@example.com")
  await page.fill("#password", "agent")
  await page.click("button[type=submit]")
}

describe("a page in a frame, in Chromium", () => {
  let foreign: Server

  beforeAll(async () => {
    foreign = createServer((_, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8")
      response.end(`<!doctype html><title>Other site</title><iframe src="${application.origin}/plain"></iframe>`)
    })
    await new Promise<void>((resolve) => void foreign.listen(0, "127.0.0.1", resolve))
  })

  afterAll(() => void foreign.close())

  const frameOf = async (page: Page): Promise<Frame> => {
    await page.waitForSelector("iframe")
    const frame = await (await page.$("iframe"))?.contentFrame()
    if (!frame) throw new Error("The page has no frame")
    await state(frame)
    return frame
  }

  it("A10: of another site: stays, and says what to do", async () => {
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`)
    const frame = await frameOf(page)
    await frame.click("#sign-in")
    assert.strictEqual((await state(frame, tagged("NotRedirected"))).reason, "Framed")
  })

  it("A10: of its own site: takes the whole tab, and brings it back", async () => {
    const page = await open("/workspace?open=2")
    const frame = await frameOf(page)
    await frame.click("#sign-in")
    await logIn(page)
    await page.waitForURL(`${application.origin}/workspace?open=2`)
    await state(await frameOf(page), tagged("SignedIn"))
  })
})
