/** Requests of node:http, as it gives them itself, and as Express does. */
import { afterEach, assert, describe, it } from "@effect/vitest"
import express from "express"
import * as Http from "node:http"
import * as Http2 from "node:http2"
import type { AddressInfo } from "node:net"
import { once } from "node:events"
import { createLeAuth, type LeAuth, type NodeRequest, type NodeResponse } from "../src/index.ts"
import * as Routes from "../src/internal/routes.ts"
import { cleanup, recorder } from "./Application.ts"
import { own, redirectUri } from "./Sentinel.ts"

const { end, ends, make } = cleanup()
afterEach(end)

const api = { msgHist: { paths: ["/messaging/**"], methods: ["GET", "POST"] } } as const
const path = "/auth/liveperson/msgHist/messaging/search"

type Listener = (request: Http.IncomingMessage, response: Http.ServerResponse) => void

const listen = async (listener: Listener): Promise<number> => {
  const server = Http.createServer(listener)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  ends.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly text: string
}

interface Asked extends Http.RequestOptions {
  readonly body?: string | Uint8Array | ReadonlyArray<string>
}

const ask = (port: number, { body, ...options }: Asked): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = Http.request({ port, host: "127.0.0.1", agent: false, ...options }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => void parts.push(part))
      response.on("error", reject)
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(parts).toString() })
      )
    })
    request.on("error", reject)
    if (Array.isArray(body)) {
      // Without a length, so in chunks.
      for (const part of body) request.write(part)
      request.end()
    } else request.end(body as string | Uint8Array | undefined)
  })

const mounts: Record<string, (auth: LeAuth) => Listener> = {
  "node:http": (auth) => auth.nodeHandler as Listener,
  "node:http with next": (auth) => (request, response) =>
    auth.nodeHandler(request, response, () => response.writeHead(404).end()),
  "Express, for all": (auth) => express().use(auth.nodeHandler),
  "Express, below a path": (auth) => express().use("/auth", auth.nodeHandler),
  "Express, at routes": (auth) => express().all("/auth/*all", auth.nodeHandler),
  "Express, after a parser that keeps the bytes": (auth) =>
    express()
      .use(
        express.raw({
          type: () => true,
          limit: "4mb",
          verify: (request, _, bytes) => void Object.assign(request, { rawBody: bytes })
        })
      )
      .use(auth.nodeHandler)
}

/** What LivePerson got, and what came back, for one script of requests. */
const script = async (mount: (auth: LeAuth) => Listener): Promise<ReadonlyArray<unknown>> => {
  const application = make({ api })
  const { auth, sentinel } = application
  const browser = application.browser()
  await browser.signIn()
  const port = await listen(mount(auth))
  const headers = { ...own, cookie: browser.cookie }
  const echo = async (request: Request) => {
    const bytes = new Uint8Array(await request.arrayBuffer())
    return Response.json({
      method: request.method,
      target: new URL(request.url).pathname + new URL(request.url).search,
      type: request.headers.get("content-type"),
      bytes: Array.from(bytes.slice(0, 20)),
      length: bytes.length
    })
  }
  const domains = Response.json({ service: "msgHist", account: "12345678", baseURI: "localhost:4400" })
  sentinel.plan("/service/msgHist/", () => domains)
  const results: Array<unknown> = []
  const run = async (title: string, options: Asked, arrives = true) => {
    if (arrives) sentinel.plan("/messaging/search", echo)
    const { headers: received, status, text } = await ask(port, { headers, ...options })
    results.push([
      title,
      status,
      received["content-type"],
      received["x-le-auth"],
      text.startsWith('{"method') ? JSON.parse(text) : text.length > 0
    ])
  }
  await run("GET", { path: `${path}?v=1&q=%20` })
  await run("POST with JSON", {
    path,
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: '{"a":"é"}'
  })
  await run("POST with bytes", { path, method: "POST", body: Uint8Array.from([0, 255, 10, 13, 128]) })
  await run("POST in chunks", { path, method: "POST", body: ["one", "two", "three"] })
  await run("POST without a body", { path, method: "POST" })
  await run("too large", { path, method: "POST", body: "x".repeat(1024 * 1024 + 1) }, false)
  await run("HEAD", { path: "/auth/session", method: "HEAD" }, false)
  await run("session", { path: "/auth/session" }, false)
  await run("not a route", { path: "/auth/other" }, false)
  await run("elsewhere", { path: "/", method: "POST", body: "text" }, false)

  // A client that goes away ends the call.
  const going = new Promise<string>((resolve) =>
    sentinel.plan("/messaging/search", (request) => {
      request.signal.addEventListener("abort", () => resolve("ended"))
      client.destroy()
      return new Promise(() => {})
    })
  )
  const client = Http.get({ port, host: "127.0.0.1", agent: false, path, headers })
  client.on("error", () => undefined)
  results.push(["aborted while it waits", await going])

  // Half of a body, and then no more.
  const seen = sentinel.received("/messaging/search").length
  const half = Http.request({
    port,
    host: "127.0.0.1",
    agent: false,
    path,
    method: "POST",
    headers: { ...headers, "content-length": "100" }
  })
  half.on("error", () => undefined)
  half.write("half")
  half.destroy()
  await ask(port, { path: "/auth/session", headers })
  results.push(["aborted half-way", sentinel.received("/messaging/search").length - seen])
  const cookies = await ask(port, { path: "/auth/login" })
  results.push(["cookies", cookies.status, cookies.headers["set-cookie"]?.length])
  assert.deepStrictEqual(
    application.lines.filter((line) => line.startsWith("error")),
    []
  )
  // The next one is another instance.
  await end()
  return results
}

type Mount = [string, (auth: LeAuth) => Listener]

describe("nodeHandler", () => {
  it("R-F2: carries method, target, headers, body and abort, alike wherever it is mounted", async () => {
    const [[, first], ...others] = Object.entries(mounts) as [Mount, ...ReadonlyArray<Mount>]
    const expected = await script(first)
    const json = { type: "application/json", bytes: [...new TextEncoder().encode('{"a":"é"}')], length: 10 }
    const post = { method: "POST", target: "/messaging/search" }
    assert.deepStrictEqual(expected, [
      [
        "GET",
        200,
        "application/json",
        "answer",
        { method: "GET", target: "/messaging/search?v=1&q=%20", type: null, bytes: [], length: 0 }
      ],
      ["POST with JSON", 200, "application/json", "answer", { ...post, ...json }],
      [
        "POST with bytes",
        200,
        "application/json",
        "answer",
        { ...post, type: "application/octet-stream", bytes: [0, 255, 10, 13, 128], length: 5 }
      ],
      [
        "POST in chunks",
        200,
        "application/json",
        "answer",
        { ...post, type: "application/octet-stream", bytes: [...new TextEncoder().encode("onetwothree")], length: 11 }
      ],
      [
        "POST without a body",
        200,
        "application/json",
        "answer",
        { ...post, type: "application/octet-stream", bytes: [], length: 0 }
      ],
      ["too large", 413, "application/json", "problem", true],
      ["HEAD", 200, "application/json", undefined, false],
      ["session", 200, "application/json", undefined, true],
      ["not a route", 404, undefined, undefined, false],
      ["elsewhere", 404, undefined, undefined, false],
      ["aborted while it waits", "ended"],
      ["aborted half-way", 0],
      ["cookies", 302, 1]
    ])
    for (const [name, mount] of others) {
      const found = await script(mount)
      // A framework has a page of its own for 404.
      const comparable = (results: ReadonlyArray<unknown>) =>
        results.map((result) => (Array.isArray(result) && result[1] === 404 ? result.slice(0, 2) : result))
      assert.deepStrictEqual(comparable(found), comparable(expected), name)
    }
  })

  it("leaves to next what is for others, before it reads anything or knows its settings", () => {
    const auth = createLeAuth({ env: {}, logger: recorder().logger, redirectUri, api })
    ends.push(auth.dispose)
    const untouched = new Proxy({} as object, {
      get: (_, name) =>
        ["method", "url", "originalUrl"].includes(String(name)) ? request[String(name)] : assert.fail(String(name))
    })
    let request: Record<string, string> = {}
    const passes = (method: string, url: string) => {
      request = { method, url }
      let passed = false
      auth.nodeHandler(untouched as NodeRequest, {} as NodeResponse, () => void (passed = true))
      return passed
    }
    for (const [method, url] of [
      ["GET", "/"],
      ["GET", "/auth"],
      ["GET", "/auth/"],
      ["GET", "/authentic/login"],
      ["POST", "/auth/login"],
      ["GET", "/auth/sign-out"],
      ["GET", "/auth/me"],
      ["GET", "/auth/livepersonal/x"],
      ["GET", "/callback"],
      ["OPTIONS", "*"]
    ] as const) {
      assert.isTrue(passes(method, url), `${method} ${url}`)
    }
  })

  it("has the routes that handler has, and no others", async () => {
    const { auth } = make({ api })
    const routes = Routes.make({ api }, { redirectUri })
    const paths = [
      "/auth/login",
      "/auth/login/done",
      "/auth/callback",
      "/auth/session",
      "/auth/session/refresh",
      "/auth/session/cookies",
      "/auth/sign-out",
      "/auth/sign-out/everywhere",
      "/auth/liveperson",
      "/auth/liveperson/a/b",
      "/auth/other",
      "/"
    ]
    for (const each of paths) {
      for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE"]) {
        const { status } = await auth.handler(new Request(`http://localhost:3000${each}`, { method }))
        assert.strictEqual(routes.has(method, each), status !== 404, `${method} ${each}`)
      }
    }
  })

  it("says what to move where a parser has read a body and kept no bytes", async () => {
    const { auth, browser, lines, sentinel } = make({ api })
    const mine = browser()
    await mine.signIn()
    const headers = { ...own, cookie: mine.cookie, "content-type": "application/json" }
    const errors: Array<Error> = []
    const port = await listen(
      express()
        .use(express.json())
        .use(auth.nodeHandler)
        .use(((error, _request, response, _next) => {
          errors.push(error as Error)
          response.status((error as { status: number }).status).end()
        }) satisfies express.ErrorRequestHandler)
    )
    assert.strictEqual((await ask(port, { path, method: "POST", headers, body: "{}" })).status, 500)
    assert.match(errors[0]!.message, /nodeHandler before parsers of bodies such as express\.json\(\).*rawBody/)
    assert.lengthOf(sentinel.received("/messaging"), 0)
    // Routes that read no body go on.
    const out = await ask(port, { path: "/auth/sign-out", method: "POST", headers, body: "{}" })
    assert.strictEqual(out.status, 204)

    const bare = await listen((request, response) => {
      request.resume().on("end", () => auth.nodeHandler(request, response))
    })
    const answer = await ask(bare, { path, method: "POST", headers, body: "{}" })
    assert.strictEqual(answer.status, 500)
    assert.notInclude(answer.text, "parser")
    assert.match(lines.join("\n"), /error A request could not be answered .*express\.json/)
  })

  it("gives errors of the settings to next, or answers with 500", async () => {
    const { lines, logger } = recorder()
    const auth = createLeAuth({ env: {}, logger, redirectUri })
    ends.push(auth.dispose)
    const errors: Array<unknown> = []
    const withNext = await listen((request, response) =>
      auth.nodeHandler(request, response, (error) => {
        errors.push(error)
        response.writeHead(599).end()
      })
    )
    assert.strictEqual((await ask(withNext, { path: "/auth/login" })).status, 599)
    assert.deepInclude({ ...(errors[0] as object) }, { _tag: "Settings" })
    const alone = await listen(auth.nodeHandler as Listener)
    const answer = await ask(alone, { path: "/auth/login" })
    assert.deepStrictEqual([answer.status, answer.text.includes("LE_AUTH")], [500, false])
    assert.match(lines.join("\n"), /LE_AUTH_CLIENT_ID/)
    await auth.dispose()
    assert.strictEqual((await ask(alone, { path: "/auth/login" })).status, 503)
  })

  it("waits for its start, and answers over HTTP/2 too", async () => {
    const { auth } = make()
    const server = Http2.createServer((request, response) =>
      auth.nodeHandler(request, response, () => response.writeHead(404).end())
    )
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const client = Http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stream = client.request({ ":path": "/auth/session", ":authority": "localhost:3000", "x-le-auth": "1" })
    const [headers] = (await once(stream, "response")) as [Http2.IncomingHttpHeaders & { ":status"?: number }]
    let text = ""
    for await (const part of stream) text += String(part)
    assert.deepStrictEqual([headers[":status"], text], [200, '{"signedIn":false}'])
    client.close()
    await new Promise((resolve) => server.close(resolve))
  })
})
