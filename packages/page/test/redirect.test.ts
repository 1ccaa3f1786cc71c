import { assert, describe, it } from "@effect/vitest"
import { redirect, type RedirectOptions } from "@le-auth/page"
import { ReturnPath } from "@le-auth/core/ReturnPath"
import * as Schema from "effect/Schema"
import { afterEach, vi } from "vitest"
import { isReturnPath } from "../src/internal/returnPath.ts"
import { open } from "./FakePage.ts"

afterEach(() => void vi.unstubAllGlobals())

const returnToOf = (url: string | undefined) => new URL(url!).searchParams.get("returnTo")

describe("redirect", () => {
  it("A10: sends the whole tab to the backend's login, and back to where the page is", () => {
    const page = open("https://app.example/inbox?folder=1&q=a%20b#top")
    const result = redirect()
    assert.deepStrictEqual(result, {
      _tag: "Redirecting",
      url: "https://app.example/auth/login?returnTo=%2Finbox%3Ffolder%3D1%26q%3Da%2520b%23top"
    })
    assert.deepStrictEqual(page.visited, [(result as { url: string }).url])
    assert.strictEqual(returnToOf(page.visited[0]), "/inbox?folder=1&q=a%20b#top")
    assert.deepStrictEqual(page.requests, [])
  })

  it("takes a return path, an account and another login path", () => {
    const page = open("https://app.example/")
    redirect({ returnTo: "/inbox", account: "le81823118", paths: { login: "/sign/in" } })
    assert.deepStrictEqual(page.visited, ["https://app.example/sign/in?returnTo=%2Finbox&account=le81823118"])
  })

  it("C10: a callback in the address does not travel with the return path", () => {
    const page = open("https://app.example/inbox?folder=1&code=SplxlOBeZQQYbYS6WxSbIA&state=xyz#/a?code=1&tab=2")
    redirect()
    assert.strictEqual(returnToOf(page.visited[0]), "/inbox?folder=1#/a?tab=2")
  })

  for (const [href, expected] of [
    ["https://app.example/a?b=c\\d#e\\f", "/a?b=c%5Cd#e%5Cf"],
    [`https://app.example/a?b=1#${"x".repeat(2048)}`, "/a?b=1"],
    [`https://app.example/a?${"x".repeat(2048)}`, "/a"],
    ["https://app.example//evil.example/", "/"],
    ["https://app.example/%2Fevil.example/", "/"]
  ] as const) {
    it(`of an address that is not a return path, takes the part that is: ${href.slice(0, 50)}`, () => {
      const page = open(href)
      redirect()
      assert.strictEqual(returnToOf(page.visited[0]), expected)
    })
  }

  it("B11: refuses a return path that could lead to another site, and stays", () => {
    const page = open("https://app.example/")
    for (const returnTo of [
      "//evil.example",
      "/\\evil.example",
      "\\evil",
      "https://evil.example",
      "javascript:alert(1)",
      "/%2Fevil.example",
      "/%5cevil.example",
      "/\tevil",
      "/a\\b",
      "/.//evil.example",
      "/%2e//evil.example",
      "/a/..//evil.example",
      "/a/%2E%2e/%2fevil.example",
      "/x%2f/..//evil.example",
      "inbox",
      ""
    ]) {
      const result = redirect({ returnTo })
      assert.strictEqual(result._tag === "NotRedirected" && result.reason, "BadReturnTo", returnTo)
    }
    assert.deepStrictEqual(page.visited, [])
  })

  it("B11: the rule is that of core's ReturnPath, which the backend applies again", () => {
    const same = Schema.is(ReturnPath)
    const characters = [
      "/",
      "\\",
      "%2f",
      "%5C",
      "a",
      "?",
      "#",
      " ",
      "\n",
      "\u007f",
      "é",
      "[",
      "]",
      "~",
      "!",
      ":",
      ".",
      "..",
      "%2E"
    ]
    let accepted = 0
    for (const a of characters) {
      for (const b of characters) {
        for (const c of characters) {
          for (const text of [a + b + c, `/${a}${b}${c}`]) {
            assert.strictEqual(isReturnPath(text), same(text), JSON.stringify(text))
            if (isReturnPath(text)) accepted += 1
          }
        }
      }
    }
    assert.isAbove(accepted, 100)
    assert.isTrue(isReturnPath(`/${"a".repeat(2047)}`) && !isReturnPath(`/${"a".repeat(2048)}`))
  })

  it("refuses what is not an account id, and stays", () => {
    const page = open("https://app.example/")
    for (const account of ["", "12345678 ", "1&returnTo=//evil", "../x", "a".repeat(33)]) {
      const result = redirect({ account })
      assert.strictEqual(result._tag === "NotRedirected" && result.reason, "BadAccount", account)
    }
    assert.deepStrictEqual(page.visited, [])
  })

  it("whatever the configured login path looks like, it stays on the page's origin", () => {
    const page = open("https://app.example/")
    for (const login of ["//evil.example/login", "/\\evil.example", "/@evil.example"] as const) {
      redirect({ paths: { login } })
    }
    assert.deepStrictEqual(
      page.visited.map((url) => new URL(url).origin),
      Array.from({ length: 3 }, () => "https://app.example")
    )
  })

  it("in a frame of its own site, sends the whole tab, and back to the page of the tab", () => {
    const visited: Array<string> = []
    const top = {
      href: "https://app.example/workspace?open=2",
      origin: "https://app.example",
      assign: (url: URL) => void visited.push(url.href)
    }
    const page = open("https://app.example/frame", { location: top })
    assert.strictEqual(redirect()._tag, "Redirecting")
    assert.deepStrictEqual(page.visited, [])
    assert.strictEqual(returnToOf(visited[0]), "/workspace?open=2")
  })

  it("in a frame of another site, or a sandboxed one, says so and stays", () => {
    const foreign = open("https://app.example/frame", "foreign")
    const result = redirect()
    assert.strictEqual(result._tag === "NotRedirected" && result.reason, "Framed")
    assert.include(result._tag === "NotRedirected" && result.message, "window of its own")
    assert.deepStrictEqual(foreign.visited, [])

    const assign = () => {
      throw new DOMException("The frame attempting navigation is sandboxed", "SecurityError")
    }
    open("https://app.example/", { location: { href: "https://app.example/", origin: "https://app.example", assign } })
    const sandboxed = redirect()
    assert.strictEqual(sandboxed._tag === "NotRedirected" && sandboxed.reason, "Framed")
  })

  it("H5: an option with a secret does not compile", () => {
    open("https://app.example/")
    // @ts-expect-error a page has no client secret
    redirect({ clientSecret: "s" })
    // @ts-expect-error nor in the spelling of the wire
    redirect({ client_secret: "s" })
    // @ts-expect-error nor a refresh token
    redirect({ refreshToken: "t" })
    const configuration = { returnTo: "/inbox", clientSecret: "s" }
    // @ts-expect-error nor in a variable, where no excess property check helps
    redirect(configuration)
    // @ts-expect-error nor by way of the type
    const options: RedirectOptions = configuration
    assert.isDefined(options)
  })
})
