/**
 * Counts what becomes of sign-ins, codes and tokens, where it is decided: in the store.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import { SentinelStore } from "../../SentinelStore.ts"

/** Accounts are labels, since operators ask about them. They are those of the directory, and beyond so many they are `other`. */
const mostAccounts = 100

/**
 * A counter for each account and outcome. Its series are made once; an outcome is one of the few words of `SentinelStore`.
 */
const counterOf = (id: string, description: string) => {
  const series = new Map<string, Map<string, Metric.Counter<number>>>()
  const one = (account: string, outcome: string) => {
    const label = series.has(account) || series.size < mostAccounts ? account : "other"
    let byOutcome = series.get(label)
    if (byOutcome === undefined) series.set(label, (byOutcome = new Map()))
    let counter = byOutcome.get(outcome)
    if (counter === undefined) {
      const attributes = { account: label, outcome }
      byOutcome.set(outcome, (counter = Metric.counter(id, { description, incremental: true, attributes })))
    }
    return counter
  }
  return (account: string, outcome: string) =>
    Effect.withFiber((fiber) => {
      one(account, outcome.toLowerCase()).updateUnsafe(1, fiber.context)
      return Effect.void
    })
}

const signIns = counterOf("sentinel_sign_ins_total", "Sessions that began, by account")
const codes = counterOf("sentinel_codes_total", "Codes, by account and by what became of issuing them")
const exchanges = counterOf("sentinel_code_exchanges_total", "Codes that were presented, by account and outcome")
const refreshes = counterOf("sentinel_refreshes_total", "Refresh tokens that were presented, by account and outcome")
const revocations = counterOf("sentinel_revocations_total", "Tokens that were to be revoked, by account and outcome")

type Store = SentinelStore["Service"]

const countedOf = (
  store: Store
): Pick<Store, "createSession" | "issueCode" | "redeemCode" | "rotateRefresh" | "revokeToken"> => ({
  createSession: (session, now) =>
    Effect.tap(store.createSession(session, now), (outcome) => signIns(session.accountId, outcome)),
  issueCode: (code, now) => Effect.tap(store.issueCode(code, now), (outcome) => codes(code.grant.accountId, outcome)),
  redeemCode: (request, now) =>
    Effect.tap(store.redeemCode(request, now), ({ _tag }) => exchanges(request.accountId, _tag)),
  rotateRefresh: (request, now) =>
    Effect.tap(store.rotateRefresh(request, now), ({ _tag }) => refreshes(request.accountId, _tag)),
  revokeToken: (request, now) =>
    Effect.tap(store.revokeToken(request, now), ({ _tag }) => revocations(request.accountId, _tag))
})

/**
 * The same store, counted. What is not counted is the store's own.
 *
 * @since 0.1.0
 */
export const make = (store: Store): Store => Object.setPrototypeOf(countedOf(store), store)

/**
 * Counts the store that is there.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SentinelStore, never, SentinelStore> = Layer.effect(
  SentinelStore,
  Effect.map(SentinelStore, make)
)
