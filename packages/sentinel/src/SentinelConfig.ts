/**
 * The one JSON file that says which accounts, users and application installations a Sentinel knows.
 *
 * @since 0.1.0
 */
import { AccountId, ClientId } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as RedirectUris from "./authorize/RedirectUris.ts"
import { duplicates } from "./internal/duplicates.ts"
import * as Problems from "./internal/problems.ts"
import * as Text from "./internal/text.ts"
import * as PasswordHash from "./PasswordHash.ts"
import * as Passwords from "./Passwords.ts"
import * as SentinelProfile from "./SentinelProfile.ts"

const optionalTrue = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true)))
const optionalFalse = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))

/**
 * A redirect URI that may be registered, see {@link RedirectUris.problemOf}.
 *
 * @since 0.1.0
 */
export const RegisteredUri = Text.upTo(2048).check(Schema.makeFilter((uri: string) => RedirectUris.problemOf(uri)))

const some = Text.upTo(2048)
const name = some.check(Schema.isNonEmpty())

/**
 * A password as the user types it, see `Passwords`.
 *
 * @since 0.1.0
 */
export const Password = Schema.RedactedFromValue(
  Schema.NonEmptyString.check(Schema.makeFilter((text: string) => Text.problemOf(text) ?? Passwords.problemOf(text))),
  { label: "password" }
)

/** How many kinds of password hashes an account may have: each login costs as much as one of each. */
export const mostKinds = 4

/**
 * A user of an account. `id` becomes `sub` of the id_token; LivePerson's have ten digits.
 *
 * @since 0.1.0
 */
export const User = Schema.Struct({
  id: name,
  email: Text.upTo(254).check(Schema.isPattern(/^[^\s@]+@[^\s@]+$/, { expected: "an e-mail address" })),
  /** As the user types it; for development. */
  password: Schema.optionalKey(Password),
  /** Instead of `password`: `$argon2id$…` or `$pbkdf2-sha256$…`, see `PasswordHash`. */
  password_hash: Schema.optionalKey(
    Schema.RedactedFromValue(Schema.String.check(Schema.makeFilter((hash: string) => PasswordHash.problemOf(hash))), {
      label: "password_hash"
    })
  ),
  name: Schema.optionalKey(name),
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

const title = Text.upTo(128).check(Schema.isNonEmpty())
/** A secret of the contract, of a length that a request can bring. */
const Secret = Schema.RedactedFromValue(
  Schema.String.check(
    Schema.isPattern(/^[\x20-\x7e]+$/, { expected: "one or more printable ASCII characters (RFC 6749 appendix A)" }),
    Schema.isMaxLength(2048)
  )
)

/**
 * An application installation in LivePerson's own form, plus the id and the secret that LivePerson gives it. Without a
 * secret it is a public client, which is not LivePerson and needs a profile with PKCE.
 *
 * @see LivePerson, Installing Conversational Cloud Applications
 * @since 0.1.0
 */
export const Installation = Schema.Struct({
  client_id: ClientId.check(Schema.isMaxLength(2048)),
  client_secret: Schema.optionalKey(Secret),
  client_name: title,
  display_name: Schema.optionalKey(title),
  description: Schema.optionalKey(Text.upTo(256)),
  grant_types: Schema.NonEmptyArray(GrantType).check(Schema.isMaxLength(16)),
  // Each is compared with what a request brings.
  redirect_uris: Schema.Array(RegisteredUri).check(Schema.isMaxLength(1000)),
  response_types: Schema.optionalKey(Schema.Array(some).check(Schema.isMaxLength(16))),
  scope: Schema.optionalKey(some),
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

const kindsIn = (users: ReadonlyArray<User>): number =>
  new Set(
    users.map(({ password_hash }) => {
      const hash = password_hash === undefined ? undefined : PasswordHash.parse(Redacted.value(password_hash))
      return hash === undefined ? "" : PasswordHash.kindOf(hash)
    })
  ).size

/**
 * An account, also called site or brand, with its users and applications.
 *
 * @since 0.1.0
 */
export const Account = Schema.Struct({
  id: AccountId,
  name: Schema.optionalKey(name),
  users: Schema.Array(User),
  installations: Schema.Array(Installation)
}).check(
  Schema.makeFilter(({ users }) =>
    kindsIn(users) > mostKinds
      ? { path: ["users"], issue: `have passwords of more than ${mostKinds} kinds (algorithm and cost)` }
      : undefined
  )
)
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
    Schema.NonEmptyArray(
      Schema.RedactedFromValue(Text.upTo(65_536).check(Schema.isNonEmpty()), { label: "signing_key" })
    ).check(Schema.isMaxLength(100))
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
