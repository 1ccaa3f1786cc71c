/** The frame of the inspector, its requests and its flows, beside a Sentinel that another browser signs in to. */
// @effect-diagnostics globalFetch:off
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Control from "@le-auth/sentinel/Control"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Context from "effect/Context"
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
  return Effect.gen(function* () {
    const services = yield* Layer.build(
      Control.layerMemory(config, { journal: 10_000 }).pipe(
        Layer.provideMerge(Layer.merge(NodeCrypto.layer, Logger.layer([])))
      )
    )
    const addresses = yield* InspectedSentinel.listen(Layer.succeedContext(services))
    return { addresses, control: Context.get(services, Control.Control) }
  })
})

const scope = Scope.makeUnsafe()
let addresses: InspectedSentinel.Addresses
let control: Control.Control["Service"]
let browser: Browser
beforeAll(async () => {
  ;({ addresses, control } = await Effect.runPromise(Scope.provide(start, scope)))
  browser = await launch()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

const titles = ["Requests", "Flows", "Users", "Applications", "Faults", "Clock", "State"]

const inspecting = (work: (page: Page) => Promise<void>, path?: string) =>
  InspectedSentinel.inspecting(browser, addresses, work, path)
const signIn = (state: string) => InspectedSentinel.signIn(browser, addresses, state)
const token = (parameters: Record<string, string>) => InspectedSentinel.token(addresses, parameters)
const exchange = (code: string) =>
  token({ grant_type: "authorization_code", code, redirect_uri: InspectedSentinel.redirectUri })

/** Opens another view by the navigation. */
const view = (page: Page, title: string) => page.getByRole("navigation").getByRole("link", { name: title }).click()

const clear = () => Effect.runPromise(control.journal.clear)
const lines = (page: Page) => page.locator("#lines a.entry")
const line = (page: Page, text: string) => page.locator("#lines a.entry", { hasText: text }).first()
const detail = (page: Page) => page.getByRole("region", { name: "The chosen request" })
const unknown = () => fetch(`${addresses.sentinel}/nothing-here`)

describe("Inspector", { timeout: 120_000 }, () => {
  it("shows why a code was refused, as it happens, and never the code", () =>
    inspecting(async (page) => {
      await clear()
      const code = await signIn("first")
      const { answer } = await exchange(code)
      assert.strictEqual((await exchange(code)).answer["error"], "invalid_grant")

      const refused = line(page, "invalid_grant")
      await refused.getByText("it was used before").waitFor()
      await refused.click()
      await detail(page).getByText("Why it was refused").waitFor()
      assert.match(page.url(), /\/requests\?entry=\d+$/)
      // The code can be followed from its issue to its refusal.
      await detail(page).getByText("code refused").getByRole("link").click()
      await page.getByText("Only about").waitFor()
      assert.strictEqual(await lines(page).count(), 3)

      const html = await page.content()
      for (const secret of [code, answer["access_token"]!, answer["refresh_token"]!, answer["id_token"]!, "agent@"]) {
        assert.isFalse(html.includes(secret))
      }

      await page.getByLabel("Its text").fill(code)
      await page.getByRole("button", { name: "Explain" }).click()
      await page.locator("#explanation", { hasText: "cannot be used: it was used before" }).waitFor()
    }))

  it("R53: shows the warning of a request that passes against an RFC", () =>
    inspecting(async (page) => {
      await clear()
      const { answer } = await exchange(await signIn("warned"))
      const refresh_token = answer["refresh_token"]!
      const newest = await token({ grant_type: "refresh_token", refresh_token })
      assert.strictEqual(newest.response.status, 200)
      assert.strictEqual(await page.locator("#lines .warning").count(), 0)
      assert.strictEqual((await token({ grant_type: "refresh_token", refresh_token })).response.status, 200)
      await page.locator("#lines .warning", { hasText: "RFC 9700 section 4.14.2" }).click()
      await detail(page).getByText("refreshTokens=rotate refuses it").waitFor()
      assert.isFalse((await page.content()).includes(refresh_token))
    }))

  it("filters by the address and as a person types, and goes back", () =>
    inspecting(async (page) => {
      await clear()
      await fetch(`${addresses.sentinel}/sentinel/well-known/jwks`)
      await unknown()
      await Effect.runPromise(control.faults.clear)
      await page.goto(`${addresses.inspector}/requests?outcome=refused&text=`)
      assert.strictEqual(await page.getByLabel("Outcome").inputValue(), "refused")
      assert.strictEqual(await lines(page).count(), 1)

      await page.getByLabel("Outcome").selectOption("")
      await page.waitForURL(/\/requests$/)
      await page.getByLabel("Text", { exact: true }).pressSequentially("JWKS")
      await page.waitForURL(/text=JWKS/)
      await page.locator("#tools", { hasText: "1 entry match" }).waitFor()
      assert.isTrue(
        await page.getByLabel("Text", { exact: true }).evaluate((field) => field === document.activeElement)
      )

      await line(page, "keys").click()
      await page.waitForURL(/entry=/)
      await page.goBack()
      await detail(page).getByText("Choose a request").waitFor()
      await page.goto(`${addresses.inspector}/requests?route=control`)
      await lines(page).getByText("all faults removed").waitFor()
      await page.goto(`${addresses.inspector}/requests?route=unknown&before=x&entry=-1`)
      await page.locator("#tools", { hasText: "3 entries" }).waitFor()
    }))

  it("pauses the list, says how many are newer, and goes on", () =>
    inspecting(async (page) => {
      await clear()
      await unknown()
      await line(page, "not_found").waitFor()
      await page.getByRole("link", { name: "Pause" }).click()
      await page.waitForURL(/before=/)
      await unknown()
      await unknown()
      await page.locator("#tools", { hasText: "2 newer" }).waitFor()
      assert.strictEqual(await lines(page).count(), 1)
      await page.getByRole("link", { name: "Continue" }).click()
      await page.locator("#tools", { hasText: "3 entries" }).waitFor()
    }))

  it("asks before it clears the journal, and Escape leaves all as it is", () =>
    inspecting(async (page) => {
      await unknown()
      await line(page, "not_found").waitFor()
      const button = page.getByRole("button", { name: "Clear" })
      await button.click()
      const dialog = page.getByRole("dialog", { name: "Forget all entries" })
      await dialog.waitFor()
      // The safe answer has the focus.
      assert.strictEqual(await page.evaluate(() => document.activeElement?.id), "question-no")
      await page.keyboard.press("Escape")
      await dialog.waitFor({ state: "hidden" })
      await page.waitForFunction(() => document.activeElement?.id === "clear")
      assert.isAbove(await lines(page).count(), 0)
      await page.keyboard.press("Enter")
      await page.keyboard.press("Tab")
      await page.keyboard.press("Enter")
      await page.locator("#lines", { hasText: "Nothing yet" }).waitFor()
    }))

  it("copies a request as a command without secrets", async () => {
    await clear()
    await exchange(await signIn("copied"))
    const page = await browser.newPage()
    try {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: addresses.inspector })
      await page.goto(`${addresses.inspector}/requests?route=token`)
      await line(page, "token").click()
      await page.getByRole("button", { name: "Copy as curl" }).click()
      await page.getByRole("status").getByText("Copied").waitFor()
      const command = await page.evaluate(() => navigator.clipboard.readText())
      assert.include(command, `curl -i -X 'POST' "$SENTINEL"'${InspectedSentinel.account}/token''?v=1.0'`)
      assert.include(command, '"client_secret=$CLIENT_SECRET"')
    } finally {
      await page.close()
    }
  })

  it("shows a sign-in from its authorization request to its last refresh, by one click", () =>
    inspecting(async (page) => {
      await clear()
      const { answer } = await exchange(await signIn("flow"))
      const other = await exchange(await signIn("other"))
      const refreshed = await token({ grant_type: "refresh_token", refresh_token: answer["refresh_token"]! })
      await line(page, "POST token").click()
      await page.getByRole("link", { name: "See the whole sign-in" }).click()
      const flow = page.getByRole("region", { name: "The chosen sign-in" })
      const did = () => flow.locator(".timeline a").allTextContents()
      assert.deepStrictEqual(
        (await did()).map((text) => text.split(", ").at(-1)),
        ["sign-in begun", "sign-in continued", "code issued", "code redeemed", "refreshed"]
      )
      await flow.getByText("alive").first().waitFor()

      // Live, with the refusal and its reason.
      await flow.getByRole("button", { name: "Revoke its tokens" }).click()
      await page.getByRole("dialog").getByRole("button", { name: "Revoke its tokens" }).click()
      await flow.getByText("revoked").first().waitFor()
      const late = { grant_type: "refresh_token", refresh_token: refreshed.answer["refresh_token"]! }
      assert.strictEqual((await token(late)).answer["error"], "invalid_grant")
      await flow.locator(".refused", { hasText: "revoked" }).waitFor()
      assert.strictEqual((await token({ ...late, refresh_token: other.answer["refresh_token"]! })).response.status, 200)

      await flow.getByRole("link", { name: "All of this user" }).click()
      await page.locator("#tools", { hasText: "2 sign-ins" }).waitFor()
      await page.goto(`${addresses.inspector}/flows/no-such-hash`)
      await flow.getByText("has no sign-in with this hash").waitFor()
    }))

  it("is used with the keyboard alone", () =>
    inspecting(async (page) => {
      await clear()
      await unknown()
      await fetch(`${addresses.sentinel}/sentinel/well-known/jwks`)
      await page.reload()
      const focused = () => page.evaluate(() => document.activeElement?.id ?? "")
      await page.keyboard.press("Tab")
      assert.strictEqual(await page.evaluate(() => document.activeElement?.textContent), "Skip to the view")
      await page.keyboard.press("Enter")
      assert.strictEqual(await focused(), "view")
      const names: Array<string> = []
      for (let step = 0; step < 12 && !(await focused()).startsWith("open-"); step++) {
        await page.keyboard.press("Tab")
        names.push(
          await page.evaluate(() => document.activeElement?.getAttribute("name") ?? document.activeElement?.id ?? "")
        )
      }
      assert.deepStrictEqual(names.slice(0, 4), ["text", "outcome", "application", "route"])
      const first = await focused()
      await page.keyboard.press("ArrowDown")
      const second = await focused()
      assert.notStrictEqual(first, second)
      await page.keyboard.press("Enter")
      await detail(page)
        .getByText("There is nothing at this address")
        .or(detail(page).getByText("not_found"))
        .first()
        .waitFor()
      assert.strictEqual(await focused(), second)
      // One Tab leaves the list, however long it is.
      await page.keyboard.press("Tab")
      assert.isFalse((await focused()).startsWith("open-"))
      // A new entry takes nothing from the focus.
      await page.locator(`#${second}`).focus()
      await unknown()
      await page.locator("#tools", { hasText: "3 entries" }).waitFor()
      assert.strictEqual(await focused(), second)
    }))

  it("shows a window of 10,000 entries, and takes a rush of new ones in few steps", async () => {
    const many = (count: number) => Effect.runPromise(Effect.repeat(control.faults.clear, { times: count - 1 }))
    await clear()
    await many(9_990)
    await unknown()
    await inspecting(async (page) => {
      await page.locator("#tools", { hasText: "The newest 100 of 9,991 entries" }).waitFor()
      assert.strictEqual(await lines(page).count(), 100)
      await page.getByRole("link", { name: "Older" }).click()
      await page.locator("#tools", { hasText: "100 newer" }).waitFor()
      await page.getByRole("link", { name: "Continue" }).click()
      await page.locator("#tools", { hasText: "The newest 100" }).waitFor()

      let taken = 0
      page.on("request", (request) => void (taken += new URL(request.url()).pathname === "/requests" ? 1 : 0))
      const rush = 1_000
      for (let round = 0; round < 10; round++) await many(rush / 10)
      await unknown()
      await line(page, "not_found").waitFor()
      assert.strictEqual(await lines(page).count(), 100)
      assert.isBelow(taken, rush / 10)
      await page.getByLabel("Text", { exact: true }).fill("nothing-here")
      await page.locator("#tools", { hasText: "2 entries match" }).waitFor()
    }, "/requests")
  })

  it("shows on every view that Sentinel's clock is ahead, and the way back", () =>
    inspecting(async (page) => {
      await fetch(`${addresses.inspector}/control/clock/advance`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ by: "8h" })
      })
      for (const title of titles) {
        await view(page, title)
        await page.getByRole("heading", { level: 1, name: title }).waitFor()
        assert.strictEqual(await page.getByRole("link", { name: title }).first().getAttribute("aria-current"), "page")
        await page.getByText("Sentinel's clock is 8 h ahead").waitFor()
      }
      await page.getByRole("button", { name: "Back to real time" }).click()
      await page.getByText("Sentinel's clock is 8 h ahead").waitFor({ state: "hidden" })
    }))

  it("R88: shows names as text, and runs no script but its own", () =>
    inspecting(async (page) => {
      await signIn("hostile")
      await page.goto(
        `${addresses.inspector}/requests?about=${encodeURIComponent(hostile)}&text=${encodeURIComponent(hostile)}`
      )
      await page.getByText(hostile).first().waitFor()
      assert.strictEqual(await page.title(), "Requests - Inspector of Sentinel")
      await view(page, "Flows")
      await page.getByText(hostile).first().waitFor()
      assert.strictEqual(await page.title(), "Flows - Inspector of Sentinel")
      const policy = (await fetch(addresses.inspector)).headers.get("content-security-policy")!
      assert.notInclude(policy, "unsafe")
      assert.include(policy, "default-src 'none'")
    }))

  it("R90: is not shown to pages of other sites, nor under another name of this computer", async () => {
    for (const path of ["/", "/requests", "/flows/3fa9c1d2", "/users"]) {
      for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://evil.example" }]) {
        assert.strictEqual((await fetch(addresses.inspector + path, { headers })).status, 403)
      }
    }
  })
})
