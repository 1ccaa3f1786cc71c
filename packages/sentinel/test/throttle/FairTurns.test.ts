import { assert, describe, it } from "@effect/vitest"
import { FairTurns, type Turn, type Work } from "../../src/internal/throttle/FairTurns.ts"

const make = (queue = 64) => {
  const turns = new FairTurns({ workers: 2, queue })
  const started: Array<string> = []
  const refused: Array<string> = []
  const works = new Map<string, Work>()
  const ask = (name: string, lane: Turn["lane"], network: string | undefined = name) => {
    const work = { lane, network, start: () => void started.push(name), refuse: () => void refused.push(name) }
    works.set(name, work)
    turns.ask(work)
  }
  return { ask, started, refused, done: (name: string) => turns.done(works.get(name)!) }
}

describe("FairTurns", () => {
  it("R86: known ones have a worker first, whatever waits in the other lane", () => {
    const { ask, done, started } = make()
    for (let index = 0; index < 10; index++) ask(`new ${index}`, "new")
    assert.deepStrictEqual(started, ["new 0", "new 1"])
    ask("known", "known")
    done("new 0")
    assert.deepStrictEqual(started.slice(2), ["known"])
    done("known")
    done("new 1")
    assert.deepStrictEqual(started.slice(3), ["new 2", "new 3"])
  })

  it("R86: networks take turns, one piece of work at a time for each", () => {
    const { ask, done, started } = make()
    for (let index = 0; index < 3; index++) ask(`a${index}`, "new", "a")
    for (let index = 0; index < 2; index++) ask(`b${index}`, "new", "b")
    assert.deepStrictEqual(started, ["a0", "b0"])
    ask("c0", "new", "c")
    done("a0")
    assert.deepStrictEqual(started.slice(2), ["c0"])
    done("b0")
    assert.deepStrictEqual(started.slice(3), ["a1"])
    done("c0")
    done("a1")
    assert.deepStrictEqual(started.slice(4), ["b1", "a2"])
  })

  it("R86: a full lane gives up the newest of the network with most, and the other lane has room", () => {
    const { ask, done, refused, started } = make(3)
    for (let index = 0; index < 6; index++) ask(`a${index}`, "new", "a")
    assert.deepStrictEqual(refused, ["a4", "a5"])
    ask("b", "new")
    ask("c", "new")
    assert.deepStrictEqual(refused, ["a4", "a5", "a3"])
    ask("known", "known")
    assert.lengthOf(refused, 3)
    // One that was given up leaves no gap.
    done("a1")
    done("a0")
    assert.deepStrictEqual(started, ["a0", "b", "known"])
  })
})
