import { expect, layer } from "@effect/vitest"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Effect from "effect/Effect"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { once } from "node:events"
import { X509Certificate } from "node:crypto"
import * as Tls from "node:tls"
import * as Net from "node:net"
import * as Authority from "../src/CertificateAuthority.ts"

const development: Authority.Permitted = {
  names: ["localhost", "internal", "sentinel"],
  bareNames: ["sentinel"],
  networks: ["127.0.0.0/8", "::1/128"]
}

/** What a client says that trusts the authority alone and looks for `host`: nothing if it takes the certificate. */
const problemOf = (authority: Authority.KeyPair, leaf: Authority.KeyPair, host: string) =>
  Effect.promise(async () => {
    const server = Tls.createServer({ key: Redacted.value(leaf.key), cert: leaf.certificate }, (socket) => socket.end())
    server.on("tlsClientError", () => {})
    await once(server.listen(0, "127.0.0.1"), "listening")
    const { port } = server.address() as Net.AddressInfo
    try {
      const isName = Net.isIP(host) === 0
      const socket = Tls.connect({
        port,
        host: "127.0.0.1",
        ca: authority.certificate,
        checkServerIdentity: (_, certificate) => Tls.checkServerIdentity(host, certificate),
        ...(isName && { servername: host })
      })
      return await new Promise<string | undefined>((resolve) => {
        socket.once("secureConnect", () => resolve(undefined))
        socket.once("error", (error: Error) => resolve(error.message))
      }).finally(() => socket.destroy())
    } finally {
      server.close()
    }
  })

layer(NodeCrypto.layer)("Authority", (it) => {
  it.effect.each([
    { host: "localhost", names: ["localhost"], addresses: ["127.0.0.1", "::1"] },
    { host: "127.0.0.1", names: ["localhost"], addresses: ["127.0.0.1", "::1"] },
    { host: "::1", names: ["localhost"], addresses: ["127.0.0.1", "::1"] },
    { host: "127.8.9.10", names: [], addresses: ["127.8.9.10"] },
    { host: "app.localhost", names: ["app.localhost"], addresses: [] },
    { host: "a.b.internal", names: ["*.b.internal"], addresses: [] },
    { host: "sentinel", names: ["sentinel"], addresses: [] }
  ])("is believed about $host", ({ addresses, host, names }) =>
    Effect.gen(function* () {
      const authority = yield* Authority.make(development)
      expect(yield* problemOf(authority, yield* Authority.issue(authority, { addresses, names }), host)).toBeUndefined()
    }).pipe(TestClock.withLive)
  )

  it.effect.each([
    { host: "example.com", names: ["localhost", "example.com"], addresses: [] },
    { host: "localhost", names: ["localhost", "example.com"], addresses: [] },
    { host: "liveperson.net", names: ["*.liveperson.net", "liveperson.net"], addresses: [] },
    { host: "www.sentinel", names: ["www.sentinel"], addresses: [] },
    { host: "notlocalhost", names: ["notlocalhost"], addresses: [] },
    { host: "10.0.0.1", names: [], addresses: ["10.0.0.1"] },
    { host: "::2", names: [], addresses: ["::2"] },
    { host: "::ffff:a00:1", names: [], addresses: ["::ffff:a00:1"] }
  ])("is not believed about $names $addresses", ({ addresses, host, names }) =>
    Effect.gen(function* () {
      const authority = yield* Authority.make(development)
      const leaf = yield* Authority.issue(authority, { addresses, names })
      expect(yield* problemOf(authority, leaf, host)).toMatch(/^(?:permitted|excluded) subtree violation$/)
    }).pipe(TestClock.withLive)
  )

  it.effect("may be for one domain and all below it, and then for no address", () =>
    Effect.gen(function* () {
      const authority = yield* Authority.make({ names: ["liveperson.net"], networks: [] })
      const wild = yield* Authority.issue(authority, { names: ["liveperson.net", "*.liveperson.net"], addresses: [] })
      expect(yield* problemOf(authority, wild, "va.sentinel.liveperson.net")).toMatch(/^Hostname\/IP does not match/)
      expect(yield* problemOf(authority, wild, "api.liveperson.net")).toBeUndefined()
      const deep = yield* Authority.issue(authority, { names: ["*.sentinel.liveperson.net"], addresses: [] })
      expect(yield* problemOf(authority, deep, "va.sentinel.liveperson.net")).toBeUndefined()
      const address = yield* Authority.issue(authority, { names: [], addresses: ["127.0.0.1"] })
      expect(yield* problemOf(authority, address, "127.0.0.1")).toBe("excluded subtree violation")
    }).pipe(TestClock.withLive)
  )

  it.effect("is dated by the clock, and outlives what it gives out", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2030, 0, 1))
      const authority = yield* Authority.make(development)
      const names = { names: ["localhost"], addresses: [] }
      const first = new X509Certificate((yield* Authority.issue(authority, names)).certificate)
      expect(first.validFromDate.toISOString()).toBe("2029-12-31T23:00:00.000Z")
      expect(first.validToDate.toISOString()).toBe("2030-04-01T00:00:00.000Z")
      yield* TestClock.adjust(Duration.subtract(Authority.authorityLifetime, Duration.days(1)))
      const last = new X509Certificate((yield* Authority.issue(authority, names)).certificate)
      expect(last.validToDate).toEqual(new X509Certificate(authority.certificate).validToDate)
      expect(last.serialNumber).not.toBe(first.serialNumber)
    })
  )

  it.effect("has a key of its own, which no other authority has", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all([Authority.make(development), Authority.make(development)])
      const leaf = yield* Authority.issue(one, { names: ["localhost"], addresses: [] })
      expect(yield* problemOf(other, leaf, "localhost")).toMatch(/^unable to verify the first certificate/)
      expect(String(one.key)).not.toContain("PRIVATE")
    }).pipe(TestClock.withLive)
  )
})
