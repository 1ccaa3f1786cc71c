import { assert, describe, it } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Effect from "effect/Effect"
import {
  account,
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  otherAccount,
  plainClientId,
  plainSecret,
  search,
  secret,
  serviceClientId,
  signedIn,
  start,
  tokenPath
} from "../Harness.ts"

const credentials = { client_id: clientId, client_secret: secret }
const grant = { grant_type: "authorization_code", code: "unknown" }
const encode = (text: string) => encodeURIComponent(text).replaceAll("%20", "+")
const basic = (id: string, password: string) => `Basic ${btoa(`${encode(id)}:${encode(password)}`)}`
const form = "application/x-www-form-urlencoded"

const post = (body: BodyInit, headers: Record<string, string>, path = tokenPath()) =>
  Effect.gen(function* () {
    const sentinel = yield* start()
    const response = yield* sentinel.fetch(path, { method: "POST", body, headers })
    const json = (yield* Effect.promise(() => response.json())) as Record<string, string>
    // R59: errors are JSON that is not kept, and R14's characters hold here, too (RFC 6749 section 5.2).
    assert.strictEqual(response.headers.get("content-type"), "application/json")
    assert.strictEqual(response.headers.get("cache-control"), "no-store")
    assert.strictEqual(response.headers.get("pragma"), "no-cache")
    assert.match(json["error_description"]!, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    return { response, json, status: response.status }
  })

describe("token: request", () => {
  it.effect.each(["GET", "HEAD", "PUT", "DELETE", "PATCH"])("R47: %s gets 405", (method) =>
    Effect.gen(function* () {
      const response = yield* (yield* start()).fetch(tokenPath(), { method })
      assert.strictEqual(response.status, 405)
      assert.strictEqual(response.headers.get("allow"), "POST")
    })
  )

  it.effect.each([
    [form, "invalid_grant"],
    [`${form};charset=UTF-8`, "invalid_grant"],
    [`${form}; charset=UTF-16`, "invalid_grant"],
    ["Application/X-WWW-Form-URLEncoded", "invalid_grant"],
    ["text/plain", "invalid_request"],
    ["application/json", "invalid_request"],
    ["multipart/form-data; boundary=x", "invalid_request"],
    [`${form}x`, "invalid_request"],
    ["", "invalid_request"]
  ] as const)("R48: content type %j is %s", ([type, error]) =>
    Effect.gen(function* () {
      const body = new TextEncoder().encode(search({ ...grant, ...credentials }))
      const { json, status } = yield* post(body, type === "" ? {} : { "content-type": type })
      assert.strictEqual(status, 400)
      assert.strictEqual(json["error"], error)
    })
  )

  it.effect.each([
    ["R50: grant_type missing", "invalid_request", { code: "x" }],
    ["R50: grant_type empty", "invalid_request", { grant_type: "" }],
    ["R50: grant_type unknown", "unsupported_grant_type", { grant_type: "password" }],
    ["R50: __proto__", "unsupported_grant_type", { grant_type: "__proto__" }],
    ["R50: code missing", "invalid_request", { grant_type: "authorization_code" }],
    ["R50: refresh_token missing", "invalid_request", { grant_type: "refresh_token" }],
    ["unknown code", "invalid_grant", grant],
    ["R44: a code that is not ASCII", "invalid_grant", { ...grant, code: "é\u0000\r\n" }],
    ["unknown refresh token", "invalid_grant", { grant_type: "refresh_token", refresh_token: "x" }]
  ] as const)("%s: %s", ([, error, body]) =>
    Effect.gen(function* () {
      const { json, status } = yield* post(search({ ...body, ...credentials }), { "content-type": form })
      assert.strictEqual(status, 400)
      assert.strictEqual(json["error"], error)
    })
  )

  it.effect("R50: a grant type that the installation does not have", () =>
    Effect.gen(function* () {
      const service = { client_id: serviceClientId, client_secret: secret }
      const { json } = yield* post(search({ ...grant, ...service }), { "content-type": form })
      assert.strictEqual(json["error"], "unauthorized_client")
    })
  )

  it.effect.each([
    `${search({ ...grant, ...credentials })}&code=unknown`,
    `${search({ ...grant, ...credentials })}&client_id=${clientId}`,
    `${search({ ...grant, ...credentials })}&other=1&other=2`,
    `${search({ ...grant, ...credentials })}${"&code=x".repeat(1000)}`
  ])("R51: a repeated parameter is refused", (body) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* post(body, { "content-type": form })).json["error"], "invalid_request")
    })
  )

  it.effect("R52: a secret in the query is refused; other parameters there are not read", () =>
    Effect.gen(function* () {
      const inQuery = yield* post(search(grant), { "content-type": form }, `${tokenPath()}&${search(credentials)}`)
      assert.strictEqual(inQuery.json["error"], "invalid_request")
      const codeInQuery = `${tokenPath()}&${search(grant)}`
      const { json } = yield* post(search(credentials), { "content-type": form }, codeInQuery)
      assert.strictEqual(json["error"], "invalid_request")
      assert.include(json["error_description"], "grant_type is missing")
    })
  )

  it.effect.each(["", "?v=1.0", "?v=1", "?v=2.0", "?v1.0", "?v="])("the version %j is accepted", (query) =>
    Effect.gen(function* () {
      const path = `/sentinel/api/account/${account}/token${query}`
      assert.strictEqual(
        (yield* post(search({ ...grant, ...credentials }), { "content-type": form }, path)).json["error"],
        "invalid_grant"
      )
    })
  )

  it.effect("another version is refused", () =>
    Effect.gen(function* () {
      const path = `/sentinel/api/account/${account}/token?v=3.0`
      const { json } = yield* post(search({ ...grant, ...credentials }), { "content-type": form }, path)
      assert.strictEqual(json["error"], "invalid_request")
    })
  )

  it.effect("R49: more than 64 KiB is refused", () =>
    Effect.gen(function* () {
      const body = search({ ...grant, ...credentials, pad: "x".repeat(65_536) })
      const { json, status } = yield* post(body, { "content-type": form })
      assert.strictEqual(status, 413)
      assert.strictEqual(json["error"], "invalid_request")
    })
  )

  it.effect("broken percent signs and UTF-8 do not cause an internal error", () =>
    Effect.gen(function* () {
      for (const code of ["%ZZ", "%", "%C3%28", "%ED%A0%80", "%F0%9F%98%80", "%00"]) {
        const body = `grant_type=authorization_code&code=${code}&${search(credentials)}`
        assert.strictEqual((yield* post(body, { "content-type": form })).json["error"], "invalid_grant")
      }
    })
  )
})

describe("token: client authentication", () => {
  it.effect("a wrong secret, an unknown client, another account and no credentials get the same 400", () =>
    Effect.gen(function* () {
      const bodies: Array<string> = []
      for (const [body, path] of [
        [{ client_id: clientId, client_secret: "wrong" }, tokenPath()],
        [{ client_id: "nobody", client_secret: secret }, tokenPath()],
        [{ client_id: "66666666-6666-4666-8666-666666666666", client_secret: secret }, tokenPath()],
        [credentials, tokenPath(otherAccount)],
        [credentials, tokenPath("99999999")],
        [{ client_id: clientId }, tokenPath()],
        [{ client_id: clientId, client_secret: "" }, tokenPath()],
        [{}, tokenPath()]
      ] as const) {
        const { json, response, status } = yield* post(search({ ...grant, ...body }), { "content-type": form }, path)
        assert.strictEqual(status, 400)
        assert.strictEqual(json["error"], "invalid_client")
        assert.isNull(response.headers.get("www-authenticate"))
        bodies.push(JSON.stringify(json))
      }
      assert.strictEqual(new Set(bodies).size, 1)
    })
  )

  it.effect("R56: the dialect can make it a 401", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ points: { tokenClientErrorStatus: 401 } })
      const body = new URLSearchParams({ ...grant, client_id: clientId, client_secret: "wrong" })
      assert.strictEqual((yield* sentinel.fetch(tokenPath(), { method: "POST", body })).status, 401)
    })
  )

  it.effect.each([
    ["R53: Basic", basic(clientId, secret), search(grant), "invalid_grant"],
    [
      "R53: Basic and the same client_id",
      basic(clientId, secret),
      search({ ...grant, client_id: clientId }),
      "invalid_grant"
    ],
    [
      "R53: Basic and another client_id",
      basic(clientId, secret),
      search({ ...grant, client_id: "x" }),
      "invalid_request"
    ],
    [
      "R53: Basic and the same in the body",
      basic(clientId, secret),
      search({ ...grant, ...credentials }),
      "invalid_grant"
    ],
    [
      "R53: Basic and the same in the body, with : % + and space",
      basic(plainClientId, plainSecret),
      search({ ...grant, client_id: plainClientId, client_secret: plainSecret }),
      "invalid_grant"
    ],
    [
      "R53: Basic that is not form-encoded, and the same wrong secret in the body",
      `Basic ${btoa(`${clientId}:100% + x`)}`,
      search({ ...grant, ...credentials, client_secret: "100% + x" }),
      "invalid_client"
    ],
    [
      "R53: Basic and the same secret in the body",
      basic(clientId, secret),
      search({ ...grant, client_secret: secret }),
      "invalid_grant"
    ],
    [
      "R53: Basic and another secret in the body",
      basic(clientId, secret),
      search({ ...grant, ...credentials, client_secret: "wrong" }),
      "invalid_request"
    ],
    [
      "R53: Basic with another secret than in the body",
      basic(clientId, "wrong"),
      search({ ...grant, ...credentials }),
      "invalid_request"
    ],
    [
      "R53: Basic and another id in the body",
      basic(clientId, secret),
      search({ ...grant, ...credentials, client_id: "x" }),
      "invalid_request"
    ],
    [
      "R53: the same wrong secret twice",
      basic(clientId, "wrong"),
      search({ ...grant, ...credentials, client_secret: "wrong" }),
      "invalid_client"
    ],
    ["R54: with : % + and space", basic(plainClientId, plainSecret), search(grant), "invalid_grant"],
    ["R54: not form-encoded", `Basic ${btoa(`${plainClientId}:${plainSecret}`)}`, search(grant), "invalid_client"],
    ["R55: lower-case scheme", basic(clientId, secret).replace("Basic", "basic"), search(grant), "invalid_grant"],
    ["R55: extra spaces", basic(clientId, secret).replace("Basic ", "Basic   "), search(grant), "invalid_grant"],
    ["R55: wrong secret", basic(clientId, "wrong"), search(grant), "invalid_client"],
    ["R55: nothing after Basic", "Basic", search(grant), "invalid_client"],
    ["R55: bad base64", "Basic =", search(grant), "invalid_client"],
    ["R55: bad base64", "Basic !!!!", search(grant), "invalid_client"],
    ["R55: more than one text", `${basic(clientId, secret)} x`, search(grant), "invalid_client"],
    ["R55: another scheme beside the body", "Notbasic x", search({ ...grant, ...credentials }), "invalid_grant"],
    ["R55: no colon", `Basic ${btoa("client")}`, search(grant), "invalid_client"],
    ["R55: no id", `Basic ${btoa(":")}`, search(grant), "invalid_client"],
    ["R55: broken escapes", `Basic ${btoa("%ZZ:%")}`, search(grant), "invalid_client"],
    ["R55: no UTF-8", `Basic ${btoa("\xff\xfe:x")}`, search(grant), "invalid_client"],
    ["R55: NUL", `Basic ${btoa("a%00:\0")}`, search(grant), "invalid_client"],
    ["R55: Bearer", "Bearer x", search(grant), "invalid_client"],
    ["R55: Bearer beside the body", "Bearer x", search({ ...grant, ...credentials }), "invalid_grant"]
  ] as const)("%s", ([, authorization, body, error]) =>
    Effect.gen(function* () {
      const { json, response, status } = yield* post(body, { "content-type": form, authorization })
      assert.strictEqual(json["error"], error)
      // R56
      const isChallenged = error === "invalid_client" && authorization.startsWith("Basic")
      assert.strictEqual(status, isChallenged ? 401 : 400)
      assert.strictEqual(response.headers.get("www-authenticate")?.startsWith("Basic realm=") ?? false, isChallenged)
    })
  )
})

describe("token: credentials twice", () => {
  const headers = { "content-type": form, authorization: basic(clientId, secret) }
  const body = search({ ...grant, ...credentials })

  it.effect("R53: equal ones leave a warning with the id of the request, and no secret", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const response = yield* sentinel.fetch(tokenPath(), { method: "POST", headers, body })
      const warnings = sentinel.lines.filter((line) => line.includes("sameCredentialsTwice=false"))
      assert.lengthOf(warnings, 1)
      assert.include(warnings[0], response.headers.get("x-request-id")!)
      assert.include(warnings[0], clientId)
      yield* sentinel.fetch(tokenPath(), { method: "POST", headers, body: search(grant) })
      assert.lengthOf(
        sentinel.lines.filter((line) => line.includes("a departure from an RFC")),
        1
      )
      assert.notInclude(sentinel.lines.join(), secret)
    })
  )

  it.effect("R53: in the dialect rfc both at once are refused, in words that name the point; the id twice is not", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ points: SentinelDialect.rfc })
      const ask = Effect.fnUntraced(function* (body: string) {
        const response = yield* sentinel.fetch(tokenPath(), { method: "POST", headers, body })
        return (yield* Effect.promise(() => response.json())) as Record<string, string>
      })
      for (const client_secret of [secret, "wrong"]) {
        const json = yield* ask(search({ ...grant, ...credentials, client_secret }))
        assert.strictEqual(json["error"], "invalid_request")
        assert.include(json["error_description"], "sameCredentialsTwice")
      }
      assert.strictEqual((yield* ask(search({ ...grant, client_id: clientId })))["error"], "invalid_grant")
    })
  )
})

describe("token: answer", () => {
  it.effect("an internal error is a 500 that says nothing of it, and is in the log", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({
        directory: (directory) => ({ ...directory, installation: () => Effect.die(new Error("planted")) })
      })
      const { headers, json, status, text } = yield* application(sentinel).refresh("any")
      assert.deepStrictEqual([status, json["error"]], [500, "server_error"])
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.notInclude(text, "planted")
      assert.isTrue(sentinel.lines.some((line) => line.includes("token failed") && line.includes("planted")))
    })
  )

  it.effect("R59, R60: LivePerson's fields and no other, opaque tokens of LivePerson's length", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const code = answerOf(yield* browser(sentinel).signIn()).get("code")!
      const { headers, json, status } = yield* application(sentinel).exchange(code)
      assert.strictEqual(status, 200)
      assert.strictEqual(headers.get("content-type"), "application/json")
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual(headers.get("pragma"), "no-cache")
      assert.deepStrictEqual(Object.keys(json).toSorted(), [
        "access_token",
        "expires_in",
        "id_token",
        "refresh_token",
        "token_type"
      ])
      assert.match(json["access_token"]!, /^[0-9a-f]{64}$/)
      assert.match(json["refresh_token"]!, /^[0-9a-f]{146}$/)
      assert.strictEqual(json["token_type"], "Bearer")
      assert.strictEqual(json["expires_in"] as unknown, 28_800)
    })
  )

  it.effect("R59: expires_in as a text or absent, if the dialect says so", () =>
    Effect.gen(function* () {
      const text = yield* signedIn({ points: { expiresIn: "string" } })
      assert.strictEqual(text.tokens["expires_in"], "28800")
      const absent = yield* signedIn({ points: { expiresIn: "absent" } })
      assert.isFalse("expires_in" in absent.tokens)
    })
  )

  it.effect("an installation without the grant type refresh_token gets no refresh token", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const path = authorizePath({ client_id: plainClientId })
      const code = answerOf(yield* browser(sentinel).signIn(path, agent)).get("code")!
      const app = application(sentinel, { client_id: plainClientId, client_secret: plainSecret })
      const { json, status } = yield* app.exchange(code)
      assert.strictEqual(status, 200)
      assert.isFalse("refresh_token" in json)
    })
  )

  it.effect("R37, R38: no secret is in the store or in the log", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const plain = yield* start()
      const store = new Proxy(plain.store, {
        get:
          (target, name) =>
          (...given: Array<never>) => {
            seen.push(given)
            return (target[name as keyof typeof target] as (...given: Array<never>) => unknown)(...given)
          }
      })
      const { app, code, sentinel, tokens, user } = yield* signedIn({ store })
      yield* app.exchange(code)
      const second = yield* app.exchange(
        answerOf(yield* user.send(authorizePath({ state: "planted-state" }))).get("code")!
      )
      const third = yield* app.refresh(second.json["refresh_token"])
      yield* app.revoke(third.json["refresh_token"])
      const text = JSON.stringify(seen) + sentinel.lines.join("\n")
      assert.isAbove(seen.length, 8)
      for (const hidden of [
        code,
        secret,
        "planted-state",
        ...user.jar.values(),
        ...[tokens, second.json, third.json].flatMap((json) =>
          ["access_token", "refresh_token", "id_token"].flatMap((name) => json[name] ?? [])
        )
      ]) {
        assert.notInclude(text, hidden)
      }
      assert.notInclude(text, `"agent"`)
    })
  )
})
