/** The faults that are armed, and which of them a request meets. */
import { authorizationErrorCodes, tokenErrorCodes } from "@le-auth/core/OAuthError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Route } from "../http/Route.ts"
import * as Problems from "../input/problems.ts"
import { InvalidChange, NotThere } from "../../ControlError.ts"
import { type Behaviour, type Action, type Fault, type Match, type NewFault, type FaultTarget } from "../../Fault.ts"
import { isAuthorizationErrorCode, isTokenErrorCode } from "./errorCodes.ts"

/** What a request shows of itself before it is answered. */
export interface Facts {
  readonly route: Route
  readonly method: string
  readonly account: string
  readonly client: string | undefined
  readonly grantType: string | undefined
}

/** A fault that acts now. */
export interface Acting {
  readonly id: string
  readonly action: Action | Behaviour
}

/** What is added: a {@link NewFault}, or the same with a function. */
export type Plan = Omit<NewFault, "action"> & { readonly action: Action | Behaviour }

/** The faults that are armed: to add, list and remove, and to meet. */
export class Faults extends Context.Service<
  Faults,
  {
    readonly add: (fault: Plan) => Effect.Effect<Fault, InvalidChange>
    /** In the order in which they were added, which is the order in which they are asked. */
    readonly list: Effect.Effect<ReadonlyArray<Fault>>
    readonly remove: (id: string) => Effect.Effect<void, NotThere>
    readonly clear: Effect.Effect<void>
    /** Whether these could be armed. A problem has its path below `faults`. */
    readonly check: (faults: ReadonlyArray<Fault>) => Effect.Effect<void, InvalidChange>
    /** Puts these, which were checked, in place of all others, with their counts. */
    readonly load: (faults: ReadonlyArray<Fault>) => Effect.Effect<void>
    /** Whether none is armed, which is all that a request costs then. */
    readonly isEmpty: () => boolean
    /**
     * The fault that a request meets. All that match it count it; the first one whose turn it is acts.
     */
    readonly meet: (facts: Facts) => Acting | undefined
  }
>()("@le-auth/sentinel/internal/control/Faults") {}

interface Armed {
  readonly id: string
  readonly match: Match
  readonly action: Action | Behaviour
  readonly times: number | undefined
  matched: number
  acted: number
}

/** Where an action that is bound to a route acts if nothing is said about it. */
const placeOf = (action: Action | Behaviour): FaultTarget | undefined =>
  typeof action !== "function" && (action.type === "expired-code" || action.type === "used-code")
    ? "exchange"
    : undefined

const isAt = ({ grantType, route }: Facts, target: FaultTarget): boolean => {
  if (target === "any" || target === route) return true
  if (route !== "token") return false
  return grantType === "refresh_token" ? target === "refresh" : target === "exchange"
}

/** Whether an answer of the route can carry the error: the authorization endpoint has other ones than the rest. */
const carries = (action: Action | Behaviour, isAuthorize: boolean): boolean =>
  typeof action === "function" ||
  action.type !== "oauth-error" ||
  action.status !== undefined ||
  (isAuthorize ? isAuthorizationErrorCode(action.error) : isTokenErrorCode(action.error))

const matches = ({ action, match }: Armed, facts: Facts): boolean =>
  carries(action, facts.route === "authorize") &&
  isAt(facts, match.route ?? placeOf(action) ?? "any") &&
  (match.account === undefined || match.account === facts.account) &&
  (match.client === undefined || match.client === facts.client) &&
  (match.grant_type === undefined || match.grant_type === facts.grantType) &&
  (match.method === undefined || match.method.toUpperCase() === facts.method)

/** Whether it acts on the matching request that was just counted. */
const isDue = ({ acted, match, matched, times }: Armed): boolean =>
  (match.nth === undefined || matched === match.nth) &&
  (match.every === undefined || matched % match.every === 0) &&
  (times === undefined || acted < times)

const show = ({ acted, action, id, match, matched, times }: Armed): Fault => ({
  id,
  match,
  ...(typeof action === "function" ? {} : { action }),
  ...(times === undefined ? {} : { times }),
  matched,
  acted
})

/** Each request asks all of them. */
const mostFaults = 1000

const errorProblem = (action: Action | Behaviour, route: FaultTarget | undefined): ReadonlyArray<string> => {
  if (typeof action === "function" || action.type !== "oauth-error" || route === undefined || route === "any") return []
  const isAuthorize = route === "authorize"
  if (carries(action, isAuthorize)) return []
  const [codes, section] = isAuthorize ? [authorizationErrorCodes, "4.1.2.1"] : [tokenErrorCodes, "5.2"]
  return [
    `action.error: ${route} has no ${action.error} (RFC 6749 section ${section}). Use one of ${codes.join(", ")}, or give a status`
  ]
}

const problemsOf = ({ action, match = {} }: Plan, ids: ReadonlySet<string>, id: string): ReadonlyArray<string> => {
  const place = placeOf(action)
  const route = match.route ?? place
  return [
    ...(ids.has(id) ? ["id: another fault has it"] : []),
    ...(match.nth !== undefined && match.every !== undefined ? ["match: has both nth and every"] : []),
    ...errorProblem(action, route),
    ...(place !== undefined && route !== place && route !== "token" && route !== "any"
      ? [`match.route: this action is for ${place} only`]
      : [])
  ]
}

/** What a document may not have either, though each of its entries is a fault. */
const problemsOfAll = (faults: ReadonlyArray<Fault>): ReadonlyArray<string> => {
  if (faults.length > mostFaults)
    return [`faults: must be a list of at most ${mostFaults.toLocaleString("en-US")} faults`]
  const ids = new Set<string>()
  return faults.flatMap(({ action, id, match }, index) => {
    const problems = action === undefined ? [] : problemsOf({ match, action }, ids, id)
    ids.add(id)
    return problems.map((problem) => Problems.below(`faults[${index}]`, problem))
  })
}

/** None is armed. */
export const make = (): Faults["Service"] => {
  let armed: Array<Armed> = []
  let added = 0

  const nextId = (): string => {
    do added++
    while (armed.some(({ id }) => id === `fault-${added}`))
    return `fault-${added}`
  }

  return {
    add: (plan) =>
      Effect.suspend(() => {
        const id = plan.id ?? nextId()
        const problems =
          armed.length >= mostFaults
            ? [`this: there are ${mostFaults} faults already; remove one first`]
            : problemsOf(plan, new Set(armed.map((one) => one.id)), id)
        if (problems.length > 0) return Effect.fail(new InvalidChange({ problems }))
        const fault = { id, match: plan.match ?? {}, action: plan.action, times: plan.times, matched: 0, acted: 0 }
        armed.push(fault)
        return Effect.succeed(show(fault))
      }),
    list: Effect.sync(() => armed.map(show)),
    remove: (id) =>
      Effect.suspend(() => {
        const rest = armed.filter((fault) => fault.id !== id)
        if (rest.length === armed.length) return Effect.fail(new NotThere({ what: `fault ${id}` }))
        armed = rest
        return Effect.void
      }),
    clear: Effect.sync(() => {
      armed = []
      added = 0
    }),
    check: (faults) =>
      Effect.suspend(() => {
        const problems = problemsOfAll(faults)
        return problems.length > 0 ? Effect.fail(new InvalidChange({ problems })) : Effect.void
      }),
    load: (faults) =>
      Effect.sync(() => {
        armed = faults.flatMap(({ action, times, ...rest }) =>
          action === undefined ? [] : [{ ...rest, action, times }]
        )
      }),
    isEmpty: () => armed.length === 0,
    meet: (facts) => {
      let acting: Armed | undefined
      for (const fault of armed) {
        if (!matches(fault, facts)) continue
        fault.matched++
        if (acting === undefined && isDue(fault)) acting = fault
      }
      if (acting !== undefined) acting.acted++
      return acting
    }
  }
}
