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
  /** Counts the outcome of an operation. */
  return <A, E>(account: string, operation: Effect.Effect<A, E>, outcomeOf: (outcome: A) => string) =>
    Effect.withFiber<A, E>((fiber) =>
      Effect.map(operation, (outcome) => {
        counters(outcomeOf(outcome).toLowerCase(), account).updateUnsafe(1, fiber.context)
        return outcome
      })
    )
}

const signIns = counterOf("sentinel_sign_ins_total", "Sessions that began, by account")
const codes = counterOf("sentinel_codes_total", "Codes, by account and by what became of issuing them")
const exchanges = counterOf("sentinel_code_exchanges_total", "Codes that were presented, by account and outcome")
const refreshes = counterOf("sentinel_refreshes_total", "Refresh tokens that were presented, by account and outcome")
const revocations = counterOf("sentinel_revocations_total", "Tokens that were to be revoked, by account and outcome")

type Store = SentinelStore["Service"]

const itself = <A>(outcome: A): A => outcome
const tagOf = ({ _tag }: { readonly _tag: string }): string => _tag

/** The same store, counted. */
export const make = (store: Store): Store => ({
  ...store,
  createSession: (session, now) => signIns(session.accountId, store.createSession(session, now), itself),
  issueCode: (code, now) => codes(code.grant.accountId, store.issueCode(code, now), itself),
  redeemCode: (request, now) => exchanges(request.accountId, store.redeemCode(request, now), tagOf),
  rotateRefresh: (request, now) => refreshes(request.accountId, store.rotateRefresh(request, now), tagOf),
  revokeToken: (request, now) => revocations(request.accountId, store.revokeToken(request, now), tagOf)
})
