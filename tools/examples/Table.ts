// What each example has to do, whatever it is made with.
// @effect-diagnostics globalFetch:off
import assert from "node:assert/strict"

import { digest, users, type Api } from "./Api.ts"
import { Browser } from "./Browser.ts"
import type { Example } from "./examples.ts"
import { until } from "./Program.ts"

/** An example that runs. */
export interface Running {
  readonly example: Example
  readonly origin: string
  readonly api: Api
  /**
   * Starts it again, or changes its files under a development server.
   * @returns what its page says then to those who are signed in
   */
  readonly change: () => Promise<string>
}

const account = "12345678"
const subject = "3552833710"
const usersTarget = `GET /api/account/${account}/configuration/le-users/users?v=6.0`
const conversations = `/messaging_history/api/account/${account}/conversations/search`
const throughTheServer = `/auth/liveperson/msgHist${conversations}`
const json = { "content-type": "application/json" }

/** Everything, from a stranger to a stranger. */
export async function whole({ example, origin, api, change }: Running) {
  const { scripted = false } = example
  const browser = new Browser(origin)
  await isStranger(browser, scripted)
  const nowhere = await browser.visit(scripted ? "/api/nowhere" : "/nowhere")
  assert.equal(nowhere.status, 404)
  assert.match(nowhere.text, example.notFound)

  const home = await browser.signIn("/auth/login?returnTo=/?welcome")
  assert.equal(home.status, 200, home.text)
  assert.match(home.url, /\/\?welcome$/)
  assert.match(await page(browser, scripted), new RegExp(`Hello ${subject}`))
  await isSignedIn(browser)
  const { expiresAt } = await session(browser)

  const first = await getUsers(browser, api)
  await search(browser, api)
  const empty = await wholeCall(browser, api, { body: "" })
  assert.equal(empty.body, digest(""))
  const large = await wholeCall(browser, api, { body: mebibyte })
  assert.equal(large.body, digest(mebibyte))

  // What came within the last seconds is not refreshed.
  await until("the token is new", async () => {
    assert.equal((await browser.call("/auth/session/refresh")).status, 200)
    return (await session(browser)).expiresAt > expiresAt
  })
  const inParts = await wholeCall(browser, api, { body: chunked(), duplex: "half" })
  assert.equal(inParts.body, digest(mebibyte))
  assert.notEqual(inParts.authorization, first.authorization, "The token is that of before the refresh.")
  assert.equal((await getUsers(browser, api)).authorization, inParts.authorization)

  const left = await call(browser, api, { body: "{}" })
  await left.reader.cancel()
  // It never gets its end: the client that asked for it has gone.
  await left.arrived.closed

  await refusesOthers(browser, api)
  const greeting = await change()
  let last: unknown
  const says = async () => {
    // A server that starts again refuses connections for a moment, or forgets a request.
    last = await page(browser, scripted).catch((error: unknown) => error)
    return typeof last === "string" && last.includes(`${greeting} ${subject}`)
  }
  await until(`the page says "${greeting} ${subject}"`, says, () => String(last))
  await isSignedIn(browser)
  await getUsers(browser, api)

  const farewell = await browser.visit("/auth/sign-out", { method: "POST", body: new URLSearchParams() })
  assert.equal(farewell.status, 200, farewell.text)
  await isStranger(browser, scripted, greeting)

  // Another browser, and a script that signs out.
  const other = new Browser(origin)
  await other.signIn("/auth/login")
  await isSignedIn(other)
  assert.equal((await other.call("/auth/sign-out")).status, 204)
  await isStranger(other, scripted, greeting)
}

const session = async (browser: Browser): Promise<any> => (await browser.send("/auth/session")).json()

/** What a person reads in the page. Where a script makes it, this does what that does. */
async function page(browser: Browser, scripted: boolean) {
  const { text } = await browser.visit("/", { signal: AbortSignal.timeout(5000) })
  if (!scripted) return text
  assert.match(text, /src\/main\.js/)
  const me: any = await (await browser.send("/api/me")).json()
  return `Hello ${me.signedIn === true ? me.subject : "stranger"}`
}

async function isStranger(browser: Browser, scripted: boolean, greeting = "Hello") {
  assert.match(await page(browser, scripted), new RegExp(`${greeting} stranger`))
  assert.deepEqual(await session(browser), { signedIn: false })
  assert.deepEqual(await (await browser.send("/api/me")).json(), { signedIn: false })
  for (const answer of [await browser.send("/api/users"), await searching(browser)]) {
    assert.equal(answer.status, 401, await answer.text())
  }
}

/** The page has said so; a route of the application's own, and that of le-auth, say the same. */
async function isSignedIn(browser: Browser) {
  const me: any = await (await browser.send("/api/me")).json()
  assert.partialDeepStrictEqual(me, { signedIn: true, accountId: account, subject, verified: true })
  assert.partialDeepStrictEqual(await session(browser), { signedIn: true, subject, verified: true })
}

/** Gives what LivePerson got. */
async function getUsers(browser: Browser, { calls }: Api) {
  const answer = await browser.send("/api/users")
  assert.deepEqual({ status: answer.status, text: await answer.text() }, { status: 200, text: users })
  const arrived = calls.at(-1)
  assert.equal(arrived?.target, usersTarget)
  assert.match(arrived.authorization ?? "", /^Bearer ./)
  return arrived
}

/** Not what a JSON text in one byte for each character would be. */
const query = { start: { from: 1, to: 2 }, summary: "Grüße 🎉" }
const searching = (browser: Browser) =>
  browser.send("/api/search", { method: "POST", headers: json, body: JSON.stringify(query) })

async function search(browser: Browser, { calls }: Api) {
  const before = calls.length
  const answer = searching(browser)
  await Promise.race([answer, until("the search arrives", async () => calls.length > before)])
  const arrived = calls[before]
  arrived?.finish()
  const { status } = await answer
  assert.deepEqual({ status, text: await (await answer).text() }, { status: 200, text: "the beginning, the end" })
  assert.equal(arrived?.target, `POST ${conversations}`)
  assert.match(arrived.authorization ?? "", /^Bearer ./)
  assert.match(arrived.contentType ?? "", /^application\/json/)
  assert.equal(arrived.body, digest(JSON.stringify(query)))
}

/** A call of a page, with a body. Gives what LivePerson got. */
async function call(browser: Browser, { calls }: Api, init: RequestInit & { readonly duplex?: "half" }) {
  const answer = await browser.call(throughTheServer, init)
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  assert.ok(reader)
  const first = await reader.read()
  assert.equal(answer.status, 200, first.value)
  // The rest has not been sent yet.
  assert.equal(first.value, "the beginning, ")
  const arrived = calls.at(-1)
  assert.equal(arrived?.target, `POST ${conversations}`)
  return { arrived, reader }
}

/** The same, to the end of the answer. */
async function wholeCall(...parameters: Parameters<typeof call>) {
  const { arrived, reader } = await call(...parameters)
  arrived.finish()
  assert.equal((await reader.read()).value, "the end")
  assert.equal((await reader.read()).done, true)
  return arrived
}

const mebibyte = new Uint8Array(1024 * 1024).map((_, index) => index % 251)

/** The same bytes, in parts and without a length. */
const chunked = () => new Blob([mebibyte]).stream()

/** What pages of other sites send with the cookies of the browser. */
async function refusesOthers(browser: Browser, { calls }: Api) {
  const before = calls.length
  const foreign: ReadonlyArray<Record<string, string>> = [
    { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    { origin: "null", "sec-fetch-site": "same-site" },
    // A browser that knows nothing of Sec-Fetch-Site.
    { origin: "https://evil.example" }
  ]
  for (const headers of foreign) {
    for (const path of ["/auth/sign-out", "/auth/session/refresh", throughTheServer]) {
      const answer = await browser.foreign(path, { method: "POST", headers, body: new URLSearchParams({ a: "b" }) })
      assert.equal(answer.status, 403, `${path}, with ${JSON.stringify(headers)}: ${await answer.text()}`)
    }
  }
  assert.equal(calls.length, before)
  await isSignedIn(browser)
}
