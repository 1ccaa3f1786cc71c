/**
 * The call that the page shows, with what follows here as its code: the record of the signed-in user, from LivePerson's
 * Users API, with the user's own token.
 *
 * @see LivePerson, Users API, "Get user by id"
 */
import type { Session } from "@le-auth/core/Session"
import * as ServiceCall from "@le-auth/web/ServiceCall"
import * as Effect from "effect/Effect"

export const userRecord = Effect.fn("userRecord")(function* ({ key }: Session) {
  const users = "/api/account/{account}/configuration/le-users/users"
  const path = `${users}/${encodeURIComponent(key.subject)}?v=6.0`
  const response = yield* ServiceCall.callApi(key, "accountConfigReadOnly", path)
  const text = yield* Effect.tryPromise(() => response.text())
  return { path, status: response.status, text }
})
