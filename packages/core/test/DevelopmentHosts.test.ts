import { assert, describe, it } from "@effect/vitest"
import * as DevelopmentHosts from "@le-auth/core/DevelopmentHosts"
import { load } from "@le-auth/core/Settings"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const setting = (text: string) =>
  load({}, { LE_AUTH_DEVELOPMENT_HOSTS: DevelopmentHosts.List }).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ LE_AUTH_DEVELOPMENT_HOSTS: text })))
  )

/** Characters that names, numbers, ports and tricks are made of. */
const Text = Schema.Array(
  Schema.Union([
    Schema.Literals([
      ".",
      ":",
      "-",
      "_",
      "@",
      "/",
      "%",
      "0x",
      "xn--",
      "7f",
      "127",
      "1",
      "a",
      "Z",
      "ü",
      "。",
      "．",
      "１"
    ]),
    Schema.Literals([".internal", ".test", ".local", ".localhost", ".com", "sentinel", "[::1]", "\u00ad", " ", "\n"])
  ])
).check(Schema.isMaxLength(6))

const reserved = /(?:^|\.)(?:localhost|internal|test|local)$/

describe("DevelopmentHosts", () => {
  it.each([
    "sentinel",
    "SENTINEL",
    "sentinel:4400",
    "my-app-2",
    "2nd",
    "0x7g",
    "app.localhost",
    "a.b.internal",
    "App.TEST:3000",
    "printer.local",
    "1.test",
    "xn--bcher-kva.test",
    "localhost",
    "a".repeat(63)
  ])("A7: %s is a name that no public DNS has", (name) => {
    assert.isTrue(DevelopmentHosts.isDevelopmentName(name))
  })

  it.each([
    "",
    ".",
    "example.com",
    "app.local.example.com",
    "localhost.com",
    "internal.liveperson.net",
    "sentinel.",
    "app.internal.",
    ".internal",
    "a..test",
    "my_app",
    "-app",
    "app-",
    "a".repeat(64),
    `${"a.".repeat(130)}test`,
    // What URLs take for an IPv4 address.
    "127",
    "0",
    "0x",
    "0x7f",
    "0X7F000001",
    "2130706433",
    "017700000001",
    "127.1",
    "127.0.0.1",
    "8.8.8.8",
    "1.0x7f",
    "[::1]",
    "::1",
    "[2001:db8::1]",
    // Written otherwise, or with more around it.
    "bücher.test",
    "ａｐｐ",
    "app。test",
    "app\u00ad",
    "user@app",
    "app/path",
    "http://app",
    "app:",
    "app:65536",
    "app:-1",
    "app ",
    "app\n",
    "*.test"
  ])("A7: %j is none", (name) => {
    assert.isFalse(DevelopmentHosts.isDevelopmentName(name))
  })

  it.prop("A7: a URL with such a name leads to that name, and to no address", [Text], ([parts]) => {
    const name = parts.join("")
    if (!DevelopmentHosts.isDevelopmentName(name)) return
    const { host, hostname, password, pathname, username } = new URL(`http://${name}`)
    assert.strictEqual(
      host,
      name
        .toLowerCase()
        .replace(/:0*80$/, "")
        .replace(/:0+(?=\d)/, ":")
    )
    assert.isTrue(!hostname.includes(".") || reserved.test(hostname))
    assert.notMatch(hostname, /^[\d.]+$|^\[/)
    assert.deepStrictEqual([username, password, pathname], ["", "", "/"])
  })

  it.effect("A7: are listed with commas between them, in a setting", () =>
    Effect.gen(function* () {
      const { LE_AUTH_DEVELOPMENT_HOSTS: hosts = [] } = yield* setting("sentinel, App.Internal")
      assert.deepStrictEqual(hosts.map(String), ["sentinel", "App.Internal"])
      for (const host of ["sentinel", "SENTINEL:4400", "app.internal:3000"]) {
        assert.isTrue(DevelopmentHosts.isListed(host, hosts), host)
      }
      for (const host of ["app", "x.sentinel", "sentinel.internal", "sentinel.", "localhost"]) {
        assert.isFalse(DevelopmentHosts.isListed(host, hosts), host)
      }
    })
  )

  it.effect.each(["app,example.com", "app:3000", "app,", "127", "0x7f", "127.0.0.1", "*", "http://app", "bücher.test"])(
    "A7: the list %j is refused",
    (text) =>
      Effect.gen(function* () {
        const { problems } = yield* Effect.flip(setting(text))
        assert.deepStrictEqual(problems, [
          "LE_AUTH_DEVELOPMENT_HOSTS: Expected a name that no public DNS has (one label such as sentinel, or below " +
            ".localhost, .internal, .test or .local), without a port"
        ])
      })
  )
})
