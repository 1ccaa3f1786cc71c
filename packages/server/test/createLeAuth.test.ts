/** Every function of createLeAuth, with a Sentinel. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import * as NodeServe from "@le-auth/node/NodeServe"
import { inspect } from "node:util"
import { freePort } from "../../../tools/free-port.ts"
import { createLeAuth, type SignedIn } from "../src/index.ts"
import { cleanup, recorder, rejection } from "./Application.ts"
import { emptyData, mapStores } from "./MapStores.ts"
import { Browser, credentials, origin, otherCredentials, own, redirectUri, start } from "./Sentinel.ts"

const { end, ends, make } = cleanup()
afterEach(end)

const users = "/api/account/{account}/configuration/le-users/users"
const signedIn = async (application: ReturnType<typeof make>) => {
  const browser = application.browser()
  await browser.signIn()
  const session = (await application.auth.session(browser.headers)) as SignedIn
  assert.isTrue(session.signedIn)
  return { browser, session }
}

describe("the functions", () => {
  it("sign in, with a return path, and know the user by a request, by headers and by a key", async () => {
    const application = make()
    const { auth } = application
    await auth.ready
    const mine = application.browser()
    assert.deepStrictEqual(await auth.session(mine.headers), { signedIn: false })
    const answer = await mine.signIn(auth.loginPath({ returnTo: "/inbox?folder=1" }))
    assert.strictEqual(answer.status, 303)
    assert.strictEqual(answer.headers.get("location"), "/inbox?folder=1")
    const session = (await auth.session(mine.headers)) as SignedIn
    const { instance, ...others } = session
    assert.isString(instance)
    assert.deepInclude(others, {
      signedIn: true,
      accountId: "12345678",
      subject: "3552833710",
      isAdmin: false,
      isLpa: false,
      verified: true
    })
    const request = new Request("http://localhost:3000/", { headers: { cookie: mine.cookie } })
    assert.deepStrictEqual(await auth.session(request), session)
    assert.deepStrictEqual(await auth.session({ headers: { cookie: [mine.cookie] } }), session)
    assert.deepStrictEqual(await auth.session({ accountId: "12345678", subject: "3552833710" }), session)
    assert.deepStrictEqual(await auth.session({ accountId: "12345678", subject: "nobody" }), { signedIn: false })
    assert.deepStrictEqual(await auth.sessions("12345678"), [
      { accountId: "12345678", subject: "3552833710", instance: instance! }
    ])
    // Plain data, and no token.
    assert.strictEqual(Object.getPrototypeOf(session), Object.prototype)
    const token = await auth.accessToken(session)
    assert.notInclude(inspect(session, { depth: 9 }), token)
  })

  it("give a token, and another one than that which was refused", async () => {
    const application = make()
    const { auth, sentinel } = application
    const { browser } = await signedIn(application)
    const token = await auth.accessToken(browser.headers)
    assert.strictEqual(await auth.accessToken(browser.headers), token)
    const next = await auth.accessToken(browser.headers, { unless: token })
    assert.notStrictEqual(next, token)
    assert.strictEqual(await auth.accessToken(browser.headers, { unless: token }), next)
    assert.strictEqual((await rejection(auth.accessToken(browser.headers, { unless: "é" })))._tag, "InvalidArgument")
    assert.lengthOf(sentinel.received("/token"), 2)
  })

  it("R-F1: a thousand callers who need a new token cause one refresh", async () => {
    const application = make()
    const { auth, sentinel } = application
    const { browser } = await signedIn(application)
    const token = await auth.accessToken(browser.headers)
    const before = sentinel.received("/token").length
    const tokens = await Promise.all(
      Array.from({ length: 1000 }, () => auth.accessToken(browser.headers, { unless: token }))
    )
    assert.lengthOf(new Set(tokens), 1)
    assert.notStrictEqual(tokens[0], token)
    assert.strictEqual(sentinel.received("/token").length, before + 1)
  })

  it("call an API with GET, POST and after a 401, and give what it answers", async () => {
    const application = make()
    const { auth, sentinel } = application
    const { browser, session } = await signedIn(application)
    const api = "accountConfigReadOnly"
    const answer = await auth.callApi(browser.headers, api, `${users}/3552833710?v=6.0`)
    assert.strictEqual(answer.status, 200)
    assert.strictEqual(String(((await answer.json()) as { id: unknown }).id), "3552833710")

    const bodies: Array<string> = []
    const echo = async (request: Request) => {
      bodies.push(`${request.method} ${await request.text()}`)
      return Response.json({ said: request.headers.get("authorization") }, { status: 201 })
    }
    const init = { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } }
    const refusal = new Response(null, { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } })
    sentinel.plan("/users", () => refusal)
    sentinel.plan("/users", echo)
    const posted = await auth.callApi(session, api, users, init)
    assert.strictEqual(posted.status, 201)
    assert.deepStrictEqual(bodies, ['POST {"a":1}'])
    const { said } = (await posted.json()) as { said: string }
    assert.strictEqual(said, `Bearer ${await auth.accessToken(session)}`)
    sentinel.plan("/users", () => new Response("no such user", { status: 404 }))
    assert.strictEqual((await auth.callApi(session, api, users)).status, 404)
    sentinel.plan("/users", () => Response.redirect("https://elsewhere.example/"))
    assert.strictEqual((await auth.callApi(session, api, users)).status, 302)
    assert.strictEqual(await auth.serviceOrigin("12345678", api), origin)
  })

  it("end a call as fetch does, when its signal aborts, and a body that breaks with an error of ours", async () => {
    const application = make()
    const { auth, sentinel } = application
    const { session } = await signedIn(application)
    const abort = new AbortController()
    sentinel.plan("/users", async (request) => {
      abort.abort(new Error("too late"))
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve))
      throw request.signal.reason
    })
    const call = auth.callApi(session, "accountConfigReadOnly", users, { signal: abort.signal })
    const reason = await call.catch((error: unknown) => error)
    assert.strictEqual(reason, abort.signal.reason)

    let pulled = 0
    const body = new ReadableStream({
      pull: (controller) => {
        if (pulled++ === 0) controller.enqueue(new TextEncoder().encode("half"))
        else controller.error(new Error("planted cause"))
      }
    })
    sentinel.plan("/users", () => new Response(body))
    const answer = await auth.callApi(session, "accountConfigReadOnly", users)
    const error = await rejection(answer.text())
    assert.deepInclude({ ...error }, { _tag: "Unavailable", status: 503, sent: true })
    assert.notInclude(inspect(error, { depth: 9 }), "planted")
  })

  it("take null for no options, and an instance of null for none, as JavaScript and databases have it", async () => {
    const application = make()
    const { auth } = application
    const { session } = await signedIn(application)
    const { accountId, subject } = session
    assert.deepStrictEqual(await auth.session({ accountId, subject, instance: null as never }), session)
    assert.strictEqual(auth.loginPath(null as never), "/auth/login")
    // As `URLSearchParams.get` gives it.
    assert.strictEqual(auth.loginPath({ returnTo: null, accountId: null } as never), "/auth/login")
    assert.isEmpty(
      (await auth.signOut({ headers: {} }, null as never)).getSetCookie().filter((line) => !/max-age=0/i.test(line))
    )
    const bare = createLeAuth(null as never)
    ends.push(bare.dispose)
    assert.strictEqual(bare.loginPath(), "/auth/login")
  })

  it("sign out here, and everywhere, with the cookies to remove", async () => {
    const application = make()
    const { auth, sentinel } = application
    const first = await signedIn(application)
    first.browser.take(await auth.signOut(first.browser.headers))
    assert.strictEqual(
      first.browser.cookies.size,
      [...first.browser.cookies.keys()].filter((name) => !name.startsWith("le-auth")).length
    )
    assert.deepStrictEqual(await auth.session(first.session), { signedIn: false })
    assert.lengthOf(sentinel.received("/revoke"), 0)
    assert.strictEqual((await rejection(auth.accessToken(first.browser.headers)))._tag, "NotSignedIn")

    const second = await signedIn(application)
    const headers = await auth.signOut(second.browser.headers, { everywhere: true })
    assert.isNotEmpty(headers.getSetCookie())
    assert.lengthOf(sentinel.received("/revoke"), 1)
    // A key has no browser.
    const third = await signedIn(application)
    assert.lengthOf((await auth.signOut(third.session)).getSetCookie(), 0)
    assert.deepStrictEqual(await auth.sessions("12345678"), [])
  })

  it("answer at their routes: pages call APIs, and other requests get 404", async () => {
    const application = make({
      api: { accountConfigReadOnly: { paths: [`${users}/*`] } },
      cookiePrefix: "inbox",
      paths: { home: "/inbox" }
    })
    const { browser } = await signedIn(application)
    assert.isTrue([...browser.cookies.keys()].some((name) => name.startsWith("inbox-3000-")))
    const mine = await browser.send("/auth/session", { headers: own })
    assert.deepInclude((await mine.json()) as object, { signedIn: true, subject: "3552833710" })
    const path = `/auth/liveperson/accountConfigReadOnly${users.replace("{account}", "12345678")}/3552833710?v=6.0`
    assert.strictEqual((await browser.send(path, { headers: own })).status, 200)
    assert.strictEqual((await browser.send("/auth/liveperson/other/path", { headers: own })).status, 403)
    assert.strictEqual((await browser.send("/auth/unknown")).status, 404)
    assert.strictEqual((await browser.send("/")).status, 404)
    const out = await browser.send("/auth/sign-out", {
      method: "POST",
      headers: { origin: "http://localhost:3000", "sec-fetch-site": "same-origin" }
    })
    assert.strictEqual(out.headers.get("location"), "/inbox")
    const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site" }
    assert.strictEqual((await browser.send("/auth/sign-out", { method: "POST", headers: foreign })).status, 403)
  })

  it("have their routes below a prefix that a proxy takes away", async () => {
    const application = make({
      strippedPrefix: "/app",
      redirectUri: "http://localhost:3000/app/callback",
      basePath: "/a"
    })
    assert.strictEqual(application.auth.loginPath({ accountId: "1" }), "/app/a/login?account=1")
    const browser = application.browser()
    const login = await browser.send("/a/login")
    assert.strictEqual(login.status, 302)
    assert.strictEqual((await browser.send("/app/a/login")).status, 404)
    assert.strictEqual((await browser.send("/callback")).status, 400)
  })

  it("keep sessions in stores of the application's own, sealed", async () => {
    const data = emptyData()
    const application = make({ store: mapStores(data), sealKeys: ["k".repeat(32)] })
    const { browser, session } = await signedIn(application)
    const token = await application.auth.accessToken(browser.headers)
    assert.isString(token)
    assert.strictEqual(data.sessions.size, 1)
    assert.notInclude(inspect(data, { depth: 9 }), token)
    // Another process, with the same stores.
    const other = make({ store: mapStores(data), sealKeys: ["k".repeat(32)] })
    assert.deepStrictEqual(await other.auth.session(browser.headers), session)
  })
})

describe("two applications on one store", () => {
  it("know nothing of each other's sessions, by a request and by a key", async () => {
    const data = emptyData()
    const mine = make({ store: mapStores(data) })
    const { browser, session } = await signedIn(mine)
    const key = { accountId: session.accountId, subject: session.subject }
    const clientId = "22222222-2222-4222-8222-222222222222"
    const { auth, sentinel } = make({ store: mapStores(data), clientId })
    for (const who of [browser.headers, key, session]) {
      assert.deepStrictEqual(await auth.session(who), { signedIn: false })
      assert.strictEqual((await rejection(auth.accessToken(who)))._tag, "NotSignedIn")
      assert.strictEqual((await rejection(auth.callApi(who, "accountConfigReadOnly", users)))._tag, "NotSignedIn")
      await auth.signOut(who, { everywhere: true })
    }
    assert.deepStrictEqual(await auth.sessions(session.accountId), [])
    assert.isEmpty(sentinel.received("/token"))
    assert.isEmpty(sentinel.received("/revoke"))
    // It is still there for its own application, whose browser record is left alone as well.
    assert.strictEqual((await mine.auth.sessions(session.accountId)).length, 1)
    assert.deepStrictEqual(await mine.auth.session(browser.headers), session)
  })
})

describe("installations for many accounts", () => {
  it("are asked for the account of a sign-in, afresh each time", async () => {
    const asked: Array<string> = []
    const application = make({
      installations: async (accountId) => {
        asked.push(accountId)
        return [credentials, otherCredentials].find((each) => each.accountId === accountId)
      }
    })
    const { auth } = application
    const mine = application.browser()
    for (const accountId of ["12345678", "87654321"]) {
      await mine.signIn(auth.loginPath({ accountId }))
      assert.deepInclude(await auth.session(mine.headers), { signedIn: true, accountId })
      assert.isAbove(asked.filter((each) => each === accountId).length, 1)
    }
    assert.strictEqual((await mine.send("/auth/login")).status, 400)
    assert.strictEqual((await mine.send("/auth/login?account=1")).status, 400)
  })

  it("that fail, or give something else, are errors with a name", async () => {
    let found: () => unknown = () => credentials
    const application = make({ installations: async () => found() as typeof credentials })
    const { auth } = application
    const mine = application.browser()
    await mine.signIn(auth.loginPath({ accountId: "12345678" }))
    const token = await auth.accessToken(mine.headers)
    const renew = () => rejection(auth.accessToken(mine.headers, { unless: token }))
    found = () => undefined
    assert.deepInclude({ ...(await renew()) }, { _tag: "UnknownInstallation", startAgain: false, status: 400 })
    for (const [value, words] of [
      [{ clientId: "planted-\u0000", clientSecret: "planted-\n" }, /clientId.*clientSecret/],
      [{ clientId: 1 }, /clientSecret is missing/],
      ["planted", /clientId is missing/]
    ] as const) {
      found = () => value
      const error = await renew()
      assert.strictEqual(error._tag, "Store")
      assert.match(error.message, words)
      assert.notInclude(error.message, "planted")
    }
    found = () => {
      throw new Error("the database is away")
    }
    const error = await renew()
    assert.deepInclude({ ...error }, { _tag: "Store", status: 503 })
    assert.include(error.message, "the database is away")
    found = () => {
      // eslint-disable-next-line typescript/only-throw-error -- some drivers do
      throw { code: 7 }
    }
    assert.include((await renew()).message, "it rejected, and does not say why")
    assert.strictEqual((await mine.send("/auth/login?account=12345678")).status, 503)
  })
})

describe("createLeAuth over Node's own HTTP", () => {
  it("R-F8: reaches a Sentinel at a port, and says when it is gone", async () => {
    const { lines, logger } = recorder()
    const port = await freePort()
    const at = `http://localhost:${port}`
    const sentinel = start(at)
    const { close } = await NodeServe.listen({ handler: (request) => sentinel.handler(request) }, { port })
    const auth = createLeAuth({ ...credentials, redirectUri, domainApi: at, logger, env: {} })
    ends.push(sentinel.dispose, auth.dispose)
    await auth.ready
    const browser = new Browser(auth.handler, sentinel.handler, { sentinel: at })
    await browser.signIn()
    assert.strictEqual(
      (await auth.callApi(browser.headers, "accountConfigReadOnly", `${users}/3552833710?v=6.0`)).status,
      200
    )
    await close()
    const error = await rejection(auth.callApi(browser.headers, "accountConfigReadOnly", users))
    assert.deepInclude({ ...error }, { _tag: "Unavailable", status: 503, sent: false, startAgain: false })
    assert.include(error.message, "refused")
    assert.deepStrictEqual(lines, [])
  })
  it("A7, J7: sends the browser to the authorize origin, asks the Domain API's host itself, and warns once", async () => {
    const { lines, logger } = recorder()
    const at = "http://sentinel:4400"
    const sentinel = start(at)
    const asked = new Set<string>()
    const auth = createLeAuth({
      ...credentials,
      redirectUri,
      domainApi: at,
      developmentHosts: ["sentinel", "app"],
      authorizeOrigin: "http://localhost:4401",
      fetch: async (input, init) => {
        const request = new Request(input, init)
        asked.add(new URL(request.url).origin)
        return sentinel.fetch(request)
      },
      logger,
      env: { NODE_ENV: "production" }
    })
    ends.push(sentinel.dispose, auth.dispose)
    const browser = new Browser(
      auth.handler,
      // The port of localhost that leads to the other container.
      (request) => sentinel.handler(new Request(request.url.replace("http://localhost:4401", at), request)),
      { sentinel: "http://localhost:4401" }
    )
    await browser.signIn()
    assert.strictEqual(
      (await auth.callApi(browser.headers, "accountConfigReadOnly", `${users}/3552833710?v=6.0`)).status,
      200
    )
    assert.deepStrictEqual([...asked], [at])
    assert.lengthOf(lines, 1)
    assert.include(JSON.stringify(lines[0]), "Plain http is allowed to sentinel, app")
  })
})
