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
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { BaseUri } from "./internal/BaseUri.ts"
import * as Answer from "./internal/answer.ts"
import * as LastGood from "./internal/lastGood.ts"
import { failureOfDomains } from "./internal/repeatable.ts"
import { type DevelopmentHost, isDevelopmentName, List } from "./DevelopmentHosts.ts"
import { AccountId } from "./Identifiers.ts"
import * as Origin from "./Origin.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import * as Telemetry from "./internal/Telemetry.ts"
import * as Transport from "./Transport.ts"
import * as TransportProblem from "./TransportProblem.ts"

/**
 * The Domain API does not know the account.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownAccount extends Schema.TaggedError<UnknownAccount>()("UnknownAccount", { accountId: AccountId }) {
  override get message(): string {
    return `LivePerson's Domain API does not know the account ${this.accountId}. Check the account id.`
  }
}

/**
 * The account does not have the service. Service names are case-sensitive.
 *
 * @category errors
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
 * The Domain API did not answer, or answered nothing useful. What it said is for developers and logs.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  problem: Schema.String,
  /** Why there was no answer, if there was none. */
  transport: Schema.optionalKey(TransportProblem.TransportProblem),
  /** The status of the answer, if there was one. */
  status: Schema.optionalKey(Schema.Finite),
  ...Answer.saidFields,
  /** Seconds, if the answer says. */
  retryAfter: Schema.optionalKey(Schema.Finite)
}) {
  override get message(): string {
    const remedy = this.transport === undefined ? "Try again later." : TransportProblem.remedy(this.transport)
    return `LivePerson's Domain API is not available: ${this.problem}. ${remedy}${Answer.quoted(this)}`
  }
}

/**
 * The Domain API named a host that is not on the list of allowed hosts, so nothing was sent to it.
 *
 * @category errors
 * @since 0.1.0
 */
export class HostNotAllowed extends Schema.TaggedError<HostNotAllowed>()("HostNotAllowed", { host: Schema.String }) {
  override get message(): string {
    const remedy = isDevelopmentName(this.host)
      ? "If it is in a network of your own, list its name in LE_AUTH_DEVELOPMENT_HOSTS."
      : "If it is LivePerson's, add it to allowedHosts of Domains."
    return `The host ${JSON.stringify(this.host)} is not allowed. ${remedy}`
  }
}

/**
 * Why a host could not be found, see {@link DomainsError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const DomainsErrorReason = Schema.Union([UnknownAccount, UnknownService, Unavailable, HostNotAllowed])
export type DomainsErrorReason = typeof DomainsErrorReason.Type

/**
 * A host could not be found. Handle single reasons with `Effect.catchReason("DomainsError", "UnknownAccount", ...)`.
 *
 * @category errors
 * @since 0.1.0
 */
export class DomainsError extends Schema.TaggedError<DomainsError>()("DomainsError", { reason: DomainsErrorReason }) {
  override get message(): string {
    return this.reason.message
  }
}

/**
 * The host of a service, for people. `origin` is missing if the host is not on the list of allowed hosts: nothing is
 * sent to it.
 *
 * @category models
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
 * @category services
 * @since 0.1.0
 */
export class Domains extends Context.Service<
  Domains,
  {
    /**
     * The origin of a service of an account, such as `https://va.sentinel.liveperson.net` for `sentinel`. While the
     * Domain API is unavailable, its last answer of the past 24 hours counts.
     */
    readonly resolve: (accountId: AccountId, service: string) => Effect.Effect<Origin.Origin, DomainsError>
    /** All services of an account, as the Domain API has them at this moment. */
    readonly list: (accountId: AccountId) => Effect.Effect<ReadonlyArray<ServiceHost>, DomainsError>
    /** Whether a secret may be sent to this address: https and an allowed host, or a local host if that is allowed. */
    readonly allows: (address: URL | Origin.Origin) => boolean
    /** Whether http may be spoken to a host: it is this computer, or one of {@link Options.developmentHosts}. */
    readonly isLocal: (host: string) => boolean
    /** Where the user's browser finds a Sentinel: there, or at {@link Options.authorizeOrigin} if it is local. */
    readonly forBrowser: (sentinel: Origin.Origin) => Origin.Origin
  }
>()("@le-auth/core/Domains") {}

/**
 * The origin of a service of an account, such as `https://va.sentinel.liveperson.net` for `sentinel`, with the
 * `Domains` of the context. Service names are case sensitive.
 *
 * Fails with a `DomainsError` whose reason is `UnknownAccount`, `UnknownService` or `HostNotAllowed`, or `Unavailable`
 * if the Domain API does not answer and there is no answer of the past 24 hours.
 *
 * @example
 * ```ts
 * import * as Domains from "@le-auth/core/Domains"
 * import { AccountId } from "@le-auth/core/Identifiers"
 *
 * // Here it is that of a `TestSentinel`.
 * Domains.resolve(AccountId.make("12345678"), "sentinel") // => "http://localhost:4400"
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const resolve = (accountId: AccountId, service: string): Effect.Effect<Origin.Origin, DomainsError, Domains> =>
  Domains.use((domains) => domains.resolve(accountId, service))

/**
 * All services of an account with the `Domains` of the context, as the Domain API has them at this moment. Fails with a
 * `DomainsError` if it does not know the account or does not answer.
 *
 * @example
 * ```ts
 * import * as Domains from "@le-auth/core/Domains"
 * import { AccountId } from "@le-auth/core/Identifiers"
 * import * as Effect from "effect/Effect"
 *
 * const names = Domains.list(AccountId.make("12345678")).pipe(
 *   Effect.map((services) => services.map(({ service }) => service))
 * )
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const list = (accountId: AccountId): Effect.Effect<ReadonlyArray<ServiceHost>, DomainsError, Domains> =>
  Domains.use((domains) => domains.list(accountId))

/**
 * Whether a secret may be sent to an address, with the `Domains` of the context: https and an allowed host, or a local
 * host if that is allowed.
 *
 * @example
 * ```ts
 * import * as Domains from "@le-auth/core/Domains"
 *
 * Domains.allows(new URL("https://va.msg.liveperson.net/api")) // => true
 * Domains.allows(new URL("https://liveperson.example/api")) // => false
 * ```
 *
 * @category accessors
 * @since 0.1.0
 */
export const allows = (address: URL | Origin.Origin): Effect.Effect<boolean, never, Domains> =>
  Domains.useSync((domains) => domains.allows(address))

/**
 * Where the Domain API is, which hosts it may name, how they are spoken to, and how long its answers count.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * Where the Domain API is. Default: `https://api.liveperson.net`. If it is on loopback or a development host, so may
   * be the hosts that it names, which are then spoken to by its own scheme.
   */
  readonly domainApi?: Origin.Origin | undefined
  /** The hosts that may be used, `*.` for all below. Default: `*.liveperson.net`. */
  readonly allowedHosts?: ReadonlyArray<string> | undefined
  /** Hosts of a network of your own, such as other containers, that may be spoken to in plain http. Default: none. */
  readonly developmentHosts?: ReadonlyArray<DevelopmentHost> | undefined
  /**
   * Where the user's browser finds a Sentinel that is on loopback or a development host, if that is elsewhere than for
   * this program. It is on such a host itself. Default: where the Domain API says.
   */
  readonly authorizeOrigin?: Origin.Origin | undefined
  /** How long an answer is used without another request. Default: 10 minutes, as in LivePerson's own clients. */
  readonly timeToLive?: Duration.Input | undefined
}

/**
 * Where LivePerson's Domain API is.
 *
 * @category models
 * @since 0.1.0
 */
export const liveperson: Origin.Origin = Origin.Origin.make("https://api.liveperson.net")

const decodeBaseUri = Schema.decodeUnknownOption(BaseUri)

/**
 * What an answer has, one service or all of them. An entry that is not understood spoils no other; nothing if none is.
 */
const baseUrisOf = (answer: unknown): ReadonlyArray<BaseUri> | undefined => {
  const isList = Predicate.isObject(answer) && Array.isArray(answer["baseURIs"])
  const entries: ReadonlyArray<unknown> = isList ? (answer["baseURIs"] as ReadonlyArray<unknown>) : [answer]
  const understood = entries.flatMap((entry) => Option.toArray(decodeBaseUri(entry)))
  return understood.length === 0 && entries.length > 0 ? undefined : understood
}

const fail = (reason: DomainsErrorReason) => Effect.fail(new DomainsError({ reason }))

const noAnswer = (problem: TransportProblem.TransportProblem) =>
  new DomainsError({ reason: new Unavailable({ problem: TransportProblem.what(problem), transport: problem }) })

/** What an answer means that holds no hosts. */
const unavailable = (answer: Transport.Answer, problem = `it answered with the status ${answer.status}`) =>
  Effect.flatMap(Answer.retryAfter(answer), (retryAfter) => {
    const { said } = Answer.understood(answer, [])
    const reason = { problem: Answer.isRedirect(answer) ? Answer.redirected : problem, status: answer.status }
    return fail(new Unavailable({ ...reason, ...said, ...retryAfter }))
  })

const retrying = RetryPolicy.retry({ login: false, failureOf: failureOfDomains })

/** The origins that may be configured beside these hosts. */
const originsBeside = (developmentHosts: ReadonlyArray<DevelopmentHost>) => ({
  domainApi: Origin.Origin.check(Schema.makeFilter((origin) => Origin.schemeProblem(origin, developmentHosts))),
  authorizeOrigin: Origin.Origin.check(
    Schema.makeFilter((origin) => Origin.isLocal(new URL(origin).host, developmentHosts), {
      expected: "an origin on loopback, or on a host that LE_AUTH_DEVELOPMENT_HOSTS lists"
    })
  )
})

/**
 * Asks the Domain API, and remembers its answers for each account and service. While it is unavailable, its last
 * answer of the past 24 hours counts. That an account, a service or an allowed host does not exist is also an answer.
 * Callers share one attempt, never each other's `RetryPolicy`.
 *
 * Development hosts are logged once, as a warning. A Domain API in plain http on a host that is not one of them, and an
 * `authorizeOrigin` that is public, are defects.
 *
 * @example
 * ```ts
 * import * as Domains from "@le-auth/core/Domains"
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 * import * as Layer from "effect/Layer"
 *
 * const DomainsLive = Domains.layerWith({ timeToLive: "1 hour" }).pipe(Layer.provide(FetchHttp.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options): Layer.Layer<Domains, never, Transport.Transport> =>
  Layer.effect(
    Domains,
    Effect.gen(function* () {
      const transport = yield* Transport.Transport
      const developmentHosts = options.developmentHosts ?? []
      const allowed = originsBeside(developmentHosts)
      const domainApi = allowed.domainApi.make(options.domainApi ?? liveperson)
      const authorizeOrigin = options.authorizeOrigin && allowed.authorizeOrigin.make(options.authorizeOrigin)
      const allowedHosts = options.allowedHosts ?? ["*.liveperson.net"]
      if (developmentHosts.length > 0) {
        yield* Effect.logWarning(
          `Plain http is allowed to ${developmentHosts.join(", ")}: everyone on the way can read tokens and secrets. Not for production (LE_AUTH_DEVELOPMENT_HOSTS)`
        )
      }

      const isLocal = (host: string): boolean => Origin.isLocal(host, developmentHosts)
      const { host: domainApiHost, protocol } = new URL(domainApi)
      const isAllowed = (host: string): boolean =>
        (isLocal(domainApiHost) && isLocal(host)) || Origin.isAllowed(host, allowedHosts)

      /** A local host is spoken to as the Domain API is. */
      const originOf = (host: string): Origin.Origin | undefined => {
        if (!Origin.isHost(host)) return undefined
        const origin = Origin.fromHost(host, protocol === "http:" && isLocal(host) ? "http" : "https")
        return isAllowed(new URL(origin).host) ? origin : undefined
      }

      /** What the Domain API says below the path of an account's services; nothing if it does not know `service`. */
      const answerOf = Effect.fnUntraced(function* (accountId: AccountId, service: string | undefined) {
        const path = service === undefined ? "" : `/${encodeURIComponent(service)}`
        const url = `${domainApi}/api/account/${accountId}/service${path}/baseURI.json?version=1.0`
        const request = { method: "GET", url, headers: { accept: "application/json" } } as const
        const answer = yield* Effect.mapError(transport.send(request), noAnswer)
        if (answer.status === 401) return yield* fail(new UnknownAccount({ accountId }))
        if (service !== undefined && (answer.status === 400 || answer.status === 404)) return []
        if (answer.status !== 200) return yield* unavailable(answer)
        const candidates = baseUrisOf(Answer.json(answer))
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
        timedOut: () => noAnswer(new TransportProblem.AnswerTimeout({ host: domainApiHost, sent: true })),
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
          return (protocol === "https:" || isLocal(host)) && isAllowed(host)
        },
        isLocal,
        forBrowser: (sentinel) =>
          authorizeOrigin !== undefined && isLocal(new URL(sentinel).host) ? authorizeOrigin : sentinel
      }
    })
  )

/**
 * Asks LivePerson's Domain API, takes only hosts below `liveperson.net`, and remembers answers for 10 minutes, see
 * {@link layerWith}.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Domains, never, Transport.Transport> = layerWith({})

/** An optional setting. An empty one counts as missing, as everywhere. */
const setting = <A>(name: string, schema: Schema.Codec<A, string>) =>
  Effect.flatMap(Config.withDefault(Config.String(name), ""), (text) =>
    text === "" ? Effect.succeed(undefined) : Config.schema(schema, name)
  )

/**
 * Asks the Domain API at `LE_AUTH_DOMAIN_API`, by default `https://api.liveperson.net`, with the development hosts of
 * `LE_AUTH_DEVELOPMENT_HOSTS` (`sentinel,app`) and the {@link Options.authorizeOrigin} of `LE_AUTH_AUTHORIZE_ORIGIN`.
 * An empty variable counts as missing. Fails if one of them is not what {@link Options} says.
 *
 * @example
 * ```ts
 * import * as Domains from "@le-auth/core/Domains"
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 * import * as Layer from "effect/Layer"
 *
 * const DomainsLive = Domains.layerConfig.pipe(Layer.provide(FetchHttp.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<Domains, Config.ConfigError, Transport.Transport> = Layer.unwrap(
  Effect.gen(function* () {
    const developmentHosts = (yield* setting("LE_AUTH_DEVELOPMENT_HOSTS", List)) ?? []
    const allowed = originsBeside(developmentHosts)
    return layerWith({
      developmentHosts,
      domainApi: yield* setting("LE_AUTH_DOMAIN_API", allowed.domainApi),
      authorizeOrigin: yield* setting("LE_AUTH_AUTHORIZE_ORIGIN", allowed.authorizeOrigin)
    })
  })
)
