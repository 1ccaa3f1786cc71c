/**
 * The page in the frame of LivePerson's agent workspace, as far as a browser can tell: another site, over https, in a
 * Chromium that keeps the cookies of frames apart. The program runs as `npm start` runs it, behind a proxy with TLS.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import axe from "axe-core"
import { request } from "node:http"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import type { Browser, Frame, Page } from "puppeteer-core"
import { vi } from "vitest"
import { browsers } from "../../../tools/browsers.ts"
import { certificate } from "../../../tools/certificate.ts"
import { args } from "../../../tools/chromium.ts"
import { freePort, freeSentinelPort, interrupt, npmStart, type Started } from "./Start.ts"

let browser: Browser
let started: Started
let origin: string
let workspaceOrigin: string
const servers: Array<Server> = []

const listen = async (host: string, server: Server): Promise<string> => {
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
  return `https://${host}:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  const [port, sentinelPort] = [await freePort(), await freeSentinelPort()]
  workspaceOrigin = await listen(
    "workspace.test",
    createServer(certificate(), (_, response) => {
      response.setHeader("content-type", "text/html; charset=utf-8")
      response.end(
        `<!doctype html><html lang="en"><title>Workspace</title><iframe src="${origin}/spa/" width="420" height="560"></iframe>`
      )
    })
  )
  origin = await listen(
    "app.test",
    createServer(certificate(), (incoming, outgoing) => {
      const { headers, method, url } = incoming
      incoming.pipe(
        request({ port, host: "127.0.0.1", headers, method, path: url }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
          answer.pipe(outgoing)
        })
      )
    })
  )
  started = npmStart({
    PORT: String(port),
    SENTINEL_PORT: String(sentinelPort),
    LE_AUTH_REDIRECT_URI: `${origin}/callback`,
    LE_AUTH_FRAME_ANCESTORS: workspaceOrigin
  })
  const { launch } = browsers.find(({ name }) => name === "Chromium")!
  browser = await launch({ acceptInsecureCerts: true, args: [...args, "--host-resolver-rules=MAP *.test 127.0.0.1"] })
  await started.prints("Ctrl-C stops it")
}, 180_000)

afterAll(async () => {
  await browser?.close()
  if (started !== undefined) await interrupt(started)
  for (const server of servers) server.close()
})

const says = (frame: Frame, text: string) =>
  frame.waitForFunction((wanted) => document.querySelector("#status")?.textContent.includes(wanted), {}, text)

const visible = (frame: Frame, id: string) => frame.$eval(`#${id}`, (element) => element.checkVisibility())

const signIn = async (window: Page) => {
  await window.waitForSelector("#username")
  await window.type("#username", "admin@example.com")
  await window.type("#password", "admin")
  await window.click("button[type=submit]")
}

describe("/spa in the frame of another site", () => {
  it("A10, B9: says that its cookies are kept apart, and comes to a session by a window and the user's yes", async () => {
    const page = await browser.newPage()
    await page.goto(workspaceOrigin)
    const frame = await page.waitForFrame((each) => each.url() === `${origin}/spa/`)
    await says(frame, "Your browser keeps this frame apart.")
    assert.deepStrictEqual([await visible(frame, "allow"), await visible(frame, "redirect")], [true, false])
    const found = await frame.evaluate(`(() => { ${axe.source}; return axe.run() })()`)
    assert.deepStrictEqual((found as { readonly violations: ReadonlyArray<unknown> }).violations, [])

    const [target] = await Promise.all([
      browser.waitForTarget((each) => each.url().startsWith("http://localhost:")),
      frame.click("#popup")
    ])
    await signIn((await target.page())!)
    await vi.waitUntil(() => !browser.targets().includes(target), { timeout: 30_000 })
    const session = await page.createCDPSession()
    await session.send("Browser.setPermission", {
      permission: { name: "storage-access" },
      setting: "granted",
      origin: workspaceOrigin,
      embeddedOrigin: origin
    })
    await page.bringToFront()
    await frame.click("#allow")
    await says(frame, "You are signed in.")
    await frame.waitForFunction(() => document.querySelector("#name")?.textContent === "Ada Admin")
  }, 120_000)

  it("C14: is shown by no other site", async () => {
    const page = await browser.newPage()
    const answer = await page.goto(`${origin}/spa/`)
    assert.include(answer?.headers()["content-security-policy"], `frame-ancestors ${workspaceOrigin};`)
  })
})
