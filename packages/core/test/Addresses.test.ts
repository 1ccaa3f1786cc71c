import { assert, describe, it } from "@effect/vitest"
import { Domains } from "@le-auth/core/Domains"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SignIn from "@le-auth/core/SignIn"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import {
  account,
  callbackOf,
  installation,
  json,
  layerWith,
  oauthError,
  otherAccount,
  otherInstallation,
  sentinelOrigin,
  Wire
} from "./ScriptedSentinel.ts"

const options = { signIn: { pkce: true }, installations: [installation, otherInstallation] }

/** Everything that a client does, once as it should go and once as it should not; gives what was started. */
const everything = Effect.gen(function* () {
  const wire = yield* Wire
  const started = yield* SignIn.start({ accountId: account, returnTo: "/inbox", applicationState: "planted-draft" })
  const { session } = yield* SignIn.complete(callbackOf(started))
  yield* Sessions.accessToken(session.key)
  yield* Sessions.refresh(session.key)
  const http = yield* Sessions.authorized(yield* HttpClient.HttpClient, session.key)
  wire.next("/things", json({}, 401))
  yield* http.get("https://api-12345678.liveperson.net/things?page=2")
  yield* Domains.use((domains) => domains.resolve(account, "agentVep"))
  yield* SentinelClient.use((client) => client.keys(sentinelOrigin))
  yield* Sessions.revokeEverywhere(session.key)

  const refused = yield* SignIn.start({ accountId: otherAccount })
  yield* Effect.flip(SignIn.complete(callbackOf(refused, { error: "access_denied" })))
  const failed = yield* SignIn.start({ accountId: otherAccount })
  for (const status of [400, 401, 500]) wire.next("/token", oauthError("invalid_request", status, "planted-token"))
  yield* Effect.flip(SignIn.complete(callbackOf(failed)))
  return [started, refused, failed]
}).pipe(Effect.provideService(RetryPolicy.Current, RetryPolicy.none))

describe("addresses", () => {
  it.effect("A8, G1: of everything that the client builds or sends, no address holds a secret, a token or a code", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const all = yield* everything
      const addresses = [...wire.sent.map(({ url }) => url.href), ...all.map(({ url }) => url)]
      // Each endpoint was used, so none is left out.
      for (const part of ["/token", "/token/revoke", "/jwks", "/baseURI.json", "/things", "/authorize?"]) {
        assert.isTrue(
          addresses.some((address) => address.includes(part)),
          part
        )
      }
      const secrets = ["planted", "eyJ", ...all.map(({ binding }) => Redacted.value(binding.value))]
      for (const address of addresses) {
        for (const secret of secrets) {
          assert.notInclude(address, secret)
          assert.notInclude(decodeURIComponent(address), secret)
        }
      }
      // They did travel, where they belong: this would find them.
      const bodies = wire.sent.map(({ form, headers }) => `${form}${headers["authorization"]}`).join("\n")
      const sent = ["planted-code", "planted-client-secret", "planted-access-", "planted-refresh-", secrets[2]!]
      for (const secret of sent) assert.include(bodies, secret)
    }).pipe(Effect.provide(layerWith(options)))
  )
})
