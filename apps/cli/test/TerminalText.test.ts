import { assert, describe, it } from "vitest"
import { escaped, escapedJson, join, lines, table, text } from "../src/terminal/TerminalText.ts"

const escape = "\u001b[2J"
/**
 * One of each class that a text may not bring to a terminal: C0, DEL, C1, directions, marks, separators, tags, half a
 * character.
 */
const hostile =
  "\u0000\u0007\t\r\n\u001b\u007f\u0085\u009b\u00ad\u061c\u200b\u200e\u202e\u2028\u2029\u2066\ufeff\u{e0041}\ud800"
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/u

describe("texts of others", () => {
  it("lose what a terminal obeys, and what turns the direction of what follows", () => {
    assert.strictEqual(escaped(`a${escape}b\u202ec\nd`), "a\\u{1b}[2Jb\\u{202e}c\\u{a}d")
    assert.notMatch(escaped(hostile), unfit)
  })

  it("J4: in a text, what is put in is shown, and what is written stays", () => {
    const inner = text`(${hostile})`
    const whole = join("\n", [text`User  ${hostile}\n  ${1}`, inner, text`${inner}`])
    assert.notMatch(whole.toString().replaceAll("\n", ""), unfit)
    assert.strictEqual(whole.toString().split("\n").length, 4)
    // What is shown already is not escaped again.
    assert.strictEqual(text`${inner}`.toString(), inner.toString())
    assert.strictEqual(JSON.stringify({ whole }), JSON.stringify({ whole: whole.toString() }))
    assert.strictEqual(lines("a\u001b\nb").indented(2).toString(), "a\\u{1b}\n  b")
  })

  it("J4: JSON has the same as escapes of its own, and says what it said", () => {
    const data = { [hostile]: [hostile, { nested: hostile }] }
    for (const indent of [0, 2]) {
      const json = escapedJson(JSON.stringify(data, null, indent))
      assert.notMatch(json.replaceAll("\n", ""), unfit)
      assert.deepStrictEqual(JSON.parse(json), data)
    }
  })

  it("a table has none of it in names and values, and its columns stay", () => {
    assert.deepStrictEqual(
      table([
        [escape, escape],
        ["sentinel", "https://va.sentinel.liveperson.net", text`where it is`]
      ])
        .toString()
        .split("\n"),
      ["\\u{1b}[2J  \\u{1b}[2J", "sentinel   https://va.sentinel.liveperson.net", "             where it is"]
    )
  })
})
