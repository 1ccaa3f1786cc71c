/**
 * Stands between the server and Sentinel's routes: lets requests meet their faults, gives them Sentinel's time, and
 * writes down what came of them. With no fault armed, the clock not advanced and the journal off, a request passes as
 * it is.
 */
import { UrlParameters } from "@le-auth/core/shared/UrlParameters"
import * as Clock from "effect/Clock"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Types from "effect/Types"
import * as FormBody from "../http/FormBody.ts"
import { parametersOf } from "../http/Query.ts"
import { faultHeader, type Intercepted, type Interceptor } from "../http/Interceptor.ts"
import type { Route } from "../http/Route.ts"
import * as RequestContext from "../http/RequestContext.ts"
import { clientIdOf } from "../token/ClientAuthentication.ts"
import * as FaultAnswer from "./FaultAnswer.ts"
import type { Facts, Faults } from "./Faults.ts"
import { type Entry, isRefusal } from "../../JournalEntry.ts"
import { type Journal } from "./Journal.ts"
import type { VirtualClock } from "./VirtualClock.ts"

const noParameters = UrlParameters.fromSearch("")

/** Where the body names the application. */
const isFromClient: ReadonlySet<Route> = new Set<Route>(["token", "app-token", "revoke"])

/** What a request says of itself. Its body is read only where it says more than the address does. */
const factsOf = Effect.fnUntraced(function* ({ accountId, request, route }: Intercepted) {
  const facts: Facts = { route, method: request.method, account: accountId, client: undefined, grantType: undefined }
  if (route === "authorize") return { ...facts, client: parametersOf(request.url).get("client_id") }
  if (!isFromClient.has(route) || request.method !== "POST") return facts
  const body = yield* Effect.orElseSucceed(FormBody.read(request), () => noParameters)
  // An app token may be asked for in the query alone.
  const query = route === "app-token" ? parametersOf(request.url) : noParameters
  return {
    ...facts,
    client: clientIdOf(request, body) ?? query.get("client_id"),
    grantType: body.get("grant_type") ?? query.get("grant_type")
  }
})

const outcomeOf = (response: HttpServerResponse.HttpServerResponse): string => {
  const location = response.headers["location"]
  if (location === undefined) return response.status < 400 ? "ok" : `status ${response.status}`
  const sent = parametersOf(location)
  return sent.get("error") ?? (sent.has("code") ? "code" : sent.has("request") ? "sign-in" : "ok")
}

/**
 * Makes the interceptor. `rotate` makes a new signing key; `explain` says more of a refused request than it says
 * itself.
 */
export const make = (parts: {
  readonly clock: VirtualClock["Service"]
  readonly faults: Faults["Service"]
  readonly journal: Journal["Service"]
  readonly rotate: Effect.Effect<unknown>
  readonly explain: (
    intercepted: Intercepted,
    context: RequestContext.RequestContext,
    query: UrlParameters
  ) => Effect.Effect<void>
}): Effect.Effect<Interceptor, never, SecureRandom.SecureRandom> =>
  Effect.map(RequestContext.make, (contextOf): Interceptor => {
    const { clock, explain, faults, journal, rotate } = parts

    const meet = (intercepted: Intercepted, context: RequestContext.RequestContext, usual: ReturnType<Interceptor>) => {
      if (faults.isEmpty()) return usual
      return Effect.flatMap(factsOf(intercepted), (facts) => {
        const acting = faults.meet(facts)
        if (acting === undefined) return usual
        context.fault = acting.id
        context.client ??= facts.client?.slice(0, 100)
        context.reason = `fault ${acting.id}`
        context.steps.push({ what: `fault ${acting.id}` })
        const { request, route } = intercepted
        return Effect.map(
          FaultAnswer.perform(acting.action, usual, { request, route, context, rotate }),
          HttpServerResponse.setHeader(faultHeader, acting.id)
        )
      })
    }

    /** The outcome of a request. There is none if the caller did not wait for the answer, or a fault took it away. */
    const record = (
      { accountId, request, route }: Intercepted,
      context: RequestContext.RequestContext,
      base: Clock.Clock,
      start: bigint,
      response: HttpServerResponse.HttpServerResponse | undefined
    ) =>
      Effect.sync(() => {
        const outcome = response === undefined ? "no answer" : (context.error ?? outcomeOf(response))
        const mark = request.url.indexOf("?")
        const entry: Types.Mutable<Omit<Entry, "sequence">> = {
          time: clock.over(base).currentTimeMillisUnsafe(),
          kind: "request",
          outcome,
          route,
          method: request.method,
          path: (mark === -1 ? request.url : request.url.slice(0, mark)).slice(0, 200),
          duration: Number(base.monotonicTimeNanosUnsafe() - start) / 1e6,
          requestId: context.id,
          warnings: context.warnings,
          steps: context.steps
        }
        if (response !== undefined) entry.status = response.status
        if (accountId !== "") entry.account = accountId
        if (context.client !== undefined) entry.client = context.client
        if (context.user !== undefined) entry.user = context.user
        if (context.fault !== undefined) entry.fault = context.fault
        if (context.problem !== undefined) entry.problem = context.problem
        if (context.reason !== undefined && (isRefusal(outcome) || context.fault !== undefined))
          entry.reason = context.reason
        journal.add(entry)
      })

    return (intercepted, usual) =>
      Effect.withFiber((fiber) => {
        const base = fiber.getRef(Clock.Clock)
        const virtual = clock.over(base)
        if (!journal.isOn && faults.isEmpty() && virtual === base) return usual
        return Effect.flatMap(contextOf(intercepted.request, fiber.getRef(RequestContext.Current)), (context) => {
          context.isWatched = true
          const timed = virtual === base ? usual : Effect.provideService(usual, Clock.Clock, virtual)
          const answer = meet(intercepted, context, Effect.provideService(timed, RequestContext.Current, context))
          if (!journal.isOn) return answer
          const start = base.monotonicTimeNanosUnsafe()
          return Effect.onExit(answer, (exit) => {
            const response = exit._tag === "Success" ? exit.value : undefined
            const recorded = record(intercepted, context, base, start, response)
            return context.error === undefined
              ? recorded
              : Effect.andThen(explain(intercepted, context, parametersOf(intercepted.request.url)), recorded)
          })
        })
      })
  })
