// Signs in with a browser, lets Sentinel refuse the next sign-in, and looks at what the application makes of it.
import { chromium } from "playwright-core"

const { APPLICATION, SENTINEL_CONTROL, SENTINEL_CONTROL_TOKEN, CHROMIUM_PATH, CHROMIUM_ARGS = "" } = process.env

const control = async (method, path, body) => {
  const response = await fetch(SENTINEL_CONTROL + path, {
    method,
    headers: { authorization: `Bearer ${SENTINEL_CONTROL_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response.status === 204 ? undefined : response.json()
}

const expect = (what, isSo) => {
  console.log(`${isSo ? "yes" : "NO "}  ${what}`)
  if (!isSo) process.exitCode = 1
}

const browser = await chromium.launch({
  executablePath: CHROMIUM_PATH,
  args: CHROMIUM_ARGS.split(" ").filter((word) => word !== "")
})
try {
  const page = await browser.newPage()
  // The container of the application may need a moment.
  for (let left = 60; (await page.goto(APPLICATION).catch(() => undefined)) === undefined; left--) {
    if (left === 0) throw new Error(`${APPLICATION} does not answer.`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }

  await control("POST", "/control/faults", {
    match: { route: "authorize" },
    action: { type: "oauth-error", error: "access_denied" },
    times: 1
  })
  const denied = await page.goto(`${APPLICATION}/auth/login`)
  expect("a sign-in that Sentinel refuses ends at the application", denied.url().startsWith(APPLICATION))
  expect(
    "and it has no session",
    (await (await page.request.get(`${APPLICATION}/auth/session`)).json())._tag === "SignedOut"
  )

  await page.goto(`${APPLICATION}/auth/login`)
  await page.fill("[name=username]", "agent@example.com")
  await page.fill("[name=password]", "agent")
  await page.press("[name=password]", "Enter")
  await page.waitForURL(`${APPLICATION}/**`)
  expect(
    "the next one is a session",
    (await (await page.request.get(`${APPLICATION}/auth/session`)).json())._tag === "SignedIn"
  )

  const entries = await control("GET", "/control/journal?about=exchange")
  expect("Sentinel has exchanged one code", entries.filter(({ outcome }) => outcome === "ok").length === 1)
} finally {
  await browser.close()
}
