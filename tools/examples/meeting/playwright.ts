import { test } from "../fixtures.ts"
import { meet, patience } from "../meet.ts"

test("left", async ({ app, page, sentinel, signIn }) => {
  test.setTimeout(patience)
  await signIn(`${app.origin}/auth/login`)
  await page.getByText("Hello").waitFor()
  await meet("left", sentinel)
})
