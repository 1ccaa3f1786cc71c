/**
 * Finds the host of a LivePerson service for an account, through the Domain API.
 *
 * @see LivePerson, API guidelines, "Domain API"
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { BaseUri } from "./BaseUri.ts"
import * as Http from "./internal/http.ts"
import * as LastGood from "./internal/lastGood.ts"
import { AccountId } from "./Identifiers.ts"
import * as Origin from "./Origin.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import * as Telemetry from "./Telemetry.ts"

/**
 * The Domain API does not know the account.
 *
 * @since 0.1.0
 */
export class UnknownAccount extends Schema.TaggedError<UnknownAccount>()("UnknownAccount", { accountId: AccountId }) {
  override get message(): string {
    return `LivePerson's Domain API does not know the account ${this.accountId}. Check the account id.`
  }
}

/**
 * The account does not have the service. Service names are case sensitive.
 *
 * @since 0.1.0
 */
export class UnknownService extends Schema.TaggedError<UnknownService>()("UnknownService", {
  accountId: AccountId,
  service: Schema.String
}) {
  override get message(): string {
    return `The account ${this.accountId} has no service called ${JSON.stringify(this.service)}. Check its spelling and case.`
  }
}

/**
 * The Domain API did not answer, or answered nothing useful. Try again later.
 *
 * @since 0.1.0
 */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  problem: Schema.String,
  /** The status of the answer, if there was one. */
  status: Schema.optionalKey(Schema.Finite),
  /** Seconds, if the answer says. */
  retryAfter: Schema.optionalKey(Schema.Finite)
}) {
  override get message(): string {
    return `LivePerson's Domain API is not available: ${this.problem}. Try again later.`
  }
}

/**
 * The Domain API named a host that is not on the list of allowed hosts, so nothing was sent to it.
 *
 * @since 0.1.0
 */
export class HostNotAllowed extends Schema.TaggedError<HostNotAllowed>()("HostNotAllowed", { host: Schema.String }) {
  override get message(): string {
    return `The host ${JSON.stringify(this.host)} is not allowed. If it is LivePerson's, add it to allowedHosts of Domains.`
  }
}

/**
 * @since 0.1.0
 */
export const DomainsErrorReason = Schema.Union([UnknownAccount, UnknownService, Unavailable, HostNotAllowed])
/** @since 0.1.0 */
export type DomainsErrorReason = typeof DomainsErrorReason.Type

/**
 * A host could not be found. Handle single reasons with `Effect.catchReason("DomainsError", "UnknownAccount", ...)`.
 *
 * @since 0.1.0
 */
export class DomainsError extends Schema.TaggedError<DomainsError>()("DomainsError", { reason: DomainsErrorReason }) {
  override get message(): string {
    return this.reason.message
  }
}

/**
 * Where a service is, for people who look. `origin` is missing if its host is not on the list of allowed hosts: nothing of ours goes
 * there.
 *
 * @since 0.1.0
 */
export interface ServiceHost {
  readonly service: string
  readonly host: string
  readonly origin?: Origin.Origin
}

/**
 * Resolves services to origins.
 *
 * @since 0.1.0
 */
export class Domains extends Context.Service<
  Domains,
  {
    /**
     * The origin of a service of an account, such as `https://va.sentinel.liveperson.net` for `sentinel`. While the Domain API is
     * unavailable, its last answer of the past 24 hours counts.
     */
    readonly resolve: (accountId: AccountId, service: string) => Effect.Effect<Origin.Origin, DomainsError>
    /** All services of an account, as the Domain API has them at this moment. */
    readonly list: (accountId: AccountId) => Effect.Effect<ReadonlyArray<ServiceHost>, DomainsError>
    /** Whether a secret may be sent to this address: https and an allowed host, or loopback if that is allowed. */
    readonly allows: (address: URL | Origin.Origin) => boolean
  }
>()("@le-auth/core/Domains") {}

/**
 * Resolves a service of an account with the `Domains` of the context.
 *
 * @example
 * ```ts
 * import * as Domains from "@le-auth/core/Domains"
 * import { AccountId } from "@le-auth/core/Identifiers"
 *
 * Domains.resolve(AccountId.make("12345678"), "sentinel")
 * ```
 *
 * @since 0.1.0
 */
export const resolve = (accountId: AccountId, service: string): Effect.Effect<Origin.Origin, DomainsError, Domains> =>
  Domains.use((domains) => domains.resolve(accountId, service))

/**
 * @since 0.1.0
 */
export interface Options {
  /** Where the Domain API is. Default: `https://api.liveperson.net`. With a loopback address, loopback hosts are allowed. */
  readonly domainApi?: Origin.Origin | undefined
  /** The hosts that may be used, `*.` for all below. Default: `*.liveperson.net`. */
  readonly allowedHosts?: ReadonlyArray<string> | undefined
  /** How long an answer is used without asking again. Default: 10 minutes, as in LivePerson's own clients. */
  readonly timeToLive?: Duration.Input | undefined
}

/**
 * Where LivePerson's Domain API is.
 *
 * @since 0.1.0
 */
export const liveperson: Origin.Origin = Origin.Origin.make("https://api.liveperson.net")

const decodeBaseUri = Schema.decodeUnknownOption(BaseUri)

/** What an answer has, one service or all of them. An entry that is not understood spoils no other; nothing if none is. */
const baseUrisOf = (answer: unknown): ReadonlyArray<BaseUri> | undefined => {
  const isList = Predicate.isObject(answer) && Array.isArray(answer["baseURIs"])
  const entries: ReadonlyArray<unknown> = isList ? (answer["baseURIs"] as ReadonlyArray<unknown>) : [answer]
  const understood = entries.flatMap((entry) => Option.toArray(decodeBaseUri(entry)))
  return understood.length === 0 && entries.length > 0 ? undefined : understood
}

const fail = (reason: DomainsErrorReason) => Effect.fail(new DomainsError({ reason }))

/** What an answer means that holds no hosts. */
const unavailable = (answer: Http.Answer | Http.NoAnswer, problem?: string) => {
  if (!("status" in answer)) return fail(new Unavailable({ problem: answer.problem }))
  const { retryAfter, status } = answer
  return fail(
    new Unavailable({
      problem: problem ?? `it answered with the status ${status}`,
      status,
      ...(retryAfter === undefined ? {} : { retryAfter })
    })
  )
}

/** A look-up changes nothing, so whatever may go better the next time may be asked again. */
const failureOf = ({ reason }: DomainsError): RetryPolicy.Failure | undefined => {
  if (reason._tag !== "Unavailable") return undefined
  if (reason.status === 429) return { _tag: "RateLimited", retryAfter: reason.retryAfter }
  return reason.status === undefined || reason.status >= 500 ? { _tag: "ServerError" } : undefined
}
const retrying = RetryPolicy.retry({ login: false, failureOf })

/**
 * Asks the Domain API, and remembers its answers for each account and service. While it is unavailable, its last answer of the past
 * 24 hours counts; that an account, a service or an allowed host is not there is an answer, too. Callers share one attempt, never
 * each other's `RetryPolicy`.
 *
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<Domains, never, HttpClient.HttpClient> =>
  Layer.effect(
    Domains,
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const domainApi = options.domainApi ?? liveperson
      const allowedHosts = options.allowedHosts ?? ["*.liveperson.net"]
      const local = Origin.isLoopback(new URL(domainApi).host)

      const isAllowed = (host: string): boolean =>
        (local && Origin.isLoopback(host)) || Origin.isAllowed(host, allowedHosts)

      const originOf = (host: string): Origin.Origin | undefined => {
        const origin = Origin.isHost(host) ? Origin.fromHost(host) : undefined
        return origin !== undefined && isAllowed(new URL(origin).host) ? origin : undefined
      }

      /** What the Domain API says below the path of an account's services; nothing if it does not know `service`. */
      const answerOf = Effect.fnUntraced(function* (accountId: AccountId, service: string | undefined) {
        const path = service === undefined ? "" : `/${encodeURIComponent(service)}`
        const address = `${domainApi}/api/account/${accountId}/service${path}/baseURI.json?version=1.0`
        const answer = yield* Effect.catch(Http.get(client, address), (failure) => unavailable(failure))
        if (answer.status === 401) return yield* fail(new UnknownAccount({ accountId }))
        if (service !== undefined && (answer.status === 400 || answer.status === 404)) return []
        if (answer.status !== 200) return yield* unavailable(answer)
        const candidates = baseUrisOf(Http.json(answer))
        if (candidates === undefined) return yield* unavailable(answer, "its answer cannot be read")
        // LivePerson's own command line once mixed up the hosts of two accounts: an answer counts for its account only.
        return candidates.filter((candidate) => candidate.account === accountId)
      })

      const ask = Effect.fnUntraced(function* (accountId: AccountId, service: string) {
        const found = (yield* answerOf(accountId, service)).find((candidate) => candidate.service === service)
        if (found === undefined) return yield* fail(new UnknownService({ accountId, service }))
        return originOf(found.baseURI) ?? (yield* fail(new HostNotAllowed({ host: found.baseURI.slice(0, 260) })))
      })

      const list = (accountId: AccountId) =>
        Effect.map(retrying(answerOf(accountId, undefined)), (found) =>
          found.map(({ baseURI, service }): ServiceHost => {
            const origin = originOf(baseURI)
            return origin === undefined ? { service, host: baseURI } : { service, host: baseURI, origin }
          })
        )

      /** No account id has a slash in it. */
      const keyOf = (accountId: AccountId, service: string) => `${accountId}/${service}`
      const questionOf = (key: string) => {
        const end = key.indexOf("/")
        return { accountId: AccountId.make(key.slice(0, end)), service: key.slice(end + 1) }
      }

      const origins = yield* LastGood.make<Origin.Origin, DomainsError>({
        // Only what is asked is observed: most answers are remembered.
        look: (key) => {
          const { accountId, service } = questionOf(key)
          return Telemetry.observed("Domains.resolve", () => accountId, ask(accountId, service))
        },
        capacity: 10_000,
        freshFor: options.timeToLive ?? "10 minutes",
        usableFor: "24 hours",
        failureFor: "30 seconds",
        // The caller's policy decides when to ask again.
        failureWithoutAnswerFor: 0,
        timedOut: () => new DomainsError({ reason: new Unavailable({ problem: "it did not answer in time" }) }),
        isOutage: ({ reason }) => reason._tag === "Unavailable",
        onOutage: (key, error) =>
          Effect.logWarning("The hosts that the Domain API named before stay in use", error.message, {
            account: questionOf(key).accountId
          })
      })

      return {
        resolve: (accountId, service) => retrying(origins.get(keyOf(accountId, service))),
        list: (accountId) => Telemetry.observed("Domains.list", () => accountId, list(accountId)),
        allows: (address) => {
          const { host, protocol } = typeof address === "string" ? new URL(address) : address
          return (protocol === "https:" || Origin.isLoopback(host)) && isAllowed(host)
        }
      }
    })
  )

/**
 * Asks the Domain API at `LE_AUTH_DOMAIN_API` (default `https://api.liveperson.net`).
 *
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<Domains, Config.ConfigError, HttpClient.HttpClient> = Layer.unwrap(
  Effect.map(Config.schema(Origin.Origin, "LE_AUTH_DOMAIN_API").pipe(Config.withDefault(liveperson)), (domainApi) =>
    layer({ domainApi })
  )
)
