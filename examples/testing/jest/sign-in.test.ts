import { useSentinel } from "@le-auth/emulator/jest"
import { cookies, signIn } from "./sign-in.ts"
import { startApp } from "./start.ts"

const sentinel = useSentinel()

let app: Awaited<ReturnType<typeof startApp>>
beforeAll(async () => {
  app = await startApp((origin) => sentinel.envOf({ redirectUri: `${origin}/auth/callback` }))
})
afterAll(() => app.stop())

const home = async (cookie = "") => (await fetch(app.origin, { headers: { cookie } })).text()

test("a user signs in", async () => {
  expect(await home()).toContain("Hello stranger")
  expect(await home(await signIn(sentinel, app.origin))).toMatch(/Hello \d+/)
})

test("a user refuses", async () => {
  const login = await fetch(`${app.origin}/auth/login`, { redirect: "manual" })
  const callback = await sentinel.deny(login.headers.get("location") ?? "")
  const answer = await fetch(callback, { headers: { cookie: cookies(login) } })
  expect(answer.status).toBe(400)
  expect(await home(cookies(answer))).toContain("Hello stranger")
})

test("a code that has expired does not sign a user in", async () => {
  await sentinel.faults.add({ action: { type: "expired-code" } })
  const cookie = await signIn(sentinel, app.origin)
  expect(await home(cookie)).toContain("Hello stranger")
  const [refused] = await sentinel.journal.read({ about: "invalid_grant" })
  expect(refused?.reason).toMatch(/^the code was expired by fault/)
})
