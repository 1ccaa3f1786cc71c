import { assert, describe, it } from "@effect/vitest"
import { AuthorizeRequest, fromUrl, toUrl } from "@le-auth/core/AuthorizeRequest"
import { AccountId, ClientId, RedirectUri, State } from "@le-auth/core/Identifiers"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const origin = "https://va.sentinel.liveperson.net"
const base = { accountId: AccountId.make("12345678"), clientId: ClientId.make("11111111-1111-4111-8111-111111111111") }

describe("AuthorizeRequest", () => {
  it("is the address that LivePerson documents", () => {
    const request = new AuthorizeRequest({
      ...base,
      redirectUri: RedirectUri.make("https://le-app.com/cb"),
      state: State.make("xyz")
    })
    assert.strictEqual(
      toUrl(request, origin),
      "https://va.sentinel.liveperson.net/sentinel/api/account/12345678/authorize?v=1.0&response_type=code" +
        "&client_id=11111111-1111-4111-8111-111111111111&redirect_uri=https%3A%2F%2Fle-app.com%2Fcb&state=xyz"
    )
  })

  it("A3: v defaults to 1.0 and the response type is always code", () => {
    const request = new AuthorizeRequest(base)
    assert.strictEqual(request.v, "1.0")
    assert.strictEqual(request.responseType, "code")
    // @ts-expect-error no other response type exists
    assert.throws(() => new AuthorizeRequest({ ...base, responseType: "token" }))
  })

  it.prop(
    "A1, A2, A4: every request survives its address, with one question mark and no parameter twice",
    [AuthorizeRequest],
    ([request]) => {
      const url = toUrl(request, origin)
      assert.strictEqual(url.split("?").length, 2)
      const names = [...new URL(url).searchParams.keys()]
      assert.strictEqual(new Set(names).size, names.length)
      assert.deepStrictEqual(Result.getOrThrow(fromUrl(url)), request)
    }
  )

  it("A4: a redirect URI with its own query and a state of all printable characters round-trip", () => {
    const state = State.make(String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index)))
    const request = new AuthorizeRequest({
      ...base,
      state,
      redirectUri: RedirectUri.make("https://a.example/cb?x=1&y=%20")
    })
    assert.deepStrictEqual(Result.getOrThrow(fromUrl(toUrl(request, origin))), request)
  })

  it("A5: a redirect URI is absolute, http or https, and has no fragment", () => {
    const isRedirectUri = Schema.is(RedirectUri)
    for (const bad of [
      "/cb",
      "//a.example/cb",
      "https:/a.example",
      "https://a.example/cb#",
      "https://a.example/cb#f",
      "javascript:alert(1)",
      "https://a.example/ü",
      "https://a.example/\ncb",
      "https://",
      "https://a b/",
      "ftp://a.example/"
    ])
      assert.isFalse(isRedirectUri(bad), bad)
    for (const good of [
      "https://a.example/cb",
      "http://localhost:3000/callback",
      "https://a.example",
      "http://[::1]:80/x?y=1"
    ]) {
      assert.isTrue(isRedirectUri(good), good)
    }
  })

  it("a foreign or repeated parameter is refused with a reason that repeats no value", () => {
    for (const url of [
      "https://x.example/other",
      "not a url",
      `${origin}/sentinel/api/account/1/authorize?response_type=code&client_id=a&client_id=planted`,
      `${origin}/sentinel/api/account/1/authorize?response_type=planted&client_id=a`,
      `${origin}/sentinel/api/account/a%2fb/authorize?response_type=code&client_id=a`
    ]) {
      const error = Result.getOrThrow(Result.flip(fromUrl(url)))
      assert.strictEqual(error._tag, "InvalidAuthorizeRequest")
      assert.notInclude(error.message, "planted")
    }
  })

  it("an empty parameter counts as absent and an unknown one is ignored", () => {
    const request = Result.getOrThrow(
      fromUrl(
        `${origin}/sentinel/api/account/12345678/authorize?response_type=code&client_id=a&state=&redirect_uri=&__proto__=x&foo=1`
      )
    )
    assert.isUndefined(request.state)
    assert.isUndefined(request.redirectUri)
  })
})
