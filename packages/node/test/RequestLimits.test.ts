import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as FetchHttp from "@le-auth/core/FetchHttp"
import { RequestLimits } from "@le-auth/core/RequestLimits"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { Origin } from "@le-auth/core/Origin"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Transport from "@le-auth/core/Transport"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import { installation } from "./FakeSentinel.ts"

interface Endless {
  readonly origin: Origin
  /** How many bytes had been written when the other side hung up. */
  readonly closed: Promise<number>
}

/** A token endpoint that sends, and sends, as long as it is listened to. */
const endless = Effect.acquireRelease(
  Effect.promise(async () => {
    let tell: (written: number) => void
    const closed = new Promise<number>((resolve) => (tell = resolve))
    const server = Http.createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" })
      const chunk = Buffer.alloc(65_536, " ")
      let written = 0
      const write = () => {
        while (!response.destroyed) {
          written += chunk.length
          if (!response.write(chunk)) return void response.once("drain", write)
        }
      }
      response.once("close", () => tell(written))
      write()
    })
    await once(server.listen(0, "127.0.0.1"), "listening")
    const origin = Origin.make(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return { origin, closed, server } satisfies Endless & { readonly server: Http.Server }
  }),
  ({ server }) => Effect.sync(() => void server.close().closeAllConnections())
)

/** A token endpoint with one answer. */
const answering = (body: Buffer, headers: Http.OutgoingHttpHeaders) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const server = Http.createServer((_, response) => void response.writeHead(200, headers).end(body))
      await once(server.listen(0, "127.0.0.1"), "listening")
      return { origin: Origin.make(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), server }
    }),
    ({ server }) => Effect.sync(() => void server.close().closeAllConnections())
  )

const refresh = (sentinel: Origin) =>
  SentinelClient.SentinelClient.use((client) =>
    client.refresh({ installation: installation(), sentinel, refreshToken: Redacted.make("planted-refresh-token") })
  )

for (const [name, http] of [
  ["undici", NodeHttp.layer],
  ["fetch", FetchHttp.layer],
  ["another client", Layer.provide(Transport.layer, NodeHttpClient.layerNodeHttp)]
] as const) {
  const client = Layer.provide(SentinelClient.layer, http)

  describe(`RequestLimits over ${name}`, () => {
    it.live("D10: an answer without end is not read to its end, and not asked for again", () =>
      Effect.gen(function* () {
        const { closed, origin } = yield* endless
        const error = yield* Effect.flip(refresh(origin))
        assert(error.reason._tag === "Unavailable")
        assert.include(error.message, "larger than 1 MiB")
        assert.isTrue(error.reason.sent)
        // The limit, and what was in the buffers between here and there.
        assert.isBelow(yield* Effect.promise(() => closed), 32 * 2 ** 20)
      }).pipe(Effect.provide(client), Effect.provideService(RetryPolicy.Current, RetryPolicy.documented))
    )

    it.live("D10: the limit is the one that was set, to the byte", () =>
      Effect.gen(function* () {
        const body = Buffer.from(JSON.stringify({ access_token: "a", token_type: "Bearer" }).padEnd(1000))
        const { origin } = yield* answering(body, { "content-type": "application/json" })
        const within = (maximumBodySize: number) =>
          Effect.provideService(refresh(origin), RequestLimits, { timeout: "5 seconds", maximumBodySize })
        assert.strictEqual((yield* within(1000)).token_type, "Bearer")
        assert.include((yield* Effect.flip(within(999))).message, "larger than 999 B")
      }).pipe(Effect.provide(client))
    )

    it.live("D6: an answer without a body is not a token response", () =>
      Effect.gen(function* () {
        const { origin } = yield* answering(Buffer.alloc(0), { "content-type": "application/json" })
        assert.strictEqual((yield* Effect.flip(refresh(origin))).reason._tag, "BadResponse")
      }).pipe(Effect.provide(client))
    )
  })
}

describe("RequestLimits", () => {
  it.live("D10: what a small answer unpacks to counts", () =>
    Effect.gen(function* () {
      const packed = gzipSync(Buffer.alloc(20 * 2 ** 20, " "))
      assert.isBelow(packed.length, 2 ** 16)
      const { origin } = yield* answering(packed, { "content-type": "application/json", "content-encoding": "gzip" })
      assert.include((yield* Effect.flip(refresh(origin))).message, "larger than 1 MiB")
    }).pipe(Effect.provide(Layer.provide(SentinelClient.layer, FetchHttp.layer)))
  )
})
