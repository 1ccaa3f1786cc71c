/** The server does what the contract in core says: a client that is made from the contract talks to it. */
import { assert, describe, it } from "@effect/vitest"
import { DomainApi } from "@le-auth/core/DomainApi"
import { AccountId, AuthorizationCode, ClientId, ClientSecret, RefreshToken } from "@le-auth/core/Identifiers"
import { SentinelApi } from "@le-auth/core/SentinelApi"
import * as Effect from "effect/Effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { account, answerOf, browser, clientId, type Running, secret, start } from "./Harness.ts"

const clientOf = (sentinel: Running) =>
  HttpClient.make((request) =>
    Effect.flatMap(Effect.orDie(HttpClientRequest.toWeb(request)), (web) =>
      Effect.map(sentinel.send(web), (response) => HttpClientResponse.fromWeb(request, response))
    )
  ).pipe(HttpClient.mapRequest(HttpClientRequest.prependUrl(sentinel.origin)))

const accountId = AccountId.make(account)
const credentials = {
  client_id: ClientId.make(clientId),
  client_secret: Schema.decodeUnknownSync(ClientSecret)(secret)
}
const query = { v: "1.0" }

describe("the contract", () => {
  it.effect("SentinelApi: authorize, token, revoke and keys", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const api = yield* HttpApiClient.makeWith(SentinelApi, { httpClient: clientOf(sentinel) })
      const params = { accountId }
      const toLogin = yield* api.sentinel.authorize({
        params,
        query: { clientId: ClientId.make(clientId), responseType: "code", v: "1.0" }
      })
      assert.include(toLogin.headers.location, "/sentinel/login?request=")

      const code = Schema.decodeUnknownSync(AuthorizationCode)(answerOf(yield* browser(sentinel).signIn()).get("code"))
      const tokens = yield* api.sentinel.token({
        params,
        query,
        payload: { grant_type: "authorization_code", code, ...credentials }
      })
      assert.strictEqual(tokens.expires_in, 28_800)
      const refreshed = yield* api.sentinel.token({
        params,
        query,
        payload: { grant_type: "refresh_token", refresh_token: tokens.refresh_token!, ...credentials }
      })
      assert.lengthOf(Redacted.value(refreshed.refresh_token!), 146)
      yield* api.sentinel.revoke({ params, query, payload: { token: refreshed.refresh_token!, ...credentials } })
      const refused = yield* Effect.flip(
        api.sentinel.token({
          params,
          query,
          payload: { grant_type: "refresh_token", refresh_token: refreshed.refresh_token!, ...credentials }
        })
      )
      assert.strictEqual("error" in refused ? refused.error : refused._tag, "invalid_grant")
      assert.lengthOf((yield* api.sentinel.keys({})).keys, 2)
    })
  )

  it.effect("SentinelApi: the direct errors of authorize and revoke are decoded as the contract's", () =>
    Effect.gen(function* () {
      const sentinel = yield* start()
      const api = yield* HttpApiClient.makeWith(SentinelApi, { httpClient: clientOf(sentinel) })
      const unknown = yield* Effect.flip(
        api.sentinel.authorize({
          params: { accountId },
          query: { clientId: ClientId.make("nobody"), responseType: "code", v: "1.0" }
        })
      )
      assert.strictEqual(unknown._tag, "Unauthorized")
      const wrong = yield* Effect.flip(
        api.sentinel.revoke({
          params: { accountId },
          query: {},
          payload: {
            client_id: ClientId.make("nobody"),
            client_secret: credentials.client_secret,
            token: Schema.decodeUnknownSync(RefreshToken)("x")
          }
        })
      )
      assert.strictEqual("error" in wrong ? wrong.error : wrong._tag, "invalid_client")
    })
  )

  it.effect("DomainApi: one service, all services, and what is not known", () =>
    Effect.gen(function* () {
      const sentinel = yield* start({ publicOrigin: "https://sentinel.example:8443" })
      const api = yield* HttpApiClient.makeWith(DomainApi, { httpClient: clientOf(sentinel) })
      const service = (accountId: string, service: string) =>
        api.domains.service({ params: { accountId: AccountId.make(accountId), service }, query: { version: "1.0" } })
      const baseURI = "sentinel.example:8443"
      assert.deepStrictEqual(yield* service(account, "sentinel"), { service: "sentinel", account, baseURI })
      const { baseURIs } = yield* api.domains.services({ params: { accountId }, query: {} })
      assert.deepInclude(baseURIs, { service: "sentinel", account, baseURI })
      assert.isAbove(baseURIs.length, 3)
      for (const [id, name, error] of [
        ["99999999", "sentinel", "unauthorized"],
        [account, "Sentinel", "not_found"],
        [account, "__proto__", "not_found"]
      ] as const) {
        const refused = yield* Effect.flip(service(id, name))
        assert.strictEqual("error" in refused ? refused.error : refused._tag, error)
      }
    })
  )
})
