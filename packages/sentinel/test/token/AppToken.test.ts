import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { AccessLog } from "@le-auth/sentinel/AccessLog"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import { createLocalJWKSet, jwtVerify } from "jose"
import {
  account,
  application,
  clientId,
  config,
  otherAccount,
  search,
  secret,
  serviceClientId,
  start,
  type StartOptions
} from "../Harness.ts"

const v1 = `/sentinel/api/account/${account}/app/token?v=1.0`
const v2 = `/sentinel/api/v2/account/${account}/app/token`
const credentials = { client_id: serviceClientId, client_secret: secret }
const grant = { grant_type: "client_credentials" }
const form = { "content-type": "application/x-www-form-urlencoded" }

/** The configuration, with a scope for the service. */
const [first, second] = config.accounts
const withScope = {
  accounts: [
    {
      ...first,
      installations: first!.installations.map((installation) =>
        installation.client_id === serviceClientId ? { ...installation, scope: "msg.consumer" } : installation
      )
    },
    second
  ]
}

const ask = Effect.fnUntraced(function* (
  path: string,
  body: Readonly<Record<string, string>> = { ...grant, ...credentials },
  options?: StartOptions
) {
  const sentinel = yield* start(options)
  const response = yield* sentinel.fetch(path, {
    method: "POST",
    body: search(body),
    headers: form
  })
  const json = (yield* Effect.promise(() => response.json())) as Record<string, string>
  return { sentinel, response, json, status: response.status }
})

describe("app token", () => {
  it.effect.each([v1, v1.replace("1.0", "2.0"), v2, `${v2}?v=2.0`])(
    "R50, R59: %s gives a JWT with LivePerson's claims and no refresh token",
    (path) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(1_800_000_000_250)
        const sentinel = yield* start({ config: withScope })
        const answer = yield* application(sentinel).post(path, { ...grant, ...credentials })
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(answer.headers.get("content-type"), "application/json")
        assert.strictEqual(answer.headers.get("cache-control"), "no-store")
        // LivePerson's client for the first version fails at any other member.
        const members = path.includes("/v2/")
          ? ["access_token", "expires_in", "token_type"]
          : ["access_token", "token_type"]
        assert.deepStrictEqual(Object.keys(answer.json).toSorted(), members)
        assert.strictEqual(answer.json["token_type"], "Bearer")
        assert.strictEqual(answer.json["expires_in"], path.includes("/v2/") ? "3600" : undefined)

        const keys = yield* sentinel.fetch("/sentinel/well-known/jwks")
        const set = yield* Effect.promise(async () => createLocalJWKSet(await keys.json()))
        const { payload, protectedHeader } = yield* Effect.promise(() =>
          jwtVerify(answer.json["access_token"]!, set, {
            issuer: "Sentinel",
            audience: account,
            currentDate: DateTime.toDateUtc(DateTime.makeUnsafe(1_800_000_000_250))
          })
        )
        assert.strictEqual(protectedHeader.alg, "RS256")
        assert.deepStrictEqual(payload as unknown, {
          aud: account,
          azp: serviceClientId,
          scope: "msg.consumer",
          iss: "Sentinel",
          exp: 1_800_003_600,
          iat: 1_800_000_000
        })
      })
  )

  it.effect.each([
    ["R50: grant_type missing", "invalid_request", credentials],
    ["R50: another grant type", "unsupported_grant_type", { grant_type: "authorization_code", ...credentials }],
    ["R50: not installed with it", "unauthorized_client", { ...grant, client_id: clientId, client_secret: secret }],
    ["R56: wrong secret", "invalid_client", { ...grant, ...credentials, client_secret: "wrong" }],
    ["R56: no secret", "invalid_client", { ...grant, client_id: serviceClientId }],
    ["R56: unknown application", "invalid_client", { ...grant, ...credentials, client_id: "nobody" }]
  ] as const)("%s: %s", ([, error, body]) =>
    Effect.gen(function* () {
      for (const path of [v1, v2]) {
        const { json, status } = yield* ask(path, body)
        assert.strictEqual(status, 400)
        assert.strictEqual(json["error"], error)
      }
    })
  )

  it.effect("R36: an application of one account gets no token for another", () =>
    Effect.gen(function* () {
      const { json } = yield* ask(v2.replace(account, otherAccount))
      assert.strictEqual(json["error"], "invalid_client")
    })
  )

  it.effect("R47: POST only", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      for (const path of [v1, v2]) {
        const response = yield* sentinel.fetch(`${path}${path.includes("?") ? "&" : "?"}${search(grant)}`)
        assert.strictEqual(response.status, 405)
        assert.strictEqual(response.headers.get("allow"), "POST")
      }
    })
  )

  it.effect(
    "R52: in the dialect rfc grant_type may be in the query, as LivePerson documents it; a secret may not",
    () =>
      Effect.gen(function* () {
        const options = { points: SentinelDialect.rfc }
        const inQuery = yield* ask(`${v1}&${search(grant)}`, credentials, options)
        assert.strictEqual(inQuery.status, 200)
        const sentinel = yield* start(options)
        for (const path of [v1, `${v2}?`]) {
          for (const headers of [undefined, form, { "content-type": "application/json" }]) {
            const response = yield* sentinel.fetch(`${path}&${search({ ...grant, ...credentials })}`, {
              method: "POST",
              ...(headers !== undefined && { headers })
            })
            const json = (yield* Effect.promise(() => response.json())) as Record<string, string>
            assert.strictEqual(response.status, 400)
            assert.strictEqual(json["error"], "invalid_request")
            assert.include(json["error_description"], "must not be in the query")
            assert.include(json["error_description"], "appTokenSecretInQuery")
          }
        }
        assert.notInclude(sentinel.lines.join(), secret)
      })
  )

  it.effect.each([v1, `${v2}?`])("R52: %s takes all from the query, with any content type, and warns", (path) =>
    Effect.gen(function* () {
      const sentinel = yield* start({ settings: Layer.succeed(AccessLog, true) })
      const address = `${path}&${search({ ...grant, ...credentials })}`
      const requests: ReadonlyArray<RequestInit> = [
        {},
        { headers: form },
        { headers: { "content-type": "application/json" } },
        { headers: { "content-type": "application/json" }, body: "{}" },
        { headers: form, body: search(grant) },
        { headers: form, body: search({ ...grant, ...credentials }) }
      ]
      for (const request of requests) {
        const response = yield* sentinel.fetch(address, { method: "POST", ...request })
        assert.strictEqual(response.status, 200)
      }
      const warnings = sentinel.lines.filter((line) => line.includes("appTokenSecretInQuery=false"))
      assert.lengthOf(warnings, requests.length)
      assert.match(warnings[0]!, /"requestId":"[0-9a-f]{16}"/)
      assert.notInclude(sentinel.lines.join(), secret)
      assert.notInclude(sentinel.lines.join(), "client_id=")
    })
  )

  it.effect(
    "R52: the body counts before the query, nothing comes twice, and the token endpoint takes no secret from the query",
    () =>
      Effect.gen(function* () {
        const options = { points: SentinelDialect.liveperson }
        const all = search({ ...grant, ...credentials })
        const sentinel = yield* start(options)
        const bare = yield* sentinel.fetch(`${v1}&${all}`, { method: "POST" })
        assert.strictEqual(bare.status, 200)
        assert.strictEqual((yield* ask(`${v1}&${all}`, {}, options)).status, 200)
        const wrong = yield* ask(`${v1}&${all}`, { client_secret: "wrong" }, options)
        assert.strictEqual(wrong.json["error"], "invalid_client")
        const twice = yield* ask(`${v1}&${all}&client_id=${serviceClientId}`, {}, options)
        assert.strictEqual(twice.json["error"], "invalid_request")
        assert.notInclude(sentinel.lines.join(), secret)
        // Only here: the token endpoint stays strict.
        const token = yield* ask(`/sentinel/api/account/${account}/token?v=1.0&${search(credentials)}`, grant, options)
        assert.include(token.json["error_description"], "must not be in the query")
      })
  )

  it.effect("issuer, lifetime, expires_in and the status of a wrong secret are those of the dialect", () =>
    Effect.gen(function* () {
      const points = {
        appTokenIssuer: "sentinel",
        appTokenLifetime: Duration.minutes(5),
        appTokenExpiresIn: "number",
        appTokenClientErrorStatus: 401
      } as const
      const { json } = yield* ask(v2, undefined, { points })
      const claims = JSON.parse(atob(json["access_token"]!.split(".")[1]!))
      assert.strictEqual(claims.iss, "sentinel")
      assert.strictEqual(claims.exp - claims.iat, 300)
      assert.strictEqual(json["expires_in"] as unknown, 300)
      assert.strictEqual((yield* ask(v2, { ...grant, client_id: "nobody" }, { points })).status, 401)
    })
  )

  it.effect("R61: an app token is neither an id_token nor good for more than its scope", () =>
    Effect.gen(function* () {
      const { json, sentinel } = yield* ask(v2)
      const claims = JSON.parse(atob(json["access_token"]!.split(".")[1]!))
      assert.notProperty(claims, "sub")
      assert.notStrictEqual(claims.aud, serviceClientId)
      const user = yield* sentinel.fetch(`/api/account/${account}/configuration/le-users/users/3552833710?v=6.0`, {
        headers: { authorization: `Bearer ${json["access_token"]}` }
      })
      assert.strictEqual(user.status, 403)
    })
  )
})
