import { assert, describe, it } from "@effect/vitest"
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
})
