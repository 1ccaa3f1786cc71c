import { afterEach, assert, describe, it } from "@effect/vitest"
import { createLeAuth, isLeAuthError, type LeAuth, type Options } from "../src/index.ts"
import { Browser, credentials, origin, redirectUri, start, type TestSentinel } from "./Sentinel.ts"

const ends: Array<() => Promise<unknown>> = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const silent = { info: () => {}, warn: () => {}, error: () => {} }

const make = (options: Options = {}): { auth: LeAuth; sentinel: TestSentinel; browser: () => Browser } => {
  const sentinel = start()
  const auth = createLeAuth({
    ...credentials,
    redirectUri,
    domainApi: origin,
    fetch: sentinel.fetch,
    logger: silent,
    env: {},
    ...options
  })
  ends.push(sentinel.dispose, auth.dispose)
  return { auth, sentinel, browser: () => new Browser(auth.handler, sentinel.handler) }
}

describe("createLeAuth", () => {
  it("signs in, knows who it is, gives a token, calls an API and signs out", async () => {
    const { auth, browser } = make()
    await auth.ready
    const mine = browser()
    assert.deepStrictEqual(await auth.session(mine.headers), { signedIn: false })
    const answer = await mine.signIn("/auth/login?returnTo=/inbox")
    assert.strictEqual(answer.status, 303)
    assert.strictEqual(answer.headers.get("location"), "/inbox")
    const session = await auth.session(mine.headers)
    assert.isTrue(session.signedIn)
    if (!session.signedIn) return
    assert.strictEqual(session.subject, "3552833710")
    const token = await auth.accessToken(mine.headers)
    assert.isString(token)
    assert.strictEqual(await auth.accessToken(session), token)
    const users = await auth.callApi(
      mine.headers,
      "accountConfigReadOnly",
      "/api/account/{account}/configuration/le-users/users/3552833710"
    )
    assert.strictEqual(users.status, 200)
    mine.take(await auth.signOut(mine.headers))
    assert.deepStrictEqual(await auth.session(mine.headers), { signedIn: false })
    const error = await auth.accessToken(mine.headers).catch((error: unknown) => error)
    assert.isTrue(isLeAuthError(error) && error._tag === "NotSignedIn")
  })
})
