/**
 * The authorization request (RFC 6749 section 4.1.1): the address that the user's browser visits.
 *
 * @see LivePerson, LE Applications Authorization API, "Authorization request"
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { explaining } from "./internal/explaining.ts"
import { AccountId, ClientId, RedirectUri, State } from "./Identifiers.ts"
import * as Patterns from "./shared/Patterns.ts"
import { UrlParameters } from "./shared/UrlParameters.ts"

/**
 * The version of the API. It stays the text `1.0`: as a number it would be sent as `1`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ApiVersion = Schema.Literal("1.0")

/**
 * `scope` of RFC 6749 section 3.3: space separated, no quotes, no backslash. LivePerson documents none for this
 * request.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3}
 * @category schemas
 * @since 0.1.0
 */
export const Scope = Schema.String.check(
  Schema.isPattern(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/, { expected: "a scope (RFC 6749 section 3.3)" })
)

/** `code_challenge` of the method S256: the base64url form of a SHA-256 digest (RFC 7636 section 4.2). */
const CodeChallenge = Schema.String.check(
  Schema.isPattern(Patterns.bits256, { expected: "an S256 code challenge (RFC 7636 section 4.2)" })
)

const fields = {
  v: ApiVersion.pipe(
    Schema.withConstructorDefault(Effect.succeed("1.0" as const)),
    Schema.withDecodingDefaultKey(Effect.succeed("1.0" as const))
  ),
  responseType: Schema.Literal("code").pipe(Schema.withConstructorDefault(Effect.succeed("code" as const))),
  clientId: ClientId,
  redirectUri: Schema.optionalKey(RedirectUri),
  state: Schema.optionalKey(State),
  scope: Schema.optionalKey(Scope),
  codeChallenge: Schema.optionalKey(CodeChallenge)
}

const names = {
  responseType: "response_type",
  clientId: "client_id",
  redirectUri: "redirect_uri",
  codeChallenge: "code_challenge"
} as const

/**
 * The query parameters of the request with the exact names of the wire.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1}
 * @category schemas
 * @since 0.1.0
 */
export const AuthorizeQuery = Schema.Struct(fields).pipe(Schema.encodeKeys(names))

/**
 * What an application asks for when it sends a user to sign in.
 *
 * `responseType` is always `code` and `v` always `1.0`. `redirectUri` is optional exactly as the API says: it may be
 * left out when one redirect URI is registered and is needed when there are several. `scope` and `codeChallenge` (PKCE,
 * S256) are in no documentation of LivePerson; `SignIn` sends them only when it is told to.
 *
 * @example
 * ```ts
 * import { AuthorizeRequest, toUrl } from "@le-auth/core/AuthorizeRequest"
 * import { AccountId, ClientId, State } from "@le-auth/core/Identifiers"
 *
 * const request = new AuthorizeRequest({
 *   accountId: AccountId.make("12345678"),
 *   clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
 *   state: State.make("xyz")
 * })
 * const url = new URL(toUrl(request, "https://va.sentinel.liveperson.net"))
 *
 * url.pathname // => "/sentinel/api/account/12345678/authorize"
 * url.searchParams.get("state") // => "xyz"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.3 RFC 7636 section 4.3}
 * @category models
 * @since 0.1.0
 */
export class AuthorizeRequest extends explaining(
  Schema.Class<AuthorizeRequest>("@le-auth/core/AuthorizeRequest")({
    accountId: AccountId,
    ...fields
  })
) {}

/**
 * The address of the authorization endpoint of an account, with the version that LivePerson keeps in its query.
 *
 * `origin` is the scheme, host and port of Sentinel, such as `https://va.sentinel.liveperson.net`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}
 * @category constructors
 * @since 0.1.0
 */
export const endpoint = (origin: string, accountId: AccountId): string =>
  `${origin}/sentinel/api/account/${accountId}/authorize?v=1.0`

/**
 * What {@link toUrl} needs: an {@link AuthorizeRequest}, or the same members without `v` and `responseType`, which have
 * only one value each.
 *
 * @category models
 * @since 0.1.0
 */
export type Parameters = Omit<AuthorizeRequest, "v" | "responseType">

/**
 * Builds the address to send the browser to, by a top-level navigation.
 *
 * Every value is form-encoded (RFC 6749 section 3.1 and appendix B), no parameter appears twice, and the address holds
 * no secret. `origin` is the scheme, host and port of Sentinel as `Domains.resolve` gives it.
 *
 * The members are checked where they get their types, so no class is needed for an address that is made for each user:
 *
 * @example
 * ```ts
 * import { toUrl } from "@le-auth/core/AuthorizeRequest"
 * import { AccountId, ClientId, State } from "@le-auth/core/Identifiers"
 *
 * const accountId = AccountId.make("12345678")
 * const clientId = ClientId.make("11111111-1111-4111-8111-111111111111")
 * const addressFor = (state: string) =>
 *   toUrl({ accountId, clientId, state: State.make(state) }, "https://va.sentinel.liveperson.net")
 *
 * addressFor("xyz").slice(-10) // => "&state=xyz"
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1 RFC 6749 section 4.1.1}
 * @category constructors
 * @since 0.1.0
 */
export const toUrl = (request: Parameters, origin: string): string => {
  // Written out instead of by URLSearchParams: this is the path that every sign-in takes, and it is 10 times faster.
  let url = `${endpoint(origin, request.accountId)}&response_type=code&client_id=${encodeURIComponent(request.clientId)}`
  if (request.redirectUri !== undefined) url += `&redirect_uri=${encodeURIComponent(request.redirectUri)}`
  if (request.state !== undefined) url += `&state=${encodeURIComponent(request.state)}`
  if (request.scope !== undefined) url += `&scope=${encodeURIComponent(request.scope)}`
  if (request.codeChallenge !== undefined) {
    url += `&code_challenge=${request.codeChallenge}&code_challenge_method=S256`
  }
  return url
}

/**
 * A text is not the address of an authorization request. `problem` says why, without repeating any value.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidAuthorizeRequest extends Schema.TaggedError<InvalidAuthorizeRequest>()("InvalidAuthorizeRequest", {
  problem: Schema.String
}) {
  override get message(): string {
    return `This is not the address of a LivePerson authorization request: ${this.problem}`
  }
}

const path = /^\/sentinel\/api\/account\/([^/]+)\/authorize$/
const decode = Schema.decodeUnknownResult(
  Schema.Struct({
    accountId: AccountId,
    ...fields,
    codeChallengeMethod: Schema.optionalKey(Schema.Literal("S256"))
  }).pipe(Schema.encodeKeys({ ...names, codeChallengeMethod: "code_challenge_method" })),
  { errors: "all" }
)

/**
 * Reads an authorization request back from its address. Unknown parameters are ignored, an empty one counts as absent
 * and a repeated one is refused (RFC 6749 section 3.1).
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 RFC 6749 section 3.1}
 * @category constructors
 * @since 0.1.0
 */
export const fromUrl = (url: string | URL): Result.Result<AuthorizeRequest, InvalidAuthorizeRequest> => {
  const parsed = URL.parse(url)
  const account = parsed === null ? null : path.exec(parsed.pathname)
  if (parsed === null || account === null) {
    return Result.fail(
      new InvalidAuthorizeRequest({ problem: "its path is not /sentinel/api/account/{accountid}/authorize" })
    )
  }
  const parameters = UrlParameters.fromSearch(parsed.search)
  if (parameters.excess !== undefined) {
    return Result.fail(
      new InvalidAuthorizeRequest({ problem: "it has more or longer parameters than any request has" })
    )
  }
  const repeated = parameters.repeated.values().next()
  if (repeated.done !== true) {
    return Result.fail(
      new InvalidAuthorizeRequest({ problem: `the parameter ${JSON.stringify(repeated.value)} is repeated` })
    )
  }
  return decode({ ...parameters.toRecord(), accountId: account[1] }).pipe(
    Result.map(({ codeChallengeMethod: _, ...request }) => new AuthorizeRequest(request)),
    Result.mapError((error) => new InvalidAuthorizeRequest({ problem: error.message }))
  )
}
