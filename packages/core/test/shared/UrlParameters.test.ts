import { assert, describe, it } from "@effect/vitest"
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Schema from "effect/Schema"

/** What the platform reads: first values, names that repeat. */
const expected = (text: string) => {
  const values = new Map<string, string>()
  const repeated = new Set<string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (values.has(name)) repeated.add(name)
    else values.set(name, value)
  }
  return { values, repeated }
}

const check = (text: string) => {
  const { repeated, values } = expected(text)
  const parameters = UrlParameters.fromSearch(text)
  assert.deepStrictEqual(new Set(parameters.repeated), repeated, text)
  for (const [name, value] of values) {
    assert.isTrue(parameters.has(name), text)
    assert.strictEqual(parameters.get(name), value === "" ? undefined : value, text)
  }
  const record = parameters.toRecord()
  assert.deepStrictEqual(
    Object.entries(record).toSorted(),
    [...values].filter(([, value]) => value !== "").toSorted(),
    text
  )
}

const Plain = Schema.String.check(Schema.isPattern(/^[a-c=&?;./_-]{0,20}$/))

describe("UrlParameters", () => {
  it.prop("A4, R96: reads what the platform reads, plain or encoded", [Plain, Schema.String], ([plain, any]) => {
    for (const text of [
      `??${plain}=${any}`,
      `%${plain}%4${any}%7f%80%C3%A4%c3`,
      plain,
      any,
      `${plain}+${plain}`,
      `${plain}%41${any}`,
      `${plain}=%${plain}&%c3%a4+%ff=%ef%bb%bf${plain}&%zz=${plain}%e2%82`,
      `?${plain}`,
      encodeURIComponent(any.replace(/[\ud800-\udfff]/g, "x"))
    ])
      check(text)
  })

  it("R96: stops after 64 parameters of 8192 characters, and says so", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=${index}%`).join("&&")
    assert.isUndefined(UrlParameters.fromSearch(many(64)).excess)
    const cut = UrlParameters.fromSearch(`?${many(65)}`)
    assert.strictEqual(cut.excess, "There are more than 64 parameters.")
    assert.strictEqual(cut.get("p63"), "63%")
    assert.isFalse(cut.has("p64"))
    assert.isUndefined(UrlParameters.fromSearch(many(65), { count: 65 }).excess)
    for (const character of ["a", "%61", "%c3%a4", "ä"]) {
      const [most, more] = [8192, 8193].map((length) => UrlParameters.fromSearch(`a=${character.repeat(length)}&b=1`))
      assert.isUndefined(most!.excess)
      assert.lengthOf(most!.get("a")!, 8192)
      assert.strictEqual(more!.excess, "A parameter is longer than 8192 characters.")
      assert.isFalse(more!.has("a"))
      assert.strictEqual(more!.get("b"), "1")
    }
    assert.isDefined(UrlParameters.fromSearch("a".repeat(8193)).excess)
    assert.lengthOf(UrlParameters.fromSearch(`a=${"a".repeat(9000)}`, { length: 9000 }).get("a")!, 9000)
  })

  it("R96: 64 KiB of wrong escapes cost a few milliseconds at most, however they are spread", () => {
    const once = (text: string) => {
      const before = performance.now()
      UrlParameters.fromSearch(text, { length: Infinity })
      return performance.now() - before
    }
    /** The best of many: what else the machine does only adds to it. */
    const best = (text: string) => Math.min(...Array.from({ length: 5 }, () => once(text)))
    for (const atom of ["%&", "%=%&", "%ff&", "%e2%82&", "%zz%", "%", "%c3%28", "%f0%9f%92", "+%", "\ud800"]) {
      const text = atom.repeat(65_536 / atom.length)
      assert.isBelow(best(text), 5, atom)
      assert.isBelow(best(`a=%&b=${text.replaceAll("&", "")}`), 5, atom)
    }
  })

  it("A2: knows what is repeated", () => {
    assert.deepStrictEqual([...UrlParameters.fromSearch("a=1&b=2&a=&c=%31&c=1").repeated], ["a", "c"])
  })
})
