import { assert, describe } from "@effect/vitest"
import * as Scripted from "../../core/test/ScriptedSentinel.ts"
import { type Application, scenario } from "./Application.ts"
import { type Browser, post } from "./Browser.ts"

/** Remembers every address that an answer gives a browser to go to, and every cookie value that it held. */
const recorded = (application: Application) => {
  const addresses: Array<string> = []
  const cookieValues = new Set<string>()
  const browser: Browser = application.browser()
  const send = async (path: string, init?: RequestInit) => {
    const response = await browser.send(path, init)
    for (const value of browser.cookies.values()) cookieValues.add(value)
    const location = response.headers.get("location")
    if (location !== null) addresses.push(location)
    const page = await response.clone().text()
    for (const [, address] of page.matchAll(/(?:href|src|action|content)="([^"]*)"/g)) addresses.push(address!)
    return response
  }
  return { addresses, browser, cookieValues, send }
}

/** Every route, as it should go and as it should not. */
const everything = async (application: Application) => {
  const { addresses, browser, cookieValues, send } = recorded(application)
  const start = async (answer: string) => {
    const location = new URL((await send("/login?returnTo=/inbox")).headers.get("location")!)
    return { callback: `/callback?${answer}&state=${location.searchParams.get("state")}`, location }
  }
  const states: Array<string> = []
  const signIn = async (answer = "code=planted-code") => {
    const { callback, location } = await start(answer)
    states.push(location.searchParams.get("state")!)
    return send(callback)
  }
  assert.strictEqual((await signIn()).status, 303)
  await send("/session")
  assert.strictEqual((await send("/session/refresh", post())).status, 200)
  assert.strictEqual((await send("/session/refresh", post({ origin: "https://app.example" }))).status, 303)
  await send("/sign-out", post({ origin: "https://app.example" }))
  await signIn()
  await send("/sign-out/everywhere", post({ origin: "https://app.example" }))
  await signIn("error=access_denied&error_description=planted-description")
  application.wire.next("/token", Scripted.oauthError("invalid_grant", 400, "planted-token"))
  await signIn()
  await send("/callback?code=planted-code&state=planted-state")
  await send("/login?account=planted-account%2F&returnTo=//planted.example")
  return { addresses, browser, cookieValues, states }
}

describe("addresses", () => {
  for (const [name, options] of [
    ["with stores", {}],
    ["stateless", { stateless: {} }]
  ] as const) {
    scenario(
      `A8, C9: ${name}, no redirect, no link and no request holds a secret, a token, a code or a cookie`,
      [options],
      async (application) => {
        const { addresses, cookieValues, states } = await everything(application!)
        const own = addresses.filter((address) => !address.includes("/authorize?"))
        const all = [...addresses, ...application!.wire.sent.map(({ url }) => url.href)]
        assert.isAbove(own.length, 5)
        assert.isAbove(all.length - addresses.length, 5)
        assert.isAbove(cookieValues.size, 4)
        for (const address of all) {
          assert.notInclude(decodeURIComponent(address), "planted")
          assert.notInclude(address, "eyJ")
          for (const value of cookieValues) assert.notInclude(address, value)
        }
        // The state travels to Sentinel and back, and nowhere else.
        for (const address of own) for (const state of states) assert.notInclude(address, state)
      }
    )
  }
})
