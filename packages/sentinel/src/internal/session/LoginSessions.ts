/** The login sessions: the users who are signed in to Sentinel in a browser, one for each account. */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Option from "effect/Option"
import { Directory } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import { SentinelStore, type BrowserSession } from "../../SentinelStore.ts"
import type { Secrets } from "./Secrets.ts"
import type { SentinelCookies } from "./SentinelCookies.ts"

/** Times are in milliseconds since 1970. */
export interface LoginSessions {
  /**
   * The session of a browser in an account, if it is alive and its user still known. Extends it, at most once a minute.
   */
  readonly current: (
    request: HttpServerRequest.HttpServerRequest,
    accountId: string,
    now: number
  ) => Effect.Effect<Option.Option<BrowserSession>, StoreError>
  /** Begins a session under a new secret. `None`: the secret was that of a session that has ended. */
  readonly begin: (
    secret: string,
    user: { readonly accountId: string; readonly userId: string },
    now: number
  ) => Effect.Effect<Option.Option<BrowserSession>, StoreError>
  /** Ends the session of a browser in an account, and all its grants. */
  readonly end: (
    request: HttpServerRequest.HttpServerRequest,
    accountId: string,
    now: number
  ) => Effect.Effect<void, StoreError>
}

/** A session of a busy browser is not written at each request. */
const touchInterval = 60_000

export const make = Effect.fnUntraced(function* (
  cookies: SentinelCookies,
  secrets: Secrets
): Effect.fn.Return<LoginSessions, never, Directory | SentinelStore> {
  const directory = yield* Directory
  const store = yield* SentinelStore
  const dialect = yield* SentinelDialect
  const idleLifetime = Duration.toMillis(dialect.sessionIdleLifetime)
  const lifetime = Duration.toMillis(dialect.sessionLifetime)

  return {
    current: Effect.fnUntraced(function* (request, accountId, now) {
      const secret = cookies.session(accountId).read(request)
      if (secret === undefined) return Option.none()
      const found = yield* store.findSession(yield* secrets.hash(secret), now)
      if (Option.isNone(found) || found.value.accountId !== accountId) return Option.none()
      const session = found.value
      if (Option.isNone(yield* directory.user(accountId, session.userId))) return Option.none()
      if (now - session.lastSeenAt >= touchInterval) yield* store.touchSession(session.id, now + idleLifetime, now)
      return found
    }),
    begin: Effect.fnUntraced(function* (secret, user, now) {
      const session: BrowserSession = {
        ...user,
        id: yield* secrets.hash(secret),
        createdAt: now,
        lastSeenAt: now,
        idleExpiresAt: now + idleLifetime,
        expiresAt: now + lifetime
      }
      return (yield* store.createSession(session, now)) === "Ended" ? Option.none() : Option.some(session)
    }),
    end: Effect.fnUntraced(function* (request, accountId, now) {
      const secret = cookies.session(accountId).read(request)
      if (secret !== undefined) yield* store.endSession(yield* secrets.hash(secret), now)
    })
  }
})
