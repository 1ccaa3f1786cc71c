/** How stores of people's own are tried. */
import { AppTokenStore } from "@le-auth/core/AppTokenStore"
import { RefreshLock } from "@le-auth/core/RefreshLock"
import { SessionStore } from "@le-auth/core/SessionStore"
import { TransactionStore } from "@le-auth/core/TransactionStore"
import * as AppTokenStoreContract from "@le-auth/testing/AppTokenStoreContract"
import * as Contract from "@le-auth/testing/Contract"
import * as RefreshLockContract from "@le-auth/testing/RefreshLockContract"
import * as SessionStoreContract from "@le-auth/testing/SessionStoreContract"
import * as TransactionStoreContract from "@le-auth/testing/TransactionStoreContract"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { Findings } from "../check.ts"
import type { CustomStores } from "../Stores.ts"
import * as Custom from "./customStores.ts"
import { partCases } from "./storeCases.ts"

class TriedStores extends Context.Service<TriedStores, CustomStores>()(
  "@le-auth/server/internal/checking/TriedStores"
) {}

/** Stores that ask for a lock again and again, with a pause, take some seconds for a crowd. */
const limit = { live: true, timeout: "30 seconds", runs: 20 } as const
/** A store that does not answer is to be told of soon. */
const firstLimit = { live: true, timeout: "6 seconds" } as const

/** Of the wait for a lock, so that a case sees its end. */
const lockTimeout = Duration.seconds(2)

/** The case that a waiter gives up. It has another adapter. */
const ofWaiters = RefreshLockContract.contractOf({ lockTimeout }).cases.filter(
  (each) => !RefreshLockContract.cases.includes(each)
)

const merged = (all: ReadonlyArray<Findings>): Findings => ({
  violations: all.flatMap(({ violations }) => violations),
  unproven: all.flatMap(({ unproven }) => unproven)
})

/** Whether a token is over, le-auth looks at itself. An engine may drop it later, so it is not asked for that. */
const ofAppTokens = AppTokenStoreContract.cases.filter(({ takes }) => takes === undefined)

/** For people who know neither the requirements of this project nor the calls inside of it. */
const readable =
  (part: string) =>
  ({ unproven, violations }: Findings): Findings => {
    const nameOf = (name: string) => `${part}: ${name.replace(/^[A-Z]\d+: /, "")}`
    const wordsOf = (problem: string) => problem.split(/(?: \{)?\n +(?:at |\[cause\])/)[0]!.replace(/^\w*Error: /, "")
    return {
      violations: violations.map(({ name, problem }) => ({ name: nameOf(name), problem: wordsOf(problem) })),
      unproven: unproven.map(({ name, reason }) => ({ name: nameOf(name), reason }))
    }
  }

/** Tries both stores. Without others on the same data, the same ones have two adapters. */
export const check = (
  one: CustomStores,
  other: CustomStores | undefined,
  elapse: ((milliseconds: number) => Promise<void>) | undefined
): Effect.Effect<Findings> => {
  const problems = [...new Set([one, other ?? one].flatMap(Custom.problemsOf))]
  if (problems.length > 0) {
    return Effect.succeed({ violations: problems.map((problem) => ({ name: "stores", problem })), unproven: [] })
  }
  const layersOf = (options: Parameters<typeof Custom.layer>[1]) =>
    [Custom.layer(one, options), Custom.layer(other ?? one, options)] as const
  const [layer, second] = layersOf({})
  const [impatient, secondImpatient] = layersOf({ lockTimeout })
  const ofTime = {
    ...limit,
    second,
    elapse: elapse && ((time: Duration.Duration) => Effect.tryPromise(() => elapse(Duration.toMillis(time))))
  }
  const ofStores = (
    cases: ReadonlyArray<Contract.ContractCase<CustomStores>>,
    options: typeof limit | typeof firstLimit
  ) =>
    Contract.check({ port: TriedStores, cases }, Layer.succeed(TriedStores, one), {
      ...options,
      second: Layer.succeed(TriedStores, other ?? one)
    })

  const through: Readonly<Record<keyof CustomStores, ReadonlyArray<Effect.Effect<Findings>>>> = {
    sessions: [Contract.check({ port: SessionStore, cases: SessionStoreContract.cases }, layer, ofTime)],
    transactions: [Contract.check({ port: TransactionStore, cases: TransactionStoreContract.cases }, layer, ofTime)],
    browsers: [],
    appTokens: [Contract.check({ port: AppTokenStore, cases: ofAppTokens }, layer, { ...limit, second })],
    lock: [
      Contract.check({ port: RefreshLock, cases: RefreshLockContract.cases }, layer, { ...limit, second }),
      Contract.check({ port: RefreshLock, cases: ofWaiters }, impatient, { ...limit, second: secondImpatient })
    ]
  }
  const ofPart = Effect.fnUntraced(function* (part: keyof CustomStores) {
    const cases = partCases[part]
    const first = yield* ofStores([cases.first], firstLimit)
    if (first.violations.length === 0) {
      return merged([first, ...(yield* Effect.all([ofStores(cases.others, limit), ...through[part]]))])
    }
    return merged([
      first,
      { violations: [], unproven: [{ name: "all else", reason: "it does not do the first thing" }] }
    ])
  })
  const parts = (["sessions", "transactions", "browsers", "lock", "appTokens"] as const).filter(
    (part) => one[part] !== undefined && one[part] !== null
  )
  return Effect.forEach(parts, (part) => Effect.map(ofPart(part), readable(part)), { concurrency: "unbounded" }).pipe(
    Effect.map((findings) =>
      merged([
        ...findings,
        {
          violations: [],
          unproven: [
            ...(other === undefined ? [{ name: "all of it, in two processes", reason: "give `second`" }] : []),
            {
              name: "lock: a holder that died lets go",
              reason: "end a process that holds it by force, and see how long another one waits"
            }
          ]
        }
      ])
    ),
    // What it has to say is in what it gives.
    Effect.provide(Logger.layer([]))
  )
}
