/** Answers requests for which Sentinel has no route of its own by the stubs of their account. */
import { AccountId } from "@le-auth/core/Identifiers"
import { documentHeaders } from "@le-auth/core/shared/PagePolicy"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Directory } from "../../Directory.ts"
import type { Stub, Stubs } from "../../Stub.ts"
import { hasContent } from "../http/answerParts.ts"
import * as RequestContext from "../http/RequestContext.ts"
import { type Handler, methodNotAllowed, optionsOf } from "../http/RouteHandlers.ts"
import * as StubRoute from "../input/stubRoute.ts"
import type { TokenCheck } from "./TokenCheck.ts"

interface Known {
  readonly route: StubRoute.StubRoute
  readonly stub: Stub
  readonly service: string
  readonly response: HttpServerResponse.HttpServerResponse
}

/** The stubs by the number of parts of their path, the more special ones first. */
type Table = ReadonlyMap<number, ReadonlyArray<Known>>

const responseOf = ({ headers: own = {}, json, status = 200, text = "" }: Stub) => {
  const headers = { ...documentHeaders, ...own }
  if (!hasContent(status)) return HttpServerResponse.empty({ status, headers })
  const given = Object.entries(own).find(([name]) => name.toLowerCase() === "content-type")?.[1]
  const contentType = given ?? (json === undefined ? "text/plain; charset=utf-8" : "application/json")
  return HttpServerResponse.text(json === undefined ? text : JSON.stringify(json), { status, headers, contentType })
}

const tableOf = (stubs: Stubs): Table => {
  const table = new Map<number, Array<Known>>()
  for (const [service, list] of Object.entries(stubs)) {
    for (const stub of list) {
      const route = StubRoute.parse(stub.route)
      const some = table.get(route.segments.length) ?? []
      some.push({ route, stub, service, response: responseOf(stub) })
      table.set(route.segments.length, some)
    }
  }
  for (const some of table.values()) some.sort((a, b) => StubRoute.order(a.route.segments, b.route.segments))
  return table
}

const allowOf = (found: ReadonlyArray<Known>): string =>
  [...new Set(found.flatMap(({ route }) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method])))].join(", ")

const isAccountId = Schema.is(AccountId)

const needsOf = ({ scope, token = "any" }: Stub) =>
  token === "none" ? undefined : ({ holders: token, scope } as const)

/** The answer of the stub that fits, and to any other method what every route answers. */
const handlerOf = (found: ReadonlyArray<Known>, check: TokenCheck): Handler =>
  Effect.fnUntraced(function* (incoming) {
    const method = incoming.request.method === "HEAD" ? "GET" : incoming.request.method
    const known = found.find(({ route }) => route.method === method)
    if (known === undefined) {
      return method === "OPTIONS" ? optionsOf(allowOf(found)) : yield* methodNotAllowed(allowOf(found))
    }
    const context = yield* RequestContext.watched
    context?.steps.push({ what: `stub of ${known.service}: ${known.stub.route}` })
    const needs = needsOf(known.stub)
    if (needs !== undefined) {
      const holder = yield* check(incoming, needs)
      if (holder.kind === "user" && context !== undefined) context.user = holder.user.id
    }
    return known.response
  })

/** What stubs have for a request: whose they are, and how it is answered. */
export interface FoundStubs {
  readonly accountId: string
  readonly handler: Handler
}

/** Looks for stubs; `undefined` if no stub has the path of the request. */
export type FindStubs = (request: HttpServerRequest.HttpServerRequest) => Effect.Effect<FoundStubs | undefined>

/** Makes the search. A path asks the directory once, and only if it has an account in it. */
export const make = Effect.fnUntraced(function* (check: TokenCheck): Effect.fn.Return<FindStubs, never, Directory> {
  const directory = yield* Directory
  // Stubs change by others coming in their place.
  const tables = new WeakMap<Stubs, Table>()
  const known = (stubs: Stubs): Table => {
    const table = tables.get(stubs) ?? tableOf(stubs)
    tables.set(stubs, table)
    return table
  }

  return Effect.fnUntraced(function* ({ url }) {
    const mark = url.indexOf("?")
    const parts = StubRoute.partsOf(mark === -1 ? url : url.slice(0, mark))
    const accountId = parts === undefined ? undefined : StubRoute.accountIn(parts)
    if (parts === undefined || !isAccountId(accountId)) return undefined
    const account = Option.getOrUndefined(yield* directory.account(accountId))
    if (account?.stubs === undefined) return undefined
    const some = known(account.stubs).get(parts.length) ?? []
    const found = some.filter(({ route }) => StubRoute.matches(route.segments, parts))
    return found.length === 0 ? undefined : { accountId, handler: handlerOf(found, check) }
  })
})
