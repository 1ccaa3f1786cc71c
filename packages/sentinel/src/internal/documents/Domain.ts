/**
 * The Domain API: the host of each service of an account. Here, all of them are on the host of Sentinel.
 *
 * @see LivePerson, API guidelines, "Domain API"
 */
import type { Origin } from "@le-auth/core/Origin"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { Directory } from "../../Directory.ts"
import { SentinelDialect } from "../../SentinelDialect.ts"
import type { Handler } from "../http/RouteHandlers.ts"
import { ShownError } from "../http/ShownError.ts"

/**
 * Names of LivePerson's services, case sensitive. Here, only two have something behind them: `sentinel`, and
 * `accountConfigReadOnly` with the resources that tokens open.
 */
export const services = [
  "sentinel",
  "agentVep",
  "accountConfigReadOnly",
  "accountConfigReadWrite",
  "asyncMessagingEnt",
  "messagingRestApiDomain",
  "msgHist",
  "liveEngageUI"
] as const

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

/** Makes the handlers. `baseURI` in their answers is the bare host and port of the public origin. */
export const make = (
  publicOrigin: Origin
): Effect.Effect<{ readonly one: Handler; readonly all: Handler }, never, Directory> =>
  Effect.gen(function* () {
    const directory = yield* Directory
    const { unknownServiceStatus } = yield* SentinelDialect
    const baseURI = publicOrigin.replace(/^https?:\/\//, "")
    const known = (accountId: string) =>
      Effect.flatMap(directory.account(accountId), (account) =>
        Option.isSome(account) ? Effect.void : Effect.fail(unknownAccount)
      )
    return {
      one: Effect.fnUntraced(function* ({ accountId, path }) {
        yield* known(accountId)
        const service = services.find((name) => name === path["service"])
        if (service === undefined) return yield* unknownService(unknownServiceStatus)
        return HttpServerResponse.jsonUnsafe({ service, account: accountId, baseURI }, { headers })
      }),
      all: Effect.fnUntraced(function* ({ accountId }) {
        yield* known(accountId)
        const baseURIs = services.map((service) => ({ service, account: accountId, baseURI }))
        return HttpServerResponse.jsonUnsafe({ baseURIs }, { headers })
      })
    }
  })
