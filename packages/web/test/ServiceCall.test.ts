/** Calls of LivePerson's APIs from code of the server, over the scripted wire. */
import { assert, describe, it } from "@effect/vitest"
import * as RequestLimits from "@le-auth/core/RequestLimits"
import type { TokenFunctions } from "@le-auth/web/WebSignIn"
import * as WebSignIn from "@le-auth/web/WebSignIn"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import { setImmediate } from "node:timers/promises"
import { inspect } from "node:util"
import { account, json, Wire } from "../../core/test/ScriptedSentinel.ts"
import { type Application, scenario, services } from "./Application.ts"
import { Browser } from "./Browser.ts"

const subject = "3552833710"
const me = { accountId: account, subject }
const users = "/api/account/12345678/configuration/le-users/users"
const small = { maximumBodySize: "2 KiB", timeout: "1 second" } as const

interface Refused {
  readonly _tag: string
  readonly message: string
  readonly sent?: boolean
  readonly reason?: { readonly _tag: string }
}

/** The error of a call, without anything of ours in it. */
const refused = (call: Promise<unknown>): Promise<Refused> =>
  call.then(
    () => assert.fail("It had an answer."),
    (error: Refused) => {
      assert.notInclude(inspect(error, { depth: 10, showHidden: true }), "planted-")
      assert.notInclude(String(error.message), "planted-")
      return error
    }
  )
const tagOf = async (call: Promise<unknown>): Promise<string> => {
  const { _tag, reason } = await refused(call)
  return reason === undefined ? _tag : `${_tag} ${reason._tag}`
}

const signedIn = async (web: Application): Promise<TokenFunctions["callApi"]> => {
  await web.browser().signIn()
  return web.callApi
}

/** An application whose calls have limits of a test, and whose client something may be around. */
const limited = async (
  limits: typeof RequestLimits.RequestLimits.Service,
  around: (client: HttpClient.HttpClient) => HttpClient.HttpClient = (client) => client
) => {
  let wire: typeof Wire.Service
  const base = services({})
  const web = WebSignIn.toWebHandler(
    Layer.mergeAll(
      Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, around)),
      Layer.effectDiscard(Effect.map(Wire, (it) => void (wire = it))),
      Layer.succeed(RequestLimits.RequestLimits, limits)
    ).pipe(Layer.provideMerge(base))
  )
  await new Browser(web.handler).signIn()
  return { ...web, wire: wire! }
}

describe("callApi", () => {
  scenario("G1: sends the token, for the account of the session, to the service's host", [{}], async (web) => {
    const call = await signedIn(web)
    const answer = await call(
      me,
      "accountConfigReadOnly",
      "/api/account/{account}/configuration/le-users/users?v=6.0&select=%24all&of={account}"
    )
    assert.instanceOf(answer, Response)
    assert.strictEqual(answer.status, 200)
    const [sent] = web.wire.to("/users")
    assert.strictEqual(sent!.method, "GET")
    assert.strictEqual(
      sent!.url.href,
      `https://accountconfigreadonly-12345678.liveperson.net${users}?v=6.0&select=%24all&of=12345678`
    )
    assert.match(sent!.headers["authorization"]!, /^Bearer planted-access-/)
    assert.deepStrictEqual(await answer.json(), { hello: sent!.headers["authorization"] })
  })

  scenario("G8: of the caller's headers go those that are about the call", [{}], async (web) => {
    const call = await signedIn(web)
    await call(me, "msgHist", "/x", {
      method: "put",
      body: "{}",
      headers: new Headers({
        accept: "application/json",
        "if-match": '"1"',
        "content-type": "application/json",
        "x-own": "1",
        authorization: "Bearer of-the-page",
        cookie: "__Host-le-auth-session=secret",
        host: "evil.example",
        connection: "keep-alive, x-own",
        "content-length": "999",
        "transfer-encoding": "chunked",
        te: "trailers",
        expect: "100-continue",
        upgrade: "websocket",
        "accept-encoding": "br",
        "proxy-authorization": "Basic x",
        "x-le-auth": "1"
      })
    })
    const [sent] = web.wire.to("/x")
    const { authorization, ...rest } = sent!.headers
    assert.strictEqual(sent!.method, "PUT")
    assert.match(authorization!, /^Bearer planted-access-/)
    assert.deepStrictEqual(rest, {
      accept: "application/json",
      "accept-encoding": "identity",
      "content-length": "2",
      "content-type": "application/json",
      "if-match": '"1"',
      "x-own": "1"
    })
  })

  scenario("gives the answer as it is, without what is not for a page", [{}], async (web) => {
    const call = await signedIn(web)
    web.wire.next(
      "/x",
      json([1], 418, {
        etag: '"2"',
        "ac-revision": "7",
        "x-anything": "1",
        "set-cookie": "planted=1",
        connection: "close",
        "transfer-encoding": "chunked",
        "x-le-auth": "problem"
      })
    )
    const answer = await call(me, "msgHist", "/x")
    assert.strictEqual(answer.status, 418)
    assert.deepStrictEqual(Object.fromEntries(answer.headers), {
      "ac-revision": "7",
      "content-type": "application/json",
      etag: '"2"',
      "x-anything": "1"
    })
    assert.deepStrictEqual(await answer.json(), [1])
    for (const status of [204, 205, 304]) {
      web.wire.next("/x", () => new Response(null, { status, headers: { etag: '"3"' } }))
      const empty = await call(me, "msgHist", "/x")
      assert.deepStrictEqual([empty.status, empty.headers.get("etag"), empty.body], [status, '"3"', null])
    }
    web.wire.next("/x", () => new Response(null, { headers: { "content-length": "99999999" } }))
    const head = await call(me, "msgHist", "/x", { method: "HEAD" })
    assert.deepStrictEqual([head.headers.get("content-length"), head.body], ["99999999", null])
    web.wire.next("/x", () => new Response(null))
    assert.strictEqual(await (await call(me, "msgHist", "/x")).text(), "")
  })

  scenario("takes each kind of body, and sends it with its type", [{}], async (web) => {
    const call = await signedIn(web)
    const bodies: ReadonlyArray<readonly [BodyInit, RegExp]> = [
      ["hello", /^text\/plain;charset=UTF-8$/i],
      [new TextEncoder().encode("hello"), /^application\/octet-stream$/],
      [new TextEncoder().encode("hello").buffer, /^application\/octet-stream$/],
      [new Blob(["hello"], { type: "text/csv" }), /^text\/csv$/],
      [new URLSearchParams({ hello: "" }), /^application\/x-www-form-urlencoded/],
      [new Response("hello").body!, /^application\/octet-stream$/]
    ]
    for (const [body, type] of bodies) {
      assert.strictEqual((await call(me, "msgHist", "/search", { method: "POST", body })).status, 200)
      const sent = web.wire.to("/search").at(-1)!
      assert.deepStrictEqual([...sent.form.keys()], ["hello"])
      assert.match(sent.headers["content-type"]!, type)
    }
    const form = new FormData()
    form.set("hello", "1")
    await call(me, "msgHist", "/search", { method: "POST", body: form })
    assert.match(web.wire.to("/search").at(-1)!.headers["content-type"]!, /^multipart\/form-data; boundary=/)
    for (const init of [{}, { body: null }]) {
      assert.strictEqual((await call(me, "msgHist", "/search", { method: "POST", ...init })).status, 200)
    }
  })

  scenario("G2: a path that leads elsewhere is refused, and nothing that bears a token is sent", [{}], async (web) => {
    const call = await signedIn(web)
    const before = web.wire.sent.length
    for (const path of [
      "",
      "users",
      "https://evil.example/",
      "//evil.example/x",
      "/\\evil.example/x",
      "\\\\evil.example",
      "@evil.example/",
      ".evil.example/",
      ":443/x",
      "/x/../y",
      "/..",
      "/./x",
      "/x/%2e%2e/y",
      "/x/%2E./y",
      "/x/..;/y",
      "/x;v=1/y",
      "/x%2fy",
      "/x%5cy",
      "/x%252fy",
      "/x//y",
      "/x//",
      "/x/\u2024\u2024/y",
      "/x/\uff0e\uff0e/y",
      "/x/%",
      "/x\ty",
      "/x\ny",
      "/x\0",
      "/x?a=\r\nb",
      "/x#top",
      "/x?a=1#top",
      " /x",
      undefined,
      null,
      {},
      new URL("https://evil.example/")
    ]) {
      assert.strictEqual(await tagOf(call(me, "msgHist", path as string)), "InvalidArgument", inspect(path))
    }
    for (const { headers, url } of web.wire.sent.slice(before)) {
      assert.notProperty(headers, "authorization")
      assert.match(url.pathname, /\/baseURI\.json$/)
    }
    for (const [path, seen] of [
      ["/", "/"],
      ["/x/", "/x/"],
      ["/a b", "/a%20b"],
      ["/a%20b?q=a b&r=%2F..%2F//x?y", "/a%20b?q=a%20b&r=%2F..%2F//x?y"],
      ["/\u00fc@:", "/%C3%BC@:"],
      ["/x?", "/x?"]
    ] as const) {
      assert.strictEqual((await call(me, "msgHist", path)).status, 200)
      assert.strictEqual(web.wire.sent.at(-1)!.url.href, `https://msghist-12345678.liveperson.net${seen}`)
    }
  })

  scenario("names the argument that cannot be used", [{}], async (web) => {
    const call = await signedIn(web)
    for (const [init, service, words] of [
      [{ method: "TRACE" }, "msgHist", "its method is one of GET"],
      [{ method: "GET\r\n" }, "msgHist", "its method is one of GET"],
      [{ body: "x" }, "msgHist", "a GET has no body"],
      [{ method: "HEAD", body: "x" }, "msgHist", "a HEAD has no body"],
      [{ headers: { "x-own": "a\r\nb" } }, "msgHist", "its headers have a name or a value"],
      [{ headers: { "a b": "1" } }, "msgHist", "its headers have a name or a value"],
      [{ method: "POST", body: "x".repeat(2 ** 20 + 1) }, "msgHist", "at most 1 MiB"],
      [{ method: "POST", body: "xxx", maximumRequestSize: 2 }, "msgHist", "at most 2 B"],
      [{}, "", "a name of the Domain API"],
      [{}, "../x", "a name of the Domain API"],
      [{}, "..", "a name of the Domain API"],
      [{}, "https://evil.example", "a name of the Domain API"],
      [{}, undefined, "a name of the Domain API"]
    ] as const) {
      const error = await refused(call(me, service as string, "/x", init as never))
      assert.strictEqual(error._tag, "InvalidArgument")
      assert.include(error.message, words)
    }
    const read = new Response("x")
    await read.text()
    for (const body of [
      read.body!,
      new ReadableStream({ pull: (controller) => controller.error(new Error("mine")) })
    ]) {
      assert.include((await refused(call(me, "msgHist", "/x", { method: "POST", body }))).message, "cannot be read")
    }
    assert.strictEqual(web.wire.to("/x").length, 0)
    assert.strictEqual((await call(me, "msgHist", "/x", { method: "POST", body: "x".repeat(2 ** 20) })).status, 200)
  })

  scenario("a service that does not exist is said not to exist", [{}], async (web) => {
    const call = await signedIn(web)
    for (const answer of [
      json({}, 404),
      json({ service: "another", account, baseURI: "x.liveperson.net" }),
      // Of another account.
      json({ service: "nothing", account: "87654321", baseURI: "x.liveperson.net" })
    ]) {
      web.wire.next("/baseURI.json", answer)
      assert.strictEqual(await tagOf(call(me, "nothing", "/x")), "DomainsError UnknownService")
    }
    web.wire.next("/baseURI.json", json({ service: "odd", account, baseURI: "169.254.169.254" }))
    assert.strictEqual(await tagOf(call(me, "odd", "/x")), "DomainsError HostNotAllowed")
    assert.strictEqual(web.wire.to("/x").length, 0)
  })

  scenario("G3: a 401 that means the token leads to one repetition, with its body", [{}], async (web) => {
    const call = await signedIn(web)
    web.later("61 seconds")
    web.wire.next("/search", json({}, 401))
    const post = { method: "POST", body: new Response("body=1").body! }
    assert.strictEqual((await call(me, "msgHist", "/search", post)).status, 200)
    const calls = web.wire.to("/search")
    assert.strictEqual(calls.length, 2)
    assert.notStrictEqual(calls[0]!.headers["authorization"], calls[1]!.headers["authorization"])
    for (const { form } of calls) assert.strictEqual(form.get("body"), "1")
  })

  scenario("G3: a second 401 is the answer, and 403, 5xx and redirects are", [{}], async (web) => {
    const call = await signedIn(web)
    web.later("61 seconds")
    web.wire.next("/x", json({ no: 1 }, 401), json({ no: 2 }, 401))
    const again = await call(me, "msgHist", "/x")
    assert.deepStrictEqual([again.status, await again.json()], [401, { no: 2 }])
    assert.strictEqual(web.wire.to("/x").length, 2)
    for (const status of [401, 403, 429, 500, 503, 599]) {
      web.wire.next("/y", json({ status }, status))
      assert.deepStrictEqual(await (await call(me, "msgHist", "/y")).json(), { status })
    }
    for (const status of [301, 302, 303, 307, 308]) {
      const location = "https://evil.example/planted"
      web.wire.next("/y", () => new Response("moved", { status, headers: { location } }))
      const moved = await call(me, "msgHist", "/y")
      assert.deepStrictEqual([moved.status, moved.headers.get("location")], [status, location])
      assert.strictEqual(await moved.text(), "moved")
    }
    assert.strictEqual(web.wire.sent.filter(({ url }) => url.host === "evil.example").length, 0)
    assert.strictEqual(web.wire.to("/y").length, 11)
  })

  it("G2: nothing around the client follows a redirect with the token", async () => {
    const web = await limited(small, HttpClient.followRedirects(5))
    for (const location of ["https://evil.example/z", "/z", "https://msghist-12345678.liveperson.net/z"]) {
      web.wire.next("/x", () => new Response(null, { status: 302, headers: { location } }))
      assert.strictEqual(await tagOf(web.callApi(me, "msgHist", "/x")), "ServiceError UnknownProblem")
    }
    assert.strictEqual(web.wire.to("/z").length, 0)
    // The redirect mode of fetch is ours, whatever is around the client.
    const seen: Array<string | undefined> = []
    const fetched = await limited(small, (client) =>
      HttpClient.transformResponse(client, (response) =>
        Effect.andThen(
          Effect.contextWith((context: Context.Context<never>) =>
            Effect.sync(
              () => void seen.push(Context.getOrUndefined(context, FetchHttpClient.RequestInit)?.redirect ?? undefined)
            )
          ),
          response
        )
      )
    )
    await (await fetched.callApi(me, "msgHist", "/x")).text()
    assert.deepStrictEqual(seen, ["manual"])
    await web.dispose()
    await fetched.dispose()
  })

  it("D10: an answer has a size, told or not, and a time, silent or not", async () => {
    const web = await limited(small)
    const call = () => web.callApi(me, "msgHist", "/x")
    web.wire.next("/x", json("x".repeat(49), 200, { "content-length": "2049" }))
    const told = await refused(call())
    assert.strictEqual(
      told.message,
      "The service msgHist of LivePerson cannot be used: its answer is larger than 2 KiB. See RequestLimits."
    )
    assert.isTrue(told.sent)
    web.wire.next("/x", () => new Response("x".repeat(2048)))
    assert.strictEqual((await (await call()).text()).length, 2048)
    let pulled = 0
    let cancelled = false
    web.wire.next(
      "/x",
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              pulled += 1
              controller.enqueue(new Uint8Array(400))
            },
            cancel: () => void (cancelled = true)
          })
        )
    )
    const endless = await call()
    assert.strictEqual(endless.status, 200)
    assert.strictEqual(await tagOf(endless.text()), "ServiceError AnswerTooLarge")
    assert.isBelow(pulled, 12)
    assert.isTrue(cancelled)
    web.wire.next("/x", () => Effect.never)
    const silent = await refused(call())
    assert.deepStrictEqual([silent.reason!._tag, silent.sent], ["AnswerTimeout", true])
    web.wire.next("/x", () => new Response(new ReadableStream({ start: (it) => it.enqueue(new Uint8Array(1)) })))
    assert.strictEqual(await tagOf((await call()).text()), "ServiceError AnswerTimeout")
    // An answer that is not read.
    const seen = { left: false }
    web.wire.next("/x", () => new Response(new ReadableStream({ cancel: () => void (seen.left = true) })))
    const unread = await web.callApi(me, "msgHist", "/x", { deadline: "50 millis" })
    while (!seen.left) await setImmediate()
    assert.strictEqual(await tagOf(unread.text()), "ServiceError AnswerTimeout")
    // A body of the caller's that does not end.
    const forever = { method: "POST", body: new ReadableStream(), deadline: "50 millis" } as const
    assert.include((await refused(web.callApi(me, "msgHist", "/x", forever))).message, "does not end within 50ms")
    await web.dispose()
  })

  it("D10: what breaks on the way is told with its reason, and whether it was sent", async () => {
    let code = "ECONNREFUSED"
    const web = await limited(small, (client) =>
      HttpClient.transform(client, (response, request) =>
        request.url.endsWith("/x")
          ? Effect.suspend(() => {
              const cause = Object.assign(new Error("planted-cause"), { code })
              const reason = new HttpClientError.TransportError({ request, cause })
              return Effect.fail(new HttpClientError.HttpClientError({ reason }))
            })
          : response
      )
    )
    for (const [name, reason, sent] of [
      ["ECONNREFUSED", "ConnectionRefused", false],
      ["ENOTFOUND", "NotResolved", false],
      ["ECONNRESET", "ConnectionReset", true],
      ["UND_ERR_HEADERS_TIMEOUT", "AnswerTimeout", true],
      ["ELSE", "UnknownProblem", true]
    ] as const) {
      code = name
      const error = await refused(web.callApi(me, "msgHist", "/x"))
      assert.deepStrictEqual([error._tag, error.reason!._tag, error.sent], ["ServiceError", reason, sent])
      assert.include(error.message, "The service msgHist of LivePerson cannot be used: ")
    }
    const broken = new ReadableStream({
      start: (it) => {
        it.enqueue(new Uint8Array(1))
        setTimeout(() => it.error(Object.assign(new Error("planted-cause"), { code: "ECONNRESET" })), 5)
      }
    })
    web.wire.next("/y", () => new Response(broken))
    const answer = await web.callApi(me, "msgHist", "/y")
    assert.strictEqual(await tagOf(answer.text()), "ServiceError ConnectionReset")
    await web.dispose()
  })

  scenario("a signal ends the call, and the reading of its answer, as of fetch", [{}], async (web) => {
    const call = await signedIn(web)
    const why = new Error("mine")
    const reasonOf = (promise: Promise<unknown>) =>
      promise.then(
        () => "resolved",
        (error: unknown) => error
      )
    assert.strictEqual(await reasonOf(call(me, "msgHist", "/x", { signal: AbortSignal.abort(why) })), why)
    assert.strictEqual(web.wire.to("/x").length, 0)

    const head = new AbortController()
    let isInterrupted = false
    web.wire.next("/x", () => {
      queueMicrotask(() => head.abort(why))
      return Effect.onInterrupt(Effect.never, () => Effect.sync(() => void (isInterrupted = true)))
    })
    assert.strictEqual(await reasonOf(call(me, "msgHist", "/x", { signal: head.signal })), why)
    assert.isTrue(isInterrupted)

    const body = new AbortController()
    const seen = { left: false }
    web.wire.next(
      "/x",
      () =>
        new Response(
          new ReadableStream({
            start: (it) => it.enqueue(new TextEncoder().encode("first")),
            cancel: () => void (seen.left = true)
          })
        )
    )
    const reader = (await call(me, "msgHist", "/x", { signal: body.signal })).body!.getReader()
    assert.strictEqual(new TextDecoder().decode((await reader.read()).value), "first")
    body.abort(why)
    assert.strictEqual(await reasonOf(reader.read()), why)
    while (!seen.left) await setImmediate()

    // While the caller's own body comes.
    const upload = new AbortController()
    const forever = new ReadableStream({ pull: () => (queueMicrotask(() => upload.abort(why)), new Promise(() => {})) })
    assert.strictEqual(
      await reasonOf(call(me, "msgHist", "/x", { method: "POST", body: forever, signal: upload.signal })),
      why
    )
    // One that is aborted after the end changes nothing.
    const late = new AbortController()
    const answer = await call(me, "msgHist", "/x", { signal: late.signal })
    const text = await answer.text()
    late.abort(why)
    assert.match(text, /hello/)
  })

  scenario("once an answer was read or let go of, nothing waits for its deadline", [{}], async (web) => {
    const call = await signedIn(web)
    const before = web.asleep()
    const forever = () => new Response(new ReadableStream({ start: (it) => it.enqueue(new Uint8Array(1)) }))
    for (const [answer, end] of [
      [json({}), (it: Response) => it.text()],
      [forever, (it: Response) => it.body!.cancel().then(String)],
      [() => new Response(null, { status: 204 }), () => Promise.resolve("")],
      [() => Promise.reject(new Error("planted-defect")), () => Promise.resolve("")]
    ] as const) {
      web.wire.next("/x", answer)
      await call(me, "msgHist", "/x").then(end, String)
      for (let turn = 0; turn < 100 && web.asleep() > before; turn++) await setImmediate()
      assert.strictEqual(web.asleep(), before)
    }
  })

  scenario("100 calls at once whose token is over cause one refresh", [{}], async (web) => {
    const call = await signedIn(web)
    web.later("9 hours")
    const all = await Promise.all(Array.from({ length: 100 }, () => call(me, "msgHist", "/x")))
    assert.deepStrictEqual([...new Set(all.map(({ status }) => status))], [200])
    assert.strictEqual(web.wire.to("/token").length, 2)
  })
})
