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
import { type RequestContext, short, watched as watchedRequest } from "../http/RequestContext.ts"
import type { Found, StoreInspection } from "../../StoreInspection.ts"
import type { SentinelStore } from "../../SentinelStore.ts"

export const watchedStore = (
  store: SentinelStore["Service"],
  inspection: StoreInspection["Service"] | undefined
): SentinelStore["Service"] => {
  /** Only after a refusal: what is usual costs no look, and a rival who won in between is seen. */
  const look = (id: string, now: number): Effect.Effect<Found | undefined, StoreError> =>
    inspection === undefined ? Effect.succeed(undefined) : Effect.map(inspection.find(id, now), Option.getOrUndefined)

  /** Notes why, as far as the store can be looked into, and what it is about. */
  const refuse = (trail: RequestContext, what: string, found: Found | undefined, reason: string | undefined) => {
    if (inspection === undefined) return
    if (found !== undefined) {
      trail.user ??= found.family.grant.userId
      trail.steps.push({ what, family: short(found.family.grant.id) })
    }
    if (reason !== undefined) trail.reason ??= `${what}: ${reason}`
  }

  /** Runs only the operation itself where the request is not watched. */
  const watched = <A, E>(
    operation: Effect.Effect<A, E>,
    watch: (trail: RequestContext) => Effect.Effect<A, E>
  ): Effect.Effect<A, E> => Effect.flatMap(watchedRequest, (trail) => (trail === undefined ? operation : watch(trail)))

  const byFault = (trail: RequestContext, what: string) =>
    Effect.sync(() => {
      trail.reason = `${what} by fault ${trail.fault}`
      trail.stateFault = undefined
      return { _tag: "Missing" } as const
    })

  const kill = (trail: RequestContext, sessionId: string, now: number) =>
    Effect.andThen(store.endSession(sessionId, now), byFault(trail, "the session was killed"))

  return {
    ...store,
    createSession: (session, now) =>
      watched(store.createSession(session, now), (trail) =>
        Effect.tap(store.createSession(session, now), (outcome) =>
          Effect.sync(() => {
            trail.user = session.userId
            if (outcome === "Created") {
              trail.steps.push({ what: "session begun", session: short(session.id), user: session.userId })
            }
          })
        )
      ),
    findSession: (id, now) =>
      watched(store.findSession(id, now), (trail) =>
        Effect.flatMap(store.findSession(id, now), (found) => {
          if (Option.isNone(found)) return Effect.succeed(found)
          trail.user = found.value.userId
          return trail.stateFault === "killed-session"
            ? Effect.as(kill(trail, id, now), Option.none())
            : Effect.succeed(found)
        })
      ),
    endSession: (id, now) =>
      watched(store.endSession(id, now), (trail) =>
        Effect.tap(store.endSession(id, now), (ended) =>
          Effect.sync(() => void (ended && trail.steps.push({ what: "session ended", session: short(id) })))
        )
      ),
    issueCode: (code, now) =>
      watched(store.issueCode(code, now), (trail) =>
        Effect.tap(store.issueCode(code, now), (outcome) =>
          Effect.sync(() => {
            const { clientId, id: family, sessionId, userId } = code.grant
            trail.client ??= clientId
            trail.user = userId
            const what = outcome === "Issued" ? "code issued" : `code not issued: ${outcome}`
            trail.steps.push({
              what,
              code: short(code.id),
              family: short(family),
              session: short(sessionId),
              user: userId
            })
          })
        )
      ),
    redeemCode: (request, now) =>
      watched(
        store.redeemCode(request, now),
        Effect.fnUntraced(function* (trail) {
          const code = short(request.id)
          let outcome = yield* store.redeemCode(request, now)
          if ((outcome._tag === "Won" || outcome._tag === "Retry") && trail.stateFault !== undefined) {
            const { grant } = outcome
            switch (trail.stateFault) {
              case "killed-session":
                return yield* kill(trail, grant.sessionId, now)
              case "expired-code":
                yield* store.revokeGrant(grant.id, now)
                return yield* byFault(trail, "the code was expired")
              case "used-code":
                yield* byFault(trail, "the code was used before")
                outcome = yield* store.redeemCode(request, now)
            }
          }
          if (outcome._tag === "Won") {
            const { accessId, refreshId } = request.tokens
            trail.user = outcome.grant.userId
            trail.steps.push({
              what: "code redeemed",
              code,
              family: short(outcome.grant.id),
              accessToken: short(accessId),
              ...(refreshId === undefined ? {} : { refreshToken: short(refreshId) })
            })
          } else if (outcome._tag === "Retry") {
            trail.user = outcome.grant.userId
            trail.steps.push({ what: "code redeemed again: the same answer", family: short(outcome.grant.id), code })
          } else {
            const found = yield* look(request.id, now)
            // A mismatch has burnt the code just now: that is not why.
            const asked =
              outcome._tag === "Mismatch" && found?.kind === "code" ? { ...found, usedAt: undefined } : found
            trail.steps.push({ what: "code refused", code })
            refuse(trail, "code", asked, Explain.why(asked, request, now))
          }
          return outcome
        })
      ),
    rotateRefresh: (request, now) =>
      watched(
        store.rotateRefresh(request, now),
        Effect.fnUntraced(function* (trail) {
          const refreshToken = short(request.id)
          const outcome = yield* store.rotateRefresh(request, now)
          if (outcome._tag === "Rotated" || outcome._tag === "Retry") {
            const { grant } = outcome
            if (trail.stateFault === "killed-session") return yield* kill(trail, grant.sessionId, now)
            trail.user = grant.userId
            const family = short(grant.id)
            const { accessId, refreshId } = request.tokens
            trail.steps.push(
              outcome._tag === "Retry"
                ? { what: "refreshed again: the same answer", family, refreshToken }
                : {
                    what: "refreshed",
                    family,
                    refreshToken,
                    accessToken: short(accessId),
                    ...(refreshId === undefined ? {} : { newRefreshToken: short(refreshId) })
                  }
            )
          } else {
            const found = yield* look(request.id, now)
            trail.steps.push({ what: "refresh token refused", refreshToken })
            refuse(trail, "refresh token", found, Explain.why(found, request, now))
          }
          return outcome
        })
      ),
    revokeGrant: (id, now) =>
      watched(store.revokeGrant(id, now), (trail) =>
        Effect.tap(store.revokeGrant(id, now), (revoked) =>
          Effect.sync(() => void (revoked && trail.steps.push({ what: "token family revoked", family: short(id) })))
        )
      ),
    revokeToken: (request, now) =>
      watched(
        store.revokeToken(request, now),
        Effect.fnUntraced(function* (trail) {
          const outcome = yield* store.revokeToken(request, now)
          if (outcome._tag === "Revoked") {
            trail.user = outcome.grant.userId
            trail.steps.push({
              what: "all sessions of the user ended",
              family: short(outcome.grant.id),
              user: outcome.grant.userId
            })
          } else {
            const found = yield* look(request.id, now)
            refuse(trail, "nothing revoked", found, Explain.why(found, request, now))
          }
          return outcome
        })
      ),
    findAccess: (id, now) =>
      watched(
        store.findAccess(id, now),
        Effect.fnUntraced(function* (trail) {
          const found = yield* store.findAccess(id, now)
          if (Option.isSome(found)) {
            const { clientId, sessionId, userId } = found.value.grant
            trail.client ??= clientId
            trail.user = userId
            if (trail.stateFault !== "killed-session") return found
            yield* kill(trail, sessionId, now)
            return Option.none()
          }
          const refused = yield* look(id, now)
          trail.steps.push({ what: "access token refused", accessToken: short(id) })
          refuse(trail, "access token", refused, Explain.why(refused, undefined, now))
          return found
        })
      )
  }
}
