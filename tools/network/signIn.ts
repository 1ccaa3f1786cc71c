// A person at a browser of this host signs in to an application, and out again. Arguments: the application's address,
// and the address where its login page has to be.
import { launch } from "../chromium.ts"

const [, , application = "", login = ""] = process.argv

const browser = await launch()
const page = await browser.newPage()
page.setDefaultTimeout(30_000)
try {
  await page.goto(application)
  await page.getByRole("link", { name: "Sign in" }).click()
  await page.waitForURL(`${login}/**`)
  await page.locator("[autocomplete=username]").fill("agent@example.com")
  await page.locator("[autocomplete=current-password]").fill("agent")
  await page.getByRole("button").first().click()
  await page.waitForURL(`${application}/`)
  const home = page.locator("main")
  const before = await home.innerText()
  await page.getByRole("button", { name: "Refresh the token" }).click()
  await page.waitForURL(`${application}/`)
  const after = await home.innerText()
  const cookies = (await page.context().cookies(application)).map(({ name }) => name)
  await page.getByRole("button", { name: "Sign out of LivePerson everywhere" }).click()
  await page.getByRole("link", { name: "Sign in" }).click()
  await page.waitForURL(`${login}/**`)
  const isSignedIn = [before, after].every((text) => text.includes("You are signed in"))
  console.log(JSON.stringify({ isSignedIn, cookies }))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(`The page is ${page.url()}: ${(await page.locator("body").innerText()).slice(0, 500)}`)
  process.exitCode = 1
} finally {
  await browser.close()
}
