/**
 * What `SessionStore` demands of its adapters.
 *
 * @since 0.1.0
 */
import { AccountId, ClientId, Subject } from "@le-auth/core/Identifiers"
import { Generation, type Session, SessionKey } from "@le-auth/core/Session"
import { SessionStore } from "@le-auth/core/SessionStore"
import { assert } from "chai"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Contract from "./Contract.ts"
import { lookalikes } from "./internal/lookalikeKeys.ts"
import { alternating, crowd, inParallel } from "./internal/parallel.ts"
import { capacityCases } from "./internal/sessionCapacityCases.ts"
import { generationCases } from "./internal/sessionGenerationCases.ts"
import { holds } from "./internal/property.ts"
import { isFound, isListed, isNone } from "./internal/sessionAssertions.ts"
import { refusalCase } from "./internal/refusal.ts"
import * as Samples from "./internal/sampleSessions.ts"

type Store = SessionStore["Service"]

/** Of a session of a version without generations. */
const none = Generation.make("")

const comesBack = Effect.fnUntraced(function* (one: Store, other: Store, session: Session) {
  yield* one.set(session, "any")
  isFound(yield* other.get(Samples.equalKey(session.key)), session, "what was set is got by an equal key")
})

/**
 * The cases, in no particular order.
 *
 * @category models
 * @since 0.1.0
 */
export const cases: ReadonlyArray<Contract.ContractCase<Store>> = [
  {
    name: "a key under which nothing was set has no session, and an account without sessions no keys",
    run: Effect.fnUntraced(function* ({ one }) {
      const key = yield* Samples.uniqueKey
      isNone(yield* one.get(key), "before the first set")
      yield* isListed(one, key.accountId, [], "before the first set")
    })
  },
  {
    name: "H7: a session is got by a key that is equal, though another object",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* comesBack(one, other, Samples.whole(yield* Samples.uniqueKey))
    })
  },
  {
    name: "members that a session does not have stay absent",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* comesBack(one, other, Samples.smallest(yield* Samples.uniqueKey))
    })
  },
  {
    name: "D8: long tokens and all their characters survive, and unverified claims stay unverified",
    run: Effect.fnUntraced(function* ({ one, other }) {
      yield* comesBack(one, other, Samples.strange(yield* Samples.uniqueKey))
    })
  },
  {
    name: "any session survives",
    run: Effect.fnUntraced(function* ({ one, other, runs }) {
      const { accountId } = yield* Samples.uniqueKey
      yield* holds(Samples.any, runs, (make) => comesBack(one, other, make(accountId)))
    })
  },
  {
    name: "F1: set replaces the whole session, and what the new one lacks is gone",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      yield* one.set(Samples.whole(key, 1), "any")
      isFound(yield* other.get(key), Samples.whole(key, 1), "the first set")
      yield* other.set(Samples.whole(key, 2), "any")
      isFound(yield* one.get(key), Samples.whole(key, 2), "the second set")
      yield* one.set(Samples.smallest(key), "any")
      isFound(
        yield* other.get(key),
        Samples.smallest(key),
        "the third set, of a session without refresh token and claims"
      )
      yield* isListed(one, key.accountId, [key], "a session that was replaced is one session")
    })
  },
  {
    name: "G5: a session that was removed is gone, and to remove it again succeeds",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const key = yield* Samples.uniqueKey
      assert.isTrue(yield* one.remove(key, "any"), "to remove what is not there")
      assert.isTrue(yield* one.set(Samples.whole(key), "any"), "to set over any")
      assert.isTrue(yield* other.remove(Samples.equalKey(key), "any"), "to remove any")
      isNone(yield* one.get(key), "after remove")
      isNone(yield* other.get(key), "after remove")
      yield* isListed(one, key.accountId, [], "after remove")
      assert.isTrue(yield* one.remove(key, "any"), "to remove it again")
      yield* comesBack(one, other, Samples.whole(key, 1))
    })
  },
  {
    name: "H7: no session is read, listed or removed through the key of another account, application or user",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const { accountId } = yield* Samples.uniqueKey
      const keys = lookalikes(accountId)
      const first = keys[0]!
      yield* one.set(Samples.whole(first), "any")
      for (const key of keys.slice(1)) isNone(yield* other.get(key), `${key} is not ${first}`)
      for (const [index, key] of keys.entries()) yield* one.set(Samples.whole(key, index), "any")
      for (const [index, key] of keys.entries()) {
        isFound(yield* other.get(key), Samples.whole(key, index), `${key} among ${keys.length} similar keys`)
      }
      yield* other.remove(first, "any")
      for (const [index, key] of keys.entries()) {
        if (index > 0) isFound(yield* one.get(key), Samples.whole(key, index), `${key} after ${first} was removed`)
      }
    })
  },
  {
    name: "H7: list has the keys of its account, each once, and of no other",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const { accountId } = yield* Samples.uniqueKey
      const keys = lookalikes(accountId)
      yield* Effect.forEach(keys, (key, index) => one.set(Samples.whole(key, index), "any"))
      yield* Effect.forEach(keys, (key) => one.set(Samples.smallest(key), "any"))
      for (const account of new Set(keys.map((key) => key.accountId))) {
        const mine = keys.filter((key) => key.accountId === account)
        yield* isListed(other, account, mine, `the keys of ${account}`)
        yield* one.remove(mine[0]!, "any")
        yield* isListed(other, account, mine.slice(1), `the keys of ${account} after one was removed`)
      }
    })
  },
  {
    name: "every key that list gives can be used to get and remove",
    run: Effect.fnUntraced(function* ({ one, other }) {
      const { accountId } = yield* Samples.uniqueKey
      yield* Effect.forEach(lookalikes(accountId), (key) => one.set(Samples.whole(key), "any"))
      for (const key of yield* other.list(accountId)) {
        isFound(yield* other.get(key), Samples.whole(key), `${key} from the list`)
        yield* other.remove(key, "any")
      }
      yield* isListed(one, accountId, [], "after all listed keys were removed")
    })
  },
  {
    name: `${crowd} sessions that are set at once are all kept`,
    run: Effect.fnUntraced(function* (subject) {
      const first = yield* Samples.uniqueKey
      const keys = Array.from(
        { length: crowd },
        (_, index) => new SessionKey({ ...first, subject: Subject.make(`user ${index}`) })
      )
      yield* inParallel(crowd, (index) => alternating(subject, index).set(Samples.whole(keys[index]!, index), "any"))
      for (const [index, key] of keys.entries()) {
        isFound(yield* subject.other.get(key), Samples.whole(key, index), `session ${index} of ${crowd}`)
      }
      yield* isListed(subject.one, first.accountId, keys, "all keys")
    })
  },
  {
    name: `F2: of ${crowd} parallel sets of one key one whole session stays, never a mixture`,
    run: Effect.fnUntraced(function* (subject) {
      const key = yield* Samples.uniqueKey
      const read = Effect.fnUntraced(function* () {
        const found = yield* subject.other.get(key)
        if (Option.isNone(found)) return
        const serial = found.value.refreshAt - Samples.whole(key).refreshAt
        isFound(found, Samples.whole(key, serial), "a session that was read while others were set")
      })
      yield* inParallel(crowd, (index) =>
        Effect.andThen(alternating(subject, index).set(Samples.whole(key, index), "any"), read())
      )
      assert.isTrue(Option.isSome(yield* subject.one.get(key)), "after all sets there is no session")
      yield* isListed(subject.one, key.accountId, [key], "many sets of one key make one session")
    })
  },
  ...generationCases,
  ...capacityCases
]

/**
 * What the cases need to know about an adapter of `SessionStore`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options<E = never> extends Contract.Options<SessionStore, E> {
  /**
   * Damages what the data holds under a key, as a bad disk or an older version would. With it one more case proves that
   * what cannot be read is not a session (H8).
   */
  readonly corrupt?: ((key: SessionKey) => Effect.Effect<void, unknown>) | undefined
  /**
   * Makes what the data holds under a key into what a version without generations would have kept. For adapters that
   * were there before: with it one more case proves that those sessions live on.
   */
  readonly legacy?: ((key: SessionKey) => Effect.Effect<void, unknown>) | undefined
  /**
   * The adapter over an engine that refuses to write, as one on a full disk does. With it one more case proves that its
   * error has the engine's words, and nothing of what it was given (H1).
   */
  readonly refusing?: Layer.Layer<SessionStore, unknown> | undefined
}

const plantedKey = new SessionKey({
  accountId: AccountId.make("12345678"),
  clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
  subject: Subject.make("planted-subject")
})

const corruptCase = (corrupt: NonNullable<Options["corrupt"]>): Contract.ContractCase<Store> => ({
  name: "H8: a session that cannot be read is neither a session nor an error, and can be set and removed",
  run: Effect.fnUntraced(function* ({ one, other }) {
    const key = yield* Samples.uniqueKey
    const neighbour = new SessionKey({ ...key, subject: Subject.make("neighbour") })
    yield* one.set(Samples.whole(key), "any")
    yield* one.set(Samples.whole(neighbour), "any")
    yield* corrupt(key)
    isNone(yield* one.get(key), "of a damaged session")
    isNone(yield* other.get(key), "of a damaged session")
    yield* other.list(key.accountId)
    const { generation } = Samples.whole(key)
    for (const over of [generation, none]) {
      assert.isFalse(yield* one.set(Samples.whole(key, 2), over), `a set over "${over}" of a damaged session`)
      assert.isFalse(yield* other.remove(key, over), `a remove of "${over}" of a damaged session`)
    }
    isFound(yield* other.get(neighbour), Samples.whole(neighbour), "the session beside the damaged one")
    yield* comesBack(one, other, Samples.whole(key, 1))
    yield* corrupt(key)
    yield* other.remove(key, "any")
    isNone(yield* one.get(key), "of a damaged session that was removed")
  })
})

const legacyCase = (legacy: NonNullable<Options["legacy"]>): Contract.ContractCase<Store> => ({
  name: "F4: a session of a version without generations has the empty one, and is set over and removed by it",
  run: Effect.fnUntraced(function* ({ one, other }) {
    const key = yield* Samples.uniqueKey
    const put = Effect.gen(function* () {
      yield* one.set(Samples.whole(key), "any")
      yield* legacy(key)
      const found = Option.getOrThrow(yield* other.get(key))
      assert.strictEqual(found.generation, "", "the generation of a session that was kept before there were any")
    })
    const wrong = yield* Samples.uniqueGeneration
    yield* put
    assert.isFalse(yield* one.set(Samples.whole(key, 1), wrong), "a set over a generation that it does not have")
    assert.isFalse(yield* one.remove(key, wrong), "a remove of a generation that it does not have")
    assert.isTrue(yield* other.set(Samples.whole(key, 1), none), "a set over the empty generation")
    isFound(yield* one.get(key), Samples.whole(key, 1), "what was set over the session of before")
    assert.isFalse(yield* one.set(Samples.whole(key, 2), none), "a second set over the empty generation")
    yield* put
    assert.isTrue(yield* other.remove(key, none), "a remove of the empty generation")
    isNone(yield* one.get(key), "after the session of before was removed")
  })
})

/**
 * The contract, with the cases that the options add: for `ContractSuite.suite` and `Contract.check`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const contractOf = ({ corrupt, legacy, refusing }: Options<unknown> = {}): Contract.Contract<
  SessionStore,
  Store
> => ({
  port: SessionStore,
  cases: [
    ...cases,
    ...(corrupt === undefined ? [] : [corruptCase(corrupt)]),
    ...(legacy === undefined ? [] : [legacyCase(legacy)]),
    ...(refusing === undefined
      ? []
      : [
          refusalCase({
            port: SessionStore,
            refusing,
            attempt: (store) => store.set(Samples.whole(plantedKey), "any"),
            planted: ["planted"]
          })
        ])
  ]
})

/**
 * Runs the cases and gives those that do not hold, and those that could not be proven.
 *
 * @category constructors
 * @since 0.1.0
 */
export const check = <E, E2 = never>(
  layer: Layer.Layer<SessionStore, E>,
  options?: Options<E2>
): Effect.Effect<Contract.Findings> => Contract.check(contractOf(options), layer, options)
