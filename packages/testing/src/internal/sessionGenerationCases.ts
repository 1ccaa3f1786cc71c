/** `SessionStore`: compare and set. */
import { Generation, Session, SessionKey } from "@le-auth/core/Session"
import { Subject } from "@le-auth/core/Identifiers"
import type { SessionStore } from "@le-auth/core/SessionStore"
import { assert } from "chai"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ContractCase } from "../Contract.ts"
import { alternating, crowd, inParallel } from "./parallel.ts"
import { holds } from "./property.ts"
import { isFound, isListed, isNone } from "./sessionAssertions.ts"
import * as Samples from "./sampleSessions.ts"

/** A step of the model: of one of two keys, over one of these generations. */
const Step = Schema.Struct({
  instance: Schema.Literals(["one", "other"]),
  key: Schema.Literals([0, 1]),
  verb: Schema.Literals(["get", "set", "set", "remove"]),
  serial: Schema.Literals([1, 2, 3]),
  over: Schema.Literals(["any", "stored", "stored", 1, 2, 3])
})

export const generationCases: ReadonlyArray<ContractCase<SessionStore["Service"]>> = [
  {
    name: "F4: a set over the stored generation writes; over another one, or of before, it changes nothing and says so",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      const [first, second, third] = [1, 2, 3].map((serial) => Samples.whole(key, serial)) as [
        Session,
        Session,
        Session
      ]
      assert.isTrue(yield* one.set(first, "any"), "a set over any where nothing is")
      assert.isFalse(yield* other.set(third, second.generation), "a set over a generation that was never stored")
      isFound(yield* one.get(key), first, "after a set over another generation")
      assert.isTrue(yield* other.set(second, first.generation), "a set over the stored generation")
      isFound(yield* one.get(key), second, "after a set over the stored generation")
      assert.isFalse(yield* one.set(third, first.generation), "a set over the generation of before")
      isFound(yield* other.get(key), second, "after a set over the generation of before")
      assert.isFalse(yield* one.set(third, Generation.make("")), "a set over the empty generation")
      isFound(yield* other.get(key), second, "after a set over the empty generation")
      assert.isTrue(yield* one.set(third, "any"), "a set over any where something is")
      isFound(yield* other.get(key), third, "after a set over any")
      yield* isListed(other, key.accountId, [key], "after all sets")
    })
  },
  {
    name: "F4: a missing session matches no generation, not even the empty one",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      for (const over of [Samples.whole(key).generation, Generation.make("")]) {
        assert.isFalse(yield* one.set(Samples.whole(key, 1), over), `a set over "${over}" where nothing is`)
        assert.isFalse(yield* other.remove(key, over), `a remove of "${over}" where nothing is`)
        isNone(yield* other.get(key), `after a set over "${over}" where nothing is`)
      }
      yield* isListed(one, key.accountId, [], "after sets where nothing is")
    })
  },
  {
    name: "F4: a set over a generation that was removed brings nothing back",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      const session = Samples.whole(key)
      yield* one.set(session, "any")
      assert.isTrue(yield* other.remove(key, session.generation), "a remove of the stored generation")
      isNone(yield* one.get(key), "after the stored generation was removed")
      assert.isFalse(yield* one.set(Samples.whole(key, 1), session.generation), "a set over what was removed")
      isNone(yield* other.get(key), "after a set over what was removed")
      assert.isFalse(yield* one.remove(key, session.generation), "a second remove of one generation")
      yield* isListed(other, key.accountId, [], "after a set over what was removed")
    })
  },
  {
    name: "F4: a remove of a generation that was replaced removes nothing",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      const neighbour = new SessionKey({ ...key, subject: Subject.make("neighbour") })
      const [first, second] = [Samples.whole(key, 1), Samples.whole(key, 2)]
      yield* one.set(Samples.whole(neighbour), "any")
      yield* one.set(first, "any")
      yield* one.set(second, first.generation)
      assert.isFalse(yield* other.remove(key, first.generation), "a remove of a generation that was replaced")
      isFound(yield* other.get(key), second, "after a remove of a generation that was replaced")
      assert.isTrue(yield* other.remove(key, second.generation), "a remove of the generation that is stored")
      yield* isListed(one, key.accountId, [neighbour], "after one session of two was removed")
    })
  },
  {
    name: "F10: the same set made twice says true, then false, and its session is there, as after an answer that was lost",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      const [first, second] = [Samples.whole(key, 1), Samples.whole(key, 2)]
      yield* one.set(first, "any")
      assert.isTrue(yield* one.set(second, first.generation), "the first of two equal sets")
      assert.isFalse(yield* other.set(second, first.generation), "the second of two equal sets")
      isFound(yield* other.get(key), second, "after two equal sets")
    })
  },
  {
    name: "F4: generations are compared whole, and with regard to case",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      const stored = Generation.make(`aB${(yield* Samples.uniqueGeneration).slice(0, 18)}Cd`)
      const session = new Session({ ...Samples.whole(key), generation: stored })
      yield* one.set(session, "any")
      const [start, end] = [stored.slice(0, 20), stored.slice(2)]
      for (const over of [`Ab${end}`, `${start}cD`, `${start}Ce`, `${start}--`, `xx${end}`]) {
        const wrong = Generation.make(over)
        assert.isFalse(yield* other.set(Samples.whole(key, 1), wrong), `a set over ${over}, where ${stored} is`)
        assert.isFalse(yield* one.remove(key, wrong), `a remove of ${over}, where ${stored} is`)
        isFound(yield* one.get(key), session, `after a set over ${over}, where ${stored} is`)
      }
      assert.isTrue(yield* other.set(Samples.whole(key, 1), stored), "a set over the right generation")
    })
  },
  {
    name: `F4: of ${crowd} parallel sets over one generation exactly one says true, and its session is the one found`,
    run: Effect.fnUntraced(function* (subject) {
      const key = yield* Samples.uniqueKey
      const first = Samples.whole(key)
      yield* subject.one.set(first, "any")
      const wrote = yield* inParallel(crowd, (index) =>
        alternating(subject, index).set(Samples.whole(key, index + 1), first.generation)
      )
      const winners = wrote.flatMap((wrote, index) => (wrote ? [index] : []))
      assert.lengthOf(winners, 1, "parallel sets that say that they wrote. Is it a compare and then a write?")
      isFound(yield* subject.other.get(key), Samples.whole(key, winners[0]! + 1), "the session of the set that won")
    })
  },
  {
    name: `F4: of ${crowd} parallel sets and removes over one generation exactly one says true`,
    run: Effect.fnUntraced(function* (subject) {
      for (let round = 0; round < 4; round++) {
        const key = yield* Samples.uniqueKey
        const first = Samples.whole(key)
        yield* subject.one.set(first, "any")
        const did = yield* inParallel(crowd, (index) => {
          // Half of each are done by either instance.
          const store = alternating(subject, index >> 1)
          return (index + round) % 2 === 0
            ? store.set(Samples.whole(key, index + 1), first.generation)
            : store.remove(key, first.generation)
        })
        const winners = did.flatMap((did, index) => (did ? [index] : []))
        assert.lengthOf(winners, 1, "parallel sets and removes that say that they did it")
        const index = winners[0]!
        const found = yield* subject.other.get(key)
        if ((index + round) % 2 === 0) isFound(found, Samples.whole(key, index + 1), "the session of the set that won")
        else isNone(found, "after a remove that won")
      }
    })
  },
  {
    name: "F4: any list of operations gives the answers that a map would give",
    run: Effect.fnUntraced(function* (subject) {
      yield* holds(Arbitrary.array(Arbitrary.schema(Step), { minLength: 4, maxLength: 16 }), subject.runs, (steps) =>
        Effect.gen(function* () {
          const first = yield* Samples.uniqueKey
          const keys = [first, new SessionKey({ ...first, subject: Subject.make("second") })]
          const model = new Map<number, Session>()
          for (const [index, step] of steps.entries()) {
            const [store, key, stored] = [subject[step.instance], keys[step.key]!, model.get(step.key)]
            const why = `step ${index + 1} of ${JSON.stringify(steps)}`
            const over =
              step.over === "any"
                ? "any"
                : step.over === "stored"
                  ? (stored?.generation ?? Generation.make(""))
                  : Samples.whole(key, step.over).generation
            const matches = over === "any" || stored?.generation === over
            switch (step.verb) {
              case "get": {
                const found = yield* store.get(key)
                if (stored === undefined) isNone(found, why)
                else isFound(found, stored, why)
                break
              }
              case "set": {
                const session = Samples.whole(key, step.serial)
                assert.strictEqual(yield* store.set(session, over), matches, why)
                if (matches) model.set(step.key, session)
                break
              }
              case "remove": {
                assert.strictEqual(yield* store.remove(key, over), matches, why)
                if (matches) model.delete(step.key)
                break
              }
            }
          }
          for (const [index, key] of keys.entries()) {
            const found = Option.getOrUndefined(yield* subject.other.get(key))
            assert.strictEqual(
              found?.generation,
              model.get(index)?.generation,
              `in the end, after ${JSON.stringify(steps)}`
            )
          }
        })
      )
    })
  }
]
