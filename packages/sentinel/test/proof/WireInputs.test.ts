/** What only the wire can send: odd request lines, sizes, framing, headers. */
import { assert, describe, layer } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { account, callback, clientId, manyClientId, otherAccount, otherClientId, secret } from "../Harness.ts"
import {
  authorizeUrl,
  harmOf,
  headerOf,
  layer as layerLoopback,
  layerWith,
  Loopback,
  raw,
  type RawAnswer,
  UserAgent
} from "./Loopback.ts"

const send = (text: string, limit?: number) =>
  Effect.flatMap(Loopback, ({ origin }) => Effect.promise(() => raw(origin, text, limit)))

const root = `/sentinel/api/account/${account}`
const authorize = `${root}/authorize?response_type=code&client_id=${clientId}`
const form = `client_id=${clientId}&client_secret=${secret}&grant_type=refresh_token&refresh_token=x`
const formType = "Content-Type: application/x-www-form-urlencoded\r\n"

const get = (target: string, headers = "", method = "GET") =>
  `${method} ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`
const post = (body: string, headers = formType, target = `${root}/token?v=1.0`) =>
  `POST ${target} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`

const errorOf = ({ body }: RawAnswer): string => (JSON.parse(body) as { readonly error: string }).error

/** Nothing of an account is in an answer: no code, no page of it, no login. */
const tellsNothing = (answer: RawAnswer) => {
  assert.isUndefined(harmOf(answer))
  assert.include([400, 401, 404], answer.status, answer.head)
  assert.isUndefined(headerOf(answer, "location"))
  assert.isUndefined(headerOf(answer, "set-cookie"))
  assert.notMatch(answer.body, /Brand|agent@example|baseURI|access_token/)
}

layer(layerLoopback, { excludeTestServices: true })("the wire", (it) => {
  describe("account ids", () => {
    it.effect.each([
      "..",
      ".",
      "%2e%2e",
      "%2e",
      ".%2e/",
      "../12345678",
      "a/b",
      "a%2fb",
      "%2f",
      "%5c",
      "\\",
      "",
      "*",
      "%00",
      "%0d%0a",
      "a".repeat(33),
      "a".repeat(1000),
      "__proto__",
      "constructor",
      "toString",
      "١٢٣",
      "%D9%A1%D9%A2",
      "%EF%BC%91",
      `0${account}`,
      `${account}.`,
      `${account}%20`,
      `${account}%00`,
      `%20${account}`,
      `${account};x=1`,
      `${account},`,
      `..;/${account}`,
      `${account}/..;`,
      `${account}%3b`,
      `/${account}`,
      `${account}/`,
      "LE87654321",
      "Le87654321",
      "%ZZ",
      "%",
      "%C3%28",
      `%31%32%33%34%35%36%37`,
      "null",
      "undefined",
      "NaN",
      "12345678e0",
      "0x1",
      "-1",
      "1.0"
    ])("R3, R5: %j is not an account, at any endpoint", (id) =>
      Effect.gen(function* () {
        const inUrl = /^[\x21-\x7e]*$/.test(id) ? id : encodeURIComponent(id)
        const path = `/sentinel/api/account/${inUrl}`
        for (const client of [clientId, otherClientId]) {
          tellsNothing(
            yield* send(get(`${path}/authorize?response_type=code&client_id=${client}`, "Accept: text/html\r\n"))
          )
          for (const end of ["token?v=1.0", "token/revoke?v1.0"]) {
            tellsNothing(yield* send(post(form.replace(clientId, client), formType, `${path}/${end}`)))
          }
        }
        tellsNothing(yield* send(get(`/api/account/${inUrl}/service/sentinel/baseURI.json?version=1.0`)))
        tellsNothing(yield* send(get(`/api/account/${inUrl}/service/baseURI.json?version=1.0`)))
        tellsNothing(yield* send(get(`/api/account/${inUrl}/configuration/le-users/users/3552833710?v=6.0`)))
      })
    )

    it.effect("R6, R20, R36: what belongs to one account is worth nothing in another", () =>
      Effect.gen(function* () {
        const { base, origin } = yield* Loopback
        yield* Effect.promise(async () => {
          const browser = new UserAgent()
          const answer = await browser.signIn(authorizeUrl(base, { client_id: clientId }))
          const code = answer.searchParams.get("code")!
          const other = `/sentinel/api/account/${otherAccount}`
          const elsewhere = await browser.visit(
            new URL(`${origin}${other}/authorize?response_type=code&client_id=${otherClientId}`)
          )
          assert.strictEqual(elsewhere.url.pathname, "/sentinel/login")
          const body = `client_id=${otherClientId}&client_secret=${secret}&grant_type=authorization_code&code=${code}`
          assert.strictEqual(errorOf(await raw(origin, post(body, formType, `${other}/token`))), "invalid_grant")
          const right = body.replace(otherClientId, clientId)
          assert.strictEqual((await raw(origin, post(right))).status, 200)
        })
      })
    )
  })

  describe("paths and methods", () => {
    it.effect.each([
      ["an upper-case path", get(authorize.replace("authorize", "AUTHORIZE")), [404]],
      ["a slash at the end", get(authorize.replace("authorize", "authorize/")), [404]],
      ["a space at the end", get(authorize.replace("authorize", "authorize%20")), [404]],
      ["a parameter of the path", get(authorize.replace("authorize", "authorize;x=1")), [404]],
      ["a NUL at the end", get(authorize.replace("authorize", "authorize%00")), [404]],
      ["two slashes", get(authorize.replace("/account/", "//account/")), [404]],
      ["dots", get(authorize.replace("/account/", "/x/../account/")), [404]],
      ["an escaped letter", get(authorize.replace("authorize", "%61uthorize")), [302, 404]],
      ["an absolute target of another host", get(`http://evil.example${authorize}`), [302, 404]],
      ["an absolute target without a path", get("http://evil.example"), [404, 400]],
      ["the target *", get("*", "", "OPTIONS"), [404, 400]],
      ["an authority as its target", "CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", [0, 400, 404]],
      ["a target without a slash", get("sentinel"), [400, 404]],
      ["a target with a raw space", get(`${authorize}&state=a b`), [400]],
      ["a target with a raw tab", get(`${authorize}&state=a\tb`), [400]],
      ["a target with a raw NUL", get(`${authorize}&state=a\0b`), [400]],
      ["a target with a fragment", get(`${authorize}#&state=x`), [401]],
      ["the method HEAD", get(authorize, "", "HEAD"), [302]],
      ["the method POST", get(authorize, "Content-Length: 0\r\n", "POST"), [405]],
      ["the method TRACE", get(authorize, "", "TRACE"), [405]],
      ["the method PROPFIND", get(authorize, "", "PROPFIND"), [404, 405]],
      ["an unknown method", get(authorize, "", "EVIL"), [400]],
      ["a method in lower case", get(authorize, "", "get"), [400]],
      ["X-HTTP-Method-Override", get(authorize, "X-HTTP-Method-Override: POST\r\n"), [302]],
      ["_method", get(`${authorize}&_method=DELETE`), [302]],
      ["HTTP/1.0 without Host", `GET ${authorize} HTTP/1.0\r\n\r\n`, [302]],
      ["HTTP/1.1 without Host", `GET ${authorize} HTTP/1.1\r\n\r\n`, [400]],
      ["HTTP/0.9", `GET ${authorize}\r\n\r\n`, [302, 400]],
      ["HTTP/2 as text", `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, [400]],
      ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400]],
      ["a bare CR in a header", get(authorize, "X-A: a\rX-B: b\r\n"), [400]],
      ["a NUL in a header", get(authorize, "X-A: a\0b\r\n"), [400]],
      ["a folded header", get(authorize, "X-A: a\r\n b\r\n"), [400, 302]],
      ["a space before the colon", get(authorize, "X-A : a\r\n"), [400]],
      ["a header without a name", get(authorize, ": a\r\n"), [400]],
      ["bytes in a header that are not ASCII", get(authorize, "X-A: \xff\xfe\r\n"), [302]]
    ] as const)("R18: %s", ([, text, statuses]) =>
      Effect.gen(function* () {
        const answer = yield* send(text)
        if (answer.status !== 0) assert.isUndefined(harmOf(answer))
        assert.include(statuses, answer.status, answer.head)
        // Whatever the request names as its host, the way leads on at Sentinel.
        const location = headerOf(answer, "location")
        if (location !== undefined) assert.match(location, /^\/sentinel\/login\?request=[\w-]+$/)
      })
    )

    it.effect("R18: the answer to TRACE repeats nothing of the request", () =>
      Effect.gen(function* () {
        const answer = yield* send(get(authorize, "Cookie: sentinel-login=planted\r\n", "TRACE"))
        assert.notInclude(answer.head + answer.body, "planted")
      })
    )
  })

  describe("sizes", () => {
    it.effect.each([
      ["2 KiB", 2048, [302]],
      ["4 KiB", 4096, [302]],
      ["6 KiB", 6144, [302]],
      ["7.5 KiB", 7680, [302]],
      ["10 KiB", 10_240, [414]],
      ["20 KiB", 20_480, [431]]
    ] as const)("R12: a state of %s leads to a page or is refused at once", ([, length, statuses]) =>
      Effect.gen(function* () {
        const { origin } = yield* Loopback
        const answer = yield* send(get(`${authorize}&state=${"s".repeat(length)}`))
        assert.isUndefined(harmOf(answer))
        assert.include(statuses, answer.status)
        const location = headerOf(answer, "location")
        if (location === undefined) return
        // It is never a way into a dead end: the next page opens, or the application is told.
        if (location.startsWith(callback)) {
          assert.strictEqual(new URL(location).searchParams.get("error"), "invalid_request")
          assert.strictEqual(new URL(location).searchParams.get("state")?.length, length)
        } else {
          const cookie = headerOf(answer, "set-cookie")!.split(";", 1)[0]
          const page = yield* Effect.promise(() => raw(origin, get(location, `Cookie: ${cookie}\r\n`)))
          assert.strictEqual(page.status, 200)
        }
      })
    )

    it.effect.each([
      ["100,000 parameters", `${form}${"&a=b".repeat(100_000)}`, 413],
      ["as many parameters as there is room for", `${form}${"&a=b".repeat(16_000)}`, 400],
      [
        "10,000 names, each twice",
        Array.from({ length: 5900 }, (_, index) => `${index.toString(36)}&${index.toString(36)}`).join("&"),
        400
      ],
      ["1 MiB", "x".repeat(1_048_576), 413],
      ["64 KiB of percent signs", "%".repeat(65_536), 400],
      ["64 KiB of separators", "&".repeat(65_536), 400]
    ] as const)("R49, R51: a body with %s is refused in a fraction of a second", ([, body, status]) =>
      Effect.gen(function* () {
        const attempt = Effect.timed(send(post(body)))
        // A loaded machine may be slow once; what is slow by itself is so each time.
        const [took, answer] = yield* Effect.repeat(attempt, {
          until: ([took]) => Duration.toMillis(took) < 1000,
          times: 9
        })
        assert.isUndefined(harmOf(answer))
        assert.strictEqual(answer.status, status)
        assert.isBelow(Duration.toMillis(took), 1000)
      })
    )

    it.effect.each([
      ["10,000 cookies", `Cookie: ${"a=b; ".repeat(10_000)}\r\n`, [431]],
      ["as many cookies as there is room for", `Cookie: ${"a=b; ".repeat(3000)}\r\n`, [302]],
      ["1000 cookies of our name", `Cookie: ${"sentinel-login=a; ".repeat(850)}\r\n`, [302]],
      ["3000 headers", "a: b\r\n".repeat(3000), [431]],
      ["a header of 20 KiB", `X-A: ${"a".repeat(20_480)}\r\n`, [431]],
      ["a cookie of 8 KiB", `Cookie: sentinel-session-${account}=${"a".repeat(8192)}\r\n`, [302]]
    ] as const)("R39: %s are answered or refused", ([, headers, statuses]) =>
      Effect.gen(function* () {
        const answer = yield* send(get(authorize, headers))
        assert.isUndefined(harmOf(answer))
        assert.include(statuses, answer.status)
      })
    )
  })

  describe("content types and framing", () => {
    it.effect.each([
      ["none", "", "invalid_request"],
      ["text/plain", "Content-Type: text/plain\r\n", "invalid_request"],
      ["JSON", "Content-Type: application/json\r\n", "invalid_request"],
      ["multipart", "Content-Type: multipart/form-data; boundary=x\r\n", "invalid_request"],
      ["an empty one", "Content-Type: \r\n", "invalid_request"],
      ["a longer one", "Content-Type: application/x-www-form-urlencoded2\r\n", "invalid_request"],
      ["a list", "Content-Type: application/json, application/x-www-form-urlencoded\r\n", "invalid_request"],
      ["charset UTF-16", "Content-Type: application/x-www-form-urlencoded;charset=UTF-16\r\n", "invalid_grant"],
      ["a broken charset", 'Content-Type: application/x-www-form-urlencoded; charset="\r\n', "invalid_grant"],
      ["upper case", "Content-Type: APPLICATION/X-WWW-FORM-URLENCODED\r\n", "invalid_grant"],
      ["two, ours first", `${formType}Content-Type: application/json\r\n`, "invalid_grant"],
      ["two, ours last", `Content-Type: application/json\r\n${formType}`, "invalid_request"],
      ["Content-Encoding", `${formType}Content-Encoding: gzip\r\n`, "invalid_grant"]
    ] as const)("R48: the content type %s", ([, headers, error]) =>
      Effect.gen(function* () {
        const answer = yield* send(post(form, headers))
        assert.isUndefined(harmOf(answer))
        assert.strictEqual(answer.status, 400)
        assert.strictEqual(errorOf(answer), error)
      })
    )

    const head = `POST ${root}/token?v=1.0 HTTP/1.1\r\nHost: x\r\n${formType}`
    const chunked = `${form.length.toString(16)}\r\n${form}\r\n0\r\n\r\n`
    it.effect.each([
      ["chunks", `${head}Transfer-Encoding: chunked\r\n\r\n${chunked}`, 400],
      ["a length and chunks", `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`, 400],
      ["chunks and a length", `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${chunked}`, 400],
      ["two lengths", `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\na=bcde`, 400],
      ["a negative length", `${head}Content-Length: -1\r\n\r\n`, 400],
      ["a length with a sign", `${head}Content-Length: +5\r\n\r\na=bcd`, 400],
      ["a length that is too short", `${head}Content-Length: 5\r\n\r\n${form}`, 400],
      ["an unknown coding", `${head}Transfer-Encoding: xchunked\r\n\r\n${chunked}`, 400],
      ["chunked twice", `${head}Transfer-Encoding: chunked, chunked\r\n\r\n${chunked}`, 400],
      ["a broken chunk size", `${head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n${form}\r\n0\r\n\r\n`, 400],
      [
        "a chunk extension",
        `${head}Transfer-Encoding: chunked\r\n\r\n${form.length.toString(16)};x="y"\r\n${form}\r\n0\r\n\r\n`,
        400
      ],
      ["a length and nothing behind it, and then the end", `${head}Content-Length: 0\r\n\r\n`, 400]
    ] as const)("R49: a body with %s", ([, text, status]) =>
      Effect.gen(function* () {
        const answer = yield* send(text)
        assert.isUndefined(harmOf(answer))
        assert.strictEqual(answer.status, status)
      })
    )

    it.effect("R49: a request that hides in the body of another is not answered", () =>
      Effect.gen(function* () {
        const hidden = `GET ${authorize}&state=hidden HTTP/1.1\r\nHost: x\r\n\r\n`
        const smuggled = `${head}Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n${hidden}`
        const answer = yield* send(smuggled)
        assert.strictEqual(answer.status, 400)
        assert.match(answer.head, /^connection: close/im)
        assert.notInclude(answer.body, "302")
      })
    )
  })

  describe("Authorization", () => {
    const basic = (id: string, secret: string) => Buffer.from(`${id}:${secret}`).toString("base64")
    const right = basic(clientId, secret)
    const noSecret = "grant_type=refresh_token&refresh_token=x"
    it.effect.each([
      ["Basic", "Basic"],
      ["Basic and a space", "Basic "],
      ["Basic =", "Basic ="],
      ["Basic with a comma", `Basic ${right},${right}`],
      ["another alphabet", `Basic ${Buffer.from(`${clientId}:\xfb\xff\xfe`).toString("base64url")}`],
      ["missing padding", `Basic ${basic(clientId, "ab").replace(/=+$/, "")}`],
      ["no colon", `Basic ${Buffer.from(clientId).toString("base64")}`],
      ["several colons", `Basic ${basic(clientId, `${secret}:x`)}`],
      ["a colon at the end", `Basic ${basic(clientId, `${secret}:`)}`],
      ["a line break in it", `Basic ${basic(clientId, `${secret}\r\nX: y`)}`],
      ["a tab", `Basic\t${right}`],
      ["no scheme", right],
      ["Bearer", "Bearer x"],
      ["Digest", 'Digest username="x"'],
      ["8 KiB", `Basic ${Buffer.from("x".repeat(6144)).toString("base64")}`],
      ["bytes", "Basic \xff\xfe"]
    ] as const)("R55: %s is refused with 400 or 401", ([, value]) =>
      Effect.gen(function* () {
        for (const end of ["token?v=1.0", "token/revoke?v=1.0"]) {
          const answer = yield* send(
            post(`${noSecret}&token=x`, `${formType}Authorization: ${value}\r\n`, `${root}/${end}`)
          )
          assert.isUndefined(harmOf(answer))
          assert.include([400, 401], answer.status)
          assert.strictEqual(errorOf(answer), "invalid_client")
          // R56
          if (answer.status === 401 && /^basic(?: |$)/i.test(value)) {
            assert.match(headerOf(answer, "www-authenticate")!, /^Basic realm=/)
          }
        }
      })
    )

    it.effect.each([
      ["wrong, right", basic(clientId, "wrong"), right, "invalid_client"],
      ["right, wrong", right, basic(clientId, "wrong"), "invalid_grant"]
    ] as const)(
      "R55: of two headers (%s) the first counts, as Node reads them; they are never mixed",
      ([, one, two, error]) =>
        Effect.gen(function* () {
          const answer = yield* send(
            post(noSecret, `${formType}Authorization: Basic ${one}\r\nAuthorization: Basic ${two}\r\n`)
          )
          assert.strictEqual(errorOf(answer), error)
        })
    )
  })

  describe("host and proxy", () => {
    it.effect.each([
      ["Host", "Host: evil.example\r\n"],
      ["Host with a port", "Host: evil.example:1\r\n"],
      ["Host with a path", "Host: evil.example/x\r\n"],
      ["Host with user information", "Host: a@evil.example\r\n"],
      ["an empty Host", "Host: \r\n"],
      ["X-Forwarded-Host", "Host: x\r\nX-Forwarded-Host: evil.example\r\n"],
      ["X-Forwarded-Proto", "Host: x\r\nX-Forwarded-Proto: https\r\n"],
      ["X-Forwarded-For", "Host: x\r\nX-Forwarded-For: 6.6.6.6\r\n"],
      ["X-Forwarded-Prefix", "Host: x\r\nX-Forwarded-Prefix: /evil\r\n"],
      ["X-Original-URL", "Host: x\r\nX-Original-URL: /evil\r\nX-Rewrite-URL: /evil\r\n"],
      ["Forwarded", "Host: x\r\nForwarded: for=6.6.6.6;host=evil.example;proto=https\r\n"]
    ] as const)("R79: %s changes neither cookies nor addresses", ([, headers]) =>
      Effect.gen(function* () {
        const { origin } = yield* Loopback
        const answer = yield* send(`GET ${authorize} HTTP/1.1\r\n${headers}\r\n`)
        assert.isUndefined(harmOf(answer))
        assert.strictEqual(answer.status, 302)
        assert.match(headerOf(answer, "location")!, /^\/sentinel\/login\?/)
        assert.match(headerOf(answer, "set-cookie")!, /^sentinel-login=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
        const domain = yield* send(
          `GET /api/account/${account}/service/sentinel/baseURI.json HTTP/1.1\r\n${headers}\r\n`
        )
        const { baseURI } = JSON.parse(domain.body) as { readonly baseURI: string }
        assert.strictEqual(baseURI, `localhost:${new URL(origin).port}`)
      })
    )

    it.effect("two Host headers are refused", () =>
      Effect.gen(function* () {
        const answer = yield* send(`GET ${authorize} HTTP/1.1\r\nHost: x\r\nHost: evil.example\r\n\r\n`)
        assert.include([302, 400], answer.status)
        assert.notInclude(answer.head, "evil")
      })
    )
  })

  describe("v", () => {
    const ofAuthorize = (v: string, client = manyClientId) =>
      get(
        `${root}/authorize?response_type=code&client_id=${client}&redirect_uri=http%3A%2F%2F%5B%3A%3A1%5D%3A9999%2Fcb${v}`
      )
    it.effect.each([
      ["", "login"],
      ["&v=1", "login"],
      ["&v=1.0", "login"],
      ["&v1.0", "login"],
      ["&v=", "login"],
      ["&v=2.0", "invalid_request"],
      ["&v=1.0.0", "invalid_request"],
      ["&v=01.0", "invalid_request"],
      ["&v=1.0%20", "invalid_request"],
      ["&v=1,0", "invalid_request"],
      ["&v=%D9%A1.0", "invalid_request"],
      ["&v=1.0?x=y", "second question mark"]
    ] as const)("R1: at authorize, %j leads to %s", ([v, where]) =>
      Effect.gen(function* () {
        const answer = yield* send(ofAuthorize(v))
        assert.isUndefined(harmOf(answer))
        assert.include(decodeURIComponent(headerOf(answer, "location")!), where)
      })
    )

    it.effect.each([
      ["", "invalid_grant"],
      ["?v=1", "invalid_grant"],
      ["?v=1.0", "invalid_grant"],
      ["?v=2.0", "invalid_grant"],
      ["?v1.0", "invalid_grant"],
      ["?v=3.0", "invalid_request"],
      ["?v=1.0&v=2.0", "invalid_request"],
      ["?v=1.0?client_id=x", "invalid_request"]
    ] as const)("R47: at token, %j leads to %s", ([v, error]) =>
      Effect.gen(function* () {
        assert.strictEqual(errorOf(yield* send(post(form, formType, `${root}/token${v}`))), error)
      })
    )
  })
})

layer(layerWith({ server: { requestTimeout: 400, headersTimeout: 300, connectionsCheckingInterval: 50 } }), {
  excludeTestServices: true
})("slow requests", (it) => {
  it.effect(
    "R49: a body of one byte after the other ends at the time limit of the server, and nothing is logged as broken",
    () =>
      Effect.gen(function* () {
        const { lines, origin } = yield* Loopback
        const head = `POST ${root}/token?v=1.0 HTTP/1.1\r\nHost: x\r\n${formType}Content-Length: 60000\r\n\r\n`
        const answers = yield* Effect.promise(() =>
          Promise.all(["", head, `${head}a`, `GET ${authorize} HTTP/1.1\r\n`].map((text) => raw(origin, text, 5000)))
        )
        for (const { status } of answers) assert.include([0, 408, 400], status)
        assert.notMatch(lines.join("\n"), /defect|failed/)
        assert.strictEqual((yield* send(get(authorize))).status, 302)
      })
  )
})
