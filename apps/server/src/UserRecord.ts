/**
 * The record of the signed-in user, fetched from LivePerson's Users API with the user's own access token.
 *
 * @see LivePerson, Users API, "Get user by id"
 */
import { Domains } from "@le-auth/core/Domains"
import type { Session } from "@le-auth/core/Session"
import { Sessions } from "@le-auth/core/Sessions"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const UserRecord = Schema.Struct({
  loginName: Schema.String,
  fullName: Schema.optionalKey(Schema.String),
  email: Schema.optionalKey(Schema.String)
})
export type UserRecord = typeof UserRecord.Type

/**
 * The record, or none. LivePerson's own administrators have no record, and not every account lets its users read it.
 * The page does not fail without it.
 */
export const find = Effect.fn("UserRecord.find")(
  function* (session: Session) {
    const sessions = yield* Sessions
    const domains = yield* Domains
    const client = sessions.authorized(yield* HttpClient.HttpClient, session.key)
    const host = yield* domains.resolve(session.key.accountId, "accountConfigReadOnly")
    const { accountId, subject } = session.key
    return yield* client
      .get(`${host}/api/account/${accountId}/configuration/le-users/users/${encodeURIComponent(subject)}?v=6.0`)
      .pipe(
        Effect.flatMap(HttpClientResponse.filterStatusOk),
        Effect.flatMap(HttpClientResponse.schemaBodyJson(UserRecord))
      )
  },
  Effect.timeout("5 seconds"),
  Effect.tapError((error) => Effect.logDebug("No user record", error._tag)),
  Effect.option
)

/** The name of the user on a page. */
export const nameOf = (session: Session, record: Option.Option<UserRecord>): string =>
  Option.match(record, {
    onNone: () => `User ${session.key.subject}`,
    onSome: ({ email, fullName, loginName }) => `${fullName ?? loginName} (${email ?? loginName})`
  })
