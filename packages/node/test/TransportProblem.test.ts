import Undici from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import * as FetchHttp from "@le-auth/core/FetchHttp"
import { Origin } from "@le-auth/core/Origin"
import { RequestLimits } from "@le-auth/core/RequestLimits"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import type { Transport } from "@le-auth/core/Transport"
import * as TransportProblem from "@le-auth/core/TransportProblem"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import * as Tls from "node:tls"
import { certificate } from "../../../tools/certificate.ts"
import { installation } from "./FakeSentinel.ts"
import { freePort } from "./Ports.ts"
import { accept, proxy, serve } from "./Servers.ts"
import { ours } from "./Transports.ts"

/** Each attempt of a refresh, without pauses, and how the last one failed. */
const failing = Effect.fnUntraced(function* (sentinel: Origin) {
  let attempts = 1
  const policy: RetryPolicy.RetryPolicy = ({ attempt }) => {
    if (attempt > 2) return Option.none()
    attempts += 1
    return Option.some(Duration.zero)
  }
  const error = yield* SentinelClient.SentinelClient.use((client) =>
    client.refresh({ installation: installation(), sentinel, refreshToken: Redacted.make("planted-refresh") })
  ).pipe(Effect.flip, Effect.provideService(RetryPolicy.Current, policy))
  assert.notInclude(`${error.message} ${JSON.stringify(error)}`, "planted")
  const { reason } = error
  assert(reason._tag === "Unavailable" && reason.transport !== undefined, error.message)
  assert.strictEqual(reason.sent, reason.transport.sent)
  return { attempts, error, problem: reason.transport }
})

const trusting = (cert: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = Tls.getCACertificates("default")
      Tls.setDefaultCACertificates([...before, cert])
      return before
    }),
    (before) => Effect.sync(() => Tls.setDefaultCACertificates(before))
  )

const { key, cert } = certificate({ name: "localhost" })
const otherName = certificate({ name: "other.example" })
const expired = certificate({ name: "localhost", until: "200101000000Z" })

const tlsServer = (tls: { readonly key: string; readonly cert: string }) =>
  Effect.map(
    serve((_, response) => void response.end(), tls),
    ({ origin }) => origin
  )

interface Case {
  readonly tag: TransportProblem.TransportProblem["_tag"]
  readonly sentinel: Effect.Effect<Origin, never, Scope>
  readonly sent: boolean
  readonly attempts: number
  readonly says: string
}

const cases: ReadonlyArray<readonly [string, Case]> = [
  [
    "a name that does not exist",
    {
      tag: "NotResolved",
      sentinel: Effect.succeed(Origin.make("https://le-auth.invalid")),
      sent: false,
      attempts: 3,
      says: "Check the network and the name."
    }
  ],
  [
    "a port without a listener",
    {
      tag: "ConnectionRefused",
      sentinel: Effect.map(freePort, (port) => Origin.make(`http://127.0.0.1:${port}`)),
      sent: false,
      attempts: 3,
      says: "ECONNREFUSED"
    }
  ],
  [
    "a certificate that is not trusted",
    {
      tag: "CertificateUntrusted",
      sentinel: tlsServer({ key, cert }),
      sent: false,
      attempts: 1,
      says: "NODE_EXTRA_CA_CERTS"
    }
  ],
  [
    "a certificate for another name",
    {
      tag: "CertificateWrongName",
      sentinel: Effect.andThen(trusting(otherName.cert), tlsServer(otherName)),
      sent: false,
      attempts: 1,
      says: "for another name"
    }
  ],
  [
    "a certificate that is over",
    {
      tag: "CertificateExpired",
      sentinel: Effect.andThen(trusting(expired.cert), tlsServer(expired)),
      sent: false,
      attempts: 1,
      says: "this computer's clock"
    }
  ],
  [
    "a server without TLS",
    {
      tag: "NoTls",
      sentinel: Effect.map(
        serve((_, response) => void response.end()),
        ({ port }) => Origin.make(`https://127.0.0.1:${port}`)
      ),
      sent: false,
      attempts: 1,
      says: "does not speak TLS"
    }
  ],
  [
    "a connection that breaks before TLS is there",
    {
      tag: "ConnectionReset",
      sentinel: Effect.map(
        accept("https", (socket) => void socket.once("data", () => socket.end())),
        ({ origin }) => origin
      ),
      sent: false,
      attempts: 3,
      says: "the connection broke"
    }
  ],
  [
    "a connection that breaks in place of an answer",
    {
      tag: "ConnectionReset",
      sentinel: Effect.map(
        accept("http", (socket) => void socket.once("data", () => socket.resetAndDestroy())),
        ({ origin }) => origin
      ),
      sent: true,
      attempts: 1,
      says: "the connection broke"
    }
  ],
  [
    "a connection that ends in place of an answer",
    {
      tag: "ConnectionReset",
      sentinel: Effect.map(
        accept("http", (socket) => void socket.once("data", () => socket.end())),
        ({ origin }) => origin
      ),
      sent: true,
      attempts: 1,
      says: "the connection broke"
    }
  ],
  [
    "an answer that is too large",
    {
      tag: "AnswerTooLarge",
      sentinel: Effect.map(
        serve((_, response) => void response.end("x".repeat(2 ** 21))),
        ({ origin }) => origin
      ),
      sent: true,
      attempts: 1,
      says: "larger than 1 MiB"
    }
  ]
]

for (const [name, transport] of ours) {
  describe(`D14: over ${name}`, () => {
    it.live.each(cases)("%s", ([_, { attempts, says, sent, sentinel, tag }]) =>
      Effect.gen(function* () {
        const origin = yield* sentinel
        const failed = yield* failing(origin)
        assert.strictEqual(failed.problem._tag, tag, failed.error.message)
        assert.strictEqual(failed.problem.host, new URL(origin).host)
        assert.strictEqual(failed.problem.sent, sent)
        assert.strictEqual(failed.attempts, attempts)
        assert.include(failed.error.message, says)
        assert.strictEqual(failed.error.isTransient, TransportProblem.heals(failed.problem))
      }).pipe(Effect.provide(Layer.provide(SentinelClient.layer, transport)))
    )
  })
}

describe("D14", () => {
  it.live("over undici it is known whether the time was over before the request went out", () =>
    Effect.gen(function* () {
      // TLS never begins.
      const { origin } = yield* accept("https", () => {})
      const { attempts, problem } = yield* failing(origin)
      assert.strictEqual(problem._tag, "ConnectTimeout")
      assert.isFalse(problem.sent)
      assert.strictEqual(attempts, 3)
    }).pipe(
      Effect.provide(Layer.provide(SentinelClient.layer, NodeHttp.layer)),
      Effect.provideService(RequestLimits, { timeout: "200 millis", maximumBodySize: "1 MiB" })
    )
  )

  /** Over a proxy at an address. */
  const behind: ReadonlyArray<readonly [string, (uri: string) => Layer.Layer<Transport>]> = [
    ["undici", (uri) => NodeHttp.layerWith({ dispatcher: new Undici.ProxyAgent(uri) })],
    [
      "fetch",
      (uri) =>
        FetchHttp.layerWith({
          fetch: ((url: URL, init: RequestInit) =>
            Undici.fetch(url, { ...init, dispatcher: new Undici.ProxyAgent(uri) } as never)) as never
        })
    ]
  ]
  for (const [status, tag, says] of [
    [403, "ProxyRefused", "the proxy does not let it through (403)"],
    [502, "ProxyRefused", "the proxy does not let it through (502)"],
    [407, "ProxyCredentials", "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"]
  ] as const) {
    for (const [name, layer] of behind) {
      it.live(`a proxy that answers ${status}, over ${name}`, () =>
        Effect.gen(function* () {
          const { asked, origin } = yield* proxy(status)
          const { attempts, error, problem } = yield* failing(Origin.make("https://api.example.invalid")).pipe(
            Effect.provide(Layer.provide(SentinelClient.layer, layer(origin)))
          )
          assert.strictEqual(problem._tag, tag, error.message)
          assert.isFalse(problem.sent)
          assert.strictEqual(attempts, 1)
          assert.include(error.message, says)
          assert.strictEqual(asked.length, 1)
        })
      )
    }
  }

  it("what other runtimes say is understood, and with an unknown error the request may have been sent", () => {
    const of = (error: unknown) => TransportProblem.fromCause(error, { host: "h" })
    const coded = (code: string) => Object.assign(new Error("planted"), { code })
    for (const [error, tag, sent] of [
      [coded("ConnectionRefused"), "ConnectionRefused", false],
      [coded("EHOSTUNREACH"), "Unreachable", false],
      [Object.assign(coded("ETIMEDOUT"), { syscall: "connect" }), "ConnectTimeout", false],
      [coded("ETIMEDOUT"), "AnswerTimeout", true],
      [new AggregateError([coded("ECONNREFUSED")], ""), "ConnectionRefused", false],
      [new TypeError("error sending request: invalid peer certificate: UnknownIssuer"), "CertificateUntrusted", false],
      [
        new TypeError("client error (Connect): invalid peer certificate: NotValidForName"),
        "CertificateWrongName",
        false
      ],
      [new TypeError("client error (Connect): invalid peer certificate: Expired"), "CertificateExpired", false],
      [
        new TypeError("invalid peer certificate: Other(OtherError(UnsupportedCertVersion))"),
        "CertificateUntrusted",
        false
      ],
      [coded("EPROTO"), "NoTls", false],
      [coded("ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"), "NoTls", false],
      [coded("ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED"), "NoTls", false],
      [coded("UND_ERR_SOCKS5_VERSION"), "ProxyRefused", false],
      [coded("UND_ERR_SOCKS5_AUTH_FAILED"), "ProxyCredentials", false],
      [new TypeError("client error (Connect): tcp connect error: Connection refused"), "ConnectionRefused", false],
      [new TypeError("client error (Connect): dns error: failed to lookup address information"), "NotResolved", false],
      [new Error("Network connection lost."), "ConnectionReset", true],
      [coded("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), "UnknownProblem", true],
      [new TypeError("dispatcher.request is not a function"), "UnknownProblem", true],
      ["nothing", "UnknownProblem", true],
      [undefined, "UnknownProblem", true]
    ] as const) {
      const problem = of(error)
      assert.strictEqual(problem._tag, tag)
      assert.strictEqual(problem.sent, sent, tag)
      assert.notInclude(problem.message, "planted")
    }
    assert.include(of(coded("ERR_SSL_NEW")).message, "ERR_SSL_NEW")
    assert.include(of(new TypeError("dispatcher.request is not a function")).message, "TypeError")
    const circular = new Error("round")
    circular.cause = circular
    assert.strictEqual(of(circular)._tag, "UnknownProblem")
  })
})
