import { assert, describe, it } from "@effect/vitest"
import * as ClientAddress from "../../src/internal/http/ClientAddress.ts"
import { type Attempt, LoginThrottle, type Outcome, type Step } from "../../src/internal/login/LoginThrottle.ts"
import { randomFrom } from "./Enemy.ts"

const second = 1000
const minute = 60 * second
const hour = 60 * minute

interface Who {
  readonly email?: string
  readonly address?: string | undefined
  readonly device?: string
  readonly account?: string
}

const attemptOf = ({ account = "1", device, email = "a@example.com", ...who }: Who): Attempt => ({
  accountId: account,
  email,
  origin: ClientAddress.originOf("address" in who ? who.address : "192.0.2.1"),
  device
})

/** Attempts at a throttle, without anybody who waits for them. */
const make = () => {
  const throttle = new LoginThrottle({ random: randomFrom(1) })
  const enter = (who: Who, now: number) => throttle.enter(attemptOf(who), now)
  /** What comes of an attempt if it is looked at at once. */
  const attempt = (who: Who, outcome: Outcome, now: number): Step => {
    const visit = enter(who, now)
    const step = throttle.step(visit, now)
    throttle.leave(visit, step._tag === "Begin" ? outcome : "unchecked", now)
    return step
  }
  const fail = (who: Who, times: number, now: number) => {
    for (let index = 0; index < times; index++) assert.strictEqual(attempt(who, "wrong", now)._tag, "Begin")
  }
  return { throttle, enter, attempt, fail }
}

/** How long an attempt waits, or would have to wait. */
const millisOf = (step: Step): number => (step._tag === "Begin" ? 0 : step.millis)

describe("LoginThrottle", () => {
  it("R85: five failures are free, then the pause doubles from a second up to an hour, or a minute where one is known", () => {
    const { attempt, fail } = make()
    const pauses = (who: Who, times: number) => {
      fail(who, 5, 0)
      let now = 0
      const found: Array<number> = []
      for (let index = 0; index < times; index++) {
        const pause = millisOf(attempt(who, "wrong", now))
        found.push(pause / second)
        now += pause
        assert.deepStrictEqual(attempt(who, "wrong", now - 1), { _tag: "Wait", millis: 1 })
        assert.strictEqual(attempt(who, "wrong", now)._tag, "Begin")
      }
      return found
    }
    const doubled = Array.from({ length: 11 }, (_, index) => 2 ** index)
    assert.deepStrictEqual(pauses({}, 11), doubled)
    assert.deepStrictEqual(pauses({ device: "laptop" }, 9), [...doubled.slice(0, 6), 60, 60, 60])
  })

  it("R85: only a finished wrong attempt is a failure, and many at once do not get around it", () => {
    const { attempt, enter, throttle } = make()
    for (let index = 0; index < 100; index++) assert.strictEqual(attempt({}, "unchecked", 0)._tag, "Begin")
    const visits = Array.from({ length: 64 }, () => enter({}, 0))
    const begun = visits.filter((visit) => throttle.step(visit, 0)._tag === "Begin")
    assert.lengthOf(begun, 5)
    for (const visit of begun) throttle.leave(visit, "wrong", 0)
    assert.strictEqual(millisOf(throttle.step(visits[5]!, 0)), second)
    // One after the other, each after its pause, as long as it is not longer than 8 seconds.
    const steps = [second, 3 * second, 7 * second].map((now, index) => {
      const step = throttle.step(visits[5 + index]!, now)
      throttle.leave(visits[5 + index]!, "wrong", now)
      return step._tag
    })
    assert.deepStrictEqual(steps, ["Begin", "Begin", "Begin"])
    for (const visit of visits.slice(8)) {
      assert.deepStrictEqual(throttle.step(visit, 7 * second), { _tag: "Refused", millis: 8 * second })
    }
  })

  it("R85: those that wait are woken when an attempt was right, and 64 right ones at once all begin", () => {
    for (const address of ["192.0.2.1", undefined]) {
      const { enter, throttle } = make()
      const woken: Array<number> = []
      const visits = Array.from({ length: 64 }, (_, index) => {
        const visit = enter({ address }, 0)
        visit.wake = () => void woken.push(index)
        return visit
      })
      let begun = visits.map((visit, index) => ({ index, step: throttle.step(visit, 0) }))
      begun = begun.filter(({ step }) => step._tag === "Begin")
      const right = new Set<number>()
      while (begun.length > 0) {
        for (const { index } of begun) {
          throttle.leave(visits[index]!, "right", 0)
          right.add(index)
        }
        const next = [...new Set(woken.splice(0))].filter((index) => !right.has(index))
        begun = next.flatMap((index) => {
          const step = throttle.step(visits[index]!, 0)
          return step._tag === "Begin" ? [{ index, step }] : []
        })
      }
      assert.strictEqual(right.size, 64, address)
    }
  })

  it("R85: a right password clears the counters of its device and network, and nothing else", () => {
    const { attempt, fail } = make()
    const device = { device: "laptop" }
    fail(device, 4, 0)
    fail({}, 4, 0)
    fail({ address: "192.0.2.2" }, 5, 0)
    fail({ device: "phone" }, 5, 0)
    assert.strictEqual(attempt(device, "right", 0)._tag, "Begin")
    fail(device, 5, 0)
    fail({}, 5, 0)
    assert.isAbove(millisOf(attempt({ address: "192.0.2.2" }, "right", 0)), 0)
    assert.isAbove(millisOf(attempt({ device: "phone" }, "right", 0)), 0)
  })

  it("R85: a network from which somebody of the account has signed in is known for thirty days", () => {
    const { attempt, enter, throttle } = make()
    const laneOf = (who: Who, now: number) => {
      const visit = enter(who, now)
      const step = throttle.step(visit, now)
      throttle.leave(visit, "unchecked", now)
      return step._tag === "Begin" ? step.lane : step._tag
    }
    attempt({ email: "colleague@example.com", address: "2001:db8:1:2::/64" }, "right", 0)
    assert.strictEqual(laneOf({ address: "2001:db8:1:2::/64" }, 29 * 24 * hour), "known")
    assert.strictEqual(laneOf({ address: "2001:db8:1:3::/64" }, 0), "new")
    assert.strictEqual(laneOf({ address: "2001:db8:1:2::/64", account: "2" }, 0), "new")
    assert.strictEqual(laneOf({ address: "2001:db8:1:2::/64" }, 31 * 24 * hour), "new")
    // A missing address is none that anybody could know.
    attempt({ address: undefined }, "right", 0)
    assert.strictEqual(laneOf({ address: undefined }, 0), "new")
    assert.strictEqual(laneOf({ address: undefined, device: "laptop" }, 0), "known")
  })

  /** Networks of one block, or of as many blocks, until the user's bucket is empty for them. */
  const empty = ({ attempt }: ReturnType<typeof make>, blocks: "one" | "many", now = 0) => {
    for (let index = 0; index < 40; index++) {
      attempt({ address: blocks === "one" ? `198.51.100.${index}` : `${index + 1}.0.0.1` }, "wrong", now)
    }
  }

  it("R85: a user gets 20 attempts from networks that are not known, and one more each half minute", () => {
    const made = make()
    const begun = (now: number) =>
      Array.from({ length: 40 }, (_, index) =>
        made.attempt({ address: `${index + 1 + now / second}.0.0.1` }, "wrong", now)
      ).filter(({ _tag }) => _tag === "Begin").length
    assert.strictEqual(begun(0), 20)
    assert.strictEqual(begun(30 * second), 1)
    assert.strictEqual(begun(90 * second), 2)
    // A known user does not need any.
    assert.strictEqual(made.attempt({ device: "laptop" }, "right", 90 * second)._tag, "Begin")
    // And other users have their own.
    assert.strictEqual(made.attempt({ email: "b@example.com" }, "right", 90 * second)._tag, "Begin")
  })

  it("R85: the last of them are kept for blocks that have failed less", () => {
    const made = make()
    empty(made, "one")
    assert.strictEqual(made.attempt({ address: "203.0.113.1" }, "right", 0)._tag, "Begin")
    // And for those that come back when they are told to.
    const impatient = make()
    empty(impatient, "many")
    for (const now of [0, 8 * second]) {
      const visits = Array.from({ length: 4 }, () => impatient.enter({ address: "200.0.0.1" }, now))
      for (const visit of visits) assert.strictEqual(impatient.throttle.step(visit, now)._tag, "Wait")
      for (const visit of visits) assert.strictEqual(impatient.throttle.step(visit, now + 8 * second)._tag, "Refused")
    }
    assert.strictEqual(impatient.attempt({ address: "200.0.0.1" }, "wrong", minute)._tag, "Wait")
    assert.strictEqual(impatient.attempt({ address: "201.0.0.1" }, "right", minute)._tag, "Begin")
  })

  it("R85: those in the room are drawn by standing, and told when to come back", () => {
    const made = make()
    const { enter, throttle } = made
    empty(made, "many")
    const failed = enter({ address: "1.0.0.2" }, 0)
    const fresh = enter({ address: "203.0.113.1" }, 25 * second)
    const later = enter({ address: "1.0.0.3" }, 25 * second)
    assert.strictEqual(throttle.step(failed, 0)._tag, "Wait")
    // 22 seconds until there is one more; the page counts down to a little before.
    assert.deepStrictEqual(throttle.step(failed, 8 * second), { _tag: "Refused", millis: 46 * second })
    assert.strictEqual(millisOf(throttle.step(later, 25 * second)), 8 * second)
    assert.strictEqual(millisOf(throttle.step(fresh, 25 * second)), 5 * second)
    let isWoken = false
    fresh.wake = () => void (isWoken = true)
    throttle.step(later, 30 * second)
    assert.isTrue(isWoken)
    assert.deepStrictEqual(throttle.step(fresh, 30 * second), { _tag: "Begin", lane: "new" })
    // It was right, so what it took is there for the next, who has a worse standing.
    throttle.leave(fresh, "right", 30 * second)
    assert.strictEqual(throttle.step(later, 33 * second)._tag, "Refused")
    throttle.leave(later, "unchecked", 33 * second)
  })

  it("R85: a full room gives up one with the worst standing", () => {
    const made = make()
    const { enter, throttle } = made
    empty(made, "many")
    const bad = enter({ address: "1.0.0.9" }, second)
    assert.strictEqual(throttle.step(bad, second)._tag, "Wait")
    const steps = Array.from({ length: 256 }, (_, index) =>
      throttle.step(enter({ address: `${100 + (index % 100)}.${index}.0.1` }, second), second)
    )
    assert.isTrue(steps.every(({ _tag }) => _tag === "Wait"))
    assert.strictEqual(throttle.step(bad, second)._tag, "Refused")
  })

  it("R85: when a network becomes known, who waits from there begins", () => {
    const made = make()
    const { attempt, enter, throttle } = made
    empty(made, "many")
    const waiting = enter({ address: "203.0.113.1" }, second)
    let isWoken = false
    waiting.wake = () => void (isWoken = true)
    // Something is left for a fresh block only every half minute.
    attempt({ address: "204.0.113.1" }, "wrong", 0)
    assert.strictEqual(throttle.step(waiting, second)._tag, "Wait")
    attempt({ email: "colleague@example.com", address: "203.0.113.1" }, "right", second)
    assert.isTrue(isWoken)
    assert.deepStrictEqual(throttle.step(waiting, second), { _tag: "Begin", lane: "known" })
    throttle.leave(waiting, "right", second)
  })

  it("R85: a network that fails at many users slows down, also for one more user, and no other one does", () => {
    const { attempt } = make()
    for (let index = 0; index < 100; index++) {
      assert.strictEqual(attempt({ email: `${index}@example.com` }, "wrong", 0)._tag, "Begin")
    }
    assert.strictEqual(attempt({ email: "other@example.com" }, "wrong", 0)._tag, "Refused")
    assert.strictEqual(attempt({ email: "other@example.com", address: "192.0.2.2" }, "wrong", 0)._tag, "Begin")
    assert.strictEqual(attempt({ email: "other@example.com", device: "laptop" }, "wrong", 0)._tag, "Begin")
    assert.strictEqual(attempt({ email: "other@example.com" }, "wrong", 9 * second)._tag, "Begin")
  })

  it("R85: failures are forgotten, one each hour, and not because others fail elsewhere", () => {
    const { attempt, fail } = make()
    fail({}, 5, 0)
    assert.isAbove(millisOf(attempt({}, "right", 0)), 0)
    fail({}, 5, 6 * hour)
    for (let index = 0; index < 20_000; index++) {
      const address = `${index & 255}.${(index >> 8) & 255}.${index >> 16}.1`
      attempt({ email: `${index}`, address }, "wrong", 6 * hour)
    }
    assert.isAbove(millisOf(attempt({}, "right", 6 * hour)), 0)
  })
})
