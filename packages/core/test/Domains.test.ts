import { assert, describe, it } from "@effect/vitest"
import { DevelopmentHost } from "@le-auth/core/DevelopmentHosts"
import * as Domains from "@le-auth/core/Domains"
import { Origin } from "@le-auth/core/Origin"
import * as RetryPolicy from "@le-auth/core/RetryPolicy"
import { make, Transport } from "@le-auth/core/Transport"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
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

  const sentinelHost = DevelopmentHost.make("sentinel")

  it.effect.each([
    ["http://localhost:4400", "localhost:4400", "http://localhost:4400"],
    ["https://localhost:4400", "localhost:4400", "https://localhost:4400"],
    ["https://localhost:4400", "127.0.0.1:4400", "https://127.0.0.1:4400"],
    ["http://sentinel:4400", "sentinel:4400", "http://sentinel:4400"],
    ["http://sentinel:4400", "localhost:4400", "http://localhost:4400"],
    ["https://sentinel:4400", "sentinel:4400", "https://sentinel:4400"],
    ["http://localhost:4400", "sentinel:4400", "http://sentinel:4400"],
    // A local Domain API may name a public host, which is spoken to by https all the same.
    ["http://sentinel:4400", "va.sentinel.liveperson.net", "https://va.sentinel.liveperson.net"],
    ["http://sentinel:4400", "other:4400", undefined],
    ["http://sentinel:4400", "sentinel.example:4400", undefined],
    ["https://api.liveperson.net", "localhost:4400", undefined],
    ["https://api.liveperson.net", "sentinel:4400", undefined]
  ] as const)("A7: %s names %s, which is %s", ([domainApi, named, origin]) =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("baseURI.json", host(named))
      const found = yield* Effect.result(resolve)
      assert.deepEqual<string | undefined>(Result.getOrUndefined(found), origin)
      if (Result.isFailure(found)) assert.strictEqual(found.failure.reason._tag, "HostNotAllowed")
      const domains = yield* Domains.Domains
      if (origin !== undefined) assert.isTrue(domains.allows(Origin.make(origin)))
    }).pipe(
      Effect.provide(layerWith({ domains: { domainApi: Origin.make(domainApi), developmentHosts: [sentinelHost] } }))
    )
  )

  it.effect("A7: http to a host that is not listed is a defect, and so is an authorize origin that is public", () =>
    Effect.gen(function* () {
      for (const domains of [
        { domainApi: Origin.make("http://sentinel:4400") },
        { domainApi: Origin.make("http://other:4400"), developmentHosts: [sentinelHost] },
        { authorizeOrigin: Origin.make("https://sentinel.example") },
        { authorizeOrigin: Origin.make("http://other:4400"), developmentHosts: [sentinelHost] }
      ]) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(resolve.pipe(Effect.provide(layerWith({ domains }))))))
      }
    })
  )

  it.effect("A7: a host in a network of one's own that is not listed is refused with the remedy", () =>
    Effect.gen(function* () {
      const wire = yield* Wire
      wire.next("baseURI.json", host("sentinel:4400"))
      assert.include((yield* Effect.flip(resolve)).message, "list its name in LE_AUTH_DEVELOPMENT_HOSTS")
    }).pipe(Effect.provide(layerWith({ domains: { domainApi: Origin.make("http://localhost:4400") } })))
  )

  it.effect("A7: development hosts are said once, as a warning", () =>
    Effect.gen(function* () {
      const messages: Array<string> = []
      const logger = Logger.layer([
        Logger.make(({ logLevel, message }) => void messages.push(`${logLevel}: ${String(message)}`))
      ])
      const hosts = [sentinelHost, DevelopmentHost.make("app")]
      const used = layerWith({ domains: { domainApi: Origin.make("http://sentinel:4400"), developmentHosts: hosts } })
      yield* Effect.gen(function* () {
        const wire = yield* Wire
        wire.next("baseURI.json", host("sentinel:4400"), host("sentinel:4400"))
        yield* Effect.all([resolve, resolve])
      }).pipe(Effect.provide(Layer.provideMerge(used, logger)))
      assert.lengthOf(messages, 1)
      assert.match(messages[0]!, /^Warn: .*to sentinel, app: .*LE_AUTH_DEVELOPMENT_HOSTS/)
      yield* resolve.pipe(Effect.provide(Layer.provideMerge(layerWith({}), logger)))
      assert.lengthOf(messages, 1)
    })
  )

  it.effect("A7: the browser finds a local Sentinel elsewhere, and LivePerson's where it is", () =>
    Effect.gen(function* () {
      const { forBrowser } = yield* Domains.Domains
      const authorizeOrigin = Origin.make("http://localhost:4400")
      assert.strictEqual(forBrowser(Origin.make("http://sentinel:4400")), authorizeOrigin)
      assert.strictEqual(forBrowser(Origin.make("http://127.0.0.1:5500")), authorizeOrigin)
      for (const other of ["https://va.sentinel.liveperson.net", "https://other:4400"]) {
        assert.strictEqual(forBrowser(Origin.make(other)), other)
      }
    }).pipe(
      Effect.provide(
        layerWith({
          domains: {
            domainApi: Origin.make("http://sentinel:4400"),
            developmentHosts: [sentinelHost],
            authorizeOrigin: Origin.make("http://localhost:4400")
          }
        })
      )
    )
  )

  it.effect("LE_AUTH_DOMAIN_API says where the Domain API is", () =>
    Effect.gen(function* () {
      const client = HttpClient.make((request) => Effect.die(`asked ${request.url}`))
      const asked = (environment: Record<string, string>) =>
        resolve.pipe(
          Effect.provide(
            Domains.layerConfig.pipe(
              Layer.provide(Layer.succeed(Transport, make(client))),
              Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment)))
            )
          ),
          Effect.exit
        )
      assert.include(JSON.stringify(yield* asked({})), "https://api.liveperson.net/api")
      assert.include(
        JSON.stringify(yield* asked({ LE_AUTH_DOMAIN_API: "http://127.0.0.1:1" })),
        "http://127.0.0.1:1/api"
      )
      assert.include(JSON.stringify(yield* asked({ LE_AUTH_DOMAIN_API: "" })), "https://api.liveperson.net/api")
      const listed = { LE_AUTH_DOMAIN_API: "http://sentinel:1", LE_AUTH_DEVELOPMENT_HOSTS: "sentinel" }
      const authorize = (origin: string) => ({ ...listed, LE_AUTH_AUTHORIZE_ORIGIN: origin })
      for (const environment of [
        listed,
        authorize(""),
        authorize("http://localhost:1"),
        authorize("https://sentinel")
      ]) {
        assert.include(JSON.stringify(yield* asked(environment)), "http://sentinel:1/api")
      }
      for (const [environment, problem] of [
        [{ LE_AUTH_DOMAIN_API: "http://api.liveperson.net" }, "an https origin such as https://api.liveperson.net"],
        [{ ...listed, LE_AUTH_DEVELOPMENT_HOSTS: "" }, "LE_AUTH_DEVELOPMENT_HOSTS does not list"],
        [{ ...listed, LE_AUTH_DEVELOPMENT_HOSTS: "app" }, "LE_AUTH_DEVELOPMENT_HOSTS does not list"],
        [{ ...listed, LE_AUTH_DEVELOPMENT_HOSTS: "sentinel,example.com" }, "a name that no public DNS has"],
        [authorize("https://example.com"), "an origin on loopback, or on a host that LE_AUTH_DEVELOPMENT_HOSTS lists"],
        [authorize("http://app:1"), "an origin on loopback, or on a host that LE_AUTH_DEVELOPMENT_HOSTS lists"]
      ] as const) {
        const text = yield* asked(environment).pipe(
          Effect.flatMap(
            Exit.match({
              onFailure: (cause) => Effect.succeed(Cause.pretty(cause)),
              onSuccess: () => Effect.succeed("")
            })
          )
        )
        assert.include(text, problem)
        assert.notInclude(text, "asked")
      }
    })
  )
})
