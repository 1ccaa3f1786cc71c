/**
 * A store that writes into the context of the request what happens in it and why it refuses, and that a fault can make
 * refuse.
 *
 * What a fault does is done to the store behind it, so that it stays done: the code is spent, the session is over.
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Explain from "./Explain.ts"
import * as RequestContext from "../http/RequestContext.ts"
import type { Found, StoreInspection } from "../../StoreInspection.ts"
import type { SentinelStore } from "../../SentinelStore.ts"

/** Goes around a store. Without `inspection` it cannot say why something is refused. */
export const watchedStore = (
  store: SentinelStore["Service"],
  inspection: StoreInspection["Service"] | undefined
): SentinelStore["Service"] => {
  /** Only after a refusal: what is usual costs no look, and a rival who won in between is seen. */
  const look = (id: string, now: number): Effect.Effect<Found | undefined, StoreError> =>
    inspection === undefined ? Effect.succeed(undefined) : Effect.map(inspection.find(id, now), Option.getOrUndefined)

  /** Notes why, as far as the store can be looked into, and what it is about. */
  const refuse = (
    context: RequestContext.RequestContext,
    what: string,
    found: Found | undefined,
    reason: string | undefined
  ) => {
    if (inspection === undefined) return
    if (found !== undefined) {
      context.user ??= found.family.grant.userId
      context.steps.push({ what, family: RequestContext.short(found.family.grant.id) })
    }
    if (reason !== undefined) context.reason ??= `${what}: ${reason}`
  }

  /** Runs only the operation itself where the request is not watched. */
  const watched = <A, E>(
    operation: Effect.Effect<A, E>,
    watch: (context: RequestContext.RequestContext) => Effect.Effect<A, E>
  ): Effect.Effect<A, E> =>
    Effect.flatMap(RequestContext.watched, (context) => (context === undefined ? operation : watch(context)))

  const byFault = (context: RequestContext.RequestContext, what: string) =>
    Effect.sync(() => {
      context.reason = `${what} by fault ${context.fault}`
      context.stateFault = undefined
      return { _tag: "Missing" } as const
    })

  const kill = (context: RequestContext.RequestContext, sessionId: string, now: number) =>
    Effect.andThen(store.endSession(sessionId, now), byFault(context, "the session was killed"))

  return {
    ...store,
    createSession: (session, now) =>
      watched(store.createSession(session, now), (context) =>
        Effect.tap(store.createSession(session, now), (outcome) =>
          Effect.sync(() => {
            context.user = session.userId
            if (outcome === "Created") {
              context.steps.push({
                what: "session begun",
                session: RequestContext.short(session.id),
                user: session.userId
              })
            }
          })
        )
      ),
    findSession: (id, now) =>
      watched(store.findSession(id, now), (context) =>
        Effect.flatMap(store.findSession(id, now), (found) => {
          if (Option.isNone(found)) return Effect.succeed(found)
          context.user = found.value.userId
          return context.stateFault === "killed-session"
            ? Effect.as(kill(context, id, now), Option.none())
            : Effect.succeed(found)
        })
      ),
    endSession: (id, now) =>
      watched(store.endSession(id, now), (context) =>
        Effect.tap(store.endSession(id, now), (ended) =>
          Effect.sync(
            () => void (ended && context.steps.push({ what: "session ended", session: RequestContext.short(id) }))
          )
        )
      ),
    issueCode: (code, now) =>
      watched(store.issueCode(code, now), (context) =>
        Effect.tap(store.issueCode(code, now), (outcome) =>
          Effect.sync(() => {
            const { clientId, id: family, sessionId, userId } = code.grant
            context.client ??= clientId
            context.user = userId
            const what = outcome === "Issued" ? "code issued" : `code not issued: ${outcome}`
            context.steps.push({
              what,
              code: RequestContext.short(code.id),
              family: RequestContext.short(family),
              session: RequestContext.short(sessionId),
              user: userId
            })
          })
        )
      ),
    redeemCode: (request, now) =>
      watched(
        store.redeemCode(request, now),
        Effect.fnUntraced(function* (context) {
          const code = RequestContext.short(request.id)
          let outcome = yield* store.redeemCode(request, now)
          if ((outcome._tag === "Won" || outcome._tag === "Retry") && context.stateFault !== undefined) {
            const { grant } = outcome
            switch (context.stateFault) {
              case "killed-session":
                return yield* kill(context, grant.sessionId, now)
              case "expired-code":
                yield* store.revokeGrant(grant.id, now)
                return yield* byFault(context, "the code was expired")
              case "used-code":
                yield* byFault(context, "the code was used before")
                outcome = yield* store.redeemCode(request, now)
            }
          }
          if (outcome._tag === "Won") {
            const { accessId, refreshId } = request.tokens
            context.user = outcome.grant.userId
            context.steps.push({
              what: "code redeemed",
              code,
              family: RequestContext.short(outcome.grant.id),
              accessToken: RequestContext.short(accessId),
              ...(refreshId === undefined ? {} : { refreshToken: RequestContext.short(refreshId) })
            })
          } else if (outcome._tag === "Retry") {
            context.user = outcome.grant.userId
            context.steps.push({
              what: "code redeemed again: the same answer",
              family: RequestContext.short(outcome.grant.id),
              code
            })
          } else {
            const found = yield* look(request.id, now)
            // A mismatch has burnt the code just now: that is not why.
            const asked =
              outcome._tag === "Mismatch" && found?.kind === "code" ? { ...found, usedAt: undefined } : found
            context.steps.push({ what: "code refused", code })
            refuse(context, "code", asked, Explain.why(asked, request, now))
          }
          return outcome
        })
      ),
    rotateRefresh: (request, now) =>
      watched(
        store.rotateRefresh(request, now),
        Effect.fnUntraced(function* (context) {
          const refreshToken = RequestContext.short(request.id)
          const outcome = yield* store.rotateRefresh(request, now)
          if (outcome._tag === "Rotated" || outcome._tag === "Kept" || outcome._tag === "Retry") {
            const { grant } = outcome
            if (context.stateFault === "killed-session") return yield* kill(context, grant.sessionId, now)
            context.user = grant.userId
            const family = RequestContext.short(grant.id)
            const { accessId, refreshId } = request.tokens
            context.steps.push(
              outcome._tag === "Retry"
                ? { what: "refreshed again: the same answer", family, refreshToken }
                : {
                    what: "refreshed",
                    family,
                    refreshToken,
                    accessToken: RequestContext.short(accessId),
                    ...(refreshId === undefined ? {} : { newRefreshToken: RequestContext.short(refreshId) })
                  }
            )
          } else {
            const found = yield* look(request.id, now)
            context.steps.push({ what: "refresh token refused", refreshToken })
            refuse(context, "refresh token", found, Explain.why(found, request, now))
          }
          return outcome
        })
      ),
    revokeGrant: (id, now) =>
      watched(store.revokeGrant(id, now), (context) =>
        Effect.tap(store.revokeGrant(id, now), (revoked) =>
          Effect.sync(
            () =>
              void (revoked && context.steps.push({ what: "token family revoked", family: RequestContext.short(id) }))
          )
        )
      ),
    revokeToken: (request, now) =>
      watched(
        store.revokeToken(request, now),
        Effect.fnUntraced(function* (context) {
          const outcome = yield* store.revokeToken(request, now)
          if (outcome._tag === "Revoked") {
            context.user = outcome.grant.userId
            context.steps.push({
              what: "all sessions of the user ended",
              family: RequestContext.short(outcome.grant.id),
              user: outcome.grant.userId
            })
          } else {
            const found = yield* look(request.id, now)
            refuse(context, "nothing revoked", found, Explain.why(found, request, now))
          }
          return outcome
        })
      ),
    findAccess: (id, now) =>
      watched(
        store.findAccess(id, now),
        Effect.fnUntraced(function* (context) {
          const found = yield* store.findAccess(id, now)
          if (Option.isSome(found)) {
            const { clientId, sessionId, userId } = found.value.grant
            context.client ??= clientId
            context.user = userId
            context.steps.push({
              what: "access token used",
              family: RequestContext.short(found.value.grant.id),
              accessToken: RequestContext.short(id)
            })
            if (context.stateFault !== "killed-session") return found
            yield* kill(context, sessionId, now)
            return Option.none()
          }
          const refused = yield* look(id, now)
          context.steps.push({ what: "access token refused", accessToken: RequestContext.short(id) })
          refuse(context, "access token", refused, Explain.why(refused, undefined, now))
          return found
        })
      )
  }
}
