import { assert, describe, it } from "@effect/vitest"
import { append } from "@le-auth/core/shared/UrlParameters"
import { problemOf } from "@le-auth/core/shared/RegisteredUri"
import { originOf, registeredOf } from "../../src/internal/request/RedirectUris.ts"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"

const isRegistered = (
  redirectUris: ReadonlyArray<string>,
  given: string,
  options?: { readonly anyPortOnLocalhost?: boolean }
): boolean => registeredOf({ redirectUris }, given, options) !== undefined

describe("RedirectUris", () => {
  const registered = [
    "https://app.example/cb",
    "http://127.0.0.1/cb",
    "http://[::1]:9000/cb",
    "http://localhost:3000/cb"
  ]

  it.prop(
    "R23: only the same text is equal, character by character",
    { given: Arbitrary.schema(Schema.String) },
    ({ given }) => {
      const changed = `https://app.example/cb${given}`
      assert.strictEqual(isRegistered(["https://app.example/cb"], changed), given === "")
      assert.strictEqual(isRegistered(["https://app.example/cb"], given), given === "https://app.example/cb")
    }
  )

  it.each(["http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", "http://[::1]/cb", "http://[::1]:49152/cb"])(
    "R24: %s matches on its own port",
    (given) => assert.isTrue(isRegistered(registered, given))
  )

  it.each([
    "http://localhost:3001/cb",
    "http://127.0.0.1:0/cb",
    "http://127.0.0.1:65536/cb",
    "http://127.0.0.1:080/cb",
    "http://127.0.0.1:/cb",
    "http://127.1/cb",
    "http://0x7f.1/cb",
    "http://2130706433/cb",
    "http://127.0.0.2/cb",
    "http://[::ffff:127.0.0.1]/cb",
    "http://[0:0:0:0:0:0:0:1]:9000/cb",
    "http://localhost.evil/cb",
    "http://localhost./cb",
    "http://127.0.0.1.evil/cb",
    "http://127.0.0.1@evil/cb",
    "http://127.0.0.1:80@evil/cb",
    "http://127.0.0.1:8080/cb/",
    "http://127.0.0.1:8080/other",
    "http://127.0.0.1:8080/cb?x",
    "http://127.0.0.1:8080/cb#",
    "http://127.0.0.1:8080/cb\n",
    "https://127.0.0.1:8080/cb",
    "HTTP://127.0.0.1:8080/cb"
  ])("R24: %s matches nothing", (given) => assert.isFalse(isRegistered(registered, given)))

  it.each([
    "http://localhost:5173/callback",
    "http://localhost:3000/api/auth/callback/liveperson",
    "https://localhost:8443/cb?x=1",
    "http://127.0.0.1:1/",
    "http://[::1]:65535/cb",
    "https://localhost"
  ])("R24: a built-in installation takes %s", (given) => {
    assert.isTrue(registeredOf({ redirectUris: [], anyLoopbackRedirect: true }, given) === given)
    assert.isFalse(isRegistered([], given))
  })

  it.each([
    "http://localhost.evil/cb",
    "http://localhost@evil/cb",
    "http://localhost:80@evil/cb",
    "http://localhost\\@evil/cb",
    "http://localhost:65536/cb",
    "http://localhost:080/cb",
    "http://LOCALHOST/cb",
    "http://127.0.0.2/cb",
    "http://0.0.0.0/cb",
    "http://[0:0:0:0:0:0:0:1]/cb",
    "http://localhost/cb#fragment",
    "http://localhost/cb?code=planted",
    "http://localhost/*",
    "http://localhost/cb\n",
    "ftp://localhost/cb",
    "httpss://localhost/cb",
    `http://localhost/${"a".repeat(2048)}`
  ])("R24: a built-in installation does not take %s", (given) =>
    assert.isUndefined(registeredOf({ redirectUris: [], anyLoopbackRedirect: true }, given))
  )

  it("R24: localhost matches on every port only if the dialect says so", () => {
    assert.isTrue(isRegistered(registered, "http://localhost:3001/cb", { anyPortOnLocalhost: true }))
    assert.isFalse(isRegistered(registered, "http://localhost.evil:3001/cb", { anyPortOnLocalhost: true }))
  })

  it.each([
    ["/cb", "absolute"],
    ["cb", "absolute"],
    ["//app.example/cb", "absolute"],
    ["https://app.example/cb#", "fragment"],
    ["https://app.example/cb#f", "fragment"],
    ["https://user@app.example/cb", "user information"],
    ["https://user:pass@app.example/cb", "user information"],
    ["javascript:alert(1)", "absolute"],
    ["data:text/html,x", "absolute"],
    ["com.example.app:/cb", "absolute"],
    ["HTTPS://app.example/cb", "lower case"],
    ["https://*.example/cb", "wildcard"],
    ["https://app.example/*", "wildcard"],
    ["https://app.example/\\evil", "backslash"],
    ["https://app.example/c b", "spaces"],
    ["https://app.example/\u0000", "control"],
    ["https://app。example/cb", "ASCII"],
    ["https://", "host"],
    ["https:///cb", "host"],
    ["https://a;script-src *", "spaces"],
    ["https://a;b/cb", "host"],
    ["https://app.example:99999/cb", "host"],
    ["https://app.example/cb?code=1", "parameter code"],
    ["https://app.example/cb?a=b&state", "parameter state"],
    ["https://app.example/cb?error=", "parameter error"],
    ["https://app.example/cb?iss=x", "parameter iss"]
  ])("R26: %s must not be registered", (uri, why) => assert.include(problemOf(uri), why))

  it.each(["https://app.example/cb", "http://localhost:3000/callback", "http://le-app.com/cb?a=b", "http://[::1]/cb"])(
    "R26: %s may be registered",
    (uri) => assert.isUndefined(problemOf(uri))
  )

  it("R27: the answer has one separator between what is registered and what is added", () => {
    for (const [uri, expected] of [
      ["https://app.example/cb", "https://app.example/cb?code=c&state=s"],
      ["https://app.example/cb?", "https://app.example/cb?code=c&state=s"],
      ["https://app.example/cb?a", "https://app.example/cb?a&code=c&state=s"],
      ["https://app.example/cb?a&", "https://app.example/cb?a&code=c&state=s"],
      ["https://app.example/cb?a=?", "https://app.example/cb?a=?&code=c&state=s"],
      ["https://app.example/&", "https://app.example/&?code=c&state=s"]
    ] as const) {
      assert.strictEqual(append(uri, { code: "c", iss: undefined, state: "s" }), expected)
    }
  })

  it("the origin is that of an http address, and of nothing else", () => {
    assert.strictEqual(originOf("https://app.example:8443/cb?a=b"), "https://app.example:8443")
    assert.strictEqual(originOf("http://[::1]?a"), "http://[::1]")
    for (const none of ["", "app.example", "x-https://app.example/", "javascript:https://a"]) {
      assert.strictEqual(originOf(none), "")
    }
  })

  it.prop(
    "R27: the answer begins with the registered text, and a parser finds the parameters",
    {
      query: Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[a-bd-z0-9%&=+;/?~.-]{0,20}$/))),
      hasQuery: Arbitrary.schema(Schema.Boolean),
      state: Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{1,30}$/)))
    },
    ({ hasQuery, query, state }) => {
      const uri = hasQuery ? `https://app.example/cb?${query}` : "https://app.example/cb"
      const answer = append(uri, { code: "abc", state })
      assert.isTrue(answer.startsWith(uri))
      const given = new URL(answer).searchParams
      assert.deepStrictEqual(given.getAll("code"), ["abc"])
      assert.deepStrictEqual(given.getAll("state").at(-1), state)
    }
  )
})
