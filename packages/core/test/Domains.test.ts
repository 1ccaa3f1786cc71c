import { assert, describe, it } from "@effect/vitest"
import * as Domains from "@le-auth/core/Domains"
import { Origin } from "@le-auth/core/Origin"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { make, Transport } from "@le-auth/core/Transport"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { account, json, layer, layerWith, otherAccount, Wire } from "./ScriptedSentinel.ts"

const resolve = Domains.resolve(account, "sentinel")
const reason = Effect.map(Effect.flip(resolve), (error) => error.reason._tag)
const host = (baseURI: unknown, overrides: object = {}) => json({ service: "sentinel", account, baseURI, ...overrides })

describe("Domains", () => {
  it.effect("asks LivePerson's Domain API over https", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* resolve, "https://sentinel-12345678.liveperson.net")
      assert.strictEqual(
        (yield* Wire).sent[0]!.url.href,
        "https://api.liveperson.net/api/account/12345678/service/sentinel/baseURI.json?version=1.0"
      )
    }).pipe(Effect.provide(layer))
  )

  it.effect("reads the list form, and takes from it only what is this account's", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const entry = (service: string, owner: string) => ({
        service,
        account: owner,
        baseURI: `${service}.${owner}.liveperson.net`
      })
      wire.next(
        "baseURI.json",
        json({ baseURIs: [entry("idp", account), entry("sentinel", otherAccount), entry("sentinel", account)] })
      )
      assert.strictEqual(yield* resolve, "https://sentinel.12345678.liveperson.net")
    }).pipe(Effect.provide(layer))
  )

  it.effect("an entry of the list that is not understood spoils no other", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const odd = [null, 17, { service: "idp" }, { service: "sentinel", account, baseURI: 5 }]
      wire.next(
        "baseURI.json",
        json({ baseURIs: [...odd, { service: "sentinel", account, baseURI: "s.liveperson.net" }, ...odd] })
      )
      assert.strictEqual(yield* resolve, "https://s.liveperson.net")
    }).pipe(Effect.provide(layer))
  )

  it.effect("A9: lists all services of the account, without an origin where nothing may be sent", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const entry = (service: string, owner: string, baseURI: string) => ({ service, account: owner, baseURI })
      wire.next(
        "baseURI.json",
        json({
          baseURIs: [
            entry("idp", account, "idp.liveperson.net"),
            entry("sentinel", otherAccount, "other.liveperson.net"),
            entry("evil", account, "evil.example.com")
          ]
        })
      )
      const list = Domains.list(account)
      assert.deepStrictEqual<unknown>(yield* list, [
        { service: "idp", host: "idp.liveperson.net", origin: "https://idp.liveperson.net" },
        { service: "evil", host: "evil.example.com" }
      ])
      assert.match(wire.sent[0]!.url.href, /\/service\/baseURI\.json\?version=1\.0$/)
      wire.next("baseURI.json", () => new Response("", { status: 401 }))
      assert.strictEqual((yield* Effect.flip(list)).reason._tag, "UnknownAccount")
    }).pipe(Effect.provide(layer))
  )

  it.effect("J5: answers are kept for 10 minutes for each account, failures are not", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("baseURI.json", () => new Response("", { status: 500 }))
      assert.strictEqual(yield* Effect.provideService(reason, RetryPolicy.Current, RetryPolicy.none), "Unavailable")
      yield* resolve
      yield* resolve
      assert.strictEqual(wire.sent.length, 2)
      assert.strictEqual(yield* Domains.resolve(otherAccount, "sentinel"), "https://sentinel-87654321.liveperson.net")
      assert.strictEqual(wire.sent.length, 3)
      yield* TestClock.adjust("10 minutes")
      yield* resolve
      assert.strictEqual(wire.sent.length, 4)
    }).pipe(Effect.provide(layer))
  )

  it.effect(
    "J5: in an outage the last good answer counts for 24 hours, with one warning; a changed host is taken over",
    () => {
      const warnings: Array<string> = []
      const logger = Logger.layer([Logger.make(({ message }) => void warnings.push(String(message)))])
      return Effect.gen(function* () {
        const wire = yield* Wire
        const down = () => new Response("", { status: 503 })
        const good = yield* resolve
        const outage = Array.from({ length: 500 }, () => down)
        wire.next("baseURI.json", ...outage)
        for (let hour = 0; hour < 23; hour++) {
          yield* TestClock.adjust("1 hour")
          assert.strictEqual(yield* resolve, good)
          assert.strictEqual(yield* resolve, good)
        }
        assert.strictEqual(warnings.length, 1)
        // One attempt for each question, not one for each call.
        assert.strictEqual(wire.sent.length, 24)
        yield* TestClock.adjust("61 minutes")
        assert.strictEqual(yield* Effect.provideService(reason, RetryPolicy.Current, RetryPolicy.none), "Unavailable")
      }).pipe(Effect.provide(Layer.merge(layer, logger)))
    }
  )

  it.effect("J5: an answer replaces the one of before, also if it is that there is nothing", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const unavailable = Effect.provideService(reason, RetryPolicy.Current, RetryPolicy.none)
      for (const [answer, expected] of [
        [json({}, 401), "UnknownAccount"],
        [json({}, 404), "UnknownService"],
        [host("evil.example"), "HostNotAllowed"]
      ] as const) {
        yield* resolve
        yield* TestClock.adjust("10 minutes")
        wire.next("baseURI.json", answer, () => new Response("", { status: 503 }))
        assert.strictEqual(yield* reason, expected)
        // What was good before has not come back.
        assert.strictEqual(yield* unavailable, "Unavailable")
      }
      yield* resolve
      yield* TestClock.adjust("10 minutes")
      wire.next("baseURI.json", host("new.liveperson.net"))
      assert.strictEqual(yield* resolve, "https://new.liveperson.net")
    }).pipe(Effect.provide(layer))
  )

  it.effect("J5: callers share an attempt, and each keeps to their own policy", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const slow = () => Effect.as(Effect.sleep("200 millis"), new Response("", { status: 503 }))
      const impatient = Effect.provideService(Effect.result(resolve), RetryPolicy.Current, RetryPolicy.none)
      for (const first of [resolve, impatient]) {
        wire.sent.length = 0
        wire.next("baseURI.json", slow)
        const one = yield* Effect.forkChild(first)
        yield* TestClock.adjust("100 millis")
        const other = yield* Effect.forkChild(first === resolve ? impatient : resolve)
        yield* TestClock.adjust("100 millis")
        assert.strictEqual(wire.sent.length, 1)
        const [patient, quick] = first === resolve ? [one, other] : [other, one]
        const ended = quick.pollUnsafe()
        assert(ended !== undefined && ended._tag === "Success")
        assert(typeof ended.value === "object" && ended.value._tag === "Failure")
        assert.isUndefined(patient.pollUnsafe())
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(
          yield* Fiber.join(patient as Fiber.Fiber<string, unknown>),
          "https://sentinel-12345678.liveperson.net"
        )
        assert.strictEqual(wire.sent.length, 2)
        yield* TestClock.adjust("25 hours")
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("A9: a default port is none, and every host that is one has an origin", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("baseURI.json", host("va.liveperson.net:443"))
      assert.strictEqual(yield* resolve, "https://va.liveperson.net")
      wire.next("baseURI.json", host("localhost:80"))
      const error = yield* Effect.flip(Domains.resolve(otherAccount, "sentinel"))
      assert.strictEqual(error.reason._tag, "UnknownService")
      wire.next("baseURI.json", host("localhost:80", { account: otherAccount }))
      assert.strictEqual((yield* Effect.flip(Domains.resolve(otherAccount, "sentinel"))).reason._tag, "HostNotAllowed")
      const { allows } = yield* Domains.Domains
      assert.isTrue(allows(Origin.make("https://va.liveperson.net")))
      assert.isFalse(allows(Origin.make("https://evil.example")))
      assert.isFalse(allows(Origin.make("http://localhost:4400")))
    }).pipe(Effect.provide(layer))
  )

  it.effect("A9: a hostile answer cannot lead users elsewhere", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      for (const bad of [
        "evil.example",
        "liveperson.net",
        "liveperson.net.evil.example",
        "evil-liveperson.net",
        "x.liveperson.net@evil.example",
        "x.liveperson.net/path",
        "x.liveperson.net?q",
        "x.liveperson.net#f",
        "https://x.liveperson.net",
        "x.liveperson.net:99999",
        "x.liveperson.net\\@evil.example",
        "localhost",
        "localhost:4400",
        "127.0.0.1",
        "[::1]:80",
        "169.254.169.254",
        " x.liveperson.net",
        ""
      ]) {
        wire.next("baseURI.json", host(bad))
        assert.strictEqual(yield* reason, "HostNotAllowed", bad)
      }
      wire.next("baseURI.json", host("VA.Sentinel.LivePerson.net"))
      assert.strictEqual(yield* resolve, "https://va.sentinel.liveperson.net")
    }).pipe(Effect.provide(layer))
  )

  it.effect("unknown accounts, unknown services and nonsense are typed errors", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      const cases = [
        [json({}, 401), "UnknownAccount"],
        [json({}, 404), "UnknownService"],
        [json({}, 400), "UnknownService"],
        [json({ baseURIs: [] }), "UnknownService"],
        [host("x.liveperson.net", { account: otherAccount }), "UnknownService"],
        [host("x.liveperson.net", { service: "Sentinel" }), "UnknownService"],
        [host(17), "Unavailable"],
        [() => new Response("<html>", { status: 200 }), "Unavailable"],
        [() => new Response("", { status: 302, headers: { location: "https://evil.example" } }), "Unavailable"]
      ] as const
      for (const [answer, expected] of cases) {
        wire.next("baseURI.json", answer)
        assert.strictEqual(yield* reason, expected)
      }
    }).pipe(Effect.provide(layer))
  )

  it.effect("A7: http only on loopback, and only when the Domain API itself is there", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("baseURI.json", host("localhost:4400"))
      assert.strictEqual(yield* resolve, "http://localhost:4400")
      const domains = yield* Domains.Domains
      assert.isTrue(domains.allows(new URL("http://localhost:4400/x")))
      assert.isFalse(domains.allows(new URL("http://x.liveperson.net/x")))
      assert.throws(() => Origin.make("http://api.liveperson.net"))
      assert.throws(() => Origin.make("https://api.liveperson.net/path"))
    }).pipe(Effect.provide(layerWith({ domains: { domainApi: Origin.make("http://localhost:4400") } })))
  )

  it.effect("LE_AUTH_DOMAIN_API says where the Domain API is", () =>
    Effect.gen(function* () {
      const client = HttpClient.make((request) => Effect.die(`asked ${request.url}`))
      const asked = (environment: Record<string, string>) =>
        Effect.exit(resolve).pipe(
          Effect.provide(
            Domains.layerConfig.pipe(
              Layer.provide(Layer.succeed(Transport, make(client))),
              Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment)))
            )
          )
        )
      assert.include(JSON.stringify(yield* asked({})), "https://api.liveperson.net/api")
      assert.include(
        JSON.stringify(yield* asked({ LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })),
        "http://127.0.0.1:1/api"
      )
    })
  )
})
