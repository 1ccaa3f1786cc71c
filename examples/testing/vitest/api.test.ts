import { useSentinel } from "@le-auth/emulator/vitest"
import { afterAll, beforeAll, expect, test } from "vitest"
import { signIn } from "./sign-in.ts"
import { startApp } from "./start.ts"

const sentinel = useSentinel({ points: { accessTokenLifetime: "1 hour" } })

let app: Awaited<ReturnType<typeof startApp>>
beforeAll(async () => {
  app = await startApp((origin) => sentinel.envOf({ redirectUri: `${origin}/auth/callback` }))
})
afterAll(() => app.stop())

const users = (cookie: string) => fetch(`${app.origin}/api/users`, { headers: { cookie } })

test("an administrator sees all users, an agent does not", async () => {
  const seen = await users(await signIn(sentinel, app.origin, "admin@example.com"))
  expect(await seen.json()).toContainEqual(expect.objectContaining({ loginName: "agent@example.com" }))
  expect((await users(await signIn(sentinel, app.origin, "agent@example.com"))).status).toBe(403)
})

test("an access token that has expired is refreshed", async () => {
  const cookie = await signIn(sentinel, app.origin, "admin@example.com")
  await sentinel.clock.advance({ by: "2h" })
  expect((await users(cookie)).status).toBe(200)
  // One request for the sign-in, one for the refresh
  expect(await sentinel.journal.read({ about: "token" })).toHaveLength(2)
})

test("a user who comes back the next day has to sign in again", async () => {
  const cookie = await signIn(sentinel, app.origin, "admin@example.com")
  await sentinel.clock.advance({ by: "1 day" })
  expect((await users(cookie)).status).toBe(401)
})

test("LivePerson is down", async () => {
  const cookie = await signIn(sentinel, app.origin, "admin@example.com")
  await sentinel.faults.add({ match: { route: "users" }, action: { type: "server-error", status: 503 } })
  expect((await users(cookie)).status).toBe(503)
})
