/**
 * The raw calls to Sentinel: exchange, refresh, revoke, app token and keys. `SignIn` and `Sessions` are built on them, and are what an
 * application usually wants.
 *
 * @see LivePerson, LE Applications Authorization API, "Methods"
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { AppInstallation } from "./AppInstallations.ts"
import * as Http from "./internal/http.ts"
import { failureOf } from "./internal/repeatable.ts"
import type { AccountId, AuthorizationCode, CodeVerifier, RedirectUri, RefreshToken } from "./Identifiers.ts"
import { JsonWebKeySet } from "./IdToken.ts"
import { OAuthErrorBody, printable } from "./OAuthError.ts"
import type { Origin } from "./Origin.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import * as Telemetry from "./Telemetry.ts"
import { AppTokenResponse, TokenResponse } from "./Token.ts"
import {
  BadResponse,
  InvalidClient,
  InvalidGrant,
  RateLimited,
  Refused,
  Timeout,
  TokenError,
  type TokenErrorReason,
  Unavailable
} from "./TokenError.ts"

/**
 * Whom a call speaks for, and to whom: `sentinel` is what `Domains.resolve` gave for the installation's account.
 *
 * @since 0.1.0
 */
export interface Endpoint {
  readonly installation: AppInstallation
  readonly sentinel: Origin
}

/**
 * The calls. Each is bounded in time and size by `RequestLimits`. All but the exchange are repeated as `RetryPolicy` says.
 *
 * @since 0.1.0
 */
export class SentinelClient extends Context.Service<
  SentinelClient,
  {
    /** Exchanges an authorization code, once. `redirectUri` is given if and only if it was sent to authorize. */
    readonly exchange: (
      options: Endpoint & {
        readonly code: AuthorizationCode
        readonly redirectUri?: RedirectUri | undefined
        readonly codeVerifier?: CodeVerifier | undefined
      }
    ) => Effect.Effect<TokenResponse, TokenError>
    /** Exchanges a refresh token for a new access token. */
    readonly refresh: (
      options: Endpoint & { readonly refreshToken: RefreshToken }
    ) => Effect.Effect<TokenResponse, TokenError>
    /** Ends **all LivePerson sessions** of the user to whom the refresh token belongs. */
    readonly revoke: (options: Endpoint & { readonly refreshToken: RefreshToken }) => Effect.Effect<void, TokenError>
    /**
     * An app token, with which the application acts for itself and for no user. The installation needs the grant type
     * `client_credentials`. Nothing renews it: ask for another one when it has expired.
     */
    readonly appToken: (endpoint: Endpoint) => Effect.Effect<AppTokenResponse, TokenError>
    /** The public keys of app tokens and id_tokens. */
    readonly keys: (sentinel: Origin) => Effect.Effect<JsonWebKeySet, TokenError>
  }
>()("@le-auth/core/SentinelClient") {}

const decodeTokens = Schema.decodeUnknownOption(TokenResponse)
const decodeAppToken = Schema.decodeUnknownOption(AppTokenResponse)
const decodeKeys = Schema.decodeUnknownOption(JsonWebKeySet)
const decodeOAuthError = Schema.decodeUnknownOption(OAuthErrorBody)
/** The envelope of LivePerson's other services: `{"error":{"message":...,"internalCode":...}}`. */
const decodeEnvelope = Schema.decodeUnknownOption(Schema.Struct({ error: Schema.Struct({ message: Schema.String }) }))

const isJson = (answer: Http.Answer): boolean => /^application\/(?:[\w.+-]+\+)?json\b/i.test(answer.contentType)

/** Servers have been seen to repeat the request in an error page: nothing that was sent comes back out of here. */
const withoutSecrets = (text: string, secrets: ReadonlyArray<string>): string =>
  secrets.reduce(
    (text, secret) => text.replaceAll(secret, "<redacted>").replaceAll(encodeURIComponent(secret), "<redacted>"),
    text
  )

/** What an answer other than success means (RFC 6749 section 5.2). */
const reasonOf = (answer: Http.Answer, secrets: ReadonlyArray<string>): TokenErrorReason => {
  const retryAfterSeconds = Http.retryAfterSeconds(answer)
  const retryAfter = retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds }
  if (answer.status === 429) return new RateLimited(retryAfter)
  if (answer.status >= 500) {
    return new Unavailable({
      problem: `it answered with the status ${answer.status}`,
      status: answer.status,
      ...retryAfter,
      sent: true
    })
  }
  const body = Http.json(answer)
  const oauth = answer.status >= 400 ? decodeOAuthError(body) : Option.none()
  if (Option.isSome(oauth)) {
    const said = {
      error: printable(withoutSecrets(oauth.value.error, secrets), 100),
      ...(oauth.value.error_description === undefined
        ? {}
        : { description: printable(withoutSecrets(oauth.value.error_description, secrets)) })
    }
    if (said.error === "invalid_grant") return new InvalidGrant(said)
    return said.error === "invalid_client" ? new InvalidClient(said) : new Refused(said)
  }
  const envelope = answer.status >= 400 ? decodeEnvelope(body) : Option.none()
  if (Option.isSome(envelope)) {
    const said = { error: printable(withoutSecrets(envelope.value.error.message, secrets)) }
    return answer.status === 401 ? new InvalidClient(said) : new Refused(said)
  }
  return new BadResponse({
    status: answer.status,
    contentType: printable(answer.contentType, 100),
    problem:
      answer.status >= 300 && answer.status < 400 ? "it is a redirect, which is not followed" : "it is no OAuth error",
    // A successful answer may hold tokens, so nothing of it is repeated.
    ...(answer.status >= 300 && answer.body !== ""
      ? { excerpt: printable(withoutSecrets(answer.body, secrets).replace(/\s+/g, " "), 200) }
      : {})
  })
}

const noAnswer = (failure: Http.NoAnswer): TokenErrorReason =>
  failure.timedOut ? new Timeout() : new Unavailable({ problem: failure.problem, sent: failure.sent })

const retrying = RetryPolicy.retry({ login: true, failureOf: (error: TokenError) => failureOf(error) })

/** App tokens of version 2 can be verified with published keys, and LivePerson has version 1 for the Connector API only. */
const paths = {
  token: (accountId: AccountId) => `account/${accountId}/token?v=1.0`,
  revoke: (accountId: AccountId) => `account/${accountId}/token/revoke?v=1.0`,
  appToken: (accountId: AccountId) => `v2/account/${accountId}/app/token`
}

/** The keys of a Sentinel are for all accounts. */
const noAccount = () => undefined

/** The parameters of a form that are secrets. */
const secretNames = ["code", "code_verifier", "refresh_token", "token", "client_secret"]
const secretsOf = (form: Record<string, string>): ReadonlyArray<string> =>
  secretNames.flatMap((name) => form[name] ?? [])

const unusable = (operation: TokenError["operation"], answer: Http.Answer, what: string) =>
  new TokenError({
    operation,
    reason: new BadResponse({
      status: answer.status,
      contentType: printable(answer.contentType, 100),
      problem: `it is not a ${what}`
    })
  })

/** A member that is `null` says nothing, as one that is absent: new tokens are not thrown away for it. */
const withoutNulls = (body: unknown): unknown =>
  Predicate.isObject(body) ? Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) : body

const tokensWith =
  <A>(decode: (json: unknown) => Option.Option<A>) =>
  (operation: TokenError["operation"]) =>
  (answer: Http.Answer) => {
    const decoded = isJson(answer) ? decode(withoutNulls(Http.json(answer))) : Option.none()
    return Option.isSome(decoded)
      ? Effect.succeed(decoded.value)
      : Effect.fail(unusable(operation, answer, "token response"))
  }
const tokens = tokensWith(decodeTokens)
const appTokens = tokensWith(decodeAppToken)

const keySet = (answer: Http.Answer) => {
  const decoded = decodeKeys(Http.json(answer))
  return Option.isSome(decoded)
    ? Effect.succeed(decoded.value)
    : Effect.fail(unusable("keys", answer, "JSON Web Key Set"))
}

/**
 * Calls Sentinel over the `HttpClient` of the context.
 *
 * @since 0.1.0
 */
export const layer: Layer.Layer<SentinelClient, never, HttpClient.HttpClient> = Layer.effect(
  SentinelClient,
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient

    /** The answer, if it is a 200; else what it means. */
    const answered = (
      operation: TokenError["operation"],
      answer: Effect.Effect<Http.Answer, Http.NoAnswer>,
      form: Record<string, string>
    ) =>
      answer.pipe(
        Effect.mapError((failure) => new TokenError({ operation, reason: noAnswer(failure) })),
        Effect.filterOrFail(
          (answer) => answer.status === 200,
          (answer) => new TokenError({ operation, reason: reasonOf(answer, secretsOf(form)) })
        )
      )

    /** Credentials in the body, as LivePerson wants them. */
    const post = (
      operation: TokenError["operation"],
      { installation, sentinel }: Endpoint,
      path: (accountId: AccountId) => string,
      grant: Record<string, string>
    ) => {
      const form = {
        ...grant,
        client_id: installation.clientId,
        client_secret: Redacted.value(installation.clientSecret)
      }
      const address = `${sentinel}/sentinel/api/${path(installation.accountId)}`
      return answered(operation, Http.postForm(client, address, form), form)
    }

    const observed = <A>(operation: TokenError["operation"], endpoint: Endpoint, call: Effect.Effect<A, TokenError>) =>
      Telemetry.observed(`SentinelClient.${operation}`, () => endpoint.installation.accountId, call)

    return SentinelClient.of({
      exchange: ({ code, codeVerifier, redirectUri, ...endpoint }) => {
        const grant = {
          grant_type: "authorization_code",
          code: Redacted.value(code),
          ...(redirectUri === undefined ? {} : { redirect_uri: redirectUri }),
          ...(codeVerifier === undefined ? {} : { code_verifier: Redacted.value(codeVerifier) })
        }
        const call = post("exchange", endpoint, paths.token, grant)
        return observed("exchange", endpoint, Effect.flatMap(call, tokens("exchange")))
      },

      refresh: ({ refreshToken, ...endpoint }) => {
        const grant = { grant_type: "refresh_token", refresh_token: Redacted.value(refreshToken) }
        const call = post("refresh", endpoint, paths.token, grant)
        return observed("refresh", endpoint, retrying(Effect.flatMap(call, tokens("refresh"))))
      },

      revoke: ({ refreshToken, ...endpoint }) => {
        const call = post("revoke", endpoint, paths.revoke, { token: Redacted.value(refreshToken) })
        return observed("revoke", endpoint, Effect.asVoid(retrying(call)))
      },

      appToken: (endpoint) => {
        const call = post("appToken", endpoint, paths.appToken, { grant_type: "client_credentials" })
        return observed("appToken", endpoint, retrying(Effect.flatMap(call, appTokens("appToken"))))
      },

      keys: (sentinel) => {
        const call = answered("keys", Http.get(client, `${sentinel}/sentinel/well-known/jwks`), {})
        return Telemetry.observed("SentinelClient.keys", noAccount, retrying(Effect.flatMap(call, keySet)))
      }
    })
  })
)
