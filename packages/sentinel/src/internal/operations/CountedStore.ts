/** Counts the outcomes of sign-ins, codes and tokens where they are decided: in the store. */
import * as LabelledMetrics from "@le-auth/core/shared/LabelledMetrics"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { SentinelStore } from "../../SentinelStore.ts"

/** Accounts are labels, since operators ask about them. */
const counterOf = (id: string, description: string) => {
  const counters = LabelledMetrics.make(["outcome", "account"], ({ account, outcome }) =>
    Metric.counter(id, { description, incremental: true, attributes: { account, outcome } })
  )
  return (account: string, outcome: string) =>
    Effect.withFiber((fiber) => {
      counters(outcome.toLowerCase(), account).updateUnsafe(1, fiber.context)
      return Effect.void
    })
}

const signIns = counterOf("sentinel_sign_ins_total", "Sessions that began, by account")
const codes = counterOf("sentinel_codes_total", "Codes, by account and by what became of issuing them")
const exchanges = counterOf("sentinel_code_exchanges_total", "Codes that were presented, by account and outcome")
const refreshes = counterOf("sentinel_refreshes_total", "Refresh tokens that were presented, by account and outcome")
const revocations = counterOf("sentinel_revocations_total", "Tokens that were to be revoked, by account and outcome")

type Store = SentinelStore["Service"]

/** The same store, counted. */
export const make = (store: Store): Store => ({
  ...store,
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
