import { assert, describe, it } from "@effect/vitest"
import { keys, ShardedMap } from "../../src/internal/throttle/ShardedMap.ts"
import { randomFrom } from "../login/Enemy.ts"

describe("ShardedMap", () => {
  it("R85: half a million keys of one block push out no key of another, whichever table it is in", () => {
    const keyOf = keys(randomFrom(1))
    const map = new ShardedMap<number>({ weight: (value) => value })
    // In every table there is one of somebody else, which weighs less.
    const others = Array.from({ length: 5000 }, (_, index) => keyOf(`block ${index}`, "key"))
    for (const key of others) map.set(key, 1)
    for (let index = 0; index < 500_000; index++) map.set(keyOf("enemy", `${index}`), 2)
    assert.isTrue(others.every((key) => map.get(key) === 1))
    assert.isAtMost(map.size, 65_536)
  })

  it("R85: the same key of two blocks is two entries", () => {
    const keyOf = keys(randomFrom(1))
    const map = new ShardedMap<number>({ weight: (value) => value })
    for (let index = 0; index < 1000; index++) map.set(keyOf(`block ${index}`, "key"), index)
    for (let index = 0; index < 1000; index++) assert.strictEqual(map.get(keyOf(`block ${index}`, "key")), index)
  })

  it("R85: a full table gives up what weighs least of the block that has most of it", () => {
    const keyOf = keys(randomFrom(1))
    const map = new ShardedMap<number>({ weight: (value) => value })
    const heavy = keyOf("enemy", "heavy")
    map.set(heavy, 1000)
    for (let index = 0; index < 10_000; index++) map.set(keyOf("enemy", `${index}`), index % 10)
    assert.strictEqual(map.get(heavy), 1000)
    map.delete(heavy)
    assert.isUndefined(map.get(heavy))
    map.clear()
    assert.strictEqual(map.size, 0)
  })
})
