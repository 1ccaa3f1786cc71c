/**
 * The Domain API: the host of each service of an account, in every spelling that is known to work at LivePerson.
 *
 * @see LivePerson, API guidelines, "Domain API"
 */
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { Directory } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import * as OwnPaths from "../http/ownPaths.ts"
import type { Handler, RouteHandlers } from "../http/RouteHandlers.ts"
import { ShownError } from "../http/ShownError.ts"

/**
 * Names of LivePerson's services, case sensitive. Here, only two have something behind them, unless an account has
 * stubs: `sentinel`, and `accountConfigReadOnly` with the resources that tokens open.
 */
const services: ReadonlyArray<string> = [
  "sentinel",
  "agentVep",
  "idp",
  "accountConfigReadOnly",
  "accountConfigReadWrite",
  "agentActivityDomain",
  "agentManagerWorkspace",
  "asyncMessaging",
  "asyncMessagingEnt",
  "auditLog",
  "cbLeIntegrations",
  "conversationVep",
  "engHistDomain",
  "etool",
  "faasGW",
  "faasUI",
  "facadeMsg",
  "leDataReporting",
  "liveEngageUI",
  "mcfeature",
  "messagingRestApiDomain",
  "msdkgw",
  "msgEwtAPI",
  "msgHist",
  "pusher",
  "rtbf",
  "smt",
  "swift",
  "visitorFeed"
]

const unknownAccount = new ShownError({
  status: 401,
  error: "unauthorized",
  description: "The account is not known.",
  remedy: "Check the account id in the path."
})

const unknownService = (status: 400 | 404) =>
  new ShownError({
    status,
    error: status === 404 ? "not_found" : "invalid_request",
    description: "The account has no such service.",
    remedy: "Check the name of the service: it is case sensitive. The list form has all names."
  })

const headers = { "cache-control": "no-cache", "x-content-type-options": "nosniff" }

/** The names in `services=a,b`, of which there may also be several; `undefined` if all services are wanted. */
const wantedOf = (search: string): ReadonlySet<string> | undefined => {
  const names = new URLSearchParams(search).getAll("services").flatMap((list) => list.split(","))
  const wanted = new Set(names.map((name) => name.trim()).filter((name) => name !== ""))
  return wanted.size === 0 ? undefined : wanted
}

/**
 * The routes; none reads `version`. `baseURI` in their answers is a bare host with its port: by `hostOf` the request,
 * or where the configuration of the account says that a service is.
 *
 * The answers are public, so pages of every origin may read them, also the errors. A plain GET needs no preflight, and
 * a page has no reason to send more than that.
 */
export const endpoints = Effect.fnUntraced(function* (
  hostOf: (request: HttpServerRequest.HttpServerRequest) => string
): Effect.fn.Return<ReadonlyArray<RouteHandlers>, never, Directory> {
  const directory = yield* Directory
  const { unknownServiceStatus } = yield* SentinelDialect
  /** Where the services of the account are: by name, in the order of the list form. */
  const known = Effect.fnUntraced(function* (accountId: string, request: HttpServerRequest.HttpServerRequest) {
    const account = Option.getOrUndefined(yield* directory.account(accountId))
    if (account === undefined) return yield* unknownAccount
    const usual = hostOf(request)
    const here = [...services, ...Object.keys(account.stubs ?? {})]
    return new Map([...here.map((name) => [name, usual] as const), ...Object.entries(account.services ?? {})])
  })
  const one: Handler = Effect.fnUntraced(function* ({ accountId, path, request }) {
    const service = path["service"] ?? ""
    const baseURI = (yield* known(accountId, request)).get(service)
    if (baseURI === undefined) return yield* unknownService(unknownServiceStatus)
    return HttpServerResponse.jsonUnsafe({ service, account: accountId, baseURI }, { headers })
  })
  const all: Handler = Effect.fnUntraced(function* ({ accountId, request, search }) {
    const hosts = yield* known(accountId, request)
    const wanted = wantedOf(search)
    const baseURIs = [...hosts].flatMap(([service, baseURI]) =>
      wanted === undefined || wanted.has(service) ? [{ service, account: accountId, baseURI }] : []
    )
    return HttpServerResponse.jsonUnsafe({ baseURIs }, { headers })
  })
  const at = (some: ReadonlyArray<string>, GET: Handler) =>
    some.map((path) => ({ route: "domain" as const, path, isPublic: true, GET }))
  return [...at(OwnPaths.domain.one, one), ...at(OwnPaths.domain.all, all)]
})
