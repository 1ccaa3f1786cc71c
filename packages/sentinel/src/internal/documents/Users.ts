/**
 * The one resource behind Sentinel: a user's record in LivePerson's Users API. With it an application can call an API
 * with the token it got, and find out the name of its user, which the id_token does not have.
 *
 * @see LivePerson, Users API, "Get user by id"
 */
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as AccessTokens from "../../AccessTokens.ts"
import { Directory } from "../../Directory.ts"
import { SentinelStore } from "../../SentinelStore.ts"
import type { Handler } from "../http/RouteHandlers.ts"
import { ShownError, unavailable } from "../http/ShownError.ts"

const notAuthenticated = new ShownError({
  status: 401,
  error: "invalid_token",
  description: "The access token is missing, unknown, expired or revoked.",
  remedy: "Send a valid access token of this account in the header Authorization: Bearer.",
  // RFC 6750 section 3.
  headers: { "www-authenticate": 'Bearer error="invalid_token"' }
})

const notAuthorized = new ShownError({
  status: 403,
  error: "insufficient_scope",
  description: "This user may not read the records of others.",
  remedy: "Sign in as an administrator, or ask for the record of the user who signed in."
})

const noSuchUser = new ShownError({
  status: 404,
  error: "not_found",
  description: "The account has no such user.",
  remedy: "Check the user id. LivePerson's own administrators have no record."
})

const bearer = (header: string | undefined) => /^Bearer +([\x21-\x7e]+)$/i.exec(header ?? "")?.[1]

/** Makes the handler. Users read their own record, administrators all records of the account. */
export const make: Effect.Effect<Handler, never, Directory | Digest.Digest | SentinelStore> = Effect.gen(function* () {
  const directory = yield* Directory
  // Nothing else of this context: the clock is the one of the request.
  const services = Context.pick(Digest.Digest, SentinelStore)(yield* Effect.context<Digest.Digest | SentinelStore>())
  const provided = Effect.provide(services)

  return Effect.fnUntraced(function* ({ accountId, path, request }) {
    const token = bearer(request.headers["authorization"])
    if (token === undefined) return yield* notAuthenticated
    const access = yield* provided(AccessTokens.find(Redacted.make(token))).pipe(
      Effect.tapError((error) => Effect.logError("users failed", error)),
      Effect.mapError(() => unavailable)
    )
    if (Option.isNone(access) || access.value.accountId !== accountId) return yield* notAuthenticated
    const reader = yield* directory.user(accountId, access.value.userId)
    if (Option.isNone(reader)) return yield* notAuthenticated
    if (reader.value.id !== path["userId"] && !reader.value.isAdmin) return yield* notAuthorized
    const user = yield* directory.user(accountId, path["userId"] ?? "")
    if (Option.isNone(user) || user.value.isLpa) return yield* noSuchUser
    const { email, id, isAdmin, name } = user.value
    return HttpServerResponse.jsonUnsafe(
      {
        // A number on the wire, as LivePerson has it.
        id: /^\d{1,15}$/.test(id) ? Number(id) : id,
        loginName: email,
        ...(name === undefined ? {} : { fullName: name, nickname: name }),
        email,
        isEnabled: true,
        isApiUser: false,
        userTypeId: 1,
        permissionGroups: isAdmin ? ["admin"] : ["agent"]
      },
      { headers: documentHeaders }
    )
  })
})
