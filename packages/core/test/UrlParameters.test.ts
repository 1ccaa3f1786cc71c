import { assert, describe, it } from "@effect/vitest"
import { UrlParameters } from "@le-auth/core/UrlParameters"
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
  it.prop("A4: reads what the platform reads, plain or encoded", [Plain, Schema.String], ([plain, any]) => {
    for (const text of [
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

  it("A2: knows what is repeated", () => {
    assert.deepStrictEqual([...UrlParameters.fromSearch("a=1&b=2&a=&c=%31&c=1").repeated], ["a", "c"])
  })
})
