/** What a person does in the views of users, applications, faults, clock and state, in a real browser. */
// @effect-diagnostics globalFetch:off
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import * as Control from "@le-auth/sentinel/Control"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { decodeJwt } from "jose"
import type { Browser, Page } from "playwright-core"
import { launch } from "../../../../tools/chromium.ts"
import * as InspectedSentinel from "./InspectedSentinel.ts"

const { clientId, redirectUri } = InspectedSentinel
const agentId = "3552833710"
const otherAccount = "87654321"
const hostile = `</title><script>document.title = "injected"</script><img src=x onerror="document.title='injected'">`
const rightToLeft = "\u202Eمستخدم"
const long = "W".repeat(400)

const user = (id: string, name: string): SentinelConfig.User => ({
  id,
  email: `user-${id}@example.com`,
  // A snapshot has hashes, and 2,000 of them would take their time.
  password_hash: Redacted.make(
    "$pbkdf2-sha256$i=10$MIIRqgvgQbgj220jfp0MPA$YfwJSVjtjSU0zzV/P3S9nnQ/USre2wvJMjfCIjrTQbg"
  ),
  name,
  is_admin: false,
  is_lpa: false,
  enabled: true
})

const config = (): SentinelConfig.SentinelConfig => {
  const { accounts } = SentinelConfig.development()
  const names = [hostile, rightToLeft, long]
  const users = Array.from({ length: 2000 }, (_, index) =>
    user(String(4_000_000_000 + index), names[index] ?? `Person ${index}`)
  )
  return { accounts: [...accounts, { id: AccountId.make(otherAccount), name: hostile, users, installations: [] }] }
}

const start = Effect.suspend(() =>
  InspectedSentinel.listen(
    Control.layerMemory(config()).pipe(Layer.provideMerge(Layer.merge(NodeCrypto.layer, Logger.layer([]))))
  )
)

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

const inspecting = (path: string, work: (page: Page) => Promise<void>) =>
  InspectedSentinel.inspecting(browser, addresses, work, path)
const signIn = (state: string) => InspectedSentinel.signIn(browser, addresses, state)
const token = (parameters: Record<string, string>) => InspectedSentinel.token(addresses, parameters)
const exchange = (code: string) => token({ grant_type: "authorization_code", code, redirect_uri: redirectUri })
const refresh = (refresh_token: string) => token({ grant_type: "refresh_token", refresh_token })

/** Presses a button, and answers its question. */
const sure = async (page: Page, name: string | RegExp, answer: "yes" | "no" = "yes") => {
  await page.getByRole("button", { name, exact: true }).click()
  const question = page.getByRole("dialog")
  await question.waitFor()
  const text = (await question.locator("#question-text").textContent()) ?? ""
  await question.locator(`#question-${answer}`).click()
  await question.waitFor({ state: "hidden" })
  return text
}

const fold = (page: Page, text: string) => page.locator("summary", { hasText: text }).click()
const submit = (page: Page, form: string, button: string) =>
  page.getByRole("form", { name: form }).getByRole("button", { name: button }).click()
const done = (page: Page) => page.getByRole("status").getByText("Done.").waitFor()

interface Listed {
  readonly id: string
  readonly services?: Record<string, string>
  readonly stubs?: Record<string, ReadonlyArray<{ readonly route: string }>>
  readonly users: ReadonlyArray<SentinelConfig.User>
  readonly installations: ReadonlyArray<SentinelConfig.Installation>
}
const accounts = async () => (await (await fetch(`${addresses.inspector}/control/accounts`)).json()) as Array<Listed>
const first = async () => (await accounts())[0]!

describe("Users", { timeout: 120_000 }, () => {
  it("shows a part of 2,000 users, and finds each by a filter that the address names", () =>
    inspecting("/users", async (page) => {
      await page.getByText("2,002 users, here 1 to 50.").waitFor()
      assert.strictEqual(await page.locator(".row-link").count(), 50)
      await page.getByRole("link", { name: "Next" }).click()
      await page.getByText("here 51 to 100.").waitFor()
      await page.getByRole("searchbox", { name: "Filter" }).fill("PERSON 1999")
      await page.getByRole("button", { name: "Filter" }).click()
      await page.getByText("1 of 2,002 users.").waitFor()
      assert.include(page.url(), "text=PERSON+1999")
      await page.getByRole("link", { name: "Person 1999" }).click()
      await page.getByRole("heading", { name: "Person 1999" }).waitFor()
      await page.getByText("1 of 2,002 users.").waitFor()

      await page.goto(`${addresses.inspector}/users?account=12345678`)
      await page.getByText("2 of 2,002 users.").waitFor()
      await page.goto(`${addresses.inspector}/users?text=nobody-at-all`)
      await page.getByText("No user is here.").waitFor()
      await page.goto(`${addresses.inspector}/users?from=-3&chosen=gone`)
      await page.getByText("This user is not here, or not any more.").waitFor()
    }))

  it("R88: shows names that try to be something else as text, and none is wider than a phone", () =>
    inspecting("/users", async (page) => {
      await page.setViewportSize({ width: 390, height: 844 })
      for (const [index, name] of [hostile, rightToLeft, long].entries()) {
        await page.goto(`${addresses.inspector}/users?account=${otherAccount}`)
        await page.locator(".row-link").nth(index).click()
        const title = page.locator("#detail-title bdi")
        assert.strictEqual(await title.textContent(), name)
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        assert.strictEqual(width, 390)
        assert.strictEqual(await page.title(), "Users - Inspector of Sentinel")
        await page.getByRole("button", { name: "Remove" }).click()
        assert.include(await page.locator("#question-text").textContent(), name)
        await page.locator("#question-no").click()
      }
    }))

  it("adds, changes, disables, enables and removes a user", () =>
    inspecting("/users?account=12345678", async (page) => {
      await fold(page, "Add a user")
      const form = page.getByRole("form", { name: "Add a user" })
      assert.strictEqual(await form.getByLabel("User id").inputValue(), "3552833712")
      await form.getByLabel("Name").fill("Nora New")
      await form.getByLabel("E-mail address").fill("nora@example.com")
      await form.getByLabel("Password").fill("first one")
      await form.getByLabel("Administrator").check()
      await submit(page, "Add a user", "Add the user")
      await page.getByRole("link", { name: "Nora New" }).click()
      await page.getByRole("heading", { name: "Nora New administrator" }).waitFor()

      await fold(page, "Change name")
      const change = page.getByRole("form", { name: "Change the user" })
      await change.getByLabel("Name").fill("Nora Known")
      await change.getByLabel("Administrator").uncheck()
      await submit(page, "Change the user", "Save")
      await page.getByRole("heading", { name: "Nora Known", exact: true }).waitFor()

      assert.include(await sure(page, "Disable", "no"), "Disable Nora Known?")
      assert.isTrue((await first()).users[2]!.enabled)
      await sure(page, "Disable")
      await page.getByRole("heading", { name: "Nora Known disabled" }).waitFor()
      await page.getByText("Disabled users cannot sign in.").waitFor({ state: "detached" })
      await page.getByRole("button", { name: "Enable" }).click()
      await page.getByRole("heading", { name: "Nora Known", exact: true }).waitFor()

      assert.include(await sure(page, "Remove"), "are lost")
      await page.waitForURL("**/users")
      assert.deepStrictEqual(
        (await first()).users.map(({ id }) => id),
        [agentId, "3552833711"]
      )
    }))

  it("signs in as a user by one button, shows what came of it, and takes it back", () =>
    inspecting(`/users?chosen=12345678/${agentId}`, async (page) => {
      await page.getByText("They are not signed in.").waitFor()
      await submit(page, "Sign in as this user", "Sign in")
      const tokens = JSON.parse((await page.locator("#tokens", { hasText: "refresh_token" }).textContent())!)
      assert.strictEqual(decodeJwt(tokens["id_token"]).sub, agentId)
      await page.getByText("signed in", { exact: true }).waitFor()

      await sure(page, /^Revoke token family/)
      await page.getByText("revoked", { exact: true }).waitFor()
      assert.strictEqual((await refresh(tokens["refresh_token"])).answer["error"], "invalid_grant")

      await submit(page, "Sign in as this user", "Sign in")
      await page.getByText("alive", { exact: true }).waitFor()
      assert.include(await sure(page, "Sign out everywhere"), "Alex Agent")
      await page.getByText("They are not signed in.").waitFor()
      await page.getByText("ended with its session", { exact: true }).waitFor()
    }))

  it("ends one session of several", () =>
    inspecting(`/users?chosen=12345678/${agentId}`, async (page) => {
      await signIn("one")
      await signIn("two")
      const ends = page.getByRole("button", { name: /^End session/ })
      await ends.nth(1).waitFor()
      const name = (await ends.nth(1).getAttribute("aria-label"))!
      await sure(page, name)
      await page.getByRole("button", { name }).waitFor({ state: "detached" })
      assert.strictEqual(await ends.count(), 1)
    }))
})

describe("Applications", { timeout: 120_000 }, () => {
  it("registers and removes a redirect URI, and never shows the secret", () =>
    inspecting(`/applications?chosen=12345678/${clientId}`, async (page) => {
      const uris = async () => (await first()).installations[0]!.redirect_uris
      const added = "http://localhost:5173/callback?a=b"
      const before = await uris()
      await page.getByLabel("Another redirect URI").fill(added)
      await page.getByRole("button", { name: "Register this address" }).click()
      await page.locator("#uris code", { hasText: added }).waitFor()
      assert.deepStrictEqual(await uris(), [...before, added])
      await page.getByRole("button", { name: `Remove ${added}` }).click()
      await page.locator("#uris code", { hasText: added }).waitFor({ state: "detached" })
      assert.deepStrictEqual(await uris(), before)
      assert.notInclude(await page.content(), "development-only-secret")
    }))

  it("adds, changes, disables and removes an application, and says why not", () =>
    inspecting("/applications?account=12345678", async (page) => {
      await fold(page, "Add an application")
      const form = page.getByRole("form", { name: "Add an application" })
      await form.getByLabel("Name").fill("com.example.new")
      await form.getByLabel("Client secret").fill("a secret")
      await submit(page, "Add an application", "Add the application")
      await page.getByRole("status").getByText("needs a redirect URI").waitFor()
      await form.getByLabel("Redirect URI").fill("https://new.example/callback")
      await submit(page, "Add an application", "Add the application")
      await page.getByRole("link", { name: "com.example.new" }).click()
      await page.getByText("44444444-4444-4444-8444-444444444444").first().waitFor()

      await page.getByRole("button", { name: "Remove https://new.example/callback" }).click()
      await page.getByRole("status").getByText("needs a redirect URI").waitFor()

      await fold(page, "Change name")
      const change = page.getByRole("form", { name: "Change the application" })
      await change.getByLabel("What people see").fill("New one")
      await change.getByLabel(/refresh_token/).uncheck()
      await submit(page, "Change the application", "Save")
      await page.getByRole("heading", { name: "New one" }).waitFor()
      assert.deepStrictEqual((await first()).installations[3]!.grant_types, ["authorization_code"])

      await sure(page, "Disable")
      await page.getByRole("heading", { name: "New one disabled" }).waitFor()
      assert.include(await sure(page, "Remove", "no"), "Remove New one?")
      await sure(page, "Remove")
      await page.waitForURL("**/applications")
      assert.lengthOf((await first()).installations, 3)
    }))

  it("says where services are, and what stubs answer", () =>
    inspecting("/applications?account=12345678", async (page) => {
      await fold(page, "Say where a service is")
      const service = page.getByRole("form", { name: "A service elsewhere" })
      await service.getByLabel("Service").fill("msgHist")
      await service.getByLabel("Host").fill("localhost:7000")
      await submit(page, "A service elsewhere", "Say where it is")
      await page.getByRole("button", { name: "Remove msgHist" }).waitFor()
      assert.deepStrictEqual((await first()).services, { msgHist: "localhost:7000" })
      await page.getByRole("button", { name: "Remove msgHist" }).click()
      await page.getByText("All services are at Sentinel.").waitFor()

      await fold(page, "Add a stub")
      const stub = page.getByRole("form", { name: "A stub" })
      await stub.getByLabel("Service").fill("faasGW")
      await stub.getByLabel("Route").fill("GET /api/account/{account}/lambdas")
      await stub.getByLabel("JSON of the answer").fill("[1")
      await submit(page, "A stub", "Add the stub")
      await page.getByRole("status").getByText("This is not JSON.").waitFor()
      await stub.getByLabel("JSON of the answer").fill("[1]")
      await stub.getByLabel("Token").selectOption("none")
      await submit(page, "A stub", "Add the stub")
      await page.getByText("faasGW, answers 200 with JSON; token: none").waitFor()
      const answer = await fetch(`${addresses.sentinel}/api/account/12345678/lambdas`)
      assert.deepStrictEqual(await answer.json(), [1])
      assert.include(await sure(page, /^Remove GET/), "Its answer is lost")
      await page.getByText("No service has a stub.").waitFor()
    }))

  it("adds and removes an account", () =>
    inspecting("/applications", async (page) => {
      await fold(page, "Add an account")
      const form = page.getByRole("form", { name: "Add an account" })
      await form.getByLabel("Account id").fill("11223344")
      await submit(page, "Add an account", "Add the account")
      assert.include(await sure(page, "Remove account 11223344"), "0 users and 0 applications")
      await page.getByRole("button", { name: "Remove account 11223344" }).waitFor({ state: "detached" })
      assert.lengthOf(await accounts(), 2)
    }))
})

describe("Faults", { timeout: 120_000 }, () => {
  it("R91: arms by a sentence what the next matching request meets, says it as a sentence, and removes it", () =>
    inspecting("/faults", async (page) => {
      const { answer } = await exchange(await signIn("faults"))
      await page.getByLabel("Which of them").selectOption("Number")
      await page.getByLabel("Application").selectOption("Example application")
      await page.getByLabel("Retry-After in seconds").fill("7")
      await page.getByRole("button", { name: "Arm the fault" }).click()
      await page.getByText("Refresh number 2 of Example application gets 429, with Retry-After 7 s.").waitFor()

      const second = await refresh(answer["refresh_token"]!)
      assert.strictEqual(second.response.status, 200)
      const limited = await refresh(second.answer["refresh_token"]!)
      assert.strictEqual(limited.response.status, 429)
      assert.strictEqual(limited.response.headers.get("retry-after"), "7")
      await page.getByText("met 2 of such requests and acted on 1.").waitFor()
      await page.getByText("over", { exact: true }).waitFor()

      await page.getByRole("button", { name: "Remove fault-1" }).click()
      await page.getByText("None is armed").waitFor()
      assert.strictEqual((await refresh(second.answer["refresh_token"]!)).response.status, 200)
    }))

  it("sends of a sentence what it shows, and nothing of the other choices", () =>
    inspecting("/faults", async (page) => {
      await page.getByLabel("How many", { exact: true }).fill("3")
      await page.getByLabel("What happens").selectOption("gets its answer late")
      await page.getByLabel("By how long").fill("2s")
      await page.getByLabel("When").selectOption("after Sentinel acted")
      await page.getByRole("button", { name: "Arm the fault" }).click()
      await page.getByText("Each of the next 3 refreshes gets its answer 2 s late.").waitFor()
      await page.getByLabel("Which of them").selectOption("One in")
      await page.getByLabel("Requests").selectOption("code exchange")
      await page.getByLabel("What happens").selectOption("gets a server error")
      await page.getByLabel("Status").selectOption("503")
      await page.getByRole("button", { name: "Arm the fault" }).click()
      await page.getByText("One in 3 code exchanges gets the server error 503.").waitFor()
      const armed = (await (await fetch(`${addresses.inspector}/control/faults`)).json()) as Array<object>
      const counted = { matched: 0, acted: 0 }
      assert.deepStrictEqual(armed, [
        {
          id: "fault-2",
          match: { route: "refresh" },
          action: { type: "delay", by: "2s", after: true },
          times: 3,
          ...counted
        },
        {
          id: "fault-3",
          match: { route: "exchange", every: 3 },
          action: { type: "server-error", status: 503 },
          ...counted
        }
      ])
      assert.include(await sure(page, "Remove all"), "Remove all 2 faults?")
      await page.getByText("None is armed").waitFor()
    }))
})

describe("Clock", { timeout: 120_000 }, () => {
  it("advances by a duration, past a lifetime and to a moment, and goes back with all sessions", () =>
    inspecting("/clock", async (page) => {
      const { answer } = await exchange(await signIn("clock"))
      await page.getByText("It is the real time.").waitFor()
      await page.getByLabel("By", { exact: true }).fill("soon")
      await submit(page, "Advance by a duration", "Advance")
      await page.getByRole("status").getByText("8h").waitFor()
      await page.getByText("It is the real time.").waitFor()

      await page.getByRole("button", { name: "8 hours" }).click()
      await page.getByText("It is 8 h ahead of the real time.").waitFor()
      await page.getByRole("button", { name: "Go past it: A code" }).click()
      await page.getByText("It is 8 h 1 m 1 s ahead of the real time.").waitFor()
      await page.getByLabel("By", { exact: true }).fill("30 days")
      await submit(page, "Advance by a duration", "Advance")
      await page.getByText("It is 30 d 8 h 1 m 1 s ahead of the real time.").waitFor()
      assert.strictEqual((await refresh(answer["refresh_token"]!)).answer["error"], "invalid_grant")

      await page.getByLabel("To, in UTC").fill("9000-01-02T03:04")
      await submit(page, "Advance to a moment", "Advance")
      await page.locator("#clock", { hasText: "9000-01-02 03:04" }).waitFor()
      await page.getByLabel("To, in UTC").fill("2020-01-02T03:04")
      await submit(page, "Advance to a moment", "Advance")
      await page.getByRole("status").getByText("That time is over already.").waitFor()

      await page.getByRole("button", { name: "Back to real time" }).click()
      await page.getByText("It is the real time.").waitFor()
      assert.strictEqual((await refresh(answer["refresh_token"]!)).response.status, 200)
    }))
})

describe("State", { timeout: 120_000 }, () => {
  it("keeps a snapshot, restores it after a question, and deletes it after another", () =>
    inspecting("/state", async (page) => {
      await page.getByLabel("Name").fill("no spaces")
      await page.getByRole("button", { name: "Keep a snapshot" }).click()
      await page.getByRole("status").getByText("up to 64 of").waitFor()
      await page.getByLabel("Name").fill("before")
      await page.getByRole("button", { name: "Keep a snapshot" }).click()
      await page.getByRole("button", { name: "Restore before" }).waitFor()
      const { answer } = await exchange(await signIn("after"))
      assert.include(await sure(page, "Restore before", "no"), "are lost")
      assert.strictEqual((await refresh(answer["refresh_token"]!)).response.status, 200)
      await sure(page, "Restore before")
      await done(page)
      assert.strictEqual((await refresh(answer["refresh_token"]!)).answer["error"], "invalid_grant")
      assert.include(await sure(page, "Delete before"), "cannot be restored")
      await page.getByText("None is kept.").waitFor()
    }))

  it("rotates the key and begins anew only after a question", () =>
    inspecting("/state", async (page) => {
      const keys = async () => {
        const { keys } = (await (await fetch(`${addresses.sentinel}/sentinel/well-known/jwks`)).json()) as {
          readonly keys: ReadonlyArray<unknown>
        }
        return keys.length
      }
      const before = await keys()
      assert.include(await sure(page, "Rotate the signing key", "no"), "never again")
      assert.strictEqual(await keys(), before)
      await sure(page, "Rotate the signing key")
      await done(page)
      assert.isAbove(await keys(), before)

      const { answer } = await exchange(await signIn("anew"))
      await sure(page, "Begin anew", "no")
      assert.strictEqual((await refresh(answer["refresh_token"]!)).response.status, 200)
      assert.include(await sure(page, "Begin anew"), "All sessions, tokens and faults are lost")
      await done(page)
      assert.strictEqual((await refresh(answer["refresh_token"]!)).answer["error"], "invalid_grant")
    }))

  it("shows all points of the dialect", () =>
    inspecting("/state", async (page) => {
      await page.getByText("in every point").waitFor()
      await fold(page, "All points")
      await page.getByRole("row", { name: "accessTokenLifetime 8 h" }).waitFor()
    }))
})
