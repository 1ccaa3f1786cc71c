import { assert, describe, it } from "@effect/vitest"
import * as RequestLimits from "@le-auth/core/RequestLimits"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import { setImmediate } from "node:timers/promises"
import { json } from "../../core/test/ScriptedSentinel.ts"
import { make, type Options, scenario } from "./Application.ts"

const users = "/api/account/12345678/configuration/le-users/users"
const proxied: Options = {
  routes: ApiProxy.layer({
    maximumRequestSize: "100 B",
    services: {
      accountConfigReadOnly: {
        paths: ["/api/account/{account}/configuration/le-users/**", "/api/account/{account}/configuration/le-groups/**"]
      },
      msgHist: { paths: ["/messaging_history/**"], methods: ["POST"] }
    }
  })
}
const own = { "x-le-auth": "1", "sec-fetch-site": "same-origin" }
const passedOn = {
  accept: "application/json",
  "accept-language": "en",
  "content-type": "application/json",
  "if-match": '"1"',
  "if-modified-since": "Sun, 29 Nov 2026 00:00:00 GMT",
  "if-none-match": '"2"',
  "if-unmodified-since": "Sun, 29 Nov 2026 00:00:00 GMT"
}
const at = (path: string, service = "accountConfigReadOnly") => `/liveperson/${service}${path}`

describe("an API of LivePerson, through the backend", () => {
  scenario("G1, G2, G8: the call goes on with the token, and without what is the browser's", [proxied], async (web) => {
    const mine = web.browser()
    await mine.signIn()
    const sent = web.wire.sent.length
    const answer = await mine.send(at(`${users}?v=6.0&select=%2Fid`), {
      headers: {
        ...own,
        ...passedOn,
        authorization: "Bearer of-the-page",
        origin: "https://app.example",
        referer: "https://app.example/inbox",
        "accept-encoding": "gzip, br",
        "x-forwarded-for": "10.0.0.1",
        traceparent: "00-1-1-01"
      }
    })
    assert.strictEqual(answer.status, 200)
    const call = web.wire.sent.slice(sent).find(({ url }) => url.pathname === users)!
    assert.strictEqual(
      call.url.href,
      `https://accountconfigreadonly-12345678.liveperson.net${users}?v=6.0&select=%2Fid`
    )
    assert.match(String(call.headers["authorization"]), /^Bearer planted-access-/)
    const { authorization: _, ...rest } = call.headers
    assert.deepStrictEqual(rest, { ...passedOn, "accept-encoding": "identity" })
    for (const query of ["?q=a%20b&r=a+b&s=%2Fid&t=%C3%BC&u", "?a&a=&=b"]) {
      await mine.send(at(users) + query, { headers: own })
      assert.strictEqual(web.wire.sent.at(-1)!.url.search, query)
    }
    assert.strictEqual((await mine.send(at(users.replace("le-users", "le-groups")), { headers: own })).status, 200)
  })

  scenario("G8, H1: of the answer comes back what is data", [proxied], async (web) => {
    const mine = web.browser()
    await mine.signIn()
    web.wire.next(
      users,
      json([{ id: 1 }], 200, {
        etag: '"2"',
        "ac-revision": "7",
        "content-language": "en",
        "last-modified": "Sun, 29 Nov 2026 00:00:00 GMT",
        "retry-after": "5",
        "set-cookie": "planted=1",
        "access-control-allow-origin": "*",
        "x-internal": "1",
        "x-le-auth": "problem",
        "content-security-policy": "script-src *"
      })
    )
    const answer = await mine.send(at(users), { headers: own })
    assert.deepStrictEqual(await answer.json(), [{ id: 1 }])
    assert.deepStrictEqual(Object.fromEntries(answer.headers), {
      "ac-revision": "7",
      "cache-control": "no-store",
      "content-language": "en",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "content-type": "application/json",
      "cross-origin-resource-policy": "same-origin",
      etag: '"2"',
      "last-modified": "Sun, 29 Nov 2026 00:00:00 GMT",
      "retry-after": "5",
      "x-content-type-options": "nosniff",
      "x-le-auth": "answer"
    })
    web.wire.next(users, json({ error: "no such thing" }, 404, { "x-le-auth": "problem" }))
    const missing = await mine.send(at(users), { headers: own })
    assert.strictEqual(missing.status, 404)
    assert.strictEqual(missing.headers.get("x-le-auth"), "answer")
    web.wire.next(users, () => new Response(new Uint8Array([1])))
    const bytes = await mine.send(at(users), { headers: own })
    assert.strictEqual(bytes.headers.get("content-type"), "application/octet-stream")
    for (const status of [204, 205, 304]) {
      web.wire.next(users, () => new Response(null, { status, headers: { etag: '"3"', "x-le-auth": "problem" } }))
      const empty = await mine.send(at(users), { headers: own })
      assert.strictEqual(empty.headers.get("x-le-auth"), "answer")
      assert.deepStrictEqual([empty.status, empty.headers.get("etag"), await empty.text()], [status, '"3"', ""])
      assert.isNull(empty.headers.get("content-type"))
    }
  })

  scenario(
    "D10: a body may have 1 MiB, if nothing else is said, and a service that cannot be reached is said to be so",
    [
      {
        routes: ApiProxy.layer({ services: { msgHist: { paths: ["/**"], methods: ["POST"] } } }).pipe(
          Layer.provide(
            Layer.succeed(
              HttpClient.HttpClient,
              HttpClient.make((request) =>
                Effect.fail(
                  new HttpClientError.HttpClientError({
                    reason: new HttpClientError.TransportError({
                      request,
                      cause: Object.assign(new Error("planted"), { code: "ECONNRESET" })
                    })
                  })
                )
              )
            )
          )
        )
      }
    ],
    async (web) => {
      const mine = web.browser()
      await mine.signIn()
      for (const [size, status, error] of [
        [2 ** 20, 502, "Unreachable"],
        [2 ** 20 + 1, 413, "TooLarge"]
      ] as const) {
        const answer = await mine.send(at("/x", "msgHist"), { method: "POST", headers: own, body: "x".repeat(size) })
        const text = await answer.text()
        assert.deepStrictEqual([answer.status, JSON.parse(text).error], [status, error])
        assert.notInclude(text, "planted")
      }
      const why = web.log.filter((line) => line.includes("did not reach LivePerson"))
      assert.strictEqual(why.length, 1)
      assert.include(why[0], "cannot be used: the connection broke (ECONNRESET)")
      assert.notInclude(why[0], "planted")
    }
  )

  scenario("G3: a call that was refused with 401 is repeated once, with a new token", [proxied], async (web) => {
    const mine = web.browser()
    await mine.signIn()
    web.later("61 seconds")
    web.wire.next("/search", json({}, 401), json({ hello: 1 }))
    const path = "/messaging_history/api/account/12345678/conversations/search"
    const answer = await mine.send(at(path, "msgHist"), {
      method: "POST",
      headers: { ...own, "content-type": "application/json" },
      body: '{"from":1}'
    })
    assert.strictEqual(answer.status, 200)
    const calls = web.wire.to("/search")
    assert.strictEqual(calls.length, 2)
    assert.notStrictEqual(calls[0]?.headers["authorization"], calls[1]?.headers["authorization"])
    for (const { form, headers } of calls) {
      assert.deepStrictEqual([...form.keys()], ['{"from":1}'])
      assert.strictEqual(headers["content-type"], "application/json")
    }
  })

  scenario("G2, G8: it calls nothing but what is listed, for its own account", [proxied], async (web) => {
    const mine = web.browser()
    await mine.signIn()
    const before = web.wire.sent.length
    for (const [path, method] of [
      [at("/api/account/87654321/configuration/le-users/users")],
      [at("/api/account/12345678/configuration/le-skills/skills")],
      [at(`${users}/../../../../../../secret`)],
      [at(`${users}/%2e%2e/%2E%2E/le-skills`)],
      [at(`${users}/..%2f..%2fle-skills`)],
      [at(`${users}/..%5C..%5Cle-skills`)],
      [at("//evil.example/")],
      [at("/@evil.example/")],
      [at("")],
      [at("/", "sentinel")],
      [at(users, "accountConfigReadWrite")],
      [at(users, "https:")],
      [at(users, "__proto__")],
      [at(users, "constructor")],
      [at(users), "POST"],
      [at(users), "DELETE"],
      [at("/messaging_history/x", "msgHist"), "GET"]
    ] as const) {
      const answer = await mine.send(path, { method: method ?? "GET", headers: own })
      assert.include([403, 404], answer.status, `${method} ${path}`)
      if (answer.status === 403) assert.strictEqual((await answer.json()).error, "NotAllowed")
    }
    // The Domain API may have been asked, and nothing that bears a token.
    for (const { headers } of web.wire.sent.slice(before)) assert.notProperty(headers, "authorization")
  })

  scenario("G2: a host that is not LivePerson's gets no token", [proxied], async (web) => {
    const mine = web.browser()
    await mine.signIn()
    web.wire.next(
      "/baseURI.json",
      json({ service: "accountConfigReadOnly", account: "12345678", baseURI: "169.254.169.254" })
    )
    const answer = await mine.send(at(users), { headers: own })
    assert.strictEqual(answer.status, 502)
    assert.strictEqual((await answer.json()).error, "DomainsError")
    assert.strictEqual(web.wire.to("/users").length, 0)
  })

  scenario("G8: an answer without a body is whole, and of no type that a browser runs", [proxied], async (web) => {
    const mine = web.browser()
    await mine.signIn()
    web.wire.next(users, () => new Response(null))
    const empty = await mine.send(at(users), { headers: own })
    assert.deepStrictEqual([empty.status, await empty.text()], [200, ""])
    assert.strictEqual(empty.headers.get("content-type"), "application/octet-stream")
  })

  scenario("G8: once a call has ended nothing waits for its deadline", [proxied], async (web) => {
    const mine = web.browser()
    await mine.signIn()
    const before = web.asleep()
    for (const answer of [
      json({ hello: 1 }),
      () => new Response(null, { status: 204 }),
      () => new Response(null, { status: 302, headers: { location: "https://evil.example/" } }),
      () => Promise.reject(new Error("planted"))
    ]) {
      // Later than the call begins to wait.
      web.wire.next(users, () => setImmediate().then(answer))
      await (await mine.send(at(users), { headers: own })).text()
      for (let turn = 0; turn < 100 && web.asleep() > before; turn++) await setImmediate()
      assert.strictEqual(web.asleep(), before)
    }
  })

  it.live("G8: a path that allows nothing is refused when the application starts", () =>
    Effect.gen(function* () {
      const web = yield* make({ routes: ApiProxy.layer({ services: { msgHist: { paths: ["/a/**/b"] } } }) })
      const error = yield* Effect.flip(Effect.tryPromise(() => web.handler(new Request("https://app.example/session"))))
      assert.include(String(error.cause), 'the path "/a/**/b" of msgHist allows nothing')
    })
  )

  scenario("G7: it answers the application's own pages only, and never opens CORS", [proxied], async (web) => {
    const mine = web.browser()
    await mine.signIn()
    for (const headers of [
      {},
      { "sec-fetch-site": "same-origin" },
      { "x-le-auth": "1", "sec-fetch-site": "cross-site" },
      { "x-le-auth": "1", origin: "https://evil.example" },
      { "x-le-auth": "1", origin: "null" }
    ] as ReadonlyArray<Record<string, string>>) {
      for (const method of ["GET", "OPTIONS"]) {
        const answer = await mine.send(at(users), { method, headers })
        assert.strictEqual(answer.status, 403)
        assert.isNull(answer.headers.get("access-control-allow-origin"))
        assert.strictEqual(answer.headers.get("x-le-auth"), "problem")
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        assert.strictEqual((await answer.json()).error, "forbidden")
      }
    }
    assert.strictEqual(web.wire.to("/users").length, 0)
  })

  scenario("says that no user is signed in, and that the session has ended", [proxied], async (web) => {
    const nobody = await web.browser().send(at(users), { headers: own })
    assert.strictEqual(nobody.status, 401)
    assert.strictEqual((await nobody.json()).error, "NotSignedIn")
    const mine = web.browser()
    await mine.signIn()
    web.later("61 seconds")
    web.wire.next("/users", json({}, 401))
    web.wire.next("/token", json({ error: "invalid_grant" }, 400))
    const ended = await mine.send(at(users), { headers: own })
    assert.strictEqual(ended.status, 401)
    assert.strictEqual((await ended.json()).error, "SessionEnded")
  })

  scenario(
    "D10: bodies and answers have a limit, calls end in time, and a redirect is not an answer",
    [
      {
        routes: Layer.provide(
          proxied.routes!,
          Layer.succeed(RequestLimits.RequestLimits, { timeout: "1 second", maximumBodySize: "50 B" })
        )
      }
    ],
    async (web) => {
      const mine = web.browser()
      await mine.signIn()
      const call = async (answer: () => Response | Promise<Response> | Effect.Effect<Response>) => {
        web.wire.next("/users", answer)
        const refused = await mine.send(at(users), { headers: own })
        assert.strictEqual(refused.headers.get("x-le-auth"), "problem")
        return `${refused.status} ${(await refused.json()).error}`
      }
      const redirect = (status: number) => () =>
        new Response(null, { status, headers: { location: "https://evil.example/" } })
      const large = await mine.send(at("/messaging_history/x", "msgHist"), {
        method: "POST",
        headers: own,
        body: "x".repeat(101)
      })
      assert.strictEqual(large.status, 413)
      assert.strictEqual((await large.json()).error, "TooLarge")
      // As one that breaks off, or that a middleware has read before.
      const failing = new ReadableStream({ pull: (controller) => controller.error(new Error("planted")) })
      const init = { method: "POST", headers: own, body: failing, duplex: "half" }
      const unreadable = await mine.send(at("/messaging_history/x", "msgHist"), init)
      assert.strictEqual(unreadable.status, 400)
      assert.strictEqual((await unreadable.json()).error, "Unreadable")
      const told = (length: number) => json("x".repeat(length - 2), 200, { "content-length": String(length) })
      assert.strictEqual(await call(told(51)), "502 TooLarge")
      web.wire.next("/users", told(50))
      assert.strictEqual((await (await mine.send(at(users), { headers: own })).text()).length, 50)
      for (const status of [300, 302, 399]) assert.strictEqual(await call(redirect(status)), "502 Redirected")
      web.wire.next("/users", redirect(400))
      assert.strictEqual((await mine.send(at(users), { headers: own })).status, 400)
      assert.strictEqual(await call(() => Effect.never), "504 Timeout")
      // A size that no header has announced breaks the connection.
      web.wire.next("/users", () => new Response("x".repeat(51)))
      const broken = await mine.send(at(users), { headers: own })
      const read = await broken.text().then(
        (text) => text.length,
        // A server that prints it tells what happened.
        (error: unknown) => String(error)
      )
      assert.match(String(read), /LivePerson's answer did not come, or not to its end: /)
    }
  )
})
