// A page of somebody who is signed in, from its address to the paint of the session: `npm run bench -- browser`. Ends
// with 1 if the budget is missed.
//
// The pages are those of the tests of `packages/browser`, with the backend and Sentinel on loopback; nothing comes from
// a cache. The script is time of the processor on the page's thread, compilation included. A figure is that of the best
// of many loads, the pages in turns: what else the machine does only ever adds to it.
import * as ManagedRuntime from "effect/ManagedRuntime"

import { make } from "../../packages/browser/test/Application.ts"
import { Person, press, state, tagged } from "../../packages/browser/test/browsers/Person.ts"
import { browsers } from "../browsers.ts"

const rounds = 20
const budget = 50

/** Runs in the page before its own script: the time of the first frame that shows a session. */
const observe = () => {
  const painted = new Promise((resolve) =>
    addEventListener("DOMContentLoaded", () => {
      const shown = () => requestAnimationFrame(() => setTimeout(() => resolve(performance.now())))
      const text = document.querySelector("#state") as Element
      new MutationObserver(shown).observe(text, { childList: true })
    })
  )
  Object.assign(globalThis, { painted })
}

const application = await make()
const runtime = ManagedRuntime.make(application.layer)
await runtime.context()
const browser = await (browsers[0] as (typeof browsers)[number]).launch()
const person = await Person.make(browser, application)
const page = await person.open("/plain")
await press(page, "#sign-in")
await person.logIn(page)
await state(page, tagged("SignedIn"))

const session = await page.createCDPSession()
await session.send("Performance.enable", { timeDomain: "threadTicks" })
await page.setCacheEnabled(false)
await page.evaluateOnNewDocument(observe)
/** The script of the document so far, in milliseconds. */
const script = async () => {
  const { metrics } = await session.send("Performance.getMetrics")
  const parts = metrics.filter(({ name }) => name === "ScriptDuration" || name === "V8CompileDuration")
  return parts.reduce((sum, { value }) => sum + value * 1000, 0)
}

const pages = ["plain", "effect"].map((name) => ({ name, script: Infinity, painted: Infinity }))
for (let round = 0; round < rounds; round++) {
  for (const figures of pages) {
    await page.goto(`${application.origin}/${figures.name}`)
    figures.painted = Math.min(figures.painted, await page.evaluate(() => Reflect.get(globalThis, "painted")))
    figures.script = Math.min(figures.script, await script())
  }
}
await browser.close()
await runtime.dispose()

console.log("\nresume: from the address to the paint of the session, in Chromium")
for (const { name, painted, script: spent } of pages) {
  console.log(
    `  ${name.padEnd(10)} ${spent.toFixed(1).padStart(6)} ms of script   painted after ${painted.toFixed(0)} ms`
  )
}
const most = Math.max(...pages.map((figures) => figures.script))
console.log(`  ${most <= budget ? "holds" : "MISSED"}: ${most.toFixed(1)} ms of script; the budget is ${budget} ms`)
if (most > budget) process.exitCode = 1
