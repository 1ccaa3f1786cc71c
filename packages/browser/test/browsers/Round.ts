/** A page's whole round, in any browser: it signs in by redirect and in a window, refreshes, and signs out. */
import { assert } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Page } from "puppeteer-core"
import * as Application from "../Application.ts"
import { at, click, logIn, nothing, press, state, stored, tagged, until } from "./Person.ts"

/** As much of Puppeteer as is needed here: WebKit has no more, see `tools/webkit.ts`. */
export interface Browser {
  readonly newPage: () => Promise<Page>
  readonly pages: () => Promise<ReadonlyArray<Page>>
  readonly close: () => Promise<void>
}

/** Both entries of the package, in a new browser, with an application and a Sentinel of its own. */
export const round = async (launch: () => Promise<Browser>): Promise<void> => {
  const application = await Application.make()
  const runtime = ManagedRuntime.make(application.layer)
  await runtime.context()
  const browser = await launch()
  try {
    for (const path of ["/plain", "/effect"]) await signInAndOut(browser, application, path)
  } finally {
    await browser.close()
    await runtime.dispose()
  }
}

const signInAndOut = async (
  browser: Browser,
  { origin, sentinelOrigin }: { readonly origin: string; readonly sentinelOrigin: string },
  path: string
): Promise<void> => {
  const page = await browser.newPage()
  await page.goto(`${origin}${path}?folder=1#top`)
  assert.strictEqual((await state(page)).reason, "NotSignedIn")

  await press(page, "#sign-in")
  await logIn(page, sentinelOrigin)
  await at(page, `${origin}${path}?folder=1#top`)
  assert.strictEqual((await state(page, tagged("SignedIn"))).session?.["subject"], "3552833710")
  assert.deepStrictEqual(await stored(page), nothing)

  assert.strictEqual((await click(page, "refresh"))._tag, "SignedIn")
  await page.reload()
  await state(page, tagged("SignedIn"))
  assert.strictEqual((await click(page, "sign-out"))._tag, "SignedOut")

  // Sentinel did not hear of it, so the window asks for no password, and closes.
  const open = (await browser.pages()).length
  await press(page, "#popup")
  assert.strictEqual((await state(page, tagged("SignedIn"))).session?.["subject"], "3552833710")
  await until("the end of the window", async () => ((await browser.pages()).length === open ? true : undefined))

  assert.strictEqual((await click(page, "sign-out-everywhere"))._tag, "SignedOut")
  await press(page, "#sign-in")
  await at(page, `${sentinelOrigin}/*`)
  assert.isTrue(await page.evaluate(() => document.querySelector("#password") !== null))
}
