import { assert, describe, it } from "@effect/vitest"
import * as LabelledMetrics from "../../src/shared/LabelledMetrics.ts"

describe("LabelledMetrics", () => {
  it("makes the metrics of a set of labels once", () => {
    const made: Array<object> = []
    const metrics = LabelledMetrics.make(["operation", "account"], (labels) => {
      made.push(labels)
      return labels
    })
    assert.deepStrictEqual(metrics("start", "a"), { operation: "start", account: "a" })
    assert.strictEqual(metrics("start", "a"), metrics("start", "a"))
    assert.notStrictEqual(metrics("a", "start"), metrics("start", "a"))
    assert.strictEqual(made.length, 2)
  })

  it("counts the accounts beyond 1,000 as one, and goes on to tell the others apart", () => {
    let made = 0
    const metrics = LabelledMetrics.make(["operation", "account"], (labels) => ({ ...labels, number: (made += 1) }))
    for (let account = 0; account < 1000; account++) metrics("start", `${account}`)
    assert.strictEqual(metrics("start", "1000").account, "other")
    assert.strictEqual(metrics("start", "1001"), metrics("start", "1002"))
    assert.strictEqual(metrics("start", "999").account, "999")
    assert.strictEqual(metrics("complete", "1000").account, "1000")
    assert.strictEqual(made, 1002)
  })
})
