/** Every kind of token at every resource, for each store. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { generateKeyPairSync, sign } from "node:crypto"
import {
  account,
  admin,
  agent,
  answerOf,
  application,
  authorizePath,
  browser,
  clientId,
  config as usual,
  otherAccount,
  otherClientId,
  type Running,
  search,
  secret
} from "../Harness.ts"

const [first, other] = usual.accounts
const service = (client_id: string, scope?: string) => ({
  client_id,
  client_secret: secret,
  client_name: client_id,
  grant_types: ["client_credentials"],
  redirect_uris: [],
  ...(scope === undefined ? {} : { scope })
})

/** The configuration of the harness, with services of several scopes and LivePerson's own people. */
export const config = {
  accounts: [
    {
      ...first,
      users: [
        ...first!.users,
        { id: "7", email: "lpa@example.com", password: "lpa", is_lpa: true, is_admin: true },
        { id: "8", email: "guest@example.com", password: "guest", is_lpa: true }
      ],
      installations: [
        ...first!.installations,
        service("reader", "msg.consumer users.external"),
        service("near", "users.externals faas.lambda.invoke"),
        service("none")
      ]
    },
    { ...other, installations: [...other!.installations, service("reader", "users.external")] }
  ]
}

export const path = (resource: string, accountId: string = account) =>
  `/api/account/${accountId}/configuration/${resource}?v=6.0`
export const resources = ["le-users/users", "le-users/users/3552833710", "le-agents/status-reasons"] as const

/** An app token, by version 2 of the endpoint. */
export const appToken = (sentinel: Running, client_id: string, accountId: string = account) =>
  Effect.map(
    application(sentinel).post(`/sentinel/api/v2/account/${accountId}/app/token`, {
      grant_type: "client_credentials",
      client_id,
      client_secret: secret
    }),
    ({ json }) => json["access_token"]!
  )

/** The answer to a token at a resource, as far as it matters here. */
export const ask = Effect.fnUntraced(function* (sentinel: Running, resource: string, token: string | undefined) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = yield* sentinel.fetch(path(resource), { headers })
  const body = (yield* Effect.promise(() => response.json())) as Record<string, string>
  return { status: response.status, challenge: response.headers.get("www-authenticate"), body }
})

const signIn = (sentinel: Running, credentials: typeof agent, accountId: string = account, client_id = clientId) =>
  Effect.gen(function* () {
    const code = answerOf(yield* browser(sentinel).signIn(authorizePath({ client_id }, accountId), credentials)).get(
      "code"
    )!
    const app = application(sentinel, { client_id, client_secret: secret })
    const { json } = yield* app.post(`/sentinel/api/account/${accountId}/token?v=1.0`, {
      grant_type: "authorization_code",
      code,
      client_id,
      client_secret: secret
    })
    return json
  })

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
const { privateKey: foreign } = generateKeyPairSync("rsa", { modulusLength: 2048 })

/** Asks every resource with every kind of token. */
export const provesTable = Effect.fnUntraced(function* (sentinel: Running) {
  const reader = yield* appToken(sentinel, "reader")
  const [header, payload, signature] = reader.split(".") as [string, string, string]
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString())
  const headerOf = JSON.parse(Buffer.from(header, "base64url").toString())
  assert.match(headerOf.kid, /^appjwt-/)
  const user = yield* signIn(sentinel, agent)
  const idToken = user["id_token"]!
  const tampered = part({ ...claims, scope: "users.external msg.consumer more" })
  const unsigned = part({ ...headerOf, alg: "none" })

  const good = [200, 200, 200]
  const unknown = [401, 401, 401]
  const rows: ReadonlyArray<readonly [string, string | undefined, ReadonlyArray<number>]> = [
    ["a user's", user["access_token"], [403, 200, 200]],
    ["an administrator's", (yield* signIn(sentinel, admin))["access_token"], good],
    [
      "that of an administrator of LivePerson",
      (yield* signIn(sentinel, { username: "lpa@example.com", password: "lpa" }))["access_token"],
      good
    ],
    [
      "that of another one of LivePerson",
      (yield* signIn(sentinel, { username: "guest@example.com", password: "guest" }))["access_token"],
      [403, 403, 200]
    ],
    ["an app token with the scope", reader, [200, 200, 403]],
    ["an app token with another scope", yield* appToken(sentinel, "near"), [403, 403, 403]],
    ["an app token without a scope", yield* appToken(sentinel, "none"), [403, 403, 403]],
    ["an app token of another account", yield* appToken(sentinel, "reader", otherAccount), unknown],
    [
      "a user's of another account",
      (yield* signIn(sentinel, agent, otherAccount, otherClientId))["access_token"],
      unknown
    ],
    ["an id_token", idToken, unknown],
    ["a refresh token", user["refresh_token"], unknown],
    ["an id_token under the header of an app token", [header, ...idToken.split(".").slice(1)].join("."), unknown],
    ["other claims under a signature", [header, tampered, signature].join("."), unknown],
    ["no signature", `${header}.${payload}.`, unknown],
    ["a short signature", `${header}.${payload}.AAAA`, unknown],
    ["the algorithm none", `${unsigned}.${payload}.`, unknown],
    [
      "the signature of another key",
      `${header}.${payload}.${sign("sha256", Buffer.from(`${header}.${payload}`), foreign).toString("base64url")}`,
      unknown
    ],
    ["four parts", `${reader}.${signature}`, unknown],
    ["dots", "..", unknown],
    ["nothing of ours", "f".repeat(64), unknown],
    ["none", undefined, unknown]
  ]
  for (const [name, token, expected] of rows) {
    for (const [index, resource] of resources.entries()) {
      const { body, challenge, status } = yield* ask(sentinel, resource, token)
      assert.strictEqual(status, expected[index], `${name} at ${resource}`)
      if (status === 200) continue
      assert.strictEqual(body["error"], status === 401 ? "invalid_token" : "insufficient_scope")
      const isAsked = name.startsWith("an app token") && index < 2
      const error =
        status === 401
          ? token === undefined
            ? 'realm="Sentinel"'
            : 'error="invalid_token"'
          : 'error="insufficient_scope"'
      assert.strictEqual(challenge, `Bearer ${error}${status === 403 && isAsked ? ', scope="users.external"' : ""}`)
      if (status === 403 && isAsked) assert.include(body["error_description"], "does not have the scope users.external")
    }
  }
  // Only in a header, and only as a bearer token.
  const inQuery = yield* sentinel.fetch(`${path(resources[0])}&${search({ access_token: reader })}`)
  const bare = yield* sentinel.fetch(path(resources[0]), { headers: { authorization: reader } })
  assert.deepStrictEqual([inQuery.status, bare.status], [401, 401])
})
