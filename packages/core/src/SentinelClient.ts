/**
 * The raw calls to Sentinel: exchange, refresh, revoke, app token and keys. `SignIn`, `Sessions` and `AppTokens` are
 * built on them, and are what an application usually wants.
 *
 * @see LivePerson, LE Applications Authorization API, "Methods"
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import type { AppInstallation } from "./AppInstallations.ts"
import * as Answer from "./internal/answer.ts"
import * as OptionalMembers from "./internal/optionalMembers.ts"
import { failureOf } from "./internal/repeatable.ts"
import type { AccountId, AuthorizationCode, CodeVerifier, RedirectUri, RefreshToken } from "./Identifiers.ts"
import { type JsonWebKeySet, readKeySet } from "./IdToken.ts"
import { tokenErrorCodes } from "./OAuthError.ts"
import type { Origin } from "./Origin.ts"
import * as Redaction from "./Redaction.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import * as Telemetry from "./internal/Telemetry.ts"
import { AppTokenResponse, TokenResponse } from "./Token.ts"
import {
  BadResponse,
  Blocked,
  InvalidClient,
  InvalidGrant,
  RateLimited,
  Refused,
  Timeout,
  TokenError,
  type TokenErrorReason,
  Unavailable
} from "./TokenError.ts"
import * as Transport from "./Transport.ts"
import * as TransportProblem from "./TransportProblem.ts"

/**
 * The client and the Sentinel host of a call: `sentinel` is what `Domains.resolve` gave for the installation's account.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClientContext {
  readonly installation: AppInstallation
  readonly sentinel: Origin
}

/**
 * The calls. Each is bounded in time and size by `RequestLimits`. All but the exchange are repeated as `RetryPolicy`
 * says: after 429, 5xx and connections that were not made, a refresh only if nothing was done.
 *
 * @category services
 * @since 0.1.0
 */
export class SentinelClient extends Context.Service<
  SentinelClient,
  {
    /** Exchanges an authorization code, once. `redirectUri` is given if and only if it was sent to authorize. */
    readonly exchange: (
      options: ClientContext & {
        readonly code: AuthorizationCode
        readonly redirectUri?: RedirectUri | undefined
        readonly codeVerifier?: CodeVerifier | undefined
      }
    ) => Effect.Effect<TokenResponse, TokenError>
    /** Exchanges a refresh token for a new access token. */
    readonly refresh: (
      options: ClientContext & { readonly refreshToken: RefreshToken }
    ) => Effect.Effect<TokenResponse, TokenError>
    /** Ends **all LivePerson sessions** of the user to whom the refresh token belongs. */
    readonly revoke: (
      options: ClientContext & { readonly refreshToken: RefreshToken }
    ) => Effect.Effect<void, TokenError>
    /**
     * A new app token, with which the application acts for itself and for no user. The installation needs the grant
     * type `client_credentials`. It is a call each time: `AppTokens` keeps a token, shares it and renews it.
     */
    readonly appToken: (context: ClientContext) => Effect.Effect<AppTokenResponse, TokenError>
    /** The public keys of app tokens and id_tokens. */
    readonly keys: (sentinel: Origin) => Effect.Effect<JsonWebKeySet, TokenError>
  }
>()("@le-auth/core/SentinelClient") {}

type Form = Readonly<Record<string, string>>

/** What the platform leaves as it is: most values of a form are nothing else. */
const isPlain = (value: string): boolean => /^[\w.*-]*$/.test(value)

/** The text of a form as the platform writes it (WHATWG URL standard). None of our own names is to be encoded. */
const formText = (form: Form): string => {
  let text = ""
  // As the platform does it, without the members that a script may have given to all objects.
  for (const name of Object.keys(form)) {
    const value = form[name]!
    const written = isPlain(value) ? value : new URLSearchParams({ "": value }).toString().slice(1)
    text += `${text === "" ? "" : "&"}${name}=${written}`
  }
  return text
}

/** An answer, and what was sent for it. */
interface Received extends Transport.Answer {
  readonly form: Form
}

/** The secrets of a form: nothing that was sent comes back out of an answer. */
const secretsOf = ({ form }: Received): ReadonlyArray<string> =>
  Redaction.secretParameters.flatMap((name) => form[name] ?? [])

const knownCodes: ReadonlySet<string> = new Set(tokenErrorCodes)

const badResponse = (answer: Received, problem: string, excerpt?: string) => {
  const contentType = Answer.contentTypeOf(answer, secretsOf(answer))
  return new BadResponse({ status: answer.status, contentType, problem, ...(excerpt === undefined ? {} : { excerpt }) })
}

/** What an answer other than success means (RFC 6749 section 5.2). */
const reasonOf = (answer: Received): Effect.Effect<TokenErrorReason> =>
  Effect.map(Answer.retryAfter(answer), (retryAfter) => {
    const { status } = answer
    const { code, kind, said } = Answer.understood(answer, secretsOf(answer))
    if (status === 429) return new RateLimited({ ...said, ...retryAfter })
    if (status === 451) return new Blocked(said)
    if (status >= 500) {
      const sent = status !== 503 || retryAfter.retryAfter === undefined
      return new Unavailable({ problem: `it answered with the status ${status}`, status, sent, ...said, ...retryAfter })
    }
    if (status >= 400 && kind !== "other") {
      const { contentType: _, error, ...described } = said
      const words = { error: code !== undefined && knownCodes.has(code) ? code : error!, ...described }
      if (code === "invalid_grant") return new InvalidGrant(words)
      if (code === "invalid_client" || (kind === "envelope" && status === 401)) return new InvalidClient(words)
      return new Refused(words)
    }
    const problem = Answer.isRedirect(answer) ? Answer.redirected : "it is not an OAuth error"
    return badResponse(answer, problem, said.excerpt)
  })

/** An answer that cannot be read is not a missing answer: it came, and what it says is lost. */
const noAnswer = (problem: TransportProblem.TransportProblem): TokenErrorReason =>
  problem._tag === "AnswerTimeout"
    ? new Timeout()
    : new Unavailable({ problem: TransportProblem.what(problem), transport: problem, sent: problem.sent })

const retrying = RetryPolicy.retry({ login: true, failureOf: (error: TokenError) => failureOf(error) })

const json = { accept: "application/json" }
const formHeaders = { ...json, "content-type": "application/x-www-form-urlencoded;charset=UTF-8" }

/**
 * App tokens of version 2 can be verified with published keys, and LivePerson has version 1 for the Connector API only.
 */
const paths = {
  token: (accountId: AccountId) => `account/${accountId}/token?v=1.0`,
  revoke: (accountId: AccountId) => `account/${accountId}/token/revoke?v=1.0`,
  appToken: (accountId: AccountId) => `v2/account/${accountId}/app/token`
}

/** The keys of a Sentinel are for all accounts. */
const noAccount = () => undefined

/** Success is what the answer says, not its content type: tokens that came are there, and nothing brings them again. */
const tokensWith = <A>(schema: Schema.Codec<A, unknown> & { readonly fields: Schema.Struct.Fields }) => {
  const decode = OptionalMembers.decoder(schema)
  return (operation: TokenError["operation"]) => (answer: Received) => {
    const body = Answer.json(answer)
    const { unread, value: tokens } = decode(Predicate.isObject(body) ? body : {})
    if (Option.isNone(tokens)) {
      return Effect.fail(new TokenError({ operation, reason: badResponse(answer, "it is not a token response") }))
    }
    return unread.length === 0
      ? Effect.succeed(tokens.value)
      : Effect.as(Effect.logWarning(OptionalMembers.warning(unread)), tokens.value)
  }
}
const tokens = tokensWith(TokenResponse)
const exchanged = tokens("exchange")
const refreshed = tokens("refresh")
const appToken = tokensWith(AppTokenResponse)("appToken")

const keySet = (answer: Received) => {
  const keys = readKeySet(Answer.json(answer))
  const reason = badResponse(answer, "it is not a JSON Web Key Set")
  return keys === undefined ? Effect.fail(new TokenError({ operation: "keys", reason })) : Effect.succeed(keys)
}

/**
 * Calls Sentinel over the `Transport` of the context.
 *
 * @example
 * ```ts
 * import * as FetchHttp from "@le-auth/core/FetchHttp"
 * import * as SentinelClient from "@le-auth/core/SentinelClient"
 * import * as Layer from "effect/Layer"
 *
 * const SentinelClientLive = SentinelClient.layer.pipe(Layer.provide(FetchHttp.layer))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<SentinelClient, never, Transport.Transport> = Layer.effect(
  SentinelClient,
  Effect.gen(function* () {
    const transport = yield* Transport.Transport

    /** The answer, if it is a success; else what it means. */
    const answered = (
      operation: TokenError["operation"],
      request: Transport.Request,
      form: Form
    ): Effect.Effect<Received, TokenError> =>
      Effect.matchEffect(transport.send(request), {
        onFailure: (problem) => Effect.fail(new TokenError({ operation, reason: noAnswer(problem) })),
        onSuccess: ({ body, headers, status }) => {
          const received: Received = { status, headers, body, form }
          return status >= 200 && status < 300
            ? Effect.succeed(received)
            : Effect.flatMap(reasonOf(received), (reason) => Effect.fail(new TokenError({ operation, reason })))
        }
      })

    /** Credentials in the body, as LivePerson wants them. */
    const post = (
      operation: TokenError["operation"],
      { installation, sentinel }: ClientContext,
      path: (accountId: AccountId) => string,
      grant: Record<string, string>
    ) => {
      const form = {
        ...grant,
        client_id: installation.clientId,
        client_secret: Redacted.value(installation.clientSecret)
      }
      const address = `${sentinel}/sentinel/api/${path(installation.accountId)}`
      const body = formText(form)
      return answered(operation, { method: "POST", url: address, headers: formHeaders, body }, form)
    }

    const observed = <A>(
      operation: TokenError["operation"],
      context: ClientContext,
      call: Effect.Effect<A, TokenError>
    ) => Telemetry.observed(`SentinelClient.${operation}`, () => context.installation.accountId, call)

    return SentinelClient.of({
      exchange: ({ code, codeVerifier, redirectUri, ...context }) => {
        const grant = {
          grant_type: "authorization_code",
          code: Redacted.value(code),
          ...(redirectUri === undefined ? {} : { redirect_uri: redirectUri }),
          ...(codeVerifier === undefined ? {} : { code_verifier: Redacted.value(codeVerifier) })
        }
        const call = post("exchange", context, paths.token, grant)
        return observed("exchange", context, Effect.flatMap(call, exchanged))
      },

      refresh: ({ refreshToken, ...context }) => {
        const grant = { grant_type: "refresh_token", refresh_token: Redacted.value(refreshToken) }
        const call = post("refresh", context, paths.token, grant)
        return observed("refresh", context, retrying(Effect.flatMap(call, refreshed)))
      },

      revoke: ({ refreshToken, ...context }) => {
        const call = post("revoke", context, paths.revoke, { token: Redacted.value(refreshToken) })
        return observed("revoke", context, Effect.asVoid(retrying(call)))
      },

      appToken: (context) => {
        const call = post("appToken", context, paths.appToken, { grant_type: "client_credentials" })
        return observed("appToken", context, retrying(Effect.flatMap(call, appToken)))
      },

      keys: (sentinel) => {
        const call = answered("keys", { method: "GET", url: `${sentinel}/sentinel/well-known/jwks`, headers: json }, {})
        return Telemetry.observed("SentinelClient.keys", noAccount, retrying(Effect.flatMap(call, keySet)))
      }
    })
  })
)
