// @effect-diagnostics globalFetch:off
/** What an application does for itself, without a user, and what LivePerson sends in. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import * as NodeServe from "@le-auth/node/NodeServe"
import express from "express"
import { createHmac } from "node:crypto"
import { once } from "node:events"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { inspect } from "node:util"
import { freePort } from "../../../tools/free-port.ts"
import type { LeAuth, LeAuthError, NodeRequest, NodeResponse, Options, WithBody } from "../src/index.ts"
import { createLeAuth, isLeAuthError } from "../src/index.ts"
import { cleanup, recorder, rejection } from "./Application.ts"
import { emptyData, mapStores } from "./MapStores.ts"
import { Browser, credentials, origin, otherCredentials, start } from "./Sentinel.ts"

const { end, ends, make } = cleanup()
afterEach(end)

/** The one of Sentinel's built-in applications that acts for itself. */
const itself = { ...credentials, clientId: "33333333-3333-4333-8333-333333333333" }
const users = "/api/account/{account}/configuration/le-users/users?v=6.0"
const api = "accountConfigReadOnly"

/** An application without a user, and without a redirect URI. */
const makeApp = (options: Options = {}) => make({ clientId: itself.clientId, redirectUri: undefined, ...options })

/** Another token. Those that Sentinel makes within a second are alike. */
const another = (token: string) => () =>
  Response.json({ access_token: token, token_type: "Bearer", expires_in: "3600" })
const invalidToken = () =>
  new Response(null, { status: 401, headers: { "www-authenticate": 'Bearer error="invalid_token"' } })

describe("an app token", () => {
  it("K1: is asked for once by a thousand callers, and anew only in place of one that was refused", async () => {
    const { auth, sentinel } = makeApp()
    const tokens = new Set(await Promise.all(Array.from({ length: 1000 }, () => auth.appToken())))
    assert.lengthOf([...tokens], 1)
    const [token] = [...tokens]
    assert.isString(token)
    assert.lengthOf(sentinel.received("/app/token"), 1)
    assert.strictEqual(await auth.appToken({ accountId: credentials.accountId }), token)
    sentinel.plan("/app/token", another("second"))
    const others = new Set(await Promise.all(Array.from({ length: 100 }, () => auth.appToken({ unless: token }))))
    assert.deepStrictEqual([...others], ["second"])
    assert.strictEqual(await auth.appToken({ unless: token }), "second")
    assert.lengthOf(sentinel.received("/app/token"), 2)
  })

  it("K1: comes beside the sessions of users, in one program", async () => {
    const { auth, browser, sentinel } = make({ installations: () => credentials })
    const mine = browser()
    await mine.signIn(auth.loginPath({ accountId: credentials.accountId }))
    assert.isTrue((await auth.session(mine.headers)).signedIn)
    // This installation may not have one.
    const error = await rejection(auth.appToken({ accountId: credentials.accountId }))
    assert.deepInclude({ ...error }, { _tag: "Refused", status: 502, startAgain: false })
    assert.lengthOf(sentinel.received("/app/token"), 1)
  })

  it("K1: is that of the account, where there are many", async () => {
    const asked: Array<string> = []
    const { auth, sentinel } = makeApp({
      clientId: undefined,
      installations: (accountId) => {
        asked.push(accountId)
        return accountId === "999" ? undefined : itself
      }
    })
    const [one, other] = await Promise.all([
      auth.appToken({ accountId: credentials.accountId }),
      auth.appToken({ accountId: otherCredentials.accountId })
    ])
    assert.notStrictEqual(one, other)
    assert.deepStrictEqual(new Set(asked), new Set([credentials.accountId, otherCredentials.accountId]))
    assert.lengthOf(sentinel.received("/app/token"), 2)
    const unnamed = await rejection(auth.appToken())
    assert.strictEqual(unnamed._tag, "UnknownInstallation")
    assert.notMatch(unnamed.message, /sign-in/)
    assert.strictEqual((await rejection(auth.appToken({ accountId: "999" })))._tag, "UnknownInstallation")
    const ofNumber = await rejection(auth.appToken({ accountId: 12345678 as never }))
    assert.strictEqual(ofNumber._tag, "InvalidArgument")
    assert.match(ofNumber.message, /as a text/)
    assert.strictEqual((await rejection(auth.appToken({ accountId: "no account" })))._tag, "InvalidArgument")
  })

  it("K1: is shared by processes that share stores of people's own, and sealed in them", async () => {
    const data = emptyData()
    const store = () => mapStores(data)
    const { auth, sentinel } = makeApp({ store: store(), sealKeys: [Buffer.alloc(32, 1).toString("base64")] })
    const second = makeApp({
      store: store(),
      sealKeys: [Buffer.alloc(32, 1).toString("base64")],
      fetch: sentinel.fetch
    }).auth
    const [one, other] = await Promise.all([auth.appToken(), second.appToken()])
    assert.strictEqual(one, other)
    assert.lengthOf(sentinel.received("/app/token"), 1)
    assert.lengthOf([...data.appTokens], 1)
    assert.notInclude([...data.appTokens].join(), one)
  })

  it("K1: that LivePerson does not give is an error that holds no secret, and the next caller asks again", async () => {
    const { auth, lines, sentinel } = makeApp({ clientSecret: "planted-secret" })
    const error = await rejection(auth.appToken())
    assert.deepInclude({ ...error }, { _tag: "InvalidClient", status: 502, startAgain: false })
    assert.match(error.message, /secret/)
    assert.notMatch(error.message, /sign-in/)
    for (const reason of ["invalid_grant", "invalid_scope", "unauthorized_client"]) {
      sentinel.plan("/app/token", () => Response.json({ error: reason }, { status: 400 }))
      const refused = await rejection(auth.appToken())
      assert.deepInclude({ ...refused }, { _tag: "Refused", status: 502, startAgain: false })
      assert.match(refused.message, /grant_types .* scope/)
      assert.notMatch(refused.message, /sign-in|redirect/)
    }
    assert.strictEqual((await rejection(auth.appToken({ unless: "é" })))._tag, "InvalidArgument")
    assert.notInclude(inspect([error, lines], { depth: 12, showHidden: true }), "planted-secret")
  })
})

describe("a call of the application itself", () => {
  it("K1: goes to the account's host with the app token, with and without Bearer", async () => {
    const { auth, sentinel } = makeApp()
    const token = await auth.appToken()
    for (const [scheme, expected] of [
      [undefined, `Bearer ${token}`],
      ["Bearer", `Bearer ${token}`],
      ["none", token]
    ] as const) {
      sentinel.plan("/users", async (request) =>
        Response.json({
          method: request.method,
          path: new URL(request.url).pathname,
          authorization: request.headers.get("authorization"),
          cookie: request.headers.get("cookie"),
          type: request.headers.get("content-type"),
          body: await request.text()
        })
      )
      const answer = await auth.callApiAsApp(api, users, {
        method: "POST",
        body: '{"a":1}',
        headers: { "content-type": "application/json", authorization: "Basic planted", cookie: "planted" },
        scheme
      })
      assert.deepStrictEqual(await answer.json(), {
        method: "POST",
        path: "/api/account/12345678/configuration/le-users/users",
        authorization: expected,
        cookie: null,
        type: "application/json",
        body: '{"a":1}'
      })
    }
    assert.lengthOf(sentinel.received("/app/token"), 1)
  })

  it("K1: is repeated once with a new token after a 401 that means the token", async () => {
    const { auth, sentinel } = makeApp()
    await auth.appToken()
    const seen: Array<string | null> = []
    const echo = async (request: Request) => {
      seen.push(await request.text())
      return new Response(request.headers.get("authorization"), { status: 201 })
    }
    sentinel.plan("/users", invalidToken)
    sentinel.plan("/app/token", another("second"))
    sentinel.plan("/users", echo)
    const answer = await auth.callApiAsApp(api, users, { method: "PUT", body: "text" })
    assert.strictEqual(answer.status, 201)
    assert.strictEqual(await answer.text(), "Bearer second")
    assert.strictEqual(await auth.appToken(), "second")
    assert.deepStrictEqual(seen, ["text"])
    sentinel.plan("/users", invalidToken)
    sentinel.plan("/app/token", another("third"))
    sentinel.plan("/users", invalidToken)
    assert.strictEqual((await auth.callApiAsApp(api, users)).status, 401)
    assert.lengthOf(sentinel.received("/app/token"), 3)
  })

  it("K1: has the limits and the checks of a call for a user", async () => {
    const { auth, sentinel } = makeApp()
    const tag = async (...call: Parameters<LeAuth["callApiAsApp"]>) =>
      (await rejection(auth.callApiAsApp(...call)))._tag
    assert.strictEqual(await tag(api, "//elsewhere"), "InvalidArgument")
    assert.strictEqual(await tag("nothing", "/"), "UnknownService")
    assert.strictEqual(await tag("../x", "/"), "InvalidArgument")
    assert.strictEqual(await tag(api, users, { scheme: "Basic" as never }), "InvalidArgument")
    assert.strictEqual(await tag(api, users, { accountId: "é" }), "InvalidArgument")
    assert.strictEqual(await tag(api, users, { accountId: "87654321" }), "UnknownInstallation")
    assert.strictEqual(await tag(api, users, { method: "POST", body: "x".repeat(2 ** 20 + 1) }), "InvalidArgument")
    assert.lengthOf(sentinel.received("/app/token"), 0)
    sentinel.plan("/users", () => new Response("x".repeat(8 * 2 ** 20)))
    const answer = await auth.callApiAsApp(api, users).then(
      (response) => rejection(response.text()),
      (error: LeAuthError) => error
    )
    assert.strictEqual(answer._tag, "BadResponse")
    const signal = AbortSignal.abort("enough")
    assert.strictEqual(await auth.callApiAsApp(api, users, { signal }).catch((error: unknown) => error), "enough")
    for (const wrong of [1, "x", {}, true]) {
      assert.strictEqual(await tag(api, users, { signal: wrong as never }), "InvalidArgument")
    }
  })
})

describe("an application without a redirect URI", () => {
  it("K1: starts, and what needs a sign-in says what is missing", async () => {
    const { auth, lines } = makeApp()
    await auth.ready
    assert.isString(await auth.appToken())
    assert.strictEqual(await auth.serviceOrigin("12345678", api), origin)
    const who = { headers: {} }
    for (const call of [
      () => auth.session(who),
      () => auth.accessToken(who),
      () => auth.callApi(who, api, users),
      () => auth.signOut(who),
      () => auth.sessions("12345678"),
      () => auth.handler(new Request("http://localhost:3000/auth/login"))
    ]) {
      const error = await rejection(call())
      assert.deepInclude({ ...error }, { _tag: "Settings", status: 500 })
      assert.match(error.message, /LE_AUTH_REDIRECT_URI \(option redirectUri\) is missing/)
    }
    assert.strictEqual((await auth.handler(new Request("http://localhost:3000/other"))).status, 404)
    const passed = await new Promise((resolve) =>
      auth.nodeHandler({ method: "GET", url: "/auth/login", headers: {} }, {} as NodeResponse, resolve)
    )
    assert.isTrue(isLeAuthError(passed) && passed.message.includes("LE_AUTH_REDIRECT_URI"))
    assert.notInclude(lines.join(), "error")
  })

  it("K1: has no options that only a sign-in has a use for", async () => {
    const { auth } = makeApp({ paths: { home: "/inbox" } })
    assert.match(
      (await rejection(auth.ready)).message,
      /LE_AUTH_REDIRECT_URI \(option redirectUri\) is missing, and paths given/
    )
  })
})

it("K1: after the end, all functions of the application itself say so", async () => {
  const { auth } = makeApp()
  await auth.appToken()
  await auth.dispose()
  const request = new Request("http://localhost:3000/", { method: "POST", body: "{}" })
  for (const call of [
    () => auth.appToken(),
    () => auth.callApiAsApp(api, users),
    () => auth.verifyAppToken(request),
    () => auth.verifyWebhook(request)
  ]) {
    assert.strictEqual((await rejection(call()))._tag, "Disposed")
  }
})

describe("an app token that comes in", () => {
  const bearing = (authorization: string) => ({ headers: { authorization } })

  it("K2: is read from every kind of request, and what it says is plain data", async () => {
    const { auth } = makeApp()
    const token = await auth.appToken()
    const now = Math.floor(performance.timeOrigin / 1000)
    for (const who of [
      new Request("http://localhost:3000/bot", { headers: { authorization: `Bearer ${token}` } }),
      bearing(`Bearer ${token}`),
      bearing(token),
      { headers: { Authorization: [`Bearer ${token}`] } },
      { headers: new Headers({ authorization: token }) }
    ]) {
      const claims = await auth.verifyAppToken(who, { scope: "users.external", azp: itself.clientId })
      const { exp, iat, iss, ...others } = claims
      assert.deepStrictEqual(others, { aud: "12345678", azp: itself.clientId, scope: ["users.external"] })
      assert.match(iss, /^sentinel$/i)
      assert.isAtLeast(iat, now - 5)
      assert.isAbove(exp, iat)
      assert.strictEqual(Object.getPrototypeOf(claims), Object.prototype)
    }
  })

  it("K2: that is missing, of another kind or for another account is refused with 401, without a scope with 403", async () => {
    const { auth, sentinel } = make({ installations: () => itself })
    const accountId = credentials.accountId
    const token = await auth.appToken({ accountId })
    const elsewhere = await auth.appToken({ accountId: otherCredentials.accountId })
    const tokens: Array<string> = []
    sentinel.plan("/token", async (request) => {
      const answer = await sentinel.handler(request)
      const body = (await answer.clone().json()) as { id_token: string; access_token: string }
      tokens.push(body.id_token, body.access_token)
      return answer
    })
    const users = make({ env: { LE_AUTH_STORE: "memory:" }, fetch: sentinel.fetch, cookiePrefix: "other" })
    await new Browser(users.auth.handler, sentinel.handler).signIn()
    assert.lengthOf(tokens, 2)
    const refused = async (who: Parameters<LeAuth["verifyAppToken"]>[0], options = {}) => {
      const { _tag, message, status } = await rejection(auth.verifyAppToken(who, { accountId, ...options }))
      for (const secret of [token, elsewhere, ...tokens]) assert.notInclude(message, secret)
      return `${_tag} ${status}`
    }
    for (const who of [
      { headers: {} },
      bearing("Basic planted"),
      bearing(`${token.slice(0, -3)}AAA`),
      bearing(elsewhere),
      ...tokens.map(bearing)
    ]) {
      assert.strictEqual(await refused(who), "InvalidAppToken 401")
    }
    assert.strictEqual(await refused(bearing(token), { azp: credentials.clientId }), "InvalidAppToken 401")
    assert.strictEqual(await refused(bearing(token), { scope: ["users.external", "more"] }), "InsufficientScope 403")
    assert.strictEqual(await refused(bearing(token), { scope: 1 }), "InvalidArgument 400")
    assert.strictEqual(await refused(bearing(token), { azp: "" }), "InvalidArgument 400")
    assert.strictEqual(await refused(bearing(token), { accountId: undefined }), "UnknownInstallation 400")
    assert.strictEqual(await refused({} as never), "InvalidArgument 500")
    assert.strictEqual(await refused({ headers: Promise.resolve() } as never), "InvalidArgument 500")
  })

  it("K2: a demand that cannot be read is never taken for none", async () => {
    const { auth } = makeApp()
    const who = bearing(await auth.appToken())
    const webhook = { headers: signed(), rawBody: body }
    for (const options of ["more", "", ["more"], [], 1, true, () => ({}), Symbol("more")]) {
      const wrong = options as never
      for (const call of [
        () => auth.verifyAppToken(who, wrong),
        () => auth.verifyWebhook(webhook, wrong),
        () => auth.appToken(wrong),
        () => auth.callApiAsApp(api, users, wrong)
      ]) {
        assert.deepInclude({ ...(await rejection(call())) }, { _tag: "InvalidArgument", status: 400 })
      }
    }
    for (const scope of ["", " ", "\t"]) {
      assert.strictEqual((await rejection(auth.verifyAppToken(who, { scope })))._tag, "InvalidArgument")
    }
    // JavaScript may have null where there are none.
    const none = null as never
    assert.strictEqual((await auth.verifyAppToken(who, none)).azp, itself.clientId)
    assert.strictEqual(text(await auth.verifyWebhook(webhook, none)), body)
    assert.strictEqual(await auth.appToken(none), who.headers.authorization)
    assert.strictEqual((await auth.callApiAsApp(api, users, none)).status, 200)
  })

  it("K2: waits for no repetition where the keys cannot be had, which says nothing about the token", async () => {
    const { auth, sentinel } = makeApp()
    const header = Buffer.from('{"alg":"RS256","kid":"appjwt"}').toString("base64url")
    sentinel.plan("/service/sentinel/", () => new Response(null, { status: 500 }))
    const error = await rejection(auth.verifyAppToken(bearing(`${header}.e30.AAAA`)))
    assert.deepInclude({ ...error }, { _tag: "Unavailable", status: 503 })
  })
})

const body = '{"kind":"notification","body":"Zoë, 日本語"}'
type Signing = { readonly hash?: "sha1" | "sha256"; readonly encoding?: "base64" | "hex"; readonly secret?: string }
const signature = (bytes: string | Uint8Array, { encoding, hash, secret }: Signing = {}) =>
  `${hash ?? "sha1"}=${createHmac(hash ?? "sha1", secret ?? itself.clientSecret)
    .update(bytes)
    .digest(encoding ?? "base64")}`
const signed = (bytes: string | Uint8Array = body, signing: Signing = {}) => ({
  "content-type": "application/json",
  "x-liveperson-account-id": itself.accountId,
  "x-liveperson-client-id": itself.clientId,
  "x-liveperson-signature": signature(bytes, signing)
})
const sent = (headers: Record<string, string>, bytes: BodyInit = body) =>
  new Request("http://localhost:3000/webhook", { method: "POST", headers, body: bytes })
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe("a webhook", () => {
  it("K2: of LivePerson gives its bytes, with both hashes and both encodings", async () => {
    const { auth } = makeApp()
    for (const hash of ["sha1", "sha256"] as const) {
      for (const encoding of ["base64", "hex"] as const) {
        const bytes = await auth.verifyWebhook(sent(signed(body, { hash, encoding })))
        assert.instanceOf(bytes, Uint8Array)
        assert.strictEqual(text(bytes), body)
      }
    }
    // Without the headers that say for whom it is, there is one installation only.
    const { "x-liveperson-signature": alone } = signed()
    assert.strictEqual(text(await auth.verifyWebhook(sent({ "x-liveperson-signature": alone }))), body)
    const strange = Uint8Array.from([0, 255, 128, 10, 13])
    assert.deepStrictEqual(await auth.verifyWebhook(sent(signed(strange), strange)), strange)
    const empty = new Request("http://localhost:3000/", { method: "POST", headers: signed("") })
    assert.lengthOf(await auth.verifyWebhook(empty), 0)
    const kept = { headers: signed(), rawBody: Buffer.from(body) }
    const { buffer } = Uint8Array.from(kept.rawBody)
    for (const request of [
      kept,
      { ...kept, rawBody: body },
      { ...kept, rawBody: buffer },
      { headers: signed(), body: Buffer.from(body) }
    ]) {
      assert.strictEqual(text(await auth.verifyWebhook(request)), body)
    }
  })

  it("K2: of anybody else is refused, and neither secret nor signature is in any word about it", async () => {
    const { auth, lines } = makeApp({ clientSecret: "planted-secret" })
    const secret = "planted-secret"
    const good = signed(body, { secret })
    assert.strictEqual(text(await auth.verifyWebhook(sent(good))), body)
    const { "x-liveperson-signature": _, ...without } = good
    for (const [reason, request] of [
      ["MissingSignature", sent(without)],
      ["MissingSignature", sent({ ...good, "x-liveperson-signature": "" })],
      ["WrongSignature", sent(signed(body, { secret: "another" }))],
      ["WrongSignature", sent({ ...good, "x-liveperson-signature": "planted" })],
      ["WrongSignature", sent(good, body.replace("kind", "Kind"))],
      ["WrongSignature", sent(good, JSON.stringify(JSON.parse(body), null, 1))],
      ["UnknownAccount", sent({ ...good, "x-liveperson-account-id": "87654321" })],
      ["UnknownAccount", sent({ ...good, "x-liveperson-account-id": "../planted" })],
      ["WrongApplication", sent({ ...good, "x-liveperson-client-id": credentials.clientId })]
    ] as const) {
      const error = await rejection(auth.verifyWebhook(request))
      assert.deepInclude({ ...error }, { _tag: "InvalidWebhook", status: 401 })
      assert.include(error.message, `(${reason})`)
      const shown = inspect([error, lines], { depth: 12, showHidden: true })
      for (const hidden of [secret, "planted", good["x-liveperson-signature"]]) assert.notInclude(shown, hidden)
    }
    const large = "x".repeat(2 ** 20 + 1)
    for (const request of [sent(signed(large, { secret }), large), { headers: good, rawBody: large }]) {
      const error = await rejection(auth.verifyWebhook(request))
      assert.deepInclude({ ...error }, { _tag: "InvalidWebhook", status: 413 })
    }
  })

  it("K2: is for one of many accounts, which is looked up once", async () => {
    const asked: Array<string> = []
    const { auth } = makeApp({
      clientId: undefined,
      installations: async (accountId) => {
        asked.push(accountId)
        if (accountId === "87654321") return { clientId: "other", clientSecret: "other-secret" }
        return accountId === itself.accountId ? itself : undefined
      }
    })
    assert.strictEqual(text(await auth.verifyWebhook(sent(signed()))), body)
    assert.deepStrictEqual(asked, [itself.accountId])
    const ofOther = {
      ...signed(body, { secret: "other-secret" }),
      "x-liveperson-account-id": "87654321",
      "x-liveperson-client-id": "other"
    }
    assert.strictEqual(text(await auth.verifyWebhook(sent(ofOther))), body)
    // Another account's secret does not open this one.
    const crossed = { ...ofOther, "x-liveperson-signature": signature(body) }
    assert.strictEqual((await rejection(auth.verifyWebhook(sent(crossed))))._tag, "InvalidWebhook")
    const unknown = { ...signed(), "x-liveperson-account-id": "999" }
    assert.strictEqual((await rejection(auth.verifyWebhook(sent(unknown))))._tag, "InvalidWebhook")
    const { accountId } = itself
    assert.strictEqual(text(await auth.verifyWebhook(sent(signed()), { accountId })), body)
    assert.strictEqual((await rejection(auth.verifyWebhook(sent(ofOther), { accountId })))._tag, "InvalidWebhook")
    const { "x-liveperson-account-id": _, ...nameless } = signed()
    assert.strictEqual((await rejection(auth.verifyWebhook(sent(nameless))))._tag, "UnknownInstallation")
  })

  it("K2: whose body was read before is an error of the program, which says what to move", async () => {
    const { auth } = makeApp()
    const read = sent(signed())
    await read.text()
    const locked = sent(signed())
    locked.body!.getReader()
    const chunks = new ReadableStream({ start: (controller) => (controller.enqueue("text"), controller.close()) })
    for (const request of [
      read,
      locked,
      { headers: signed(), readableDidRead: true, body: JSON.parse(body) as unknown },
      { headers: signed(), readableDidRead: false, readableEnded: true, destroyed: true, body: {} },
      { headers: signed(), body: chunks }
    ] as ReadonlyArray<WithBody>) {
      const error = await rejection(auth.verifyWebhook(request))
      assert.deepInclude({ ...error }, { _tag: "InvalidArgument", status: 500 })
      assert.match(error.message, /before parsers of bodies such as express\.json\(\).*rawBody/)
    }
    assert.strictEqual((await rejection(auth.verifyWebhook({ headers: signed() })))._tag, "InvalidArgument")
    assert.strictEqual((await rejection(auth.verifyWebhook(undefined as never)))._tag, "InvalidArgument")
  })
})

type Listener = (request: Http.IncomingMessage, response: Http.ServerResponse) => void

const listen = async (listener: Listener, port = 0): Promise<number> => {
  const server = Http.createServer(listener)
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
  ends.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** What an application does with a webhook and with a call of a bot. */
const receive = async (auth: LeAuth, request: NodeRequest & WithBody, response: Http.ServerResponse) => {
  try {
    if (request.url === "/bot") {
      const { azp } = await auth.verifyAppToken(request, { scope: "users.external" })
      return response.end(azp)
    }
    response.end(Buffer.from(await auth.verifyWebhook(request)))
  } catch (error) {
    if (!isLeAuthError(error)) throw error
    response.writeHead(error.status).end(error.message)
  }
}

describe("over HTTP", () => {
  /** A Sentinel at a port, and an application that reaches it as in production. */
  const overHttp = async () => {
    const port = await freePort()
    const sentinel = start(`http://localhost:${port}`)
    ends.push(sentinel.dispose)
    await listen(NodeServe.toNodeHandler(sentinel), port)
    const { logger } = recorder()
    const auth = createLeAuth({ ...itself, domainApi: `http://localhost:${port}`, logger, env: {} })
    ends.push(auth.dispose)
    return { auth, sentinel }
  }

  const mounts: Record<string, (auth: LeAuth) => Listener> = {
    "node:http": (auth) => (request, response) => void receive(auth, request, response),
    Express: (auth) => express().post("/{*any}", (request, response) => receive(auth, request, response)),
    "Express, before a parser": (auth) =>
      express()
        .post("/{*any}", (request, response) => receive(auth, request, response))
        .use(express.json()),
    "Express, after a parser that keeps the bytes": (auth) =>
      express()
        .use(express.json({ verify: (request, _, bytes) => void Object.assign(request, { rawBody: bytes }) }))
        .post("/{*any}", (request, response) => receive(auth, request, response)),
    "Express, after one that leaves bodies as they are": (auth) =>
      express()
        .use(express.raw({ type: () => true, limit: "2mb" }))
        .post("/{*any}", (request, response) => receive(auth, request, response))
  }

  it("K1, K2: a token is got, and what comes in is known, in each kind of server", async () => {
    const { auth } = await overHttp()
    const token = await auth.appToken()
    const found: Array<ReadonlyArray<unknown>> = []
    for (const [name, mount] of Object.entries(mounts)) {
      const at = `http://127.0.0.1:${await listen(mount(auth))}`
      const post = async (path: string, headers: Record<string, string>, content: string = body) => {
        const response = await fetch(at + path, { method: "POST", headers, body: content })
        return [response.status, await response.text()] as const
      }
      const [bot, stranger, good, forged] = [
        await post("/bot", { authorization: token }, ""),
        await post("/bot", {}, ""),
        await post("/webhook", signed()),
        await post("/webhook", signed(), `${body} `)
      ]
      const answers = [bot, stranger[0], good, forged[0]]
      if (name !== "Express, after a parser that keeps the bytes") {
        const large = "x".repeat(2 ** 20 + 1)
        assert.strictEqual((await post("/webhook", signed(large), large))[0], 413, name)
      }
      found.push(answers)
    }
    for (const answers of found) assert.deepStrictEqual(answers, [[200, itself.clientId], 401, [200, body], 401])
  })

  it("K2: express.json() before it is an error that says what to move", async () => {
    const { auth } = await overHttp()
    const port = await listen(
      express()
        .use(express.json())
        .post("/webhook", (request, response) => receive(auth, request, response))
    )
    const response = await fetch(`http://127.0.0.1:${port}/webhook`, { method: "POST", headers: signed(), body })
    assert.strictEqual(response.status, 500)
    assert.match(await response.text(), /Call verifyWebhook before parsers of bodies such as express\.json\(\)/)
  })

  it("K2: a body that breaks off, and one that was there before the look at it, are told apart", async () => {
    const { auth } = await overHttp()
    const errors: Array<Promise<LeAuthError>> = []
    let arrived = () => {}
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    const port = await listen((request) => {
      errors.push(rejection(auth.verifyWebhook(request)))
      arrived()
    })
    const client = Http.request({
      port,
      host: "127.0.0.1",
      method: "POST",
      headers: { ...signed(), "content-length": 1000 }
    })
    client.on("error", () => undefined)
    client.write("half")
    await arrival
    client.destroy()
    const error = await errors[0]!
    assert.deepInclude({ ...error }, { _tag: "InvalidWebhook", status: 401 })
    assert.include(error.message, "(Incomplete)")
    const gone = Object.assign(new Http.IncomingMessage(null as never), { headers: signed() })
    gone.destroy()
    assert.include((await rejection(auth.verifyWebhook(gone))).message, "(Incomplete)")
  })
})
