import { assert, describe, it } from "@effect/vitest"
import { type Attempt, LoginThrottle } from "@le-auth/sentinel/login/LoginThrottle"

const minute = 60_000

const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  accountId: "1",
  email: "a@example.com",
  address: undefined,
  isKnownBrowser: false,
  ...more
})

describe("LoginThrottle", () => {
  it("R85: the delay doubles from one second up to one minute", () => {
    const throttle = new LoginThrottle()
    for (let index = 0; index < 5; index++) assert.strictEqual(throttle.begin(attempt(), 0), 0)
    let now = 0
    const waits: Array<number> = []
    for (let index = 0; index < 8; index++) {
      const wait = throttle.begin(attempt(), now)
      waits.push(wait)
      assert.strictEqual(throttle.begin(attempt(), now + wait - 1), 1)
      now += wait
      assert.strictEqual(throttle.begin(attempt(), now), 0)
    }
    assert.deepStrictEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, minute, minute])
  })

  it("R85: counts attempts from their beginning, so that many at once are no way around it", () => {
    const throttle = new LoginThrottle()
    const begun = Array.from({ length: 64 }, () => throttle.begin(attempt(), 0)).filter((wait) => wait === 0)
    assert.lengthOf(begun, 5)
  })

  it("R85: counts addresses, too, whoever it is that is tried, and a success elsewhere does not help", () => {
    const throttle = new LoginThrottle()
    const at = (index: number) => attempt({ email: `${index}@example.com`, address: "192.0.2.1" })
    for (let index = 0; index < 100; index++) assert.strictEqual(throttle.begin(at(index), 0), 0)
    assert.isAbove(throttle.begin(at(100), 0), 0)
    assert.strictEqual(throttle.begin({ ...at(100), address: "192.0.2.2" }, 0), 0)
    const own = attempt({ email: "own@example.com", address: "192.0.2.1" })
    assert.strictEqual(throttle.begin(own, 1000), 0)
    throttle.succeeded(own, 1000)
    assert.strictEqual(throttle.begin(at(101), 1000), 0)
    assert.isAbove(throttle.begin(at(102), 1000), 0)
  })

  it("R85: a success takes the user's failures away, and one that was not looked at is none", () => {
    const throttle = new LoginThrottle()
    for (let round = 0; round < 10; round++) {
      for (let index = 0; index < 4; index++) assert.strictEqual(throttle.begin(attempt(), 0), 0)
      throttle.succeeded(attempt(), 0)
    }
    for (let index = 0; index < 20; index++) {
      assert.strictEqual(throttle.begin(attempt(), 0), 0)
      throttle.withdraw(attempt(), 0)
    }
  })

  it("R85: whoever guesses does not lock the user out of a browser that he has used before", () => {
    const throttle = new LoginThrottle()
    for (let index = 0; index < 5; index++) throttle.begin(attempt(), 0)
    assert.isAbove(throttle.begin(attempt({ email: "A@EXAMPLE.COM" }), 0), 0)
    assert.strictEqual(throttle.begin(attempt({ isKnownBrowser: true }), 0), 0)
    for (let index = 0; index < 4; index++) throttle.begin(attempt({ isKnownBrowser: true }), 0)
    assert.isAbove(throttle.begin(attempt({ isKnownBrowser: true }), 0), 0)
  })

  it("R85: forgets after half an hour, and remembers a bounded number", () => {
    const throttle = new LoginThrottle()
    for (let index = 0; index < 5; index++) throttle.begin(attempt(), 0)
    throttle.begin(attempt({ email: "other" }), 16 * minute)
    throttle.begin(attempt({ email: "other" }), 32 * minute)
    for (let index = 0; index < 5; index++) assert.strictEqual(throttle.begin(attempt(), 32 * minute), 0)
    for (let index = 0; index < 100_000; index++) throttle.begin(attempt({ email: `${index}` }), 32 * minute)
    assert.isAtMost(throttle.size, 20_000)
  })
})
