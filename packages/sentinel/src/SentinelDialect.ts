/**
 * The dialect of a Sentinel: the points in which LivePerson's documentation is silent, has changed, or is contradicted
 * by what clients have seen. {@link liveperson}, {@link rfc} and {@link openid} are whole sets of them.
 * `docs/sentinel-dialect.md` has a table.
 * @since 0.1.0
 */
import * as DurationText from "@le-auth/core/shared/DurationText"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Text from "@le-auth/core/shared/StorableText"

// Each is added to a time and kept in a database, so none is without end.
const lifetime = DurationText.between("1 second", "365 days")
const name = Text.upTo(2048).check(Schema.isNonEmpty())

/**
 * All points of a dialect, with the names and values that they have in a configuration file. Lifetimes are texts there,
 * such as `8h` or `10 minutes`, and `Duration`s in code.
 *
 * @see LivePerson, LE Applications Authorization API
 * @category schemas
 * @since 0.1.0
 */
export const DialectPoints = Schema.Struct({
  /**
   * `iss` of the id_token: `sentinel` in newer documentation, `Sentinel` in older. With `discovery` it is an address.
   */
  issuer: name,
  /** `iss` of an app token: `Sentinel` in the documented example. With `discovery` it is an address. */
  appTokenIssuer: name,
  /**
   * The form of `expires_in` of a user's tokens, in seconds. Only the newest documentation has it, and clients have
   * seen all three.
   */
  expiresIn: Schema.Literals(["number", "string", "absent"]),
  /** The same of an app token. LivePerson's own tool for Functions takes a text only. */
  appTokenExpiresIn: Schema.Literals(["number", "string", "absent"]),
  /**
   * The same at the first app token endpoint. LivePerson documents no `expires_in`, and its Java client for Functions
   * fails if there is one.
   */
  appTokenV1ExpiresIn: Schema.Literals(["number", "string", "absent"]),
  /**
   * `any`: `v` is not looked at. `known`: it may be missing. `required`: it may not. A wrong one is refused with 400.
   */
  version: Schema.Literals(["any", "known", "required"]),
  /** The versions of the token and the revocation endpoint. The authorization endpoint has 1.0 only. */
  tokenVersions: Schema.NonEmptyArray(Schema.Literals(["1.0", "2.0"])),
  /** The versions of the first app token endpoint, which has a document of its own. The second endpoint has none. */
  appTokenVersions: Schema.NonEmptyArray(Schema.Literals(["1.0", "2.0"])),
  /** Whether `?v1.0`, without `=`, also is a version: LivePerson prints it this way for revocation. */
  bareVersion: Schema.Boolean,
  /**
   * The same as `version`, of the Users API. LivePerson documents `v` as required there, at present 6.0; programs send
   * 1.0 to 6.0.
   */
  usersVersion: Schema.Literals(["any", "known", "required"]),
  /** The body of errors of the token and the revocation endpoint: RFC 6749, LivePerson's envelope, or a page. */
  errorBody: Schema.Literals(["oauth", "liveperson", "html"]),
  /** The same of the app token endpoints, for which LivePerson documents RFC 6749. */
  appTokenErrorBody: Schema.Literals(["oauth", "liveperson", "html"]),
  /** The status of `invalid_client` at the token endpoint; the documentation lists 400 and no 401. */
  tokenClientErrorStatus: Schema.Literals([400, 401]),
  /** The same at the app token endpoints. */
  appTokenClientErrorStatus: Schema.Literals([400, 401]),
  /** The status of `invalid_client` at the revocation endpoint, where the documentation lists 401. */
  revokeClientErrorStatus: Schema.Literals([400, 401]),
  /** The error for a code that cannot be used. Clients have seen the same answer as for a wrong secret. */
  badCodeError: Schema.Literals(["invalid_grant", "invalid_client"]),
  /**
   * Whether an access token in the header `Authorization: Bearer` revokes itself if nothing else is sent. It is not
   * known what LivePerson does with it. Each such request leaves a warning (RFC 7009 section 2.1).
   */
  bearerRevocation: Schema.Boolean,
  /** The status of revoking a token that is not known: 200 by RFC 7009 section 2.2. */
  unknownTokenStatus: Schema.Literals([200, 400]),
  /** The status of the Domain API for a service that is not known; none is documented. */
  unknownServiceStatus: Schema.Literals([400, 404]),
  /**
   * Whether an application may send its id and secret for an app token in the query, as old documentation had it. Each
   * such request leaves a warning (RFC 6749 section 2.3.1).
   */
  appTokenSecretInQuery: Schema.Boolean,
  /**
   * Whether the same id and secret may come twice, with HTTP Basic and in the body. Each such request leaves a warning
   * (RFC 6749 section 2.3). Different ones are always refused.
   */
  sameCredentialsTwice: Schema.Boolean,
  /**
   * What a refresh does with the refresh token. `keep`: a new one comes, and the old one stays valid until its grant
   * ends. `rotate`: a new one comes, and the old one dies (RFC 9700 section 4.14.2). `same`: it comes back itself.
   */
  refreshTokens: Schema.Literals(["keep", "rotate", "same"]),
  /** How long the answer to a refresh can be fetched again with the old refresh token, for clients that lost it. */
  refreshGrace: DurationText.between("0 seconds", "5 minutes"),
  /** Whether the answer to a refresh has an id_token. LivePerson documents none. */
  idTokenOnRefresh: Schema.Boolean,
  /**
   * The clock by which id_tokens and app tokens are dated if a test has advanced Sentinel's: the real one, or
   * Sentinel's.
   */
  idTokenClock: Schema.Literals(["real", "sentinel"]),
  /**
   * Whether the keys of id_tokens are published; else the key set has those of app tokens, for which LivePerson
   * documents it.
   */
  publishKeys: Schema.Boolean,
  /**
   * Whether a registered `http://localhost` redirect URI matches any port, as 127.0.0.1 does (RFC 8252 section 8.3).
   */
  anyPortOnLocalhost: Schema.Boolean,
  /** **Not LivePerson.** PKCE (RFC 7636), and with it installations that have no secret, for which it is required. */
  pkce: Schema.Literals(["ignored", "supported", "required"]),
  /** **Not LivePerson.** Whether answers to the authorization request name the issuer (RFC 9207). */
  issuerInAnswers: Schema.Boolean,
  /**
   * **Not LivePerson.** Metadata (RFC 8414), an address for an issuer, and `nonce` in the id_token (OpenID Connect).
   */
  discovery: Schema.Boolean,
  /** `Cross-Origin-Opener-Policy` of the login page. `same-origin` cuts a popup off from the page that opened it. */
  openerPolicy: Schema.Literals(["same-origin", "unsafe-none"]),
  /** RFC 6749 section 4.1.2 recommends ten minutes at most. */
  codeLifetime: DurationText.between("1 second", "10 minutes"),
  /** From the exchange or the refresh on. */
  accessTokenLifetime: lifetime,
  /** `exp` of an app token, from its issue on. */
  appTokenLifetime: lifetime,
  /** `exp` of an id_token, from its issue on. */
  idTokenLifetime: lifetime,
  /** How long a user may take on the login page. It is the lifetime of LivePerson's cookie `ibs_id`. */
  loginLifetime: DurationText.between("1 second", "1 hour"),
  /** A session that is not used for this time ends. Sign-ins and refreshes use it. */
  sessionIdleLifetime: lifetime,
  /** A session ends after this time in any case. */
  sessionLifetime: lifetime
})

/**
 * The dialect of a Sentinel and the lifetimes of what it issues.
 *
 * @since 0.1.0
 */
export interface SentinelDialect extends Schema.Schema.Type<typeof DialectPoints> {}

/**
 * Why two points contradict each other; `undefined` if they do not. A session cannot be idle for longer than it lives.
 * If one of the two lifetimes is not given, the default of `sessionLifetime` counts.
 *
 * @category guards
 * @since 0.1.0
 */
export const conflictIn = ({
  sessionIdleLifetime: idle,
  sessionLifetime: whole = liveperson.sessionLifetime
}: Partial<Pick<SentinelDialect, "sessionIdleLifetime" | "sessionLifetime">>):
  | { readonly path: ReadonlyArray<string>; readonly issue: string }
  | undefined =>
  idle !== undefined && Duration.isGreaterThan(idle, whole)
    ? { path: ["sessionIdleLifetime"], issue: "is longer than sessionLifetime, after which a session ends in any case" }
    : undefined

/**
 * Some of the points, as a configuration file has them: `{ "issuer": "Sentinel", "codeLifetime": "10 minutes" }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Changes = DialectPoints.mapFields(Struct.map(Schema.optionalKey))
  .annotate({ documentation: "docs/sentinel-dialect.md" })
  .check(Schema.makeFilter((changes) => conflictIn(changes)))
export type Changes = typeof Changes.Type

/**
 * The default: LivePerson's newest documentation, and what programs that work at LivePerson do. A departure from an RFC
 * passes with a warning.
 *
 * @see LivePerson, LE Applications Authorization API
 * @category models
 * @since 0.1.0
 */
export const liveperson: SentinelDialect = {
  issuer: "sentinel",
  appTokenIssuer: "Sentinel",
  expiresIn: "number",
  appTokenExpiresIn: "string",
  appTokenV1ExpiresIn: "absent",
  version: "known",
  tokenVersions: ["1.0", "2.0"],
  appTokenVersions: ["1.0", "2.0"],
  bareVersion: true,
  usersVersion: "required",
  errorBody: "oauth",
  appTokenErrorBody: "oauth",
  tokenClientErrorStatus: 400,
  appTokenClientErrorStatus: 400,
  revokeClientErrorStatus: 401,
  badCodeError: "invalid_grant",
  bearerRevocation: true,
  unknownTokenStatus: 200,
  unknownServiceStatus: 404,
  appTokenSecretInQuery: true,
  sameCredentialsTwice: true,
  refreshTokens: "keep",
  refreshGrace: Duration.seconds(10),
  idTokenOnRefresh: false,
  idTokenClock: "real",
  publishKeys: true,
  anyPortOnLocalhost: false,
  pkce: "ignored",
  issuerInAnswers: false,
  discovery: false,
  openerPolicy: "same-origin",
  codeLifetime: Duration.seconds(60),
  accessTokenLifetime: Duration.hours(8),
  appTokenLifetime: Duration.hours(1),
  idTokenLifetime: Duration.minutes(10),
  loginLifetime: Duration.minutes(10),
  sessionIdleLifetime: Duration.hours(8),
  sessionLifetime: Duration.days(30)
}

/**
 * LivePerson's interface with what RFC 6749 and RFC 9700 demand: a program that works with it breaks neither of them.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3 RFC 6749 section 2.3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-2 RFC 9700 section 2}
 * @category models
 * @since 0.1.0
 */
export const rfc: SentinelDialect = {
  ...liveperson,
  appTokenExpiresIn: "number",
  appTokenV1ExpiresIn: "number",
  appTokenSecretInQuery: false,
  bearerRevocation: false,
  sameCredentialsTwice: false,
  refreshTokens: "rotate",
  pkce: "supported"
}

/**
 * **Not LivePerson.** What a strict OpenID Connect client needs, such as openid-client: {@link rfc} with metadata to
 * start from, and the issuer in every answer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 RFC 8414 section 3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4 RFC 7636 section 4}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9207#section-2 RFC 9207 section 2}
 * @category models
 * @since 0.1.0
 */
export const openid: SentinelDialect = { ...rfc, discovery: true, issuerInAnswers: true }

const named = { liveperson, rfc, openid }

/**
 * The names of the dialects, as a configuration file and a command line have them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DialectName = Schema.Literals(["liveperson", "rfc", "openid"])
export type DialectName = typeof DialectName.Type

/**
 * A dialect by its name, with changes of some points over it. Default of `dialect`: `liveperson`.
 *
 * @example
 * ```ts
 * import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
 *
 * SentinelDialect.make({ dialect: "rfc", points: { refreshTokens: "same" } }).refreshTokens // => "same"
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({
  dialect = "liveperson",
  points
}: {
  readonly dialect?: DialectName | undefined
  readonly points?: Partial<SentinelDialect> | undefined
}): SentinelDialect => ({ ...named[dialect], ...points })

/**
 * The dialect that a Sentinel is built with. Default: {@link liveperson}, so a layer is not needed.
 *
 * @category services
 * @since 0.1.0
 */
export const SentinelDialect = Context.Reference<SentinelDialect>("@le-auth/sentinel/SentinelDialect", {
  defaultValue: () => liveperson
})

/**
 * Changes some points of the dialect of the context, or of `dialect` where it is given. The others keep their values.
 *
 * @example
 * ```ts
 * import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
 * import * as Effect from "effect/Effect"
 *
 * const older = SentinelDialect.layer({ issuer: "Sentinel", expiresIn: "absent" })
 *
 * Effect.provide(Effect.map(SentinelDialect.SentinelDialect, ({ issuer }) => issuer), older) // => "Sentinel"
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (changes: Changes, dialect?: DialectName): Layer.Layer<never> =>
  Layer.effect(
    SentinelDialect,
    Effect.map(SentinelDialect, (ofContext) => ({
      ...(dialect === undefined ? ofContext : named[dialect]),
      ...changes
    }))
  )
