/** A whole Sentinel on a port of its own, as one of several nodes. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Origin } from "@le-auth/core/Origin"
import * as Seal from "@le-auth/core/Seal"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelSql from "@le-auth/sentinel/SentinelSql"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync } from "node:crypto"
import { createServer } from "node:http"
import { sqlClient } from "./Engines.ts"

export const accountId = "12345678"
export const clientId = "11111111-1111-4111-8111-111111111111"
export const clientSecret = "planted-client-secret"
export const userOf = (index: number) => ({
  username: `agent${index}@example.com`,
  password: `planted-password-${index}`
})

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })

/** What all nodes have in common: one account, one application, some users, and the key that signs. */
export const config = (redirectUri: string, users = 1) =>
  SentinelConfig.fromUnknown({
    points: { refreshTokens: "rotate", refreshGrace: "2 minutes", codeLifetime: "10 minutes" },
    signing_keys: [privateKey.export({ type: "pkcs8", format: "pem" })],
    accounts: [
      {
        id: accountId,
        users: Array.from({ length: users }, (_, index) => {
          const { password, username } = userOf(index)
          return { id: `355283371${index}`, email: username, password }
        }),
        installations: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            client_name: "App",
            grant_types: ["authorization_code", "refresh_token"],
            redirect_uris: [redirectUri]
          }
        ]
      }
    ]
  })

const passwords = { algorithm: Kdf.pbkdf2({ hash: Digest.sha256, iterations: 10 }) }

const seal = Seal.layer([Redacted.make("planted-seal-of-sentinel-of-forty-three-characters-or-more")]).pipe(
  Layer.provide(Seal.layerWebCrypto)
)

/** Runs until the scope ends, with a store of its own unless it has the URL of a database. Gives its address. */
export const sentinelNode = Effect.fnUntraced(function* (
  config: SentinelConfig.SentinelConfig,
  options: { readonly url?: string; readonly publicOrigin?: string }
) {
  const server = NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })
  const services =
    options.url === undefined
      ? Sentinel.layerMemory(config, { passwords })
      : SentinelSql.layer(config, { passwords, seal }).pipe(Layer.provide(sqlClient(options.url)))
  const context = yield* Layer.build(
    Sentinel.layerServerWith(
      options.publicOrigin === undefined ? {} : { publicOrigin: Origin.make(options.publicOrigin) }
    ).pipe(
      Layer.provideMerge(server),
      Layer.provide(services),
      Layer.provide(NodeCrypto.layer),
      // That connections are cut is what happens here.
      Layer.provide(Logger.layer([])),
      Layer.fresh
    )
  )
  return NetAddress.formatUrlUnsafe(Context.get(context, HttpServer.HttpServer).address)
})
