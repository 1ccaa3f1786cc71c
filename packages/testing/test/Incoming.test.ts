/** What LivePerson sends in, as Sentinel makes it. */
import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as AppJwt from "@le-auth/core/AppJwt"
import * as Domains from "@le-auth/core/Domains"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import * as IdToken from "@le-auth/core/IdToken"
import * as KeySets from "@le-auth/core/KeySets"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as SignIn from "@le-auth/core/SignIn"
import * as WebhookSignature from "@le-auth/core/WebhookSignature"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as TestSentinel from "@le-auth/testing/TestSentinel"
import * as TestSignIn from "@le-auth/testing/TestSignIn"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { text } from "./Flow.ts"

const development = SentinelConfig.development()
const [brand] = development.accounts
const accountId = brand!.id
const otherAccountId = AccountId.make("87654321")
const clientId = ClientId.make("44444444-4444-4444-8444-444444444444")
const secret = Redacted.make("planted-service-secret")

const service = {
  ...brand!.installations[0]!,
  client_id: clientId,
  client_secret: secret,
  client_name: "a service",
  grant_types: ["client_credentials"] as const,
  redirect_uris: [],
  scope: "users.external msg.consumer"
}
const config: SentinelConfig.SentinelConfig = {
  accounts: [
    { ...brand!, installations: [...brand!.installations, service] },
    { ...brand!, id: otherAccountId, installations: [service] }
  ]
}
const layer = TestSignIn.layerWith({ sentinel: { config } })

const appToken = Effect.fnUntraced(function* (account = accountId) {
  const client = yield* SentinelClient
  const installation = new AppInstallations.AppInstallation({
    accountId: account,
    clientId,
    clientSecret: secret,
    redirectUris: []
  })
  const sentinel = yield* Domains.resolve(account, "sentinel")
  return (yield* client.appToken({ installation, sentinel })).access_token
})

/** What a user's sign-in brings. */
const userTokens = Effect.gen(function* () {
  const client = yield* SentinelClient
  const { url } = yield* SignIn.start({ accountId })
  const callback = new URL(yield* TestSentinel.approve(url))
  const installation = yield* AppInstallations.AppInstallations.use(({ find }) => find(accountId))
  const sentinel = yield* Domains.resolve(accountId, "sentinel")
  const tokens = yield* client.exchange({
    installation,
    sentinel,
    code: Redacted.make(callback.searchParams.get("code")!),
    redirectUri: RedirectUri.make(new URL(url).searchParams.get("redirect_uri")!)
  })
  return { ...tokens, clientId: installation.clientId }
})

/** The token that the endpoint of a bot got in its header. */
const received = (token: Redacted.Redacted<string>, options: Partial<AppJwt.VerifyOptions> = {}) =>
  AppJwt.fromRequest({ authorization: `Bearer ${Redacted.value(token)}` }).pipe(
    Effect.flatMap((found) => AppJwt.verify(found, { accountId, ...options }))
  )

const reasonOf = <A, R>(verified: Effect.Effect<A, { readonly reason: unknown }, R>) =>
  Effect.map(Effect.flip(verified), ({ reason }) => reason)

const keyRequests = Effect.map(
  TestSentinel.requests(),
  (all) => all.filter(({ path }) => path.endsWith("/jwks")).length
)

describe("what LivePerson sends in", () => {
  it.effect("K2: an app token of Sentinel passes, with what it is for", () =>
    Effect.gen(function* () {
      const token = yield* appToken()
      const claims = yield* received(token, { azp: clientId, scope: "msg.consumer" })
      assert.deepStrictEqual(
        [claims.aud, claims.azp, claims.scope],
        [accountId, clientId, ["users.external", "msg.consumer"]]
      )
      assert.strictEqual(yield* reasonOf(received(token, { scope: "faas.lambda.invoke" })), "InsufficientScope")
      assert.strictEqual(
        yield* reasonOf(received(token, { azp: brand!.installations[0]!.client_id })),
        "WrongApplication"
      )
      yield* TestClock.adjust("3660 seconds")
      assert.strictEqual(yield* reasonOf(received(token)), "Expired")
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: tokens of another account and of users do not pass, nor does an app token for an id_token", () =>
    Effect.gen(function* () {
      const user = yield* userTokens
      assert.strictEqual(yield* reasonOf(received(user.access_token)), "Malformed")
      assert.strictEqual(yield* reasonOf(received(user.id_token!)), "NotAnAppToken")
      assert.strictEqual(yield* reasonOf(received(yield* appToken(otherAccountId))), "WrongAccount")
      const keySets = yield* KeySets.KeySets
      const keys = yield* keySets.keysFor(yield* Domains.resolve(accountId, "sentinel"), undefined)
      const token = yield* appToken()
      for (const id of [clientId, user.clientId, ClientId.make(accountId)]) {
        assert.strictEqual(yield* reasonOf(IdToken.verify({ token, clientId: id, keys })), "Malformed")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: when Sentinel changes its key between two requests, both tokens pass, after one fetch", () =>
    Effect.gen(function* () {
      const before = yield* appToken()
      yield* received(before)
      yield* TestClock.adjust("1 minute")
      yield* TestSentinel.control(({ keys }) => keys.rotate)
      const after = yield* appToken()
      assert.notStrictEqual(text(before).split(".")[0], text(after).split(".")[0])
      assert.strictEqual(yield* keyRequests, 1)
      yield* Effect.forEach(Array.from({ length: 20 }), () => received(after), { concurrency: "unbounded" })
      yield* received(before)
      assert.strictEqual(yield* keyRequests, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("K2: a signature with the secret of an installation of Sentinel is valid for that one", () =>
    Effect.gen(function* () {
      const body = new TextEncoder().encode('{"a":1}')
      const { clientSecret } = yield* AppInstallations.AppInstallations.use(({ find }) => find(accountId))
      const right = yield* WebhookSignature.sign({ secret: clientSecret, body, hash: "sha256", encoding: "hex" })
      const wrong = yield* WebhookSignature.sign({ secret, body, hash: "sha256", encoding: "hex" })
      assert.strictEqual((yield* WebhookSignature.verify({ accountId, body, header: right }))._tag, "Valid")
      assert.strictEqual((yield* WebhookSignature.verify({ accountId, body, header: wrong }))._tag, "Invalid")
    }).pipe(Effect.provide(layer))
  )
})
