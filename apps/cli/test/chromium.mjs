#!/usr/bin/env node
// The user's browser, as BROWSER: `chromium.mjs HOW FILE URL`. A real Chromium, which signs in as a person does and
// writes what it saw into FILE. HOW is: approve; attack, which first lets hostile pages at the callback; or close,
// which shows the login page and then closes the browser.
import { renameSync, writeFileSync } from "node:fs"
import { launch } from "../../../tools/chromium.ts"

const [how, file = "", authorize = ""] = process.argv.slice(2)
const parameters = new URL(authorize).searchParams
const redirectUri = new URL(parameters.get("redirect_uri") ?? "")
const forged = `${redirectUri.pathname}?code=stolen&state=${parameters.get("state")}`

// A name of somebody else's that leads to this computer.
const browser = await launch({
  args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP rebind.example 127.0.0.1"]
})
const page = await browser.newPage()
/** @type {Record<string, unknown>} */
const seen = {}

if (how === "attack") {
  const rebound = await page.goto(`http://rebind.example:${redirectUri.port}${forged}`)
  seen["rebinding"] = rebound?.status()
  // From a page of another origin: the answer must not be readable, and nothing may come of the request.
  await page.goto(new URL("/", authorize).href)
  seen["foreign"] = await page.evaluate(
    (url) =>
      fetch(url).then(
        () => "read",
        () => "not readable"
      ),
    `${redirectUri.origin}${redirectUri.pathname}?code=stolen&state=wrong`
  )
}

await page.goto(authorize)
if (how === "close") {
  seen["title"] = await page.title()
} else {
  await page.fill('input[name="username"]', "agent@example.com")
  await page.fill('input[name="password"]', "agent")
  await Promise.all([page.waitForURL(`${redirectUri.origin}/**`), page.keyboard.press("Enter")])
  seen["text"] = await page.innerText("body")
}
await browser.close()
writeFileSync(`${file}.new`, JSON.stringify(seen))
renameSync(`${file}.new`, file)
