import { assert, describe, it } from "@effect/vitest"
import * as Domains from "@le-auth/core/Domains"
import { AccountId } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import * as SentinelClient from "@le-auth/core/SentinelClient"
import * as Transport from "@le-auth/core/Transport"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import * as OutgoingProxy from "@le-auth/node/OutgoingProxy"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Tls from "node:tls"
import { certificate } from "../../../tools/certificate.ts"
import { installation } from "./FakeSentinel.ts"
import { freePort } from "./Ports.ts"
import { proxy, serve } from "./Servers.ts"

/** In words: `proxy:port by VARIABLE`, or why not. */
const way = (address: string, environment: OutgoingProxy.Environment): string => {
  const way = OutgoingProxy.wayTo(new URL(address), environment)
  if (way._tag === "Proxy") return `${way.proxy.host} by ${way.variable}`
  return way._tag === "Invalid" ? `Invalid ${way.variable}` : way.because
}

const named = { HTTPS_PROXY: "http://user:planted@p.example:3128", HTTP_PROXY: "http://plain.example" }

describe("D15: OutgoingProxy.wayTo", () => {
  it("is over the proxy that is named for the scheme, the lower case first", () => {
    assert.strictEqual(way("https://a.example", named), "p.example:3128 by HTTPS_PROXY")
    assert.strictEqual(way("http://a.example", named), "plain.example by HTTP_PROXY")
    assert.strictEqual(way("https://a.example", { HTTP_PROXY: "http://plain.example" }), "NotNamed")
    assert.strictEqual(way("https://a.example", {}), "NotNamed")
    assert.strictEqual(way("https://a.example", { ...named, https_proxy: "lower:1" }), "lower:1 by https_proxy")
    assert.strictEqual(way("https://a.example", { ...named, https_proxy: "" }), "NotNamed")
    assert.strictEqual(way("https://a.example", { HTTPS_PROXY: "http://[::1]:3128" }), "[::1]:3128 by HTTPS_PROXY")
    assert.strictEqual(way("https://a.example", { HTTPS_PROXY: "ftp://p" }), "Invalid HTTPS_PROXY")
    assert.strictEqual(way("https://a.example", { HTTPS_PROXY: "http://" }), "Invalid HTTPS_PROXY")
    assert.strictEqual(way("https://a.example", { HTTPS_PROXY: "http://u:50%off@p.example" }), "Invalid HTTPS_PROXY")
    assert.strictEqual(
      way("https://a.example", { HTTPS_PROXY: "http://u:50%25@p.example" }),
      "p.example by HTTPS_PROXY"
    )
    assert.strictEqual(way("https://a.example", { ...named, NODE_USE_ENV_PROXY: "0" }), "SwitchedOff")
    assert.strictEqual(way("https://a.example", { ...named, NODE_USE_ENV_PROXY: "1" }), "p.example:3128 by HTTPS_PROXY")
  })

  it("is never over a proxy to this computer, whatever NO_PROXY says", () => {
    for (const host of ["localhost", "127.0.0.1:4400", "127.8.9.10", "[::1]:80", "app.localhost"]) {
      assert.strictEqual(way(`http://${host}`, { ...named, NO_PROXY: "" }), "Loopback", host)
      assert.strictEqual(way(`https://${host}`, named), "Loopback", host)
    }
    assert.notStrictEqual(way("https://127.0.0.1.example", named), "Loopback")
    assert.notStrictEqual(way("https://localhost.example", named), "Loopback")
  })

  it("is never over a proxy in plain http to a name that no public DNS has", () => {
    for (const host of ["sentinel:4400", "app", "app.internal", "a.test", "b.local:80"]) {
      assert.strictEqual(way(`http://${host}`, { ...named, NO_PROXY: "" }), "DevelopmentName", host)
      assert.strictEqual(way(`https://${host}`, named), "p.example:3128 by HTTPS_PROXY", host)
    }
    assert.strictEqual(way("http://sentinel.example", named), "plain.example by HTTP_PROXY")
    assert.strictEqual(way("http://10.0.0.1", named), "plain.example by HTTP_PROXY")
  })

  it("is straight to what NO_PROXY lists", () => {
    const isListed = (host: string, list: string) => way(`https://${host}`, { ...named, NO_PROXY: list }) === "Listed"
    for (const [host, list] of [
      ["a.example", "*"],
      ["a.example", "b.example, a.example"],
      ["a.example", "b.example a.example"],
      ["x.a.example", "a.example"],
      ["x.a.example", ".a.example"],
      ["x.a.example", "*.a.example"],
      ["A.Example.", "a.EXAMPLE"],
      ["a.example", "a.example:443"],
      ["a.example:8443", "a.example:8443"],
      ["10.1.2.3", "10.0.0.0/8"],
      ["10.1.2.3", "10.1.2.3"],
      ["[fd00::1]", "fd00::/8"],
      ["[fd00::1]", "fd00::1"],
      ["[fd00::1]", "FD00:0:0::0001"],
      ["[fd00::1]", "[fd00::1]"]
    ] as const) {
      assert.isTrue(isListed(host, list), `${host} in ${list}`)
    }
    for (const [host, list] of [
      ["a.example", ""],
      ["xa.example", "a.example"],
      ["a.example.other", "a.example"],
      ["a.example", "a.example:8443"],
      ["11.1.2.3", "10.0.0.0/8"],
      ["10.1.2.3", "10.0.0.0/nonsense"],
      ["10.1.2.3", "10.0.0.0/64"],
      ["a.example", "10.0.0.0/8"],
      ["10.1.2.30", "10.1.2.3"]
    ] as const) {
      assert.isFalse(isListed(host, list), `${host} in ${list}`)
    }
    assert.strictEqual(
      way("https://a.example", { ...named, no_proxy: "", NO_PROXY: "*" }),
      "p.example:3128 by HTTPS_PROXY"
    )
  })
})

/** The variables of this process, until the scope ends. */
const environment = (variables: Record<string, string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = Object.keys(variables).map((name) => [name, process.env[name]] as const)
      Object.assign(process.env, variables)
      return before
    }),
    (before) =>
      Effect.sync(() => {
        for (const [name, value] of before) {
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
        }
      })
  )

const tls = certificate({ name: "sentinel.example.invalid" })
const trusted = Effect.acquireRelease(
  Effect.sync(() => {
    const before = Tls.getCACertificates("default")
    Tls.setDefaultCACertificates([...before, tls.cert])
    return before
  }),
  (before) => Effect.sync(() => Tls.setDefaultCACertificates(before))
)

const host = "sentinel.example.invalid"
const origin = Origin.make(`https://${host}`)
const layer = Layer.mergeAll(SentinelClient.layer, Domains.layerWith({ domainApi: origin, allowedHosts: [host] })).pipe(
  Layer.provideMerge(NodeHttp.layer)
)

describe("D15: where a proxy is the only way out", () => {
  it.live("look-up, exchange, refresh and any other call go over it, with its credentials", () =>
    Effect.gen(function* () {
      yield* trusted
      const { port, requests } = yield* serve((request, response) => {
        const isLookUp = request.url!.includes("/baseURI.json")
        response.setHeader("content-type", "application/json")
        response.end(
          JSON.stringify(
            isLookUp
              ? { account: "12345678", service: "sentinel", baseURI: host }
              : { access_token: "a", token_type: "Bearer" }
          )
        )
      }, tls)
      const { asked, origin: at } = yield* proxy(200, port)
      yield* environment({ HTTPS_PROXY: at.replace("://", "://user:pass%20word@"), NO_PROXY: "" })
      yield* Effect.gen(function* () {
        const sentinel = yield* Domains.resolve(AccountId.make("12345678"), "sentinel")
        const client = yield* SentinelClient.SentinelClient
        const endpoint = { installation: installation(), sentinel }
        yield* client.exchange({ ...endpoint, code: Redacted.make("c") })
        yield* client.refresh({ ...endpoint, refreshToken: Redacted.make("r") })
        assert.strictEqual((yield* HttpClient.get(`${origin}/api`)).status, 200)
      }).pipe(Effect.provide(layer))
      assert.strictEqual(requests.length, 4)
      const credentials = Buffer.from("user:pass word").toString("base64")
      assert.deepStrictEqual([...new Set(asked)], [`CONNECT ${host}:443 Basic ${credentials}`])
    })
  )

  it.live("its refusal is named, and its credentials are not", () =>
    Effect.gen(function* () {
      const { origin: at } = yield* proxy(403)
      yield* environment({ HTTPS_PROXY: at.replace("://", "://user:planted@") })
      const error = yield* Domains.resolve(AccountId.make("12345678"), "sentinel").pipe(
        Effect.flip,
        Effect.provide(layer)
      )
      assert.include(error.message, `the proxy does not let it through, over the proxy ${new URL(at).host} (403)`)
      assert.notInclude(JSON.stringify(error), "planted")
    })
  )

  it.live("a variable that names none is told, and nothing goes straight in its place", () =>
    Effect.gen(function* () {
      yield* environment({ HTTPS_PROXY: "ftp://user:planted@proxy.example" })
      const error = yield* Domains.resolve(AccountId.make("12345678"), "sentinel").pipe(
        Effect.flip,
        Effect.provide(layer)
      )
      assert.include(error.message, "a variable names no proxy (HTTPS_PROXY). Write http://HOST:PORT into it")
      const other = yield* HttpClient.get(origin).pipe(Effect.flip, Effect.provide(NodeHttp.layer))
      assert.strictEqual(Transport.problemOf(other)._tag, "ProxyInvalid")
      assert.notInclude(JSON.stringify([error, other]) + error.message + other.message, "planted")
    })
  )

  it.live("one that is not there is not LivePerson's fault", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      yield* environment({ HTTPS_PROXY: `127.0.0.1:${port}` })
      const error = yield* Domains.resolve(AccountId.make("12345678"), "sentinel").pipe(
        Effect.flip,
        Effect.provide(layer),
        Effect.provideService(RetryPolicy.Current, RetryPolicy.none)
      )
      assert.include(error.message, `it was refused, over the proxy 127.0.0.1:${port} (ECONNREFUSED)`)
    })
  )

  it.live("what is on this computer is not asked over it", () =>
    Effect.gen(function* () {
      const { origin: here, requests } = yield* serve((_, response) => void response.end())
      const { asked, origin: at } = yield* proxy(403)
      yield* environment({ HTTP_PROXY: at, http_proxy: at, NO_PROXY: "" })
      yield* HttpClient.get(here).pipe(Effect.provide(NodeHttp.layer))
      assert.strictEqual(requests.length, 1)
      assert.deepStrictEqual(asked, [])
    })
  )
})
