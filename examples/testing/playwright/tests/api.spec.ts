import { expect, test } from "../fixtures.ts"

test("an administrator sees all users", async ({ page, signIn }) => {
  await signIn("/auth/login", { user: "admin@example.com" })
  await page.getByRole("link", { name: "All users" }).click()
  await expect(page.locator("body")).toContainText("agent@example.com")
})

test("an agent does not", async ({ page, signIn }) => {
  await signIn("/auth/login", { user: "agent@example.com" })
  expect((await page.goto("/api/users"))?.status()).toBe(403)
})

test("an access token that has expired is refreshed", async ({ page, sentinel, signIn }) => {
  await signIn("/auth/login", { user: "admin@example.com" })
  await sentinel.clock.advance({ by: "2h" })
  expect((await page.goto("/api/users"))?.status()).toBe(200)
  // One request for the sign-in, one for the refresh
  expect(await sentinel.journal.read({ about: "token" })).toHaveLength(2)
})

test("LivePerson is down", async ({ page, sentinel, signIn }) => {
  await signIn("/auth/login", { user: "admin@example.com" })
  await sentinel.faults.add({ match: { route: "users" }, action: { type: "server-error", status: 503 } })
  expect((await page.goto("/api/users"))?.status()).toBe(503)
})
