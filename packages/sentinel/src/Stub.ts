/**
 * What an account has behind the services of the Domain API: hosts elsewhere, and stubs at Sentinel itself, small
 * answers that are given once the token of a request is checked.
 *
 * @since 0.1.0
 */
import * as Origin from "@le-auth/core/Origin"
import * as Text from "@le-auth/core/shared/StorableText"
import * as Schema from "effect/Schema"
import { hasContent, Headers, Status } from "./internal/http/answerParts.ts"
import * as OwnPaths from "./internal/http/ownPaths.ts"
import * as StubRoutes from "./internal/input/stubRoute.ts"

const optional = Schema.optionalKey

const isServiceName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(name)
const nameWords = "a letter, and up to 63 of A-Z a-z 0-9 . _ -"

/**
 * The name of a service of the Domain API, such as `faasGW`. LivePerson's names are case sensitive, and any other name
 * is as good.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ServiceName = Schema.String.check(Schema.makeFilter(isServiceName, { expected: nameWords }))

/**
 * Where a service is: a bare host with or without a port, as the Domain API answers it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BareHost = Schema.String.check(
  Schema.makeFilter((text: string) => Origin.isHost(text), {
    expected: "a bare host such as localhost:7000, without scheme and path"
  })
)

const mostServices = 200

/** An object with a member for each service. */
const byService = <S extends Schema.Constraint>(member: S) =>
  Schema.Record(Schema.String, member).check(
    Schema.makeFilter((services: Readonly<Record<string, unknown>>) => {
      const names = Object.keys(services)
      if (names.length > mostServices) return `has more than ${mostServices} services`
      const wrong = names.filter((name) => !isServiceName(name))
      return wrong.length === 0 ? undefined : `has a service whose name is not ${nameWords}`
    })
  )

/**
 * The services of an account that are elsewhere than Sentinel, by name.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Services = byService(BareHost)
export type Services = typeof Services.Type

const own = OwnPaths.patterns.map((path) => ({
  path,
  segments: path
    .slice(1)
    .split("/")
    .map((part) => (part.startsWith(":") ? undefined : part))
}))

/** A stub that never answers would only be a riddle. */
const shadowProblem = (route: string): string | undefined => {
  const { segments } = StubRoutes.parse(route)
  if (OwnPaths.reserved.has(segments[0])) return `has a path below /${segments[0]}, where Sentinel itself answers`
  const first = own.find((one) => StubRoutes.covers(one.segments, segments))
  return first === undefined ? undefined : `has a path of Sentinel's own, ${first.path.replaceAll(/:(\w+)/g, "{$1}")}`
}

/** The most characters of a body. It is for answers that a person writes. */
const longestBody = 32_768
const deepest = 32

/** What is wrong with a value as JSON. It may have any depth, so this asks no schema, which recurses. */
const jsonProblem = (json: unknown): string | undefined => {
  let rest = longestBody
  const waiting: Array<readonly [value: unknown, depth: number]> = [[json, 1]]
  while (waiting.length > 0) {
    const [value, depth] = waiting.pop()!
    rest -= typeof value === "string" ? value.length + 2 : 1
    if (rest < 0) return `is longer than ${longestBody} characters`
    if (value === null || typeof value === "boolean") continue
    if (typeof value === "number") {
      if (!Number.isFinite(value)) return "has a number that is not JSON"
      continue
    }
    if (typeof value === "string") {
      const problem = Text.problemOf(value)
      if (problem !== undefined) return problem
      continue
    }
    if (typeof value !== "object") return "must be JSON"
    if (depth > deepest) return `is nested deeper than ${deepest} levels`
    for (const [name, member] of Object.entries(value)) waiting.push([name, depth], [member, depth + 1])
  }
  return JSON.stringify(json).length > longestBody ? `is longer than ${longestBody} characters` : undefined
}

/** RFC 6749 section 3.3: one token. */
const Scope = Schema.String.check(
  Schema.isPattern(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, { expected: "one scope, such as faas.lambda.invoke" })
)

/**
 * Whose token a stub asks for: of a user, of an application without a user, of either, or of nobody.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StubToken = Schema.Literals(["any", "user", "application", "none"])
export type StubToken = typeof StubToken.Type

/**
 * A stub: the answer to the requests of a route.
 *
 * - `route` is a method and a path. `{account}` stands for the account of the stub, and every other `{name}` for any
 *   text between two slashes. A GET also answers HEAD. Of two routes that have a path, the one answers that has a text
 *   where the other one has a parameter
 * - `token` says whose token opens it, `any` by default, and `scope` what an app token needs. Without a `scope` every
 *   app token of the account is enough
 * - `status` is 200 by default; the body is `json` or `text`, or empty
 *
 * @example
 * ```ts
 * import * as Stub from "@le-auth/sentinel/Stub"
 * import * as Schema from "effect/Schema"
 *
 * Schema.is(Stub.Stub)({ route: "GET /api/account/{account}/lambdas", token: "user", json: [] }) // => true
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1}
 * @category schemas
 * @since 0.1.0
 */
export const Stub = Schema.Struct({
  route: Schema.String.check(Schema.makeFilter((route: string) => StubRoutes.problemOf(route) ?? shadowProblem(route))),
  token: optional(StubToken),
  scope: optional(Scope),
  status: optional(Status),
  json: optional(Schema.Unknown.check(Schema.makeFilter(jsonProblem))),
  text: optional(Text.upTo(longestBody)),
  headers: optional(Headers)
})
  .check(
    Schema.makeFilter(({ json, scope, status = 200, text, token = "any" }) => {
      if (json !== undefined && text !== undefined) return { path: ["text"], issue: "must not be there beside json" }
      if (!hasContent(status) && (json !== undefined || text !== undefined)) {
        return { path: [json === undefined ? "text" : "json"], issue: `must not be there: ${status} has no body` }
      }
      return scope !== undefined && (token === "user" || token === "none")
        ? { path: ["scope"], issue: "is for app tokens, and token does not take them" }
        : undefined
    })
  )
  .annotate({ identifier: "Stub" })
export type Stub = typeof Stub.Type

/**
 * The stubs of an account, by service.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Stubs = byService(Schema.Array(Stub))
export type Stubs = typeof Stubs.Type
