import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { useSentinel } from "@le-auth/emulator/node-test"
import { signIn } from "./sign-in.ts"
import { startApp } from "./start.ts"

const sentinel = useSentinel({ points: { accessTokenLifetime: "1 hour" } })

let app: Awaited<ReturnType<typeof startApp>>
before(async () => {
  // The hooks of node:test do not wait for one another.
  await sentinel
  app = await startApp((origin) => sentinel.envOf({ redirectUri: `${origin}/auth/callback` }))
})
after(() => app.stop())

const users = (cookie: string) => fetch(`${app.origin}/api/users`, { headers: { cookie } })

test("an administrator sees all users, an agent does not", async () => {
  const seen = await users(await signIn(sentinel, app.origin, "admin@example.com"))
  assert.match(await seen.text(), /agent@example\.com/)
  const refused = await users(await signIn(sentinel, app.origin, "agent@example.com"))
  assert.equal(refused.status, 403)
})

test("an access token that has expired is refreshed", async () => {
  const cookie = await signIn(sentinel, app.origin, "admin@example.com")
  await sentinel.clock.advance({ by: "2h" })
  assert.equal((await users(cookie)).status, 200)
  // One request for the sign-in, one for the refresh
  assert.equal((await sentinel.journal.read({ about: "token" })).length, 2)
})

test("a user who comes back the next day has to sign in again", async () => {
  const cookie = await signIn(sentinel, app.origin, "admin@example.com")
  await sentinel.clock.advance({ by: "1 day" })
  assert.equal((await users(cookie)).status, 401)
})

test("LivePerson is down", async () => {
  const cookie = await signIn(sentinel, app.origin, "admin@example.com")
  await sentinel.faults.add({ match: { route: "users" }, action: { type: "server-error", status: 503 } })
  assert.equal((await users(cookie)).status, 503)
})
