/** A listener that speaks TLS: limits, plain HTTP, another certificate while it runs, and its end. */
import { assert, describe, it } from "@effect/vitest"
import * as NodeListener from "@le-auth/node/NodeListener"
import * as TlsKeyPair from "@le-auth/node/TlsKeyPair"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { once } from "node:events"
import * as Https from "node:https"
import type * as Net from "node:net"
import * as Tls from "node:tls"
import { certificate } from "../../../tools/certificate.ts"
import { clients, exchange, resets } from "../../../tools/hostile-clients.ts"

const pair = Effect.suspend(() => {
  const { cert, key } = certificate({ name: "localhost" })
  return TlsKeyPair.make({ certificate: cert, key: Redacted.make(key) })
})

const open = (limits: Partial<NodeListener.Limits> = {}) =>
  Effect.gen(function* () {
    const listener = yield* NodeListener.open({ port: 0, limits, tls: yield* pair })
    listener.server.on("request", (request, answer) => void answer.end(`hello ${request.url}`))
    return { ...listener, port: (listener.server.address() as Net.AddressInfo).port }
  })

/** An open connection over TLS that can be asked again and again, and the certificate that it met. */
const connect = (port: number) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const socket = Tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false })
      await once(socket, "secureConnect")
      const ask = async () => {
        socket.write("GET /again HTTP/1.1\r\nHost: localhost\r\n\r\n")
        const [answer] = (await once(socket, "data")) as [Buffer]
        return answer.toString()
      }
      return { ask, serial: socket.getPeerCertificate().serialNumber, socket }
    }),
    ({ socket }) => Effect.sync(() => void socket.destroy())
  )

describe("NodeListener with TLS", { timeout: 30_000, concurrent: true }, () => {
  it.live("R99: answers over TLS, and tells those that speak plain HTTP", () =>
    Effect.gen(function* () {
      const { port } = yield* open()
      const answer = yield* Effect.promise(() =>
        exchange(port, "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true)
      )
      assert.match(answer, /^HTTP\/1\.1 200 OK[^]*hello \/x/)
      assert.match(yield* Effect.promise(() => exchange(port, "GET / HTTP/1.1\r\n\r\n")), /^HTTP\/1\.1 400 /)
    })
  )

  it.live("R99: closes those that send nothing, and those that never finish their handshake", () =>
    Effect.gen(function* () {
      const { port } = yield* open({ headersTime: 400 })
      const began = performance.now()
      const silent = exchange(port, "")
      const half = exchange(port, "\x16\x03\x01\x02\x00")
      yield* Effect.promise(() => Promise.all([silent, half]))
      assert.isAtMost(performance.now() - began, 5000)
    })
  )

  it.live("R99: has another certificate while connections stay open, and loses none of them", () =>
    Effect.gen(function* () {
      const { port, replaceKeyPair } = yield* open()
      const before = yield* Effect.all(
        Array.from({ length: 20 }, () => connect(port)),
        { concurrency: "unbounded" }
      )
      yield* replaceKeyPair(yield* pair)
      const after = yield* connect(port)
      assert.strictEqual(new Set(before.map(({ serial }) => serial)).size, 1)
      assert.notStrictEqual(after.serial, before[0]!.serial)
      for (const answer of yield* Effect.promise(() => Promise.all([...before, after].map(({ ask }) => ask()))))
        assert.match(answer, /hello \/again/)
    })
  )

  it.live("R93: resets no client when it stops, and waits for no handshake", () =>
    Effect.gen(function* () {
      const { drain, port } = yield* open()
      const eight = clients(port, { path: "/", secure: true })
      yield* Effect.promise(() => eight.answered(50))
      const unfinished = exchange(port, "\x16\x03\x01\x02\x00")
      const idle = yield* connect(port)
      const closed = once(idle.socket, "close")
      const began = performance.now()
      yield* drain(8000)
      assert.isAtMost(performance.now() - began, 4000)
      assert.deepStrictEqual(resets(yield* Effect.promise(() => eight.ended)), [])
      yield* Effect.promise(() => unfinished)
      yield* Effect.promise(() => closed)
    })
  )

  it.live("lets a request under way finish", () =>
    Effect.gen(function* () {
      const { drain, port, server } = yield* open()
      server.removeAllListeners("request")
      server.on("request", (_, answer) => void setTimeout(() => answer.end("late"), 500))
      const answer = Effect.promise(
        () =>
          new Promise<string>((resolve) => {
            Https.get({ port, host: "127.0.0.1", agent: false, rejectUnauthorized: false }, (response) => {
              response.setEncoding("utf8").on("data", resolve)
            }).on("error", (error) => resolve(error.message))
          })
      )
      const asked = yield* Effect.forkChild(answer, { startImmediately: true })
      yield* Effect.promise(() => once(server, "request"))
      yield* drain(8000)
      assert.strictEqual(yield* Fiber.join(asked), "late")
    })
  )
})

describe("TlsKeyPair", () => {
  const problemOf = (certificate: string, key: string) =>
    Effect.map(Effect.flip(TlsKeyPair.make({ certificate, key: Redacted.make(key) })), ({ message }) => message)

  it.effect("says what is wrong, without the key", () =>
    Effect.gen(function* () {
      const one = certificate()
      const other = certificate()
      const encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
      assert.match(yield* problemOf("nothing", one.key), /^The certificate is not one/)
      assert.match(yield* problemOf(one.cert, "nothing"), /^The key is not a private key/)
      assert.match(yield* problemOf(one.cert, encrypted), /^The key is encrypted/)
      assert.match(yield* problemOf(one.cert, other.key), /^The key does not belong to the certificate/)
    })
  )

  it.live("refuses a certificate that has ended", () =>
    Effect.gen(function* () {
      const { cert, key } = certificate({ until: "200101000000Z" })
      assert.match(yield* problemOf(cert, key), /^The certificate has ended, on 2020-01-01/)
    })
  )
})
