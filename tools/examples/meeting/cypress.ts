// What Cypress does with its configuration, and what the tests of the example do in it, without Cypress's own binary.
import assert from "node:assert/strict"

import config from "../cypress.config.ts"
import { meet } from "../meet.ts"

const tasks: Record<string, (argument: unknown) => any> = {}
const handlers: Record<string, () => unknown> = {}
const on = (event: string, value: any) => {
  // It merges tasks, and keeps the last one of all other handlers.
  if (event === "task") Object.assign(tasks, value)
  else handlers[event] = value
}
/** Both are as JSON on the other side, and it refuses a task that gives nothing. */
const task = async (name: string, argument: unknown = null) => {
  const result = await tasks[name]?.(JSON.parse(JSON.stringify(argument)))
  assert.notEqual(result, undefined, `${name} gives nothing`)
  return JSON.parse(JSON.stringify(result))
}

const { baseUrl, env } = await config.e2e.setupNodeEvents(on, { env: {} })
assert.equal(env.LE_AUTH_ACCOUNT_ID, "12345678")
assert.equal("LE_AUTH_CLIENT_SECRET" in env, false)

const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";", 1)[0])
    .join("; ")
const get = (url: string, cookie = "") => fetch(new URL(url, baseUrl), { redirect: "manual", headers: { cookie } })
const signIn = async (user?: string) => {
  const login = await get("/auth/login")
  const url = login.headers.get("location")
  return cookiesOf(await get(await task("sentinel:approve", { url, user }), cookiesOf(login)))
}

const administrator = await signIn("admin@example.com")
assert.equal((await (await get("/api/users", administrator)).json()).length, 2)
assert.equal((await get("/api/users", await signIn())).status, 403)
await task("sentinel:snapshot", "signed-in")
await task("sentinel:advance", { by: "2h" })
assert.equal((await get("/api/users", administrator)).status, 200)
assert.equal((await task("sentinel:journal", { about: "token" })).length, 3)
await task("sentinel:fault", { match: { route: "users" }, action: { type: "server-error", status: 503 } })
assert.equal((await get("/api/users", administrator)).status, 503)
await task("sentinel:restore", "signed-in")
assert.match(await (await get("/", administrator)).text(), /Hello \d+/)
const denied = await task("sentinel:deny", { url: (await get("/auth/login")).headers.get("location") })
assert.equal(new URL(denied).searchParams.get("error"), "access_denied")
assert.equal(typeof (await task("sentinel:token")).access_token, "string")
assert.equal(typeof (await task("sentinel:token", { user: "admin@example.com" })).access_token, "string")
await task("sentinel:reset")
assert.deepEqual(await task("sentinel:journal", { about: "users" }), [])

const meeting = meet("left", {
  url: env.LE_AUTH_DOMAIN_API,
  control: { url: baseUrl },
  clock: { advance: (change) => task("sentinel:advance", change), state: () => task("sentinel:advance", { by: "0s" }) },
  faults: {
    add: (fault) => task("sentinel:fault", fault),
    // No task lists them. An answer names the one that had a hand in it, but for that of the start page.
    list: async () => {
      const id = (await get(`${env.LE_AUTH_DOMAIN_API}/sentinel/well-known/jwks`)).headers.get("x-sentinel-fault")
      return id === null ? [] : [{ id }]
    }
  },
  reset: () => task("sentinel:reset")
})
await meeting.finally(() => handlers["after:run"]?.())
