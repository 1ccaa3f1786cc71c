/**
 * Checks that LivePerson answers, and what it says about the account, the application and the time.
 */
import { toUrl } from "@le-auth/core/AuthorizeRequest"
import * as Domains from "@le-auth/core/Domains"
import { State } from "@le-auth/core/Identifiers"
import type { AppInstallation } from "@le-auth/core/AppInstallations"
import { Origin } from "@le-auth/core/Origin"
import type { JsonWebKeySet } from "@le-auth/core/IdToken"
import * as SentinelApi from "@le-auth/core/SentinelApi"
import { SentinelClient } from "@le-auth/core/SentinelClient"
import * as Transport from "@le-auth/core/Transport"
import * as Config from "effect/Config"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import { Target } from "../../target/Target.ts"
import { failureAt } from "../../target/WithTarget.ts"
import { Failure, type LibraryError, withoutAnswer } from "../../terminal/Failure.ts"
import { text } from "../../terminal/TerminalText.ts"
import * as Finding from "./Finding.ts"
import * as Network from "./Network.ts"

/** Longer than LivePerson's usual answer takes. */
const timeout = "10 seconds"

/** In seconds. With more, id_tokens are refused; see `IdToken.ClockSkew`. */
const tolerated = 60

const clock = ({ headers }: HttpClientResponse, now: number): Finding.Finding => {
  const there = Date.parse(headers["date"] ?? "")
  if (Number.isNaN(there)) {
    return Finding.warning(
      "clock",
      text`Sentinel does not say what time it is.`,
      text`Compare this computer's clock yourself.`
    )
  }
  // The header has whole seconds.
  const skew = Math.round((now - there) / 1000)
  if (Math.abs(skew) <= 5) return Finding.good("clock", text`This computer's clock and Sentinel's agree.`)
  const message = text`This computer's clock is ${Math.abs(skew)} seconds ${skew > 0 ? "ahead" : "behind"}.`
  const remedy = text`Let the system set it (NTP): the clock decides whether tokens are valid.`
  return Math.abs(skew) > tolerated
    ? Finding.problem("clock", "failed", message, remedy)
    : Finding.warning("clock", message, remedy)
}

const application = (response: HttpClientResponse, { redirectUris }: AppInstallation): Finding.Finding => {
  const { headers, status } = response
  const location = headers["location"] ?? ""
  const back = redirectUris[0] !== undefined && location.startsWith(redirectUris[0])
  const error = URL.parse(location)?.searchParams.get("error")
  if (status >= 300 && status < 400 && !(back && error !== null)) {
    return Finding.good("application", text`Sentinel accepts account, application and redirect URI for a sign-in.`)
  }
  if (status === 429 || status >= 500) {
    return Finding.problem("application", "unavailable", text`Sentinel answers HTTP ${status}.`, text`Try again later.`)
  }
  return Finding.problem(
    "application",
    "configuration",
    back
      ? text`Sentinel sends a sign-in of this application back with an error.`
      : text`Sentinel does not accept a sign-in of this application (HTTP ${status}).`,
    text`Compare account, client id and redirect URI with the installation; open le-auth authorize-url in a browser to see why.`
  )
}

/** A request whose answer has the time. */
const ask = (url: string, sentinel: Origin) =>
  HttpClient.get(url).pipe(
    Effect.timeout(timeout),
    // The server belongs to another company: trace ids are not sent to it.
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    Effect.mapError((error) =>
      error._tag === "HttpClientError"
        ? withoutAnswer(Transport.problemOf(error))
        : new Failure({ text: text`Sentinel at ${sentinel} does not answer. Try again later.`, code: "unavailable" })
    )
  )

/** Where no browser is sent to Sentinel: this computer's clock against that of its answers. */
export const time = Effect.fnUntraced(function* (sentinel: Origin) {
  return [clock(yield* ask(`${sentinel}${SentinelApi.keys.path}`, sentinel), yield* Clock.currentTimeMillis)]
})

/** The browser's first step, without a browser. Sentinel keeps nothing of it. */
const authorize = Effect.fnUntraced(function* (sentinel: Origin) {
  const { installation } = yield* Target
  const { accountId, clientId, redirectUris } = installation
  const url = toUrl(
    {
      accountId,
      clientId,
      state: State.make("le-auth-doctor"),
      ...(redirectUris[0] === undefined ? {} : { redirectUri: redirectUris[0] })
    },
    sentinel
  )
  const response = yield* ask(url, sentinel)
  return [clock(response, yield* Clock.currentTimeMillis), application(response, installation)]
})

/** Whether there are keys to verify tokens with. */
export const keysOf = ({ keys }: JsonWebKeySet): ReadonlyArray<Finding.Finding> =>
  keys.length > 0
    ? [Finding.good("keys", text`Sentinel publishes ${keys.length} key${keys.length === 1 ? "" : "s"}.`)]
    : [
        Finding.warning(
          "keys",
          text`Sentinel publishes no keys, so its JWTs stay unverified.`,
          text`Tokens that come straight from Sentinel may still be used.`
        )
      ]

/** What a sign-in needs of Sentinel. */
export const signIn = Effect.fnUntraced(function* (sentinel: Origin) {
  const keys = Effect.map(
    SentinelClient.use((client) => client.keys(sentinel)),
    keysOf
  )
  return [
    ...(yield* authorize(sentinel).pipe(Finding.orProblem("Sentinel"))),
    ...(yield* keys.pipe(Finding.orProblem("keys")))
  ]
})

/** If the local Sentinel is not running, the failure says how to start it. */
const atTarget = <A, E extends LibraryError | Failure, R>(work: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Target, (target) => Effect.mapError(work, failureAt(target)))

/** What is allowed for development, so that it is seen where it does not belong. */
const development = Effect.gen(function* () {
  const hosts = yield* Config.withDefault(Config.String("LE_AUTH_DEVELOPMENT_HOSTS"), "")
  const authorizeOrigin = yield* Config.withDefault(Config.String("LE_AUTH_AUTHORIZE_ORIGIN"), "")
  return [
    ...(hosts === ""
      ? []
      : [
          Finding.warning(
            "development hosts",
            text`Plain http is allowed to ${hosts} (LE_AUTH_DEVELOPMENT_HOSTS).`,
            text`Unset it in production: everyone on the way can read tokens and secrets.`
          )
        ]),
    ...(authorizeOrigin === ""
      ? []
      : [
          Finding.good(
            "authorize origin",
            text`The browser finds a Sentinel that is not LivePerson's at ${authorizeOrigin} (LE_AUTH_AUTHORIZE_ORIGIN).`
          )
        ])
  ]
})

/** The way to LivePerson, and then what `ofSentinel` finds there. */
export const checkWith = <E extends LibraryError | Failure, R>(
  ofSentinel: (sentinel: Origin) => Effect.Effect<ReadonlyArray<Finding.Finding>, E, R>
) =>
  Effect.gen(function* () {
    const { domainApi, installation } = yield* Target
    const given = Config.schema(Origin, "LE_AUTH_DOMAIN_API").pipe(Config.withDefault(Domains.liveperson))
    const network = Network.about(domainApi ?? (yield* given))
    const services = Effect.gen(function* () {
      const sentinel = yield* Domains.resolve(installation.accountId, "sentinel")
      return [
        Finding.good("Domain API", text`Sentinel of account ${installation.accountId} is at ${sentinel}`),
        ...(yield* ofSentinel(sentinel))
      ]
    })
    return [...(yield* development), ...network, ...(yield* services.pipe(atTarget, Finding.orProblem("Domain API")))]
  }).pipe(Finding.orProblem("network"))
