/**
 * The one JSON file that says which accounts, users and application installations a Sentinel knows.
 *
 * @since 0.1.0
 */
import { AccountId, ClientId, ClientSecret } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as RedirectUris from "./authorize/RedirectUris.ts"
import { duplicates } from "./internal/duplicates.ts"
import * as Problems from "./internal/problems.ts"
import * as PasswordHash from "./PasswordHash.ts"
import * as SentinelProfile from "./SentinelProfile.ts"

const optionalTrue = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true)))
const optionalFalse = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))

/**
 * A redirect URI that may be registered, see {@link RedirectUris.problemOf}.
 *
 * @since 0.1.0
 */
export const RegisteredUri = Schema.String.check(Schema.makeFilter((uri: string) => RedirectUris.problemOf(uri)))

/**
 * A user of an account. `id` becomes `sub` of the id_token; LivePerson's have ten digits.
 *
 * @since 0.1.0
 */
export const User = Schema.Struct({
  id: Schema.NonEmptyString,
  email: Schema.String.check(Schema.isPattern(/^[^\s@]+@[^\s@]+$/, { expected: "an e-mail address" })),
  /** As the user types it; for development. */
  password: Schema.optionalKey(Schema.RedactedFromValue(Schema.NonEmptyString, { label: "password" })),
  /** Instead of `password`: `$argon2id$…` or `$pbkdf2-sha256$…`, see `PasswordHash`. */
  password_hash: Schema.optionalKey(
    Schema.RedactedFromValue(
      Schema.String.check(
        Schema.makeFilter((hash: string) =>
          PasswordHash.parse(hash) === undefined
            ? "must be a hash of the form $argon2id$v=19$m=…,t=…,p=…$SALT$HASH or $pbkdf2-sha256$i=…$SALT$HASH"
            : undefined
        )
      ),
      { label: "password_hash" }
    )
  ),
  name: Schema.optionalKey(Schema.NonEmptyString),
  /** The user has the administrator role in the account. */
  is_admin: optionalFalse,
  /** The user is one of LivePerson's own administrators. */
  is_lpa: optionalFalse,
  enabled: optionalTrue
}).check(
  Schema.makeFilter(({ password, password_hash }) =>
    (password === undefined) === (password_hash === undefined)
      ? { path: ["password"], issue: "needs either password or password_hash" }
      : undefined
  )
)
/** @since 0.1.0 */
export type User = typeof User.Type

/**
 * The grant types of an installation.
 *
 * @since 0.1.0
 */
export const GrantType = Schema.Literals(["authorization_code", "refresh_token", "client_credentials"])
/** @since 0.1.0 */
export type GrantType = typeof GrantType.Type

/**
 * An application installation in LivePerson's own form, plus the id and the secret that LivePerson gives it. Without a
 * secret it is a public client, which is not LivePerson and needs a profile with PKCE.
 *
 * @see LivePerson, Installing Conversational Cloud Applications
 * @since 0.1.0
 */
export const Installation = Schema.Struct({
  client_id: ClientId,
  client_secret: Schema.optionalKey(ClientSecret),
  client_name: Schema.NonEmptyString.check(Schema.isMaxLength(128)),
  display_name: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(128))),
  description: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(256))),
  grant_types: Schema.NonEmptyArray(GrantType),
  redirect_uris: Schema.Array(RegisteredUri),
  response_types: Schema.optionalKey(Schema.Array(Schema.String)),
  scope: Schema.optionalKey(Schema.String),
  enabled: optionalTrue
}).check(
  Schema.makeFilter((installation) =>
    installation.grant_types.includes("authorization_code") && installation.redirect_uris.length === 0
      ? { path: ["redirect_uris"], issue: "needs a redirect URI, since grant_types has authorization_code" }
      : undefined
  ),
  Schema.makeFilter((installation) =>
    installation.grant_types.includes("client_credentials") && installation.client_secret === undefined
      ? { path: ["client_secret"], issue: "is missing, and grant_types has client_credentials (RFC 6749 section 4.4)" }
      : undefined
  )
)
/** @since 0.1.0 */
export type Installation = typeof Installation.Type

/**
 * An account, also called site or brand, with its users and applications.
 *
 * @since 0.1.0
 */
export const Account = Schema.Struct({
  id: AccountId,
  name: Schema.optionalKey(Schema.NonEmptyString),
  users: Schema.Array(User),
  installations: Schema.Array(Installation)
})
/** @since 0.1.0 */
export type Account = typeof Account.Type

/**
 * The whole file. `profile` has the points on which this Sentinel differs from the profile that it is built with.
 *
 * @since 0.1.0
 */
export const SentinelConfig = Schema.Struct({
  profile: Schema.optionalKey(SentinelProfile.Changes),
  accounts: Schema.NonEmptyArray(Account),
  /** Private keys in PEM form (PKCS#8) or as JWK text, see `SigningKeys.layerFrom`. Without them each start makes a new key. */
  signing_keys: Schema.optionalKey(
    Schema.NonEmptyArray(Schema.RedactedFromValue(Schema.NonEmptyString, { label: "signing_key" }))
  )
}).check(
  Schema.makeFilter(({ accounts, profile }) =>
    (profile?.pkce ?? "ignored") !== "ignored"
      ? undefined
      : accounts.flatMap(({ installations }, account) =>
          installations.flatMap(({ client_secret }, installation) =>
            client_secret === undefined
              ? {
                  path: ["accounts", account, "installations", installation, "client_secret"],
                  issue: "is missing. Only a profile with pkce has installations without a secret"
                }
              : []
          )
        )
  )
)
/** @since 0.1.0 */
export type SentinelConfig = typeof SentinelConfig.Type

/**
 * The configuration is not usable. `problems` has one line for each problem, with its path; no line repeats a value.
 *
 * @since 0.1.0
 */
export class InvalidSentinelConfig extends Schema.TaggedError<InvalidSentinelConfig>()("InvalidSentinelConfig", {
  problems: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return ["The configuration of Sentinel has problems:", ...this.problems.map((problem) => `  - ${problem}`)].join(
      "\n"
    )
  }
}

const decode = Problems.decoder(SentinelConfig)

/**
 * Checks a value that is already JSON. Fails with all problems at once, missing fields and duplicate ids alike.
 *
 * @since 0.1.0
 */
export const fromUnknown = (value: unknown): Effect.Effect<SentinelConfig, InvalidSentinelConfig> => {
  const decoded = decode(value)
  const all = [...(Result.isSuccess(decoded) ? [] : decoded.failure), ...duplicates(value)]
  return Result.isSuccess(decoded) && all.length === 0
    ? Effect.succeed(decoded.success)
    : Effect.fail(new InvalidSentinelConfig({ problems: all }))
}

/** Where JSON text stops being JSON. The engine's own message would repeat a part of the text, and with it secrets. */
const syntaxProblem = (text: string, error: unknown): string => {
  const position = /position (\d+)/.exec(String(error))?.[1]
  if (position === undefined) return "the text is not JSON: it ends too early, or is empty"
  const before = text.slice(0, Number(position)).split("\n")
  return `the text is not JSON: see line ${before.length}, column ${before.at(-1)!.length + 1}`
}

/**
 * Reads the text of the file.
 *
 * @since 0.1.0
 */
export const fromJson = (text: string): Effect.Effect<SentinelConfig, InvalidSentinelConfig> =>
  Effect.try({
    // oxlint-disable-next-line unicorn/prefer-structured-clone
    try: (): unknown => JSON.parse(text),
    catch: (error) => new InvalidSentinelConfig({ problems: [syntaxProblem(text, error)] })
  }).pipe(Effect.flatMap(fromUnknown))

const developmentInstallation = (id: string, name: string, redirectUri: string): Installation => ({
  client_id: ClientId.make(id),
  client_secret: Redacted.make("development-only-secret", { label: "client_secret" }),
  client_name: name,
  display_name: name,
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: [redirectUri],
  response_types: ["code"],
  enabled: true
})

const developmentUser = (id: string, name: string, password: string, isAdmin: boolean): User => ({
  id,
  email: `${password}@example.com`,
  password: Redacted.make(password, { label: "password" }),
  name,
  is_admin: isAdmin,
  is_lpa: false,
  enabled: true
})

/**
 * The built-in configuration for development: account `12345678`, users `agent@example.com` / `agent` and
 * `admin@example.com` / `admin`, an installation for an application and one for the command line.
 *
 * `redirectUri` is that of the application, and follows the port on which it listens; default
 * `http://localhost:3000/callback`.
 *
 * @since 0.1.0
 */
export const development = (options?: { readonly redirectUri?: string }): SentinelConfig => ({
  accounts: [
    {
      id: AccountId.make("12345678"),
      name: "Example Brand",
      users: [
        developmentUser("3552833710", "Alex Agent", "agent", false),
        developmentUser("3552833711", "Ada Admin", "admin", true)
      ],
      installations: [
        developmentInstallation(
          "11111111-1111-4111-8111-111111111111",
          "Example application",
          options?.redirectUri ?? "http://localhost:3000/callback"
        ),
        developmentInstallation(
          "22222222-2222-4222-8222-222222222222",
          "le-auth command line",
          "http://127.0.0.1:4401/callback"
        )
      ]
    }
  ]
})
