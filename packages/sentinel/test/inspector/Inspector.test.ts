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
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { decodeJwt } from "jose"
import type * as Axe from "axe-core"
import type { Browser, Page } from "playwright-core"
import { launch } from "../../../../tools/chromium.ts"
import * as InspectedSentinel from "./InspectedSentinel.ts"

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
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

/** Opens another view by the navigation. */
const view = (page: Page, title: string) =>
  page.getByRole("navigation").getByRole("link", { name: title, exact: false }).click()

const beginAnew = async (page: Page) => {
  await view(page, "State")
  await page.getByRole("button", { name: "Begin anew" }).click()
  await page.getByRole("dialog").getByRole("button", { name: "Begin anew" }).click()
}

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

  it("R91: arms a fault that the next matching request meets, and removes it", () =>
    inspecting(async (page) => {
      const first = await exchange(await signIn("faults"))
      const refresh = (refresh_token: string) => token({ grant_type: "refresh_token", refresh_token })

      await view(page, "Faults")
      await page.locator("[name='match.route']").selectOption("refresh")
      await page.getByLabel("Only the nth").fill("2")
      await page.getByLabel("Retry-After, seconds").fill("7")
      await page.getByRole("button", { name: "Arm the fault" }).click()
      await page.getByText("refresh, number 2").waitFor()

      const second = await refresh(first.answer["refresh_token"]!)
      assert.strictEqual(second.response.status, 200)
      const limited = await refresh(second.answer["refresh_token"]!)
      assert.strictEqual(limited.response.status, 429)
      assert.strictEqual(limited.response.headers.get("retry-after"), "7")
      assert.strictEqual(limited.response.headers.get("x-sentinel-fault"), "fault-1")
      await page.getByText("acted 1 times").waitFor()

      await page.getByRole("button", { name: "Remove fault-1" }).click()
      await page.getByText("None is armed").waitFor()
      assert.strictEqual((await refresh(second.answer["refresh_token"]!)).response.status, 200)
    }))

  it("says what is wrong with a change, and changes nothing", () =>
    inspecting(async (page) => {
      await view(page, "Clock")
      await page.getByLabel("Advance by").fill("soon")
      await page.getByRole("button", { name: "Go" }).click()
      await page.getByRole("status").getByText("8h").waitFor()
      await page.getByText("real time").first().waitFor()
    }))

  it("moves the clock, keeps a snapshot, and goes back to it", () =>
    inspecting(async (page) => {
      await view(page, "State")
      await page.getByLabel("Name").fill("before")
      await page.getByRole("button", { name: "Keep a snapshot" }).click()
      const { answer } = await exchange(await signIn("clock"))
      await view(page, "Clock")
      await page.getByLabel("Advance by").fill("31 days")
      await page.getByRole("button", { name: "Go" }).click()
      await page.getByText("31d ahead of real time").waitFor()
      const late = await token({ grant_type: "refresh_token", refresh_token: answer["refresh_token"]! })
      assert.strictEqual(late.answer["error"], "invalid_grant")

      await view(page, "State")
      await page.getByRole("button", { name: "Restore before" }).click()
      await view(page, "Clock")
      await page.locator("#clock", { hasText: /UTC\s+real time/ }).waitFor()
    }))

  it("says that Sentinel's clock is ahead, and goes back to the real time, with all sessions", () =>
    inspecting(async (page) => {
      const { answer } = await exchange(await signIn("banner"))
      assert.strictEqual(await page.getByText("Sentinel's clock is").count(), 0)
      await view(page, "Clock")
      await page.getByRole("button", { name: "+8h" }).click()
      await page.getByText("Sentinel's clock is 8 h ahead").waitFor()
      const { answer: during } = await exchange(await signIn("banner-ahead"))
      // An application with the real time takes it: it was not made in the future.
      assert.closeTo(decodeJwt(during["id_token"]!).iat!, decodeJwt(answer["id_token"]!).iat!, 60)
      await page.getByRole("button", { name: "Back to real time" }).click()
      await page.locator("#clock", { hasText: /UTC\s+real time/ }).waitFor()
      assert.strictEqual(await page.getByText("Sentinel's clock is").count(), 0)
      for (const { refresh_token } of [answer, during]) {
        const refreshed = await token({ grant_type: "refresh_token", refresh_token: refresh_token! })
        assert.strictEqual(refreshed.response.status, 200)
      }
    }))

  it("signs a user out, and their tokens end", () =>
    inspecting(async (page) => {
      await beginAnew(page)
      const { answer } = await exchange(await signIn("sign-out"))
      await view(page, "Users")
      await page.getByRole("button", { name: /^Sign out/ }).click()
      await page.getByText("Nobody is signed in").waitFor()
      await view(page, "Applications")
      await page.getByText("ended with its session").waitFor()
      const refused = await token({ grant_type: "refresh_token", refresh_token: answer["refresh_token"]! })
      assert.strictEqual(refused.answer["error"], "invalid_grant")
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

  it("R89: axe finds nothing in any view, in light and dark, on phone and desktop", () =>
    inspecting(async (page) => {
      const { answer } = await exchange(await signIn("axe"))
      await exchange("unknown")
      await page.getByLabel("A code or a token").fill(answer["access_token"]!)
      await page.getByRole("button", { name: "Explain" }).click()
      await page.locator("#explanation", { hasText: "can be used" }).waitFor()
      await view(page, "Faults")
      await page.getByRole("button", { name: "Arm the fault" }).click()
      await page.getByRole("button", { name: "Remove fault-1" }).waitFor()
      await view(page, "Clock")
      await page.getByRole("button", { name: "+1m" }).click()
      await page.getByText("Sentinel's clock is 1 m ahead").waitFor()
      for (const title of ["Requests", "Users", "Applications", "Faults", "Clock", "State"]) {
        await view(page, title)
        await page.getByRole("heading", { level: 1, name: title }).waitFor()
        for (const colorScheme of ["light", "dark"] as const) {
          for (const viewport of [
            { width: 390, height: 844 },
            { width: 1280, height: 900 }
          ]) {
            await page.emulateMedia({ colorScheme })
            await page.setViewportSize(viewport)
            await page.evaluate(axe)
            const { violations } = await page.evaluate(() =>
              (globalThis as unknown as { readonly axe: typeof Axe }).axe.run()
            )
            assert.deepStrictEqual(
              violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]),
              [],
              `${title} ${colorScheme} ${viewport.width}`
            )
          }
        }
      }
      await beginAnew(page)
    }))

  it("R90: is not shown to pages of other sites, nor under another name of this computer", async () => {
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]) {
      assert.strictEqual((await fetch(addresses.inspector, { headers })).status, 403)
    }
  })
})
