import { assert, describe, it } from "@effect/vitest"
import { ReturnPath } from "@le-auth/core/ReturnPath"
import * as Schema from "effect/Schema"

const isReturnPath = Schema.is(ReturnPath)

describe("ReturnPath", () => {
  it.each([
    "/.//evil.example",
    "/./%2fevil.example",
    "/%2e//evil.example",
    "/.%2f/evil.example",
    "/a/..//evil.example",
    "/a/%2E%2e//evil.example",
    "/x%2f/..//evil.example",
    "/a/b/../..//evil.example?c=d",
    "/..//evil.example",
    "/.%5c/evil.example"
  ])("B11: %s leads to two slashes once its dots are resolved", (path) => {
    assert.isFalse(isReturnPath(path))
  })

  it.each([
    "/",
    "/a/../b",
    "/a//b",
    "/a%2Fb",
    "/inbox?next=//evil.example#//x",
    "/a/./",
    "/.well-known/x",
    "/a/..%2fb"
  ])("B11: %s is one", (path) => {
    assert.isTrue(isReturnPath(path))
  })

  const Piece = Schema.Literals([
    "/",
    ".",
    "..",
    "%2e",
    "%2f",
    "%5c",
    "a",
    "//",
    "?",
    "#",
    "evil.example",
    ";",
    ":",
    "@"
  ])
  it.prop(
    "B11: whatever is one keeps one slash and its origin, read once or twice",
    [Schema.Array(Piece)],
    ([pieces]) => {
      const path = `/${pieces.join("")}`
      if (!isReturnPath(path)) return
      for (const read of [path, new URL(path, "https://app.example").pathname]) {
        const url = new URL(read, "https://app.example")
        assert.strictEqual(url.origin, "https://app.example")
        assert.isFalse(url.pathname.startsWith("//"))
      }
    }
  )
})
