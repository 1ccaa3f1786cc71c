/** A program that uses a Sentinel by its Domain API, and says what came of it. It runs in a process of its own. */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as Domains from "@le-auth/core/Domains"
import { AccountId, AuthorizationCode, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { application, authorize } from "./SignedIn.ts"

const domainApi = process.argv[2] ?? ""

const installationOf = (clientId: string) =>
  new AppInstallations.AppInstallation({
    accountId: AccountId.make("12345678"),
    clientId: ClientId.make(clientId),
    clientSecret: Redacted.make(application.client_secret),
    redirectUris: []
  })

const program = Effect.gen(function* () {
  const client = yield* SentinelClient.SentinelClient
  const domains = yield* Domains.Domains
  const sentinel = yield* domains.resolve(AccountId.make("12345678"), "sentinel")
  const code = yield* Effect.promise(() => authorize(sentinel))
  const user = { installation: installationOf(application.client_id), sentinel }
  const redirectUri = RedirectUri.make("http://127.0.0.1:4401/callback")
  const signedIn = yield* client.exchange({ ...user, code: AuthorizationCode.make(Redacted.make(code)), redirectUri })
  const refreshed = yield* client.refresh({ ...user, refreshToken: signedIn.refresh_token! })
  yield* client.revoke({ ...user, refreshToken: refreshed.refresh_token! })
  const after = yield* Effect.result(client.refresh({ ...user, refreshToken: refreshed.refresh_token! }))
  const app = yield* client.appToken({ installation: installationOf("33333333-3333-4333-8333-333333333333"), sentinel })
  return { sentinel, revoked: after._tag === "Failure", hasAppToken: Redacted.value(app.access_token) !== "" }
}).pipe(
  Effect.catch((error) => Effect.succeed({ problem: error.message })),
  Effect.provide(
    Layer.provide(
      Layer.mergeAll(SentinelClient.layer, Domains.layerWith({ domainApi: Origin.make(domainApi) })),
      NodeHttp.layer
    )
  )
)

process.stdout.write(JSON.stringify(await Effect.runPromise(program)))
