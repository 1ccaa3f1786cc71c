import { assert, describe, it } from "@effect/vitest"
import { type Authorized, CallbackResult, fromUrl } from "@le-auth/core/CallbackResult"
import { State } from "@le-auth/core/Identifiers"
import { authorizationErrorCodes } from "@le-auth/core/OAuthError"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const reasonOf = (url: string) => Result.getOrThrow(Result.flip(fromUrl(url))).reason._tag

describe("CallbackResult", () => {
  it("the documented example decodes", () => {
    const result = Result.getOrThrow(fromUrl("https://le-app.com/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz"))
    assert(result._tag === "Authorized")
    assert.strictEqual(Redacted.value(result.code), "SplxlOBeZQQYbYS6WxSbIA")
    assert.strictEqual(result.state, "xyz")
  })

  it("is decided by the query alone, given as a text or as a URL", () => {
    for (const url of [
      "https://a.example/cb?code=c&state=s",
      "https://a.example/cb?code=c&state=s#",
      "https://a.example/cb?code=c&state=s#?code=other&state=other",
      "https://a.example/cb?code=c&state=s&iss=#iss=other"
    ]) {
      for (const result of [fromUrl(url), fromUrl(new URL(url))]) {
        const { code, ...rest } = Result.getOrThrow(result) as Authorized
        assert.strictEqual(Redacted.value(code), "c")
        assert.deepStrictEqual(rest, { _tag: "Authorized", state: State.make("s") })
      }
    }
    for (const url of ["/cb#?code=c&state=s", "?#code=c", "#?code=c", "code=c&state=s"]) {
      assert.strictEqual(reasonOf(url), "Malformed", url)
    }
    assert.deepStrictEqual(Result.getOrThrow(fromUrl("?error=e")), { _tag: "Denied", error: "e" })
    assert.notProperty(Result.getOrThrow(fromUrl("?code=c")), "state")
  })

  it("has a schema, for those who send it on", () => {
    for (const url of ["?code=c&state=s&iss=i", "?code=c", "?error=e&error_description=d&state=s&iss=i", "?error=e"]) {
      const result = Result.getOrThrow(fromUrl(url))
      assert.isTrue(Schema.is(CallbackResult)(result), url)
    }
    for (const none of [
      {},
      { _tag: "Authorized" },
      { _tag: "Denied" },
      { _tag: "Denied", error: "" },
      { error: "e" }
    ]) {
      assert.isFalse(Schema.is(CallbackResult)(none))
    }
  })

  it("a state or a code with a character that none has is malformed, wherever it is", () => {
    for (const character of ["%00", "%0a", "%7f", "%C3%A9"]) {
      for (const text of [character, `${character}a`, `a${character}`, `a${character}a`]) {
        assert.strictEqual(reasonOf(`?code=c&state=${text}`), "Malformed", text)
        assert.strictEqual(reasonOf(`?error=e&state=${text}`), "Malformed", text)
        assert.strictEqual(reasonOf(`?code=${text}&state=s`), "Malformed", text)
      }
    }
    const refused = ["?code=%00", "?code=c&state=%00", "?code=c&error=e", "?"].map(
      (url) => Result.getOrThrow(Result.flip(fromUrl(url))).message
    )
    assert.strictEqual(new Set(refused).size, 4)
    for (const message of refused) assert.notInclude(message, "undefined")
  })

  it("C1: a repeated parameter is refused", () => {
    for (const name of ["code", "state", "error", "error_description", "iss"]) {
      assert.strictEqual(reasonOf(`https://a.example/cb?code=a&state=b&${name}=x&${name}=x`), "DuplicateParameter")
    }
  })

  it("C2: unknown parameters are ignored and an empty one is absent", () => {
    const result = Result.getOrThrow(fromUrl("/cb?code=a&error=&state=&session_state=1&__proto__=2"))
    assert.strictEqual(result._tag, "Authorized")
    assert.isUndefined(result.state)
  })

  it("C4: both a code and an error, or neither, is malformed", () => {
    for (const url of [
      "/cb?code=a&error=b&state=c",
      "/cb?state=c",
      "/cb",
      "",
      "#code=a&state=b",
      "/cb?code=&state=x",
      "https://["
    ]) {
      assert.strictEqual(reasonOf(url), "Malformed", url)
    }
  })

  it("C5: the seven error codes decode, unknown ones are kept, descriptions are reduced to allowed characters", () => {
    for (const error of [...authorizationErrorCodes, "vendor_error"]) {
      const result = Result.getOrThrow(fromUrl(`/cb?error=${error}&state=x`))
      assert(result._tag === "Denied")
      assert.strictEqual(result.error, error)
    }
    const long = Result.getOrThrow(
      fromUrl(`/cb?error=e&error_description=${encodeURIComponent('<b>"\\\r\n\u202eé'.repeat(1000))}`)
    )
    assert(long._tag === "Denied")
    assert.match(long.errorDescription!, /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,300}$/)
  })

  it("C8: a code of 10,000 characters is taken as it is", () => {
    const code = "a".repeat(10_000)
    const result = Result.getOrThrow(fromUrl(`/cb?code=${code}&state=x`))
    assert(result._tag === "Authorized")
    assert.strictEqual(Redacted.value(result.code), code)
  })

  it.prop("no text makes it throw", [Schema.String, Schema.String], ([before, query]) => {
    fromUrl(before)
    fromUrl(`https://a.example/cb?${query}`)
    fromUrl(`https://a.example/cb?code=${query}&state=${before}`)
  })

  it("H1: the code does not show when the result is printed", () => {
    const result = Result.getOrThrow(fromUrl("/cb?code=planted&state=x"))
    assert.notInclude(JSON.stringify(result) + String(result), "planted")
  })
})
