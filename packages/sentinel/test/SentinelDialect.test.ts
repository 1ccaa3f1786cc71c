/** Each point of the dialect, as a client sees it. Those of PKCE, discovery and app tokens have tests of their own. */
import { assert, describe, it } from "@effect/vitest"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import {
  account,
  answerOf,
  authorizePath,
  browser,
  clientId,
  isAlive,
  search,
  secret,
  serviceClientId,
  signedIn,
  start
} from "./Harness.ts"

const base = `/sentinel/api/account/${account}`
const credentials = { client_id: clientId, client_secret: secret }
const badCode = { grant_type: "authorization_code", code: "unknown", ...credentials }
const form = { "content-type": "application/x-www-form-urlencoded" }

const post = Effect.fnUntraced(function* (
  points: SentinelDialect.Changes,
  path: string,
  body: Readonly<Record<string, string>>
) {
  const sentinel = yield* start({ points })
  const response = yield* sentinel.fetch(`${base}/${path}`, { method: "POST", body: search(body), headers: form })
  const text = yield* Effect.promise(() => response.text())
  return { status: response.status, headers: response.headers, text }
})

const errorOf = (text: string): string => JSON.parse(text).error

describe("version", () => {
  /** What becomes of a version: `undefined` if it is accepted. */
  const refusal = Effect.fnUntraced(function* (points: SentinelDialect.Changes, query: string, isAuthorize: boolean) {
    if (!isAuthorize) {
      const { text } = yield* post(points, `token${query}`, badCode)
      return errorOf(text) === "invalid_grant" ? undefined : (JSON.parse(text).error_description as string)
    }
    const rest = search({ response_type: "code", client_id: clientId })
    const response = yield* (yield* start({ points })).fetch(
      `${base}/authorize${query === "" ? "?" : `${query}&`}${rest}`
    )
    return answerOf(response).get("error_description") ?? undefined
  })

  const queries = ["", "?v=", "?v=1.0", "?v=1", "?v1.0", "?v=2.0", "?v=3.0", "?v=v1.0"] as const
  const cases: ReadonlyArray<
    [SentinelDialect.Changes, authorize: ReadonlyArray<string>, token: ReadonlyArray<string>]
  > = [
    [{}, ["", "?v=", "?v=1.0", "?v=1", "?v1.0"], ["", "?v=", "?v=1.0", "?v=1", "?v1.0", "?v=2.0"]],
    [{ version: "any" }, queries, queries],
    [{ version: "required" }, ["?v=1.0", "?v=1", "?v1.0"], ["?v=1.0", "?v=1", "?v1.0", "?v=2.0"]],
    [{ version: "required", bareVersion: false }, ["?v=1.0", "?v=1"], ["?v=1.0", "?v=1", "?v=2.0"]],
    [{ tokenVersions: ["1.0"] }, ["", "?v=", "?v=1.0", "?v=1", "?v1.0"], ["", "?v=", "?v=1.0", "?v=1", "?v1.0"]],
    [{ tokenVersions: ["2.0"], version: "required" }, ["?v=1.0", "?v=1", "?v1.0"], ["?v=2.0"]]
  ]

  it.effect.each(cases)(
    "version, tokenVersions, bareVersion: with %j exactly the right ones are accepted",
    ([points, authorize, token]) =>
      Effect.gen(function* () {
        const accepted = (isAuthorize: boolean) =>
          Effect.filter(queries, (query) =>
            Effect.map(refusal(points, query, isAuthorize), (text) => text === undefined)
          )
        assert.deepStrictEqual(yield* accepted(true), [...authorize])
        assert.deepStrictEqual(yield* accepted(false), [...token])
      })
  )

  it.effect("R4: a second question mark, which some clients write, explains itself at every endpoint", () =>
    Effect.gen(function* () {
      for (const isAuthorize of [true, false]) {
        assert.include(yield* refusal({}, "?v=1.0?client_id=app", isAuthorize), "second question mark")
      }
      assert.include(yield* refusal({ version: "required" }, "", false), "v is missing. It must be 1.0 or 2.0.")
    })
  )
})

describe("errors", () => {
  it.effect("errorBody: LivePerson's envelope, with the status of the answer", () =>
    Effect.gen(function* () {
      for (const [path, body] of [
        ["token?v=1.0", badCode],
        ["token/revoke?v=1.0", { ...credentials, client_secret: "wrong", token: "x" }],
        ["app/token?v=1.0", { ...credentials, grant_type: "client_credentials" }]
      ] as const) {
        const { headers, status, text } = yield* post(
          { errorBody: "liveperson", appTokenErrorBody: "liveperson" },
          path,
          body
        )
        const { error } = JSON.parse(text)
        assert.strictEqual(headers.get("content-type"), "application/json")
        assert.strictEqual(error.responseStatus, status)
        assert.strictEqual(error.internalCode, status)
        assert.match(error.message, /^(?:invalid_grant|invalid_client|unauthorized_client): [A-Z]/)
      }
    })
  )

  it.effect("errorBody: a page, as a proxy in front may send it", () =>
    Effect.gen(function* () {
      const { headers, status, text } = yield* post({ errorBody: "html" }, "token?v=1.0", badCode)
      assert.strictEqual(status, 400)
      assert.strictEqual(headers.get("content-type"), "text/html; charset=utf-8")
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.include(text, "<h1>invalid_grant</h1>")
    })
  )

  it.effect("R56: tokenClientErrorStatus and revokeClientErrorStatus: 400 and 401, each for itself", () =>
    Effect.gen(function* () {
      const wrong = { ...credentials, client_secret: "wrong", token: "x" }
      const statuses = Effect.fnUntraced(function* (points: SentinelDialect.Changes) {
        return [
          (yield* post(points, "token?v=1.0", wrong)).status,
          (yield* post(points, "token/revoke?v1.0", wrong)).status
        ]
      })
      assert.deepStrictEqual(yield* statuses({}), [400, 401])
      assert.deepStrictEqual(yield* statuses({ tokenClientErrorStatus: 401, revokeClientErrorStatus: 400 }), [401, 400])
    })
  )

  it.effect(
    "R35: badCodeError: a bad code is called invalid_client, whatever is wrong with it; a bad refresh token is not",
    () =>
      Effect.gen(function* () {
        const { app, code } = yield* signedIn({ points: { badCodeError: "invalid_client" } })
        const unknown = yield* app.exchange("unknown")
        assert.strictEqual(unknown.status, 400)
        assert.strictEqual(unknown.json["error"], "invalid_client")
        assert.include(unknown.json["error_description"], "Client authentication failed")
        assert.strictEqual((yield* app.exchange(code)).text, unknown.text)
        assert.strictEqual((yield* app.refresh("unknown")).json["error"], "invalid_grant")
      })
  )

  it.effect(
    "R71: unknownTokenStatus: the revocation of a token that is not known is a 400; of a known one, still a 200",
    () =>
      Effect.gen(function* () {
        const { app, sentinel, tokens } = yield* signedIn({ points: { unknownTokenStatus: 400 } })
        const unknown = yield* app.revoke("unknown")
        assert.strictEqual(unknown.status, 400)
        assert.strictEqual(unknown.json["error"], "invalid_grant")
        assert.strictEqual((yield* app.revoke(tokens["refresh_token"])).status, 200)
        assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
        assert.strictEqual((yield* app.revoke(tokens["refresh_token"])).status, 400)
      })
  )

  it.effect("unknownServiceStatus: the Domain API answers 404 or 400", () =>
    Effect.gen(function* () {
      for (const [points, status] of [
        [{}, 404],
        [{ unknownServiceStatus: 400 }, 400]
      ] as const) {
        const sentinel = yield* start({ points })
        const response = yield* sentinel.fetch(`/api/account/${account}/service/nothing/baseURI.json?version=1.0`)
        assert.strictEqual(response.status, status)
      }
    })
  )
})

describe("tokens", () => {
  it.effect("R64: refreshTokens: same, the refresh token comes back and stays in use", () =>
    Effect.gen(function* () {
      const { app, tokens } = yield* signedIn({ points: { refreshTokens: "same" } })
      yield* TestClock.adjust("1 hour")
      const first = yield* app.refresh(tokens["refresh_token"])
      yield* TestClock.adjust("1 hour")
      const second = yield* app.refresh(tokens["refresh_token"])
      assert.strictEqual(first.json["refresh_token"], tokens["refresh_token"])
      assert.notStrictEqual(second.json["access_token"], first.json["access_token"])
    })
  )

  it.effect("R67: refreshGrace: of no length, the second use of a refresh token is a theft", () =>
    Effect.gen(function* () {
      const { app, tokens } = yield* signedIn({ points: { refreshTokens: "rotate", refreshGrace: Duration.zero } })
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).status, 200)
      assert.strictEqual((yield* app.refresh(tokens["refresh_token"])).json["error"], "invalid_grant")
    })
  )

  it.effect("publishKeys: off, the key set has the keys of app tokens only", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ points: { publishKeys: false } })
      const response = yield* sentinel.fetch("/sentinel/well-known/jwks")
      const { keys } = yield* Effect.promise(() => response.json())
      assert.deepStrictEqual(
        keys.map(({ kid }: { readonly kid: string }) => kid.replace(/-.*/, "")),
        ["appjwt"]
      )
    })
  )

  it.effect("anyPortOnLocalhost: a redirect URI on localhost matches on every port", () =>
    Effect.gen(function* () {
      const redirect_uri = "http://localhost:50123/cb"
      const path = authorizePath({ client_id: "33333333-3333-4333-8333-333333333333", redirect_uri })
      assert.strictEqual((yield* (yield* start()).fetch(path)).status, 400)
      const user = browser(yield* start({ points: { anyPortOnLocalhost: true } }))
      const answer = yield* user.signIn(path)
      assert.isTrue(answer.headers.get("location")!.startsWith(`${redirect_uri}?code=`))
    })
  )

  it.effect("lifetimes: each is as long as the dialect says", () =>
    Effect.gen(function* () {
      const { app, sentinel, tokens, user } = yield* signedIn({
        points: {
          accessTokenLifetime: Duration.minutes(1),
          codeLifetime: Duration.seconds(5),
          idTokenLifetime: Duration.seconds(30)
        }
      })
      const claims = JSON.parse(atob(tokens["id_token"]!.split(".")[1]!))
      assert.strictEqual(claims.exp - claims.iat, 30)
      assert.strictEqual(tokens["expires_in"] as unknown, 60)
      const code = answerOf(yield* user.send(authorizePath())).get("code")!
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* app.exchange(code)).json["error"], "invalid_grant")
      yield* TestClock.adjust("54999 millis")
      assert.isTrue(yield* isAlive(sentinel, tokens["access_token"]))
      yield* TestClock.adjust("1 millis")
      assert.isFalse(yield* isAlive(sentinel, tokens["access_token"]))
    })
  )
})

describe("every point", () => {
  /** What each endpoint answers, as far as a point can change it. */
  const answers = Effect.fnUntraced(function* (points: SentinelDialect.Changes) {
    const { sentinel, tokens } = yield* signedIn({ points })
    const claims = (token: string | undefined) => JSON.parse(atob(token!.split(".")[1]!))
    const ask = Effect.fnUntraced(function* (path: string, body: Readonly<Record<string, string>>) {
      const response = yield* sentinel.fetch(`${base}/${path}`, { method: "POST", body: search(body), headers: form })
      return { status: response.status, text: yield* Effect.promise(() => response.text()) }
    })
    const service = { client_id: serviceClientId, client_secret: secret, grant_type: "client_credentials" }
    const wrong = { client_secret: "wrong" }
    const good = yield* ask("app/token?v=1.0", service)
    const appToken = good.status === 200 ? JSON.parse(good.text) : {}
    const second = yield* sentinel.fetch(`/sentinel/api/v2/account/${account}/app/token`, {
      method: "POST",
      body: search(service),
      headers: form
    })
    const { exp, iat, iss } = claims(appToken.access_token)
    const { fetch } = sentinel
    return {
      token: [
        tokens["expires_in"],
        claims(tokens["id_token"]).iss,
        yield* ask("token?v=2.0", badCode),
        yield* ask("token?v=1.0", { ...badCode, ...wrong })
      ],
      "app-token": [
        appToken.expires_in,
        ((yield* Effect.promise(() => second.json())) as { readonly expires_in?: unknown }).expires_in,
        iss,
        exp - iat,
        yield* ask("app/token?v=2.0", { ...service, ...wrong }),
        (yield* ask(`app/token?v=1.0&${search(service)}`, {})).status
      ],
      revoke: [
        yield* ask("token/revoke?v=2.0", { ...credentials, token: "x" }),
        yield* ask("token/revoke?v=1.0", { ...credentials, ...wrong, token: "x" })
      ],
      domain: (yield* fetch(`/api/account/${account}/service/nothing/baseURI.json?version=1.0`)).status
    }
  })

  const changes: ReadonlyArray<[SentinelDialect.Changes, ReadonlyArray<string>]> = [
    [{ issuer: "other" }, ["token"]],
    [{ appTokenIssuer: "other" }, ["app-token"]],
    [{ expiresIn: "string" }, ["token"]],
    [{ expiresIn: "absent" }, ["token"]],
    [{ appTokenExpiresIn: "number" }, ["app-token"]],
    [{ appTokenExpiresIn: "absent" }, ["app-token"]],
    [{ appTokenV1ExpiresIn: "number" }, ["app-token"]],
    [{ appTokenV1ExpiresIn: "string" }, ["app-token"]],
    [{ tokenVersions: ["1.0"] }, ["token", "revoke"]],
    [{ appTokenVersions: ["1.0"] }, ["app-token"]],
    [{ errorBody: "liveperson" }, ["token", "revoke"]],
    [{ appTokenErrorBody: "liveperson" }, ["app-token"]],
    [{ tokenClientErrorStatus: 401 }, ["token"]],
    [{ appTokenClientErrorStatus: 401 }, ["app-token"]],
    [{ revokeClientErrorStatus: 400 }, ["revoke"]],
    [{ badCodeError: "invalid_client" }, ["token"]],
    [{ unknownTokenStatus: 400 }, ["revoke"]],
    [{ unknownServiceStatus: 400 }, ["domain"]],
    [{ appTokenSecretInQuery: false }, ["app-token"]],
    [{ accessTokenLifetime: Duration.minutes(5) }, ["token"]],
    [{ appTokenLifetime: Duration.minutes(5) }, ["app-token"]]
  ]
  it.effect.each(changes)("%j changes the endpoint that it names, and no other: %j", ([points, endpoints]) =>
    Effect.gen(function* () {
      const before = Object.entries(yield* answers({}))
      const after: Readonly<Record<string, unknown>> = yield* answers(points)
      const changed = before.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(after[name]))
      assert.deepStrictEqual(
        changed.map(([name]) => name),
        endpoints
      )
    })
  )

  it.effect.each([
    ["appTokenSecretInQuery", `app/token?v=1.0&${search({ client_secret: secret })}`, {}],
    ["sameCredentialsTwice", "token?v=1.0", { ...badCode, client_secret: secret }]
  ] as const)("a refusal that %s would lift names it", ([point, path, body]) =>
    Effect.gen(function* () {
      const sentinel = yield* start({ points: SentinelDialect.rfc })
      const response = yield* sentinel.fetch(`${base}/${path}`, {
        method: "POST",
        body: search(body),
        headers: { ...form, authorization: `Basic ${btoa(`${clientId}:${secret}`)}` }
      })
      assert.strictEqual(response.status, 400)
      assert.include(yield* Effect.promise(() => response.text()), point)
    })
  )

  it.effect("is in the three dialects, and nothing that is not LivePerson's is on by default", () =>
    Effect.gen(function* () {
      const { discovery, issuer, issuerInAnswers, pkce } = yield* SentinelDialect.SentinelDialect
      assert.deepStrictEqual(
        { discovery, issuer, issuerInAnswers, pkce },
        { discovery: false, issuer: "sentinel", issuerInAnswers: false, pkce: "ignored" }
      )
    })
  )
})
