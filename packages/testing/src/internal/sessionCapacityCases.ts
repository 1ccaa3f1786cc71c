/** `SessionStore`: how many sessions, how long keys, for how long. */
import { Subject } from "@le-auth/core/Identifiers"
import { SessionKey } from "@le-auth/core/Session"
import type { SessionStore } from "@le-auth/core/SessionStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ContractCase } from "../Contract.ts"
import { alternating } from "./parallel.ts"
import { justBefore } from "./realTime.ts"
import { isFound, isListed, isNone } from "./sessionAssertions.ts"
import * as Samples from "./sampleSessions.ts"

/** More than any page of a list that engines have by default. */
const many = 300

/** What the port promises at least. */
const leastLife = Duration.days(30)

export const capacityCases: ReadonlyArray<ContractCase<SessionStore["Service"]>> = [
  {
    name: `an account has ${many} sessions, and list gives them all`,
    run: Effect.fnUntraced(function* (subject) {
      const first = yield* Samples.uniqueKey
      const keys = Array.from(
        { length: many },
        (_, index) => new SessionKey({ ...first, subject: Subject.make(`user ${index}`) })
      )
      for (const [index, key] of keys.entries()) {
        yield* alternating(subject, index).set(Samples.smallest(key), "any")
      }
      yield* isListed(subject.other, first.accountId, keys, `${many} sessions of one account`)
      for (const key of [keys[0]!, keys[many - 1]!]) {
        isFound(yield* subject.one.get(key), Samples.smallest(key), `${key.subject} of ${many}`)
      }
    })
  },
  {
    name: "H7: keys of 300 characters that differ in the last one are different keys",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const first = yield* Samples.uniqueKey
      const ending = (last: string) => new SessionKey({ ...first, subject: Subject.make("x".repeat(299) + last) })
      const [a, b, c] = [ending("a"), ending("b"), ending("c")]
      yield* one.set(Samples.whole(a, 1), "any")
      isNone(yield* other.get(b), "under a key that differs in its last character")
      yield* one.set(Samples.whole(b, 2), "any")
      isFound(yield* other.get(a), Samples.whole(a, 1), "the first of two long keys")
      isFound(yield* other.get(b), Samples.whole(b, 2), "the second of two long keys")
      yield* isListed(other, first.accountId, [a, b], "two long keys")
      yield* other.remove(c, "any")
      yield* other.remove(a, "any")
      yield* isListed(one, first.accountId, [b], "one of two long keys")
    })
  },
  {
    name: "a session is kept for 30 days after it was set last",
    takes: leastLife,
    run: Effect.fnUntraced(function* ({ elapse, one, other }) {
      const key = yield* Samples.uniqueKey
      yield* one.set(Samples.whole(key), "any")
      yield* elapse(yield* justBefore(leastLife))
      isFound(yield* other.get(key), Samples.whole(key), "30 days after it was set")
      yield* isListed(other, key.accountId, [key], "30 days after it was set")
    })
  }
]
