// A page in each browser: it signs in by redirect and in a window, refreshes, and signs out. The pages, their backend and Sentinel are
// those of the tests of `packages/browser`.
import assert from "node:assert/strict"

import * as ManagedRuntime from "effect/ManagedRuntime"

import { make } from "../../packages/browser/test/Application.ts"
import { at, click, nothing, press, state, stored, tagged, until } from "../../packages/browser/test/browsers/Person.ts"
import { browsers as driven } from "../browsers.mjs"
import * as webkit from "../webkit.mjs"
import { minorIn } from "./engines.mjs"

/** As much of Puppeteer as is needed here. @typedef {Pick<import("puppeteer-core").Browser, "version" | "newPage" | "pages" | "close">} Browser */

/** @param {() => Promise<Browser>} launch */
async function scenario(launch) {
  const application = await make()
  const runtime = ManagedRuntime.make(application.layer)
  await runtime.context()
  const browser = await launch()
  try {
    for (const path of ["/plain", "/effect"]) await signIn(browser, application, path)
  } finally {
    await browser.close()
    await runtime.dispose()
  }
}

/** @param {Browser} browser @param {Awaited<ReturnType<typeof make>>} application @param {string} path of the page */
async function signIn(browser, { origin, sentinelOrigin }, path) {
  const page = await browser.newPage()
  await page.goto(`${origin}${path}?folder=1#top`)
  assert.equal((await state(page)).reason, "NotSignedIn")

  await press(page, "#sign-in")
  await at(page, `${sentinelOrigin}/*`)
  await page.evaluate(() => {
    for (const [id, value] of [["username", "agent@example.com"], ["password", "agent"]]) {
      /** @type {HTMLInputElement} */ (document.querySelector(`#${id}`)).value = value ?? ""
    }
  })
  await press(page, "button[type=submit]")
  await at(page, `${origin}${path}?folder=1#top`)
  assert.equal((await state(page, tagged("SignedIn"))).session?.["subject"], "3552833710")
  assert.deepEqual(await stored(page), nothing)

  assert.equal((await click(page, "refresh"))._tag, "SignedIn")
  await page.reload()
  await state(page, tagged("SignedIn"))
  assert.equal((await click(page, "sign-out"))._tag, "SignedOut")

  // Sentinel heard nothing of it, so the window needs nobody, and closes.
  const before = (await browser.pages()).length
  await press(page, "#popup")
  assert.equal((await state(page, tagged("SignedIn"))).session?.["subject"], "3552833710")
  await until("the end of the window", async () => (await browser.pages()).length === before || undefined)

  assert.equal((await click(page, "sign-out-everywhere"))._tag, "SignedOut")
  await press(page, "#sign-in")
  await at(page, `${sentinelOrigin}/*`)
  assert.ok(await page.evaluate(() => document.querySelector("#password") !== null))
}

/** @param {string} name @param {() => Promise<Browser>} launch @returns {import("./table.mjs").Row} */
const rowOf = (name, launch) => ({
  name,
  version: async () => {
    const browser = await launch()
    try {
      return minorIn(await browser.version()) ?? "?"
    } finally {
      await browser.close()
    }
  },
  cells: { pages: () => scenario(launch) }
})

export const browsers = [
  ...driven.map(({ launch, name }) => rowOf(name, () => launch(undefined))),
  rowOf("WebKit", () => /** @type {Promise<any>} */ (webkit.launch()))
]
