/** The inspector in a real browser, beside a Sentinel that another browser signs in to. */
// @effect-diagnostics globalFetch:off
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Control from "@le-auth/sentinel/Control"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import type { Browser, Page } from "playwright-core"
import { launch } from "../../../../tools/chromium.ts"
import * as InspectedSentinel from "./InspectedSentinel.ts"

const hostile = `</title><script>document.title = "injected"</script><img src=x onerror="document.title='injected'">`

const start = Effect.suspend(() => {
  const development = SentinelConfig.development()
  const [first] = development.accounts
  const [agent, ...others] = first.users
  const config = { ...development, accounts: [{ ...first, users: [{ ...agent!, name: hostile }, ...others] }] as const }
  return InspectedSentinel.listen(
    Control.layerMemory(config).pipe(Layer.provideMerge(Layer.merge(NodeCrypto.layer, Logger.layer([]))))
  )
})

const scope = Scope.makeUnsafe()
let addresses: InspectedSentinel.Addresses
let browser: Browser
beforeAll(async () => {
  addresses = await Effect.runPromise(Scope.provide(start, scope))
  browser = await launch()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

const inspecting = (work: (page: Page) => Promise<void>, path?: string) =>
  InspectedSentinel.inspecting(browser, addresses, work, path)
const signIn = (state: string) => InspectedSentinel.signIn(browser, addresses, state)
const token = (parameters: Record<string, string>) => InspectedSentinel.token(addresses, parameters)
const exchange = (code: string) =>
  token({ grant_type: "authorization_code", code, redirect_uri: InspectedSentinel.redirectUri })

describe("Inspector", { timeout: 120_000 }, () => {
  it("shows why a code was refused, as it happens, and never the code", () =>
    inspecting(async (page) => {
      const code = await signIn("first")
      const { answer } = await exchange(code)
      assert.strictEqual((await exchange(code)).answer["error"], "invalid_grant")

      const refused = page.locator("details.entry", { hasText: "invalid_grant" }).first()
      await refused.getByText("it was used before").waitFor()
      // The code can be followed from its issue to its refusal.
      await refused.locator("summary").click()
      await refused.getByText("code refused").getByRole("link").click()
      await page.getByText("Only about").waitFor()
      assert.strictEqual(await page.locator("details.entry").count(), 3)

      const html = await page.content()
      for (const secret of [code, answer["access_token"]!, answer["refresh_token"]!, answer["id_token"]!, "agent@"]) {
        assert.isFalse(html.includes(secret))
      }

      await page.getByLabel("A code or a token").fill(code)
      await page.getByRole("button", { name: "Explain" }).click()
      await page.locator("#explanation", { hasText: "cannot be used: it was used before" }).waitFor()
    }))

  it("R53: shows the warning of a request that passes against an RFC", () =>
    inspecting(async (page) => {
      const { answer } = await exchange(await signIn("warned"))
      const refresh_token = answer["refresh_token"]!
      const newest = await token({ grant_type: "refresh_token", refresh_token })
      assert.strictEqual(newest.response.status, 200)
      assert.strictEqual(await page.locator(".entry .warning").count(), 0)
      assert.strictEqual((await token({ grant_type: "refresh_token", refresh_token })).response.status, 200)
      const warning = page.locator(".entry .warning")
      await warning.getByText("Warning: RFC 9700 section 4.14.2").waitFor()
      assert.include(await warning.textContent(), "refreshTokens=rotate refuses it")
      assert.isFalse((await page.content()).includes(refresh_token))
    }))

  it("R88: shows names as text, and runs no script but its own", () =>
    inspecting(
      async (page) => {
        await signIn("hostile")
        await page.getByText(hostile).first().waitFor()
        assert.strictEqual(await page.title(), "Requests - Inspector of Sentinel")
        const policy = (await fetch(addresses.inspector)).headers.get("content-security-policy")!
        assert.notInclude(policy, "unsafe")
        assert.include(policy, "default-src 'none'")
      },
      `/?about=${encodeURIComponent(hostile)}`
    ))

  it("R90: is not shown to pages of other sites, nor under another name of this computer", async () => {
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]) {
      assert.strictEqual((await fetch(addresses.inspector, { headers })).status, 403)
    }
  })
})
