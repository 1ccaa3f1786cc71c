import Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as Domains from "@le-auth/core/Domains"
import * as KeySets from "@le-auth/core/KeySets"
import * as RefreshLock from "@le-auth/core/RefreshLock"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Sessions from "@le-auth/core/Sessions"
import * as SessionStore from "@le-auth/core/SessionStore"
import * as SignIn from "@le-auth/core/SignIn"
import * as TransactionStore from "@le-auth/core/TransactionStore"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { once } from "node:events"
import * as Net from "node:net"
import * as Tls from "node:tls"
import { certificate } from "../../../tools/certificate.ts"
import { callbackOf, fakeSentinel, installation } from "./FakeSentinel.ts"

const tls = certificate({ name: "sentinel" })

/** Ends TLS before a port of this computer. */
const terminator = (to: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const sockets = new Set<Net.Socket>()
      const server = Tls.createServer(tls, (socket) => {
        const upstream = Net.connect(to, "127.0.0.1").on("error", () => socket.destroy())
        sockets.add(socket.on("error", () => upstream.destroy()))
        socket.pipe(upstream).pipe(socket)
      })
      await once(server.listen(0, "127.0.0.1"), "listening")
      return { port: (server.address() as Net.AddressInfo).port, server, sockets }
    }),
    ({ server, sockets }) =>
      Effect.sync(() => {
        server.close()
        for (const socket of sockets) socket.destroy()
      })
  )

/** Requests as in a network where some names lead to this computer. `asked` are the names that were looked up. */
const network = (names: ReadonlyArray<string>) => {
  const asked = new Set<string>()
  const lookup: Net.LookupFunction = (name, _, answer) => {
    asked.add(name)
    if (names.includes(name)) answer(null, [{ address: "127.0.0.1", family: 4 }])
    else answer(Object.assign(new Error("There is no such name."), { code: "ENOTFOUND" }), [])
  }
  const dispatcher = Effect.acquireRelease(
    Effect.sync(() => new Undici.Agent({ connect: { lookup, ca: tls.cert } })),
    (agent) => Effect.promise(() => agent.destroy())
  )
  return { asked, http: Layer.unwrap(Effect.map(dispatcher, (dispatcher) => NodeHttp.layerWith({ dispatcher }))) }
}

const stores = Layer.mergeAll(TransactionStore.layerMemory, SessionStore.layerMemory, RefreshLock.layerMemory)

const signIn = (
  redirectUri: string,
  http: Layer.Layer<Layer.Success<typeof NodeHttp.layer>>,
  env: Record<string, string>
) =>
  Effect.gen(function* () {
    const started = yield* SignIn.start()
    const { session } = yield* SignIn.complete(SignIn.callback(callbackOf(started.url), started.binding))
    return { url: new URL(started.url), name: started.binding.name, session }
  }).pipe(
    Effect.provide(
      SignIn.layer.pipe(
        Layer.provideMerge(Sessions.layer),
        Layer.provideMerge(KeySets.layer),
        Layer.provideMerge(Layer.merge(Domains.layerConfig, SentinelClient.layer)),
        Layer.provideMerge(Layer.mergeAll(http, NodeCrypto.layer, stores)),
        Layer.provide(AppInstallations.layer(installation(redirectUri)))
      )
    ),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )

describe("J7: an application in one container and Sentinel in another", () => {
  for (const [title, scheme, redirectUri, authorizeOrigin, prefix] of [
    ["and the browser in a third", "http", "http://app:3000/callback", undefined, "le-auth-3000-"],
    ["and the browser outside", "http", "http://localhost:3001/callback", "http://localhost:5500", "le-auth-3001-"],
    ["over TLS", "https", "https://app:3000/callback", undefined, "__Host-le-auth-3000-"],
    [
      "over TLS, and the browser outside",
      "https",
      "https://localhost:3000/callback",
      "https://localhost:4400",
      "__Host-le-auth-3000-"
    ]
  ] as const) {
    it.live(`sign in, ${title}`, () =>
      Effect.gen(function* () {
        const sentinel = yield* fakeSentinel
        const plain = Number(new URL(sentinel.origin).port)
        const port = scheme === "http" ? plain : (yield* terminator(plain)).port
        sentinel.origin = `${scheme}://sentinel:${port}`
        const { asked, http } = network(["sentinel"])
        const { name, session, url } = yield* signIn(redirectUri, http, {
          LE_AUTH_DOMAIN_API: sentinel.origin,
          LE_AUTH_DEVELOPMENT_HOSTS: "sentinel,app",
          ...(authorizeOrigin && { LE_AUTH_AUTHORIZE_ORIGIN: authorizeOrigin })
        })
        assert.strictEqual(url.origin, authorizeOrigin ?? sentinel.origin)
        assert.strictEqual(url.searchParams.get("redirect_uri"), redirectUri)
        assert.isTrue(name.startsWith(prefix), name)
        assert.strictEqual(session.claims?._tag, "VerifiedClaims")
        // Look-up, exchange and keys: all that the application asks goes to the name that it knows.
        assert.deepStrictEqual([...asked], ["sentinel"])
        assert.lengthOf(sentinel.urls, 3)
        assert.include(sentinel.tokenRequests[0], new URLSearchParams({ redirect_uri: redirectUri }).toString())
      })
    )
  }

  it.live("A7: do not over plain http, if the other is not listed", () =>
    Effect.gen(function* () {
      const sentinel = yield* fakeSentinel
      sentinel.origin = sentinel.origin.replace("127.0.0.1", "sentinel")
      const { asked, http } = network(["sentinel"])
      const error = yield* signIn("http://localhost:3000/callback", http, {
        LE_AUTH_DOMAIN_API: sentinel.origin,
        LE_AUTH_DEVELOPMENT_HOSTS: "app"
      }).pipe(Effect.flip)
      assert.include(error.message, "Plain http to a host that LE_AUTH_DEVELOPMENT_HOSTS does not list")
      assert.deepStrictEqual([[...asked], sentinel.urls], [[], []])
    })
  )

  it.live("D1: hear what is wrong with a certificate of one's own authority", () =>
    Effect.gen(function* () {
      const sentinel = yield* fakeSentinel
      const { port } = yield* terminator(Number(new URL(sentinel.origin).port))
      const error = yield* signIn("https://localhost:3000/callback", NodeHttp.layer, {
        LE_AUTH_DOMAIN_API: `https://localhost:${port}`
      }).pipe(Effect.flip)
      assert.include(error.message, "name its file with NODE_EXTRA_CA_CERTS")
      assert.deepStrictEqual(sentinel.urls, [])
    })
  )
})
