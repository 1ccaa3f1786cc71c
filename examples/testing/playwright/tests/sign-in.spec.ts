import { expect, test } from "../fixtures.ts"

test("a stranger is asked to sign in, and does", async ({ page }) => {
  await page.goto("/")
  await expect(page.getByRole("heading")).toHaveText("Hello stranger")
  await page.getByRole("link", { name: "Sign in" }).click()
  // Sentinel's own page
  await page.getByLabel("E-mail address").fill("agent@example.com")
  await page.getByLabel("Password").fill("agent")
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("heading")).toHaveText(/Hello \d+/)
})

test("a code that has expired does not sign a user in", async ({ page, sentinel, signIn }) => {
  await sentinel.faults.add({ action: { type: "expired-code" } })
  await signIn("/auth/login")
  await page.goto("/")
  await expect(page.getByRole("heading")).toHaveText("Hello stranger")
})
