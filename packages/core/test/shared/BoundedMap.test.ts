import { assert, describe, it } from "@effect/vitest"
import { BoundedMap } from "../../src/shared/BoundedMap.ts"

describe("BoundedMap", () => {
  it("never holds more than its capacity, and drops the oldest first", () => {
    const map = new BoundedMap<number>({ capacity: 10, lifetime: 1000 })
    for (let index = 0; index < 1000; index++) {
      map.set(`${index}`, index, 0)
      assert.isAtMost(map.size, 10)
    }
    assert.strictEqual(map.get("999", 0), 999)
    assert.strictEqual(map.get("995", 0), 995)
    assert.isUndefined(map.get("900", 0))
  })

  it("keeps an entry for its lifetime after it was last used, and not for ever", () => {
    const map = new BoundedMap<number>({ capacity: 10, lifetime: 1000 })
    map.set("kept", 1, 0)
    for (let now = 999; now < 20_000; now += 999) assert.strictEqual(map.get("kept", now), 1)
    map.set("a", 1, 21_000)
    map.set("b", 1, 22_000)
    map.set("c", 1, 23_000)
    assert.isUndefined(map.get("kept", 23_000))
  })

  it("without a lifetime, keeps what is used among new entries", () => {
    const map = new BoundedMap<number>({ capacity: 10 })
    map.set("kept", 1)
    map.set("forgotten", 1)
    for (let index = 0; index < 1000; index++) {
      map.set(`${index}`, index)
      assert.strictEqual(map.get("kept"), 1)
      assert.isAtMost(map.size, 10)
    }
    assert.isUndefined(map.get("forgotten"))
  })

  it("drops nothing when an entry is written anew", () => {
    const map = new BoundedMap<number>({ capacity: 4 })
    for (const key of ["a", "b", "c", "d"]) map.set(key, 1)
    for (let count = 0; count < 10; count++) map.set("d", count)
    assert.deepStrictEqual(
      ["c", "d", "a"].map((key) => map.get(key)),
      [1, 9, 1]
    )
  })

  it("deletes from both generations", () => {
    const map = new BoundedMap<number>({ capacity: 2, lifetime: 1000 })
    map.set("a", 1, 0)
    map.set("b", 2, 0)
    map.delete("a")
    map.delete("b")
    assert.isUndefined(map.get("a", 0))
    assert.isUndefined(map.get("b", 0))
  })
})
