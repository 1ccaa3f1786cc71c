import { assert, describe, it } from "@effect/vitest"
import { Origin } from "@le-auth/core/Origin"
import * as Schema from "effect/Schema"
import { addressOf, routeOf } from "../src/internal/forwarding.ts"

const origin = Origin.make("https://h.liveperson.net")
const account = "12345678"

const allows = (pattern: string, path: string): boolean => {
  const route = routeOf(pattern)
  return route !== undefined && addressOf(origin, path, [route], account) !== undefined
}

/** How servers read a path; what none of them sees elsewhere is passed on. */
const readings: ReadonlyArray<(path: string) => string> = [
  (path) => new URL(path, origin).pathname,
  (path) => decodeURIComponent(path),
  (path) => new URL(decodeURIComponent(path), origin).pathname,
  (path) => decodeURIComponent(decodeURIComponent(path)),
  (path) => new URL(decodeURIComponent(decodeURIComponent(path)), origin).pathname,
  // Servlet containers drop parameters, then resolve dots; some decode before that.
  (path) => new URL(path.replaceAll(/;[^/]*/g, ""), origin).pathname,
  (path) => new URL(decodeURIComponent(path).replaceAll(/;[^/]*/g, ""), origin).pathname,
  (path) => new URL(path.replaceAll(/\/{2,}/g, "/"), origin).pathname,
  (path) => path.replaceAll("\\", "/"),
  // Wide and composed characters for plain ones; nothing for what shows nothing.
  (path) => new URL(decodeURIComponent(path).normalize("NFKC"), origin).pathname,
  (path) => new URL(decodeURIComponent(path).replaceAll(/\p{Cf}/gu, ""), origin).pathname,
  (path) =>
    decodeURIComponent(path)
      .replaceAll("\\", "/")
      .replaceAll(/\/{2,}/g, "/")
]

const pieces =
  "a x y / é . .. ; ;x=1 \\ % %2e %2E %2f %5c %3b %25 %252e %00 %c3%a9 // ? %3f %23 # %EF%BC%8E%EF%BC%8E %E2%80%A5 %EF%BC%8F %EF%BC%9B .%E2%80%8B. %E2%84%80"
    .split(" ")
    .concat(" ")

const tryReading = (reading: (path: string) => string, path: string): string | undefined => {
  try {
    return reading(path)
  } catch {
    return undefined
  }
}

describe("the paths of ApiProxy", () => {
  it("G8: are compared segment by segment", () => {
    for (const [pattern, path, expected] of [
      ["/a/b", "/a/b", true],
      ["/a/b", "/a/b?c=/../d&e=%2F;", true],
      ["/a/b", "/a/bc", false],
      ["/a/b", "/a/b/c", false],
      ["/a/b", "/a/b/", false],
      ["/a/b", "/a", false],
      ["/a/b/*", "/a/b", false],
      ["/a/b/*", "/a/b/c", true],
      ["/a/b/*", "/a/b/c/d", false],
      ["/a/b/**", "/a/b", false],
      ["/a/b/**", "/a/b/c", true],
      ["/a/b/**", "/a/b/c/d/e", true],
      ["/a/b/**", "/a/bc/d", false],
      ["/a/*/c", "/a/b/c", true],
      ["/a/*/c", "/a/b/d", false],
      ["/list", "/listsecrets", false],
      ["/api/account/{account}/x", "/api/account/12345678/x", true],
      ["/api/account/{account}/x", "/api/account/87654321/x", false],
      ["/api/account/{account}/x", "/api/account/{account}/x", false],
      ["/users/*", "/users/Jos%C3%A9%20Mar%C3%ADa", true],
      ["/users/*", "/users/a.b_c~d-e@f:1,2+3'(4)*!$&=", true],
      ["/José/x y", "/Jos%C3%A9/x%20y", true]
    ] as const) {
      assert.strictEqual(allows(pattern, path), expected, `${pattern} ${path}`)
    }
  })

  it("G8: are refused if they mean something else to another reader", () => {
    const dots = [".", "..", "%2e", "%2E%2e", ".%2e", "%252e%252e", "%25252e", "...", "..%20", "%20", "%09.."]
    const parameters = ["..;", "..;a=b", ";", "a;b", "%3b", "..%3B", "%253b", ";/..", "a;/.."]
    const slashes = ["", "/", "a//b", "%2f", "%5c", "\\", "%2F..", "%252f", "%255c", "a%5C..%5Cb"]
    const others = [
      "%00",
      "a%00b",
      "%0a",
      "a%0Db",
      "%7f",
      "%c2%85",
      "%",
      "%zz",
      "%ff",
      "%c0%ae%c0%ae",
      "%u002e",
      "a%25",
      "%2561",
      "a%3Fb",
      "a%23b",
      "a#b",
      "\t",
      "a\nb"
    ]
    for (const segment of [...dots, ...parameters, ...slashes, ...others]) {
      for (const path of [`/users/${segment}`, `/users/${segment}/admin`, `/users/x/${segment}/admin`]) {
        assert.isFalse(allows("/users/**", path), path)
      }
    }
    assert.isFalse(allows("/users/**", "//evil.example/users/x"))
    assert.isFalse(allows("/users/**", "/@evil.example/users/x"))
  })

  it.prop(
    "G8: whatever one reading takes out of the list is refused",
    [Schema.Literals(["/users/*", "/users/**", "/users/x/*", "/users/*/y"]), Schema.Array(Schema.Literals(pieces))],
    ([pattern, tail]) => {
      const path = `/users/${tail.slice(0, 6).join("")}`
      if (!allows(pattern, path)) return
      const { isOpen, segments } = routeOf(pattern)!
      for (const reading of readings) {
        const read = tryReading(reading, path.replace(/\?.*$/, ""))
        if (read === undefined) continue
        const parts = read.split("/").slice(1)
        const says = `${path} is read as ${read}`
        assert.isTrue(isOpen ? parts.length > segments.length : parts.length === segments.length, says)
        for (const [index, segment] of segments.entries()) {
          if (segment !== "*") assert.strictEqual(decodeURIComponent(parts[index]!), segment, says)
        }
      }
    }
  )

  it("G8: that could never match are a mistake, and not a hole", () => {
    for (const pattern of ["/a/", "/", "//a", "a/b", "ab/c", "/a/../b", "/a/**/b", "/a;b", "/a%252fb", "", "/a?b"]) {
      assert.isUndefined(routeOf(pattern), pattern)
    }
  })
})
