import { assert, describe, it } from "@effect/vitest"
import { DevelopmentHost } from "@le-auth/core/DevelopmentHosts"
import * as Origin from "@le-auth/core/Origin"
import * as Schema from "effect/Schema"

const label = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9-]{1,6}$/))
const number = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))
const Host = Schema.Struct({
  name: Schema.Union([
    Schema.Array(label).check(Schema.isMinLength(1), Schema.isMaxLength(4)),
    Schema.Array(number(300)).check(Schema.isMinLength(1), Schema.isMaxLength(5)),
    Schema.Literals(["localhost", "LOCALHOST", "127.0.0.1", "127.1", "[::1]", "va.liveperson.net"])
  ]),
  port: Schema.optionalKey(
    Schema.Union([Schema.Literals(["80", "443", "0", "00080", "65535", "65536"]), number(70_000)])
  )
})

describe("Origin", () => {
  it.prop("A9: every host that is one has an origin, which is one", [Host], ([{ name, port }]) => {
    const host = `${typeof name === "string" ? name : name.join(".")}${port === undefined ? "" : `:${port}`}`
    if (!Origin.isHost(host)) return
    const origin = Origin.fromHost(host)
    assert.strictEqual(Origin.Origin.make(origin), origin)
    assert.strictEqual(origin, new URL(`${Origin.isLoopback(host) ? "http" : "https"}://${host}`).origin)
  })

  it.each([
    ["localhost:80", "http://localhost"],
    ["localhost:443", "http://localhost:443"],
    ["va.liveperson.net:443", "https://va.liveperson.net"],
    ["VA.LivePerson.net:80", "https://va.liveperson.net:80"],
    ["[::1]:80", "http://[::1]"],
    ["127.0.0.1:00080", "http://127.0.0.1"]
  ])("A9: %s is %s", (host, origin) => {
    assert.isTrue(Origin.isHost(host))
    assert.strictEqual(Origin.fromHost(host), origin)
  })

  const isOrigin = Schema.is(Origin.Origin)

  it.each([
    "http://localhost:4400",
    "http://127.0.0.2",
    "http://[::1]:1",
    "http://sentinel:4400",
    "http://app",
    "http://app.internal",
    "http://a.b.test:1",
    "http://printer.local",
    "http://app.localhost:3000",
    "https://api.liveperson.net",
    "https://localhost:4400"
  ])("A7: %s is an origin by its form", (origin) => {
    assert.isTrue(isOrigin(origin))
  })

  it.each([
    "http://api.liveperson.net",
    "http://app.example",
    "http://localhost.example.com",
    "http://app.internal.example.com",
    "http://10.0.0.1",
    "http://192.168.1.1:4400",
    "http://169.254.169.254",
    "http://[fd00::1]",
    "http://[::ffff:127.0.0.1]",
    "http://0",
    "http://127",
    "http://0x7f.1",
    "http://2130706433",
    "http://3221225991",
    "http://sentinel.",
    "http://127.0.0.1.",
    "http://user@sentinel",
    "http://sentinel:4400/",
    "HTTP://sentinel",
    "http://SENTINEL",
    "http://ｌocalhost",
    "http://xn--bcher-kva.com",
    "http://sentinel%2eexample.com",
    "http://sentinel\\@example.com",
    "http://sentinel#.example.com",
    "ftp://localhost",
    "ws://sentinel",
    "sentinel:4400"
  ])("A7: %s is none", (text) => {
    assert.isFalse(isOrigin(text))
  })

  /** What people and attackers put into addresses. */
  const Part = Schema.Union([
    Schema.Literals([
      "http://",
      "https://",
      "//",
      ".",
      ":",
      "/",
      "@",
      "#",
      "?",
      "\\",
      "%2e",
      "%00",
      "\t",
      "\u00ad",
      "。"
    ]),
    Schema.Literals([
      "localhost",
      "127.0.0.1",
      "127",
      "0x7f",
      "[::1]",
      "sentinel",
      "app",
      "com",
      "example",
      "．",
      "ｌ"
    ]),
    Schema.Literals([".internal", ".test", ".local", ".localhost", "xn--", "xn--bcher-kva", "ü", "ß", "80", "4400"])
  ])

  it.prop(
    "A7: no text that begins with http is an origin, unless its host has no public name",
    [Schema.Array(Part).check(Schema.isMaxLength(7))],
    ([parts]) => {
      const text = `http://${parts.join("")}`
      if (!isOrigin(text)) return
      const { hostname } = new URL(text)
      const labels = hostname.split(".")
      const isHere = hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname)
      const isReserved = ["localhost", "internal", "test", "local"].includes(labels.at(-1)!)
      assert.isTrue(isHere || (labels.length === 1 && !/^\d+$|^\[/.test(hostname)) || isReserved, text)
      // Nothing that is not on the list is local, whatever its form.
      if (!isHere) {
        assert.isFalse(Origin.isLocal(hostname, []))
        assert.isString(Origin.schemeProblem(text, []))
      }
    }
  )

  it("A7: http is for loopback and listed hosts", () => {
    const hosts = [DevelopmentHost.make("app")]
    for (const address of ["https://x.example/cb", "http://localhost:3000/cb", "http://app:3000/cb", "http://APP/cb"]) {
      assert.isUndefined(Origin.schemeProblem(address, hosts))
    }
    for (const address of ["http://other:3000/cb", "http://app.internal/cb", "http://app.example/cb"]) {
      assert.strictEqual(
        Origin.schemeProblem(address, hosts),
        "Plain http to a host that LE_AUTH_DEVELOPMENT_HOSTS does not list"
      )
    }
    assert.throws(() => Origin.fromHost("api.liveperson.net", "http"))
  })
})
