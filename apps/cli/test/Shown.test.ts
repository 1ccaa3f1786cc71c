import { assert, describe, it } from "vitest"
import { shown, table } from "../src/Shown.ts"

const escape = "\u001b[2J"

describe("texts of others", () => {
  it("lose what a terminal obeys, and what turns the direction of what follows", () => {
    assert.strictEqual(shown(`a${escape}b\u202ec\nd`), "a\\u{1b}[2Jb\\u{202e}c\\u{a}d")
  })

  it("a table has none of it in names and values, and its columns stay", () => {
    assert.deepStrictEqual(
      table([
        [escape, escape],
        ["sentinel", "https://va.sentinel.liveperson.net", "where it is"]
      ]).split("\n"),
      ["\\u{1b}[2J  \\u{1b}[2J", "sentinel   https://va.sentinel.liveperson.net", "             where it is"]
    )
  })
})
