import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { useSentinel } from "@le-auth/emulator/node-test"
import { cookies, signIn } from "./sign-in.ts"
import { startApp } from "./start.ts"

const sentinel = useSentinel()

let app: Awaited<ReturnType<typeof startApp>>
before(async () => {
  // The hooks of node:test do not wait for one another.
  await sentinel
  app = await startApp((origin) => sentinel.envOf({ redirectUri: `${origin}/auth/callback` }))
})
after(() => app.stop())

const home = async (cookie = "") => (await fetch(app.origin, { headers: { cookie } })).text()

test("a user signs in", async () => {
  assert.match(await home(), /Hello stranger/)
  assert.match(await home(await signIn(sentinel, app.origin)), /Hello \d+/)
})

test("a user refuses", async () => {
  const login = await fetch(`${app.origin}/auth/login`, { redirect: "manual" })
  const callback = await sentinel.deny(login.headers.get("location") ?? "")
  const answer = await fetch(callback, { headers: { cookie: cookies(login) } })
  assert.equal(answer.status, 400)
  assert.match(await home(cookies(answer)), /Hello stranger/)
})

test("a code that has expired does not sign a user in", async () => {
  await sentinel.faults.add({ action: { type: "expired-code" } })
  const cookie = await signIn(sentinel, app.origin)
  assert.match(await home(cookie), /Hello stranger/)
  const [refused] = await sentinel.journal.read({ about: "invalid_grant" })
  assert.match(refused?.reason ?? "", /^the code was expired by fault/)
})
