/**
 * The one check that stands before every resource: which token, of whom, with which scope.
 *
 * There are two kinds. The access token of a user is in the store, and opens what the user may see. The app token of an
 * application without a user is a JWT, and opens what its scope names. An id_token opens nothing.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750 RFC 6750}
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as AccessTokens from "../../AccessTokens.ts"
import { Directory, type User } from "../../Directory.ts"
import { SentinelStore } from "../../SentinelStore.ts"
import type { SigningKeys } from "../../SigningKeys.ts"
import { bearerToken } from "../http/bearerToken.ts"
import * as RequestContext from "../http/RequestContext.ts"
import type { Incoming } from "../http/RouteHandlers.ts"
import { ShownError, unavailable } from "../http/ShownError.ts"
import * as AppTokenReader from "../token/AppTokenReader.ts"

/** The holder of a token: a user, or an application whose scope is enough. */
export type Holder = UserHolder | { readonly kind: "application" }

/** `scope` has the scopes of OpenID Connect, where the dialect has them. */
export interface UserHolder {
  readonly kind: "user"
  readonly user: User
  readonly scope: string | undefined
}

/** What a token must be to open a resource. */
export interface Needs {
  /** The scope that an app token needs. */
  readonly scope: string | undefined
  /**
   * Whose token it may be. Default: of a user, and if there is a `scope` of an application. An `application` and `any`
   * without a scope take every app token of the account.
   */
  readonly holders?: "any" | "user" | "application"
  /** The token, from where else than the header the resource takes it. */
  readonly token?: string | undefined
}

/** Checks the token of a request. What a user may see is for the resource to say. */
export interface TokenCheck {
  (incoming: Incoming, needs: Needs & { readonly holders: "user" }): Effect.Effect<UserHolder, ShownError>
  (incoming: Incoming, needs: Needs): Effect.Effect<Holder, ShownError>
}

const remedy = "Send a valid access token of this account in the header Authorization: Bearer."

/** Without a token there is no error of one (RFC 6750 section 3.1). */
const missing = new ShownError({
  status: 401,
  error: "invalid_token",
  description: "The access token is missing.",
  remedy,
  headers: { "www-authenticate": 'Bearer realm="Sentinel"' }
})

/** The reason is for the journal: the answer does not tell what is known of a token. */
const invalid = (reason?: string) =>
  new ShownError({
    status: 401,
    error: "invalid_token",
    description: "The access token is unknown, expired or revoked.",
    remedy,
    ...(reason === undefined ? {} : { reason }),
    headers: { "www-authenticate": 'Bearer error="invalid_token"' }
  })

const notAlive = "access token: unknown, revoked, or expired, accessTokenLifetime after its issue"

const insufficient = (scope: string | undefined, scopes: ReadonlyArray<string>) => {
  const has = scopes.length === 0 ? "has none" : `has ${scopes.join(" ")}`
  return new ShownError({
    status: 403,
    error: "insufficient_scope",
    ...(scope === undefined
      ? {
          description: "This resource is for users: no scope of an app token opens it.",
          remedy: "Send the access token of a user.",
          reason: `the resource takes no app token, whatever its scope; this one ${has}`,
          headers: { "www-authenticate": 'Bearer error="insufficient_scope"' }
        }
      : {
          description: `The app token does not have the scope ${scope}.`,
          remedy: "Add it to the scope of the installation, and get a new app token.",
          reason: `the resource asks for the scope ${scope}, which is missing; the app token ${has}`,
          headers: { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` }
        })
  })
}

const notForUsers = new ShownError({
  status: 403,
  error: "insufficient_scope",
  description: "This resource is for applications: it takes no token of a user.",
  remedy: "Send an app token.",
  reason: "the resource takes app tokens alone; this is the access token of a user",
  headers: { "www-authenticate": 'Bearer error="insufficient_scope"' }
})

/** A user may not see what they ask for. No scope would help. */
export const notAuthorized = (description: string, remedy: string) =>
  new ShownError({
    status: 403,
    error: "insufficient_scope",
    description,
    remedy,
    headers: { "www-authenticate": 'Bearer error="insufficient_scope"' }
  })

/** Makes the check. */
export const make: Effect.Effect<TokenCheck, never, Directory | Digest.Digest | SentinelStore | SigningKeys> =
  Effect.gen(function* () {
    const directory = yield* Directory
    const readAppToken = yield* AppTokenReader.make
    const note = yield* AppTokenReader.note
    // Nothing else of this context: the clock is the one of the request.
    const services = Context.pick(Digest.Digest, SentinelStore)(yield* Effect.context<Digest.Digest | SentinelStore>())
    const provided = Effect.provide(services)

    const ofUser = Effect.fnUntraced(function* (
      token: Redacted.Redacted<string>,
      accountId: string
    ): Effect.fn.Return<Holder, ShownError> {
      const access = yield* provided(AccessTokens.find(token)).pipe(
        Effect.tapError((error) => Effect.logError("a token could not be checked", error)),
        Effect.mapError(() => unavailable)
      )
      if (Option.isNone(access)) return yield* invalid(notAlive)
      if (access.value.accountId !== accountId) {
        return yield* invalid(`access token: it was issued in account ${access.value.accountId}, not in ${accountId}`)
      }
      const user = yield* directory.user(accountId, access.value.userId)
      if (Option.isNone(user)) return yield* invalid()
      return { kind: "user", user: user.value, scope: access.value.scope }
    })

    const ofApplication = Effect.fnUntraced(function* (
      token: Redacted.Redacted<string>,
      accountId: string,
      { holders, scope }: Needs
    ): Effect.fn.Return<Holder, ShownError> {
      const found = yield* readAppToken(token, yield* Clock.currentTimeMillis)
      if (Option.isNone(found)) return yield* invalid("it is a JWT, and not an app token that this Sentinel has signed")
      const { problem, scopes, ...application } = found.value
      if (problem !== undefined) return yield* invalid(`app token: ${problem}`)
      if (application.accountId !== accountId) {
        return yield* invalid(`app token: it was issued in account ${application.accountId}, not in ${accountId}`)
      }
      yield* RequestContext.isFrom(application)
      const isTaken = holders === "user" ? false : scope === undefined ? holders !== undefined : scopes.includes(scope)
      if (!isTaken) return yield* insufficient(holders === "user" ? undefined : scope, scopes)
      const words = scope === undefined ? "app token accepted" : `app token accepted for the scope ${scope}`
      yield* note(words, Redacted.value(token))
      return { kind: "application" }
    })

    return Effect.fnUntraced(function* ({ accountId, request }: Incoming, needs: Needs) {
      const text = needs.token ?? bearerToken(request.headers["authorization"])
      if (text === undefined) return yield* missing
      const token = Redacted.make(text)
      if (AppTokenReader.isJwt(token)) return yield* ofApplication(token, accountId, needs)
      const holder = yield* ofUser(token, accountId)
      return needs.holders === "application" ? yield* notForUsers : holder
    }) as TokenCheck
  })
