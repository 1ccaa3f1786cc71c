/** Webhooks of Sentinel, at a receiver behind a real socket. */
import { assert, describe, it } from "@effect/vitest"
import { AccountId } from "@le-auth/core/Identifiers"
import * as ControlClient from "@le-auth/sentinel/ControlClient"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import { EventType, type NewWebhook } from "@le-auth/sentinel/Webhook"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpServer from "effect/http/HttpServer"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { createHmac } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { account, clientId, config, plainClientId, plainSecret, secret } from "../Harness.ts"
import { type Options, start } from "./ControlHarness.ts"

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly path: string
}

/** A receiver on loopback. `answer` answers the nth request, from 0 on. */
const receiver = (answer: (response: ServerResponse, nth: number) => void, host = "127.0.0.1") =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const received: Array<Received> = []
      const server = createServer((request, response) => {
        const parts: Array<Buffer> = []
        request.on("data", (part: Buffer) => parts.push(part))
        request.on("end", () => {
          received.push({ headers: request.headers, body: Buffer.concat(parts), path: request.url ?? "" })
          answer(response, received.length - 1)
        })
      })
      await new Promise<void>((resolve) => server.listen(0, host, resolve))
      const { port } = server.address() as AddressInfo
      return { received, server, port, url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/webhook` }
    }),
    ({ server }) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )

const ok = (response: ServerResponse) => response.end("thanks")

const accountId = AccountId.make(account)
const webhook = (url: string, more: Partial<NewWebhook> = {}): NewWebhook => ({
  account: accountId,
  client: clientId,
  url,
  ...more
})

const sending = (options?: Options) =>
  Effect.map(start(options), ({ control, lines, services }) => ({
    control,
    lines,
    services,
    send: control.webhooks.send,
    refusalOf: (one: NewWebhook) =>
      Effect.map(Effect.flip(control.webhooks.send(one)), (error) => `${error._tag}: ${error.message}`)
  }))

describe("webhooks of Sentinel", () => {
  it.live("K2: are signed in all four ways over the bytes that arrive", () =>
    Effect.gen(function* () {
      const { received, url } = yield* receiver(ok)
      const { send } = yield* sending()
      const bodies = fc.sample(fc.string({ unit: "grapheme", maxLength: 200 }), { numRuns: 10, seed: 7 })
      for (const body of [
        '{ "a" : 1.0,\r\n "ü": "☂ \\u2602" }',
        "",
        ...bodies.map((text) => text.replaceAll("\0", ""))
      ]) {
        for (const hash of ["sha1", "sha256"] as const) {
          for (const encoding of ["base64", "hex"] as const) {
            const sent = yield* send(
              webhook(url, { client: plainClientId, client_secret: Redacted.make(plainSecret), body, hash, encoding })
            )
            assert.isTrue(sent.accepted)
            const last = received.at(-1)!
            assert.deepStrictEqual(last.body, Buffer.from(body))
            assert.strictEqual(
              last.headers["x-liveperson-signature"],
              `${hash}=${createHmac(hash, plainSecret).update(last.body).digest(encoding)}`
            )
          }
        }
      }
    })
  )

  it.live("K2: name account, application and content, and answer what the receiver said", () =>
    Effect.gen(function* () {
      const { received, url } = yield* receiver((response) => response.writeHead(201).end("created ☂"))
      const { send } = yield* sending()
      const sent = yield* send(webhook(`${url}?key=of-the-receiver`))
      assert.deepStrictEqual(
        sent.deliveries.map(({ answer, problem, status }) => ({ answer, problem, status })),
        [{ status: 201, answer: "created ☂", problem: undefined }]
      )
      assert.isAtLeast(sent.deliveries[0]!.duration, 0)
      const [{ body, headers, path }] = received as [Received]
      assert.strictEqual(path, "/webhook?key=of-the-receiver")
      assert.strictEqual(headers["content-type"], "application/json")
      assert.strictEqual(headers["x-liveperson-account-id"], account)
      assert.strictEqual(headers["x-liveperson-client-id"], clientId)
      // The default: SHA-1 in Base64, with the public secret of the built-in applications.
      assert.strictEqual(
        headers["x-liveperson-signature"],
        `sha1=${createHmac("sha1", secret).update(body).digest("base64")}`
      )
      assert.isUndefined(headers["traceparent"])
    })
  )

  it.effect("K2: tell of each event in its form, by Sentinel's time, and no two are the same", () =>
    Effect.gen(function* () {
      const { control, send } = yield* sending()
      const bodies: Array<any> = []
      const fetch: typeof globalThis.fetch = (_, init) => {
        bodies.push(JSON.parse(new TextDecoder().decode(init?.body as Uint8Array)))
        return Promise.resolve(new Response("ok"))
      }
      yield* control.clock.advance(Duration.hours(8))
      for (const event of [...EventType.literals, "ms.MessagingEventNotification.ContentEvent"] as const) {
        yield* Effect.provideService(
          send(webhook("http://localhost:3000/webhook", { event })),
          FetchHttpClient.Fetch,
          fetch
        )
        const { body, kind, type } = bodies.at(-1)
        assert.strictEqual(kind, "notification")
        const change = body.changes[0]
        assert.strictEqual(type === "ms.MessagingEventNotification" ? `${type}.${change.event.type}` : type, event)
        assert.strictEqual(change.serverTimestamp ?? body.sentTs, Duration.toMillis("8 hours"))
      }
      assert.strictEqual(new Set(bodies.map((body) => JSON.stringify(body))).size, bodies.length)
    })
  )

  it.effect("K2: come late by the clock, and keep the time of their event", () =>
    Effect.gen(function* () {
      const { send } = yield* sending()
      const arrived: Array<{ readonly at: number; readonly body: string }> = []
      const clock = yield* Clock.Clock
      const fetch: typeof globalThis.fetch = (_, init) => {
        arrived.push({ at: clock.currentTimeMillisUnsafe(), body: new TextDecoder().decode(init?.body as Uint8Array) })
        return Promise.resolve(new Response("ok"))
      }
      const late = yield* send(
        webhook("http://localhost:3000/", { fault: { type: "late", by: Duration.seconds(30) } })
      ).pipe(Effect.provideService(FetchHttpClient.Fetch, fetch), Effect.forkChild({ startImmediately: true }))
      // The signature is real cryptography, so the waiting begins some moments later.
      while (arrived.length === 0) {
        yield* TestClock.adjust("1 second")
        yield* Effect.promise(() => new Promise(setImmediate))
      }
      assert.isTrue((yield* Fiber.join(late)).accepted)
      const [{ at, body }] = arrived as [(typeof arrived)[number]]
      assert.isAtLeast(at, 30_000)
      assert.include(body, '"serverTimestamp":0,')
    })
  )

  it.live("K2: come twice, the same in each byte", () =>
    Effect.gen(function* () {
      const { received, url } = yield* receiver(ok)
      const { send } = yield* sending()
      const { accepted, deliveries } = yield* send(webhook(url, { fault: { type: "twice" }, max_retries: 5 }))
      assert.isTrue(accepted)
      assert.lengthOf(deliveries, 2)
      assert.lengthOf(received, 2)
      assert.deepStrictEqual(received[0]!.body, received[1]!.body)
      assert.strictEqual(received[0]!.headers["x-liveperson-signature"], received[1]!.headers["x-liveperson-signature"])
    })
  )

  it.live("K2: have a wrong signature in the right form", () =>
    Effect.gen(function* () {
      const { received, url } = yield* receiver((response) => response.writeHead(401).end("wrong signature"))
      const { send } = yield* sending()
      for (const hash of ["sha1", "sha256"] as const) {
        const { accepted, deliveries } = yield* send(
          webhook(url, { hash, encoding: "hex", fault: { type: "wrong-signature" } })
        )
        assert.isFalse(accepted)
        assert.strictEqual(deliveries[0]?.status, 401)
        assert.include(deliveries[0]?.problem ?? "", "200 and 201 only")
        const { body, headers } = received.at(-1)!
        const right = `${hash}=${createHmac(hash, secret).update(body).digest("hex")}`
        const given = String(headers["x-liveperson-signature"])
        assert.notStrictEqual(given, right)
        assert.strictEqual(given.length, right.length)
        assert.match(given, new RegExp(`^${hash}=[0-9a-f]+$`))
      }
    })
  )

  it.live("K2: are repeated until 200 or 201, and not more often than asked", () =>
    Effect.gen(function* () {
      const statuses = [503, 302, 204, 200, 500, 500]
      const { received, url } = yield* receiver((response, nth) =>
        response.writeHead(statuses[nth] ?? 200, { location: url }).end()
      )
      const { send } = yield* sending()
      const first = yield* send(webhook(url, { max_retries: 5 }))
      assert.isTrue(first.accepted)
      assert.deepStrictEqual(
        first.deliveries.map(({ status }) => status),
        [503, 302, 204, 200]
      )
      const second = yield* send(webhook(url, { max_retries: 1 }))
      assert.isFalse(second.accepted)
      assert.lengthOf(second.deliveries, 2)
      assert.lengthOf(received, 6)
    })
  )

  it.live("K2: go to this computer, in each form of its address, and to listed hosts, and nowhere else", () =>
    Effect.gen(function* () {
      const { control, refusalOf } = yield* sending({
        webhookHosts: [
          "Receiver.example",
          "192.0.2.7",
          "198.51.456",
          "bücher.example",
          // None of them is a host without a port.
          "*.example",
          "evil.example:80",
          "evil.example/x",
          "user@evil.example",
          "http://evil.example"
        ]
      })
      const asked: Array<string> = []
      const fetch: typeof globalThis.fetch = (input) => {
        asked.push(String(input))
        return Promise.resolve(new Response("ok"))
      }
      for (const url of [
        "http://localhost:3000/",
        "http://LOCALHOST:3000/",
        "https://127.0.0.1/",
        "http://127.9.8.7:3000/",
        "http://[::1]:3000/",
        "http://[0:0:0:0:0:0:0:1]:3000/",
        // 127.0.0.1 as a decimal, octal, hexadecimal and short number
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "https://receiver.example/",
        "http://RECEIVER.example:8080/x",
        "http://192.0.2.7/",
        // The same address
        "http://3221225991/",
        // Listed in a short form, and as people write it
        "http://198.51.1.200/",
        "https://bücher.example/",
        "https://xn--bcher-kva.example/"
      ]) {
        const sent = yield* Effect.provideService(control.webhooks.send(webhook(url)), FetchHttpClient.Fetch, fetch)
        assert.isTrue(sent.accepted, url)
      }
      const before = asked.length
      for (const url of [
        "http://example.com/",
        "https://liveperson.net/",
        "http://127.0.0.1.nip.io/",
        "http://localhost.example/",
        "http://localhost./",
        "http://127.0.0.1@example.com/",
        "http://127.0.0.1:x@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://user:word@127.0.0.1/",
        "http://user@localhost/",
        "http://127.0.0.1/#fragment",
        "http://receiver.example.evil.example/",
        "http://evil-receiver.example/",
        "http://evil.example/",
        "http://any.example/",
        "http://sub.receiver.example/",
        "http://receiver.example./",
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://0/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fe80::1]/",
        "http://１２７.0.0.2.example/",
        "ftp://127.0.0.1/",
        "file:///etc/hosts",
        "unix:/var/run/docker.sock",
        "data:,x",
        "javascript:alert(1)",
        "127.0.0.1:3000",
        "/webhook",
        "http://",
        "http://127.0.0.1:99999/",
        ""
      ]) {
        assert.match(
          yield* Effect.provideService(refusalOf(webhook(url)), FetchHttpClient.Fetch, fetch),
          /^InvalidChange: url: (?:must |is not on this computer)/,
          url
        )
      }
      assert.lengthOf(asked, before)
    })
  )

  it.live("K2: do not follow a redirect, wherever it leads", () =>
    Effect.gen(function* () {
      const inner = yield* receiver(ok)
      for (const status of [301, 302, 303, 307, 308]) {
        for (const location of [
          inner.url,
          "http://169.254.169.254/",
          "//example.com",
          "file:///etc/hosts",
          "not an address"
        ]) {
          const { url } = yield* receiver((response) => response.writeHead(status, { location }).end("go on"))
          const { send } = yield* sending()
          const { accepted, deliveries } = yield* send(webhook(url))
          assert.isFalse(accepted)
          assert.strictEqual(deliveries[0]?.status, status)
          assert.strictEqual(deliveries[0]?.problem, "it answered with a redirect, which is not followed")
        }
      }
      assert.lengthOf(inner.received, 0)
    })
  )

  it.live("K2: say what went wrong: no connection, a connection that breaks, an answer without end", () =>
    Effect.gen(function* () {
      const { send } = yield* sending()
      const problemAt = (url: string) =>
        Effect.map(send(webhook(url)), ({ accepted, deliveries: [only] }) => {
          assert.isFalse(accepted)
          assert.isUndefined(only?.answer)
          return only?.problem
        })
      const closed = yield* receiver(ok)
      yield* Effect.promise(() => new Promise((resolve) => closed.server.close(resolve)))
      assert.strictEqual(yield* problemAt(closed.url), "no connection could be made, it was refused (ECONNREFUSED)")

      const breaking = yield* receiver((response) => response.destroy())
      assert.match((yield* problemAt(breaking.url)) ?? "", /^the connection broke/)

      let written = 0
      const endless = yield* receiver((response) => {
        const piece = Buffer.alloc(65_536, "x")
        const more = (): void => {
          if (response.destroyed || written > 2 ** 30) return
          written += piece.length
          if (response.write(piece)) setImmediate(more)
          else response.once("drain", more)
        }
        response.writeHead(200)
        more()
      })
      assert.strictEqual(yield* problemAt(endless.url), "its answer is larger than 64 KiB")
      assert.isBelow(written, 2 ** 26)

      const tls = yield* receiver(ok)
      assert.match((yield* problemAt(tls.url.replace("http:", "https:"))) ?? "", /TLS/)
    })
  )

  it.effect("K2: wait 5 seconds for an answer, and for its end", () =>
    Effect.gen(function* () {
      const { send } = yield* sending()
      const hanging: ReadonlyArray<() => Promise<Response>> = [
        () => new Promise(() => undefined),
        () => Promise.resolve(new Response(new ReadableStream({ start: (to) => to.enqueue(new Uint8Array(10)) })))
      ]
      for (const hang of hanging) {
        let begun = () => {}
        const asked = new Promise<void>((resolve) => (begun = resolve))
        const fetch: typeof globalThis.fetch = () => {
          begun()
          return hang()
        }
        const fiber = yield* send(webhook("http://localhost:3000/")).pipe(
          Effect.provideService(FetchHttpClient.Fetch, fetch),
          Effect.forkChild({ startImmediately: true })
        )
        yield* Effect.promise(() => asked)
        yield* TestClock.adjust("4999 millis")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        const { deliveries } = yield* Fiber.join(fiber)
        assert.deepStrictEqual(deliveries, [{ duration: 5000, problem: "it did not answer in time" }])
      }
    })
  )

  it.live("K2: need the secret of the application, which is in no journal, log or answer", () =>
    Effect.gen(function* () {
      const { received, url } = yield* receiver((response, nth) => {
        response.end(`${"x".repeat(nth * 500)} my secret is ${plainSecret} ${"y".repeat(5000)}`)
      })
      const { control, lines, refusalOf, send } = yield* sending()
      const plain = { client: plainClientId }
      assert.strictEqual(
        yield* refusalOf(webhook(url, plain)),
        "InvalidChange: client_secret: is needed, since Sentinel keeps only a hash of the application's secret"
      )
      assert.strictEqual(
        yield* refusalOf(webhook(url, { ...plain, client_secret: Redacted.make("another secret") })),
        "InvalidChange: client_secret: is not that of the application"
      )
      for (const [client, where] of [
        ["nothing", account],
        // Disabled
        ["66666666-6666-4666-8666-666666666666", account],
        [clientId, "le87654321"]
      ] as const) {
        assert.match(
          yield* refusalOf(webhook(url, { client, account: AccountId.make(where) })),
          /^NotThere: There is no enabled application/
        )
      }
      assert.lengthOf(received, 0)

      const sent = yield* Effect.forEach([1, 2, 3], () =>
        send(webhook(`${url}?key=of-the-receiver`, { ...plain, client_secret: Redacted.make(plainSecret) }))
      )
      assert.include(sent[0]!.deliveries[0]!.answer!, "my secret is <redacted>")
      assert.isTrue(sent.every(({ deliveries }) => deliveries[0]!.answer!.length <= 1000))

      const entries = yield* control.journal.read({ about: plainClientId })
      assert.lengthOf(entries, 3)
      const [{ account: inAccount, client, outcome, status }] = entries as [(typeof entries)[number]]
      assert.deepStrictEqual(
        { inAccount, client, outcome, status },
        {
          inAccount: account,
          client: plainClientId,
          outcome: `webhook ms.MessagingEventNotification.ContentEvent sent to ${new URL(url).origin}, answered 200`,
          status: 200
        }
      )
      for (const secretive of [plainSecret, "another secret", "of-the-receiver", "my secret"]) {
        assert.notInclude(JSON.stringify(yield* control.journal.read({})), secretive)
        assert.notInclude(lines.join("\n"), secretive)
        assert.notInclude(JSON.stringify(sent), secretive === "my secret" ? plainSecret : secretive)
      }
    })
  )

  it.live("K2: show no form of the secret that a receiver sends back", () =>
    Effect.gen(function* () {
      const quoted = 'a "b" \\c &d=%'
      const { url } = yield* receiver((response) =>
        response.end(
          [JSON.stringify({ quoted }), encodeURIComponent(quoted), new URLSearchParams({ quoted })].join("\n")
        )
      )
      const [{ installations, ...first }] = config.accounts as [(typeof config.accounts)[number]]
      const odd = { ...installations[0], client_id: "odd", client_secret: quoted }
      const { send } = yield* sending({ config: { accounts: [{ ...first, installations: [odd] }] } })
      const { deliveries } = yield* send(webhook(url, { client: "odd", client_secret: Redacted.make(quoted) }))
      assert.strictEqual(deliveries[0]?.answer, '{"quoted":"<redacted>"}\n<redacted>\nquoted=<redacted>')
    })
  )

  it.live("K2: call a redirect only what leads elsewhere", () =>
    Effect.gen(function* () {
      const { url } = yield* receiver((response) => response.writeHead(304).end())
      const { send } = yield* sending()
      const { deliveries } = yield* send(webhook(url))
      assert.include(deliveries[0]?.problem, "200 and 201 only")
    })
  )

  it.live("K2: are in the journal also if the caller goes away", () =>
    Effect.gen(function* () {
      let arrived = () => {}
      const arriving = new Promise<void>((resolve) => (arrived = resolve))
      const { url } = yield* receiver(() => arrived())
      const { control, send } = yield* sending()
      const fiber = yield* Effect.forkChild(send(webhook(url, { max_retries: 5 })), { startImmediately: true })
      yield* Effect.promise(() => arriving)
      yield* Fiber.interrupt(fiber)
      const entries = yield* control.journal.read({ about: clientId })
      assert.deepStrictEqual(
        entries.map(({ outcome, reason }) => ({ outcome, reason })),
        [
          {
            outcome: `webhook ms.MessagingEventNotification.ContentEvent sent to ${new URL(url).origin}, no answer`,
            reason: "the caller went away before its answer"
          }
        ]
      )
    })
  )

  it.live("K2: over HTTP: body, retries and delay have limits, and a secret is not repeated", () =>
    Effect.gen(function* () {
      const { received, url } = yield* receiver(ok)
      const { services } = yield* sending()
      const server = ControlServer.layer.pipe(
        Layer.provide(Layer.succeedContext(services)),
        Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
      )
      const origin = NetAddress.formatUrlUnsafe(Context.get(yield* Layer.build(server), HttpServer.HttpServer).address)
      const ask = (more: object) =>
        Effect.promise(() =>
          fetch(`${origin}/control/webhooks`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ account, client: clientId, url, ...more })
          }).then(async (answer) => ({ status: answer.status, text: await answer.text() }))
        )
      const refused: ReadonlyArray<readonly [object, number, RegExp]> = [
        [{ body: "x".repeat(65_536) }, 413, /larger than/],
        [{ body: "half \ud83d" }, 400, /body: .*surrogate/],
        [{ body: "x", event: "cqm.ExConversationChangeNotification" }, 400, /body: stands alone/],
        [{ max_retries: 6 }, 400, /max_retries: .*a whole number from 0 to 5/],
        [{ fault: { type: "late", by: "61s" } }, 400, /fault.*a duration of at most 1 minute/],
        [{ fault: { type: "none" } }, 400, /fault/],
        [{ event: "x" }, 400, /event: .*ContentEvent/],
        [{ hash: "md5" }, 400, /hash: .*sha1, sha256/],
        [{ encoding: "base32" }, 400, /encoding: .*base64, hex/],
        [{ client_secret: "a wrong secret" }, 400, /client_secret: is not that/],
        [{ client_secret: 7 }, 400, /client_secret: must be a text of at most 2048 characters/],
        [{ url: 7 }, 400, /url: must be a text of at most 2048 characters/],
        [{ url: "http://example.com/?a-wrong-secret" }, 400, /url: is not on this computer/]
      ]
      for (const [more, status, words] of refused) {
        const answer = yield* ask(more)
        assert.strictEqual(answer.status, status, answer.text)
        assert.match(answer.text, words)
        assert.notMatch(answer.text, /a.wrong.secret/)
      }
      assert.lengthOf(received, 0)
      const { text } = yield* ask({ body: "x".repeat(60_000), max_retries: 5 })
      assert.deepInclude(JSON.parse(text), { accepted: true })

      const client = yield* ControlClient.make(origin)
      const sent = yield* client.webhooks.send({ payload: webhook(url, { client_secret: Redacted.make(secret) }) })
      assert.strictEqual(sent.deliveries[0]?.answer, "thanks")
      assert.lengthOf(received, 2)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
})
