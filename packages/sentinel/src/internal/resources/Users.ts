/**
 * The users of an account in LivePerson's Users API. With it an application can call an API with the token it got, and
 * find out the name of its user, which the id_token does not have.
 *
 * @see LivePerson, Users API, "Get all users" and "Get user by id"
 */
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { Directory, type User } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import * as ApiVersion from "../http/ApiVersion.ts"
import type { Handler, Incoming } from "../http/RouteHandlers.ts"
import { ShownError } from "../http/ShownError.ts"
import * as Slices from "../input/Slices.ts"
import { notAuthorized, type TokenCheck } from "./TokenCheck.ts"

/** What an application needs that acts for itself. LivePerson documents it for version 6 of the API. */
const needs = { scope: "users.external" }

const notTheirs = notAuthorized(
  "This user may not read the records of others.",
  "Sign in as an administrator, or ask for the record of the user who signed in."
)

const noSuchUser = new ShownError({
  status: 404,
  error: "not_found",
  description: "The account has no such user.",
  remedy: "Check the user id. LivePerson's own administrators have no record."
})

const wrongVersion = (problem: string) =>
  new ShownError({
    status: 400,
    error: "invalid_request",
    description: problem,
    remedy: "Add v=6.0 to the query, as LivePerson documents it."
  })

/** The text if it is a number that is short enough, or else digits of its hash. */
const digitsOf = (text: string, length: number): string =>
  (/^\d+$/.test(text) && text.length <= length ? text : (Hash.string(text) >>> 0).toString(16)).padStart(length, "0")

/**
 * The id by which LivePerson's messaging knows a user: a UUID, here one of version 8 (RFC 9562 section 5.8) in which a
 * reader finds account and user.
 */
const pidOf = (accountId: string, userId: string): string =>
  `${digitsOf(accountId, 8)}-0000-8000-a000-${digitsOf(userId, 12)}`

/** The members of a record that are here; LivePerson has more. */
const recordOf = (accountId: string, { email, id, isAdmin, name }: User): Readonly<Record<string, unknown>> => ({
  // A number on the wire, as LivePerson has it, if that number is written as this id.
  id: /^(?:0|[1-9]\d{0,14})$/.test(id) ? Number(id) : id,
  pid: pidOf(accountId, id),
  deleted: false,
  loginName: email,
  ...(name === undefined ? {} : { fullName: name, nickname: name }),
  email,
  isEnabled: true,
  isApiUser: false,
  userTypeId: 1,
  permissionGroups: isAdmin ? ["admin"] : ["agent"]
})

/** The members that a list has if it does not say which ones. */
const ofLists = "id,pid,deleted,loginName"

/**
 * Picks the members that `select` names. A name that a record does not have is ignored. What stands around a name is
 * not part of it: LivePerson's agent SDK sends a quotation mark behind `$all`.
 */
const selecting = (select: string): ((record: Readonly<Record<string, unknown>>) => object) => {
  const names = new Set(select.match(/[$\w]+/g))
  return names.has("$all")
    ? (record) => record
    : (record) => Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)))
}

function* listing(accountId: string, users: ReadonlyArray<User>, select: string): Slices.Pausing<string> {
  const selected = selecting(select)
  const records: Array<string> = []
  for (const user of users) {
    yield
    if (!user.isLpa) records.push(JSON.stringify(selected(recordOf(accountId, user))))
  }
  return `[${records.join(",")}]`
}

/**
 * Makes the handlers. Users read their own record, administrators all records of the account, and so do applications
 * with the scope `users.external`.
 */
export const make = Effect.fnUntraced(function* (
  check: TokenCheck
): Effect.fn.Return<{ readonly one: Handler; readonly all: Handler }, never, Directory> {
  const directory = yield* Directory
  const rules = {
    versions: ApiVersion.usersVersions,
    version: (yield* SentinelDialect).usersVersion,
    bareVersion: false,
    points: { version: "usersVersion" }
  } as const

  /** The holder of a token that is good here. The version is looked at last: a stranger learns nothing. */
  const holderOf = Effect.fnUntraced(function* (incoming: Incoming) {
    const holder = yield* check(incoming, needs)
    const problem = ApiVersion.problemOf(incoming.query, rules)
    return problem === undefined ? holder : yield* wrongVersion(problem)
  })

  return {
    one: Effect.fnUntraced(function* (incoming) {
      const holder = yield* holderOf(incoming)
      const { accountId, path, query } = incoming
      const userId = path["userId"] ?? ""
      if (holder.kind === "user" && holder.user.id !== userId && !holder.user.isAdmin) return yield* notTheirs
      const user = yield* directory.user(accountId, userId)
      if (Option.isNone(user) || user.value.isLpa) return yield* noSuchUser
      const selected = selecting(query.get("select") ?? "$all")
      return HttpServerResponse.jsonUnsafe(selected(recordOf(accountId, user.value)), { headers: documentHeaders })
    }),
    all: Effect.fnUntraced(function* (incoming) {
      const holder = yield* holderOf(incoming)
      const { accountId, query } = incoming
      if (holder.kind === "user" && !holder.user.isAdmin) return yield* notTheirs
      const users = yield* directory.users(accountId)
      const list = yield* Slices.run(() => listing(accountId, users, query.get("select") ?? ofLists))
      return HttpServerResponse.text(list, { contentType: "application/json", headers: documentHeaders })
    })
  }
})
