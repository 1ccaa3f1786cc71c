/**
 * The configuration of a Sentinel, one JSON document: its accounts, users and application installations, its dialect
 * and its signing keys.
 *
 * @since 0.1.0
 */
import { AccountId, ClientId } from "@le-auth/core/Identifiers"
import { GrantType, InstallationDocument } from "@le-auth/core/InstallationDocument"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as PasswordKinds from "./internal/directory/passwordKinds.ts"
import { duplicates } from "./internal/input/duplicates.ts"
import * as Pieces from "./internal/input/pieces.ts"
import * as Problems from "./internal/input/problems.ts"
import { problemOf as problemOfUri } from "@le-auth/core/shared/RegisteredUri"
import * as Text from "@le-auth/core/shared/StorableText"
import * as BoundedJson from "./internal/input/BoundedJson.ts"
import * as Slices from "./internal/input/Slices.ts"
import * as StubRoutes from "./internal/input/stubRoute.ts"
import * as PasswordHash from "./PasswordHash.ts"
import * as Passwords from "./Passwords.ts"
import * as SentinelDialect from "./SentinelDialect.ts"
import { Services, Stub, Stubs } from "./Stub.ts"

const optionalTrue = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true)))
const optionalFalse = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))

/**
 * A redirect URI that may be registered: an absolute https or http URI without a fragment, a wildcard, user
 * information, or a parameter that the answer adds. LivePerson's own example has http on any host.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2 RFC 6749 section 3.1.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-2.6 RFC 9700 section 2.6}
 * @category schemas
 * @since 0.1.0
 */
export const RegisteredUri = Schema.String.check(
  Schema.isMaxLength(2048),
  Schema.makeFilter((uri: string) => problemOfUri(uri))
)

/**
 * All redirect URIs of an installation. Each one is compared with that of a request, so their number has a limit.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2.2 RFC 6749 section 3.1.2.2}
 * @category schemas
 * @since 0.1.0
 */
export const RegisteredUris = Schema.Array(RegisteredUri).check(Schema.isMaxLength(1000))

const some = Text.upTo(2048)
const name = some.check(Schema.isNonEmpty())

/**
 * A password as the user types it: 1 to 1,024 characters, see `Passwords.problemOf`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Password = Schema.RedactedFromValue(
  Schema.NonEmptyString.check(Schema.makeFilter((text: string) => Text.problemOf(text) ?? Passwords.problemOf(text))),
  { label: "password" }
)

const noSecret = "is missing. Only a dialect with pkce has installations without a secret"

/**
 * A user of an account. `id` is the `sub` of their id_token; LivePerson's have ten digits. Either `password` or
 * `password_hash` is needed.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDToken OpenID Connect Core section 2}
 * @category schemas
 * @since 0.1.0
 */
export const User = Schema.Struct({
  id: name,
  email: Text.upTo(254).check(Schema.isPattern(/^[^\s@]+@[^\s@]+$/, { expected: "an e-mail address" })),
  /** As the user types it, for development. */
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
export type User = typeof User.Type

/** A secret of the contract, of a length that a request can bring. */
const Secret = Schema.RedactedFromValue(
  Schema.String.check(
    Schema.isPattern(/^[\x20-\x7e]+$/, { expected: "one or more printable ASCII characters (RFC 6749 appendix A)" }),
    Schema.isMaxLength(2048)
  )
)

const { fields: documented } = InstallationDocument.schema

/** What follows `#` in `client_name#de` is free, and the whole name goes to stores and logs. */
const longestMember = 256
const memberProblem = (member: string): string | undefined =>
  member.length > longestMember ? `is longer than ${longestMember} characters` : Text.problemOf(member)

/**
 * An application installation: LivePerson's document, with the id and the secret that LivePerson gives it. Without a
 * secret it is a public client, which LivePerson does not have and which needs a dialect with PKCE.
 *
 * @see LivePerson, Installing Conversational Cloud Applications
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2 RFC 6749 section 2}
 * @category schemas
 * @since 0.1.0
 */
export const Installation = Schema.StructWithRest(
  Schema.Struct({
    client_id: ClientId.check(Schema.isMaxLength(2048)),
    client_secret: Schema.optionalKey(Secret),
    ...documented,
    grant_types: Schema.NonEmptyArray(GrantType).check(Schema.isMaxLength(16)),
    // Without users there are none.
    redirect_uris: RegisteredUris.pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
    /**
     * For development: beside `redirect_uris`, every address of `localhost`, `127.0.0.1` and `[::1]` is right, by http
     * or https, with any port and path. Default: no.
     */
    any_loopback_redirect: Schema.optionalKey(Schema.Boolean),
    enabled: optionalTrue
  }),
  InstallationDocument.records
).check(
  Schema.makeFilter((installation) =>
    installation.grant_types.includes("authorization_code") && installation.redirect_uris.length === 0
      ? { path: ["redirect_uris"], issue: "needs a redirect URI, since grant_types has authorization_code" }
      : undefined
  ),
  Schema.makeFilter((installation) =>
    installation.grant_types.includes("client_credentials") && installation.client_secret === undefined
      ? { path: ["client_secret"], issue: "is missing, and grant_types has client_credentials (RFC 6749 section 4.4)" }
      : undefined
  ),
  Schema.makeFilter((installation) => {
    const problem = Object.keys(installation).map(memberProblem).find(Predicate.isNotUndefined)
    return problem === undefined ? undefined : `has a member whose name ${problem}`
  })
)
export type Installation = typeof Installation.Type

function* kindsIn(users: ReadonlyArray<User>): Slices.Pausing<number> {
  const kinds = new Set<string>()
  for (const { password_hash } of users) {
    yield
    const hash = password_hash === undefined ? undefined : PasswordHash.parse(Redacted.value(password_hash))
    kinds.add(hash === undefined ? "" : PasswordHash.kindOf(hash))
  }
  return kinds.size
}

/** What is wrong with stubs beside each other. */
const stubProblem = (account: Parameters<typeof StubRoutes.collisions>[0]) => Slices.now(StubRoutes.collisions(account))

/**
 * An account, also called site or brand, with its users and applications. `services` says of a service of the Domain
 * API that it is elsewhere than Sentinel, and `stubs` what Sentinel answers in place of a service, see `Stub`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Account = Schema.Struct({
  id: AccountId,
  name: Schema.optionalKey(name),
  services: Schema.optionalKey(Services),
  stubs: Schema.optionalKey(Stubs),
  users: Schema.Array(User),
  installations: Schema.Array(Installation)
}).check(
  Schema.makeFilter(({ users }) =>
    Slices.now(kindsIn(users)) > PasswordKinds.most ? { path: ["users"], issue: PasswordKinds.tooMany } : undefined
  ),
  Schema.makeFilter(stubProblem)
)
export type Account = typeof Account.Type

/**
 * The whole configuration. `dialect` is the name of its dialect; without it the dialect of the context counts.
 * `points` are those in which this Sentinel differs from it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SentinelConfig = Schema.Struct({
  dialect: Schema.optionalKey(SentinelDialect.DialectName),
  points: Schema.optionalKey(SentinelDialect.Changes),
  accounts: Schema.NonEmptyArray(Account),
  /**
   * Private keys in PEM form (PKCS#8) or as JWK text, see `SigningKeys.layerFrom`. Without them each start makes a new
   * key.
   */
  signing_keys: Schema.optionalKey(
    Schema.NonEmptyArray(
      Schema.RedactedFromValue(Text.upTo(65_536).check(Schema.isNonEmpty()), { label: "signing_key" })
    ).check(Schema.isMaxLength(100))
  )
}).check(
  Schema.makeFilter(({ accounts, ...config }) =>
    SentinelDialect.make(config).pkce !== "ignored"
      ? undefined
      : accounts.flatMap(({ installations }, account) =>
          installations.flatMap(({ client_secret }, installation) =>
            client_secret === undefined
              ? {
                  path: ["accounts", account, "installations", installation, "client_secret"],
                  issue: noSecret
                }
              : []
          )
        )
  )
)
export type SentinelConfig = typeof SentinelConfig.Type

/**
 * The configuration cannot be used. `problems` has one line for each problem, with its path. No line repeats a value,
 * which may be a secret.
 *
 * @category errors
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

/** Limits of what is read as one piece, so that no piece takes long. */
const mostMembers = 100
const mostEntries = 1000

const sizeOf = (value: unknown): number =>
  Array.isArray(value) ? value.length : Predicate.isObject(value) ? Object.keys(value).length : 0

/** One piece, unless it is too large to be one. */
const bounded =
  (decode: Pieces.Piece["decode"]): Pieces.Piece["decode"] =>
  (value) => {
    if (!Predicate.isObject(value)) return decode(value)
    const members = Object.entries(value)
    if (members.length > mostMembers) return Result.fail([`this: has more than ${mostMembers} members`])
    const long = members.filter(([, member]) => sizeOf(member) > mostEntries)
    if (long.length > 0) return Result.fail(long.map(([name]) => `${name}: has more than ${mostEntries} entries`))
    return decode(value)
  }

/** In all lists and objects of an installation together, however deep they are. */
const mostValues = 2500

const hasMoreValues = (value: unknown): boolean => {
  let count = 0
  const waiting = [value]
  while (waiting.length > 0) {
    const one = waiting.pop()
    if (!Predicate.isObjectOrArray(one)) continue
    const members = Object.values(one)
    count += members.length
    if (count > mostValues) return true
    for (const member of members) waiting.push(member)
  }
  return false
}

/** The only piece in which an object has lists of objects: its `capabilities`. */
const installationPiece = (): Pieces.Piece => {
  const decode = Problems.decoder(Installation)
  return {
    decode: bounded((value) =>
      hasMoreValues(value) ? Result.fail([`this: has more than ${mostValues} values`]) : decode(value)
    )
  }
}
const pieceOf = (schema: Schema.ConstraintDecoder<unknown>): Pieces.Piece => ({
  decode: bounded(Problems.decoder(schema))
})

/** The pieces of {@link SentinelConfig}. What its checks say of more than one piece is in {@link check}. */
const whole: Pieces.Piece = {
  ...pieceOf(Schema.Struct({ ...SentinelConfig.fields, accounts: Schema.NonEmptyArray(Schema.Unknown) })),
  lists: [
    {
      ...pieceOf(Schema.Struct(Account.fields)),
      name: "accounts",
      standIn: (accounts) => accounts.slice(0, 1),
      lists: [
        { ...pieceOf(User), name: "users" },
        { ...pieceOf(Stub), name: "stubs", isByName: true },
        { ...installationPiece(), name: "installations" }
      ]
    }
  ]
}

/**
 * `points` were called `profile` before. The rest is checked as if the name were right, so that one mistake is one
 * line.
 */
const withPoints = (value: unknown): unknown => {
  if (!Predicate.hasProperty(value, "profile")) return value
  const { profile, ...others } = value
  return { points: profile, ...others }
}

/** `stubs.faasGW[0].route` */
const pathText = (path: ReadonlyArray<string | number>): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${key}`)).join("")

/** What could be decoded of {@link SentinelConfig}. */
interface Decoded {
  readonly dialect?: SentinelConfig["dialect"]
  readonly points?: SentinelConfig["points"]
  readonly accounts?: ReadonlyArray<
    | {
        readonly services?: Services
        readonly stubs?: Readonly<Record<string, ReadonlyArray<Stub | undefined>>>
        readonly users?: ReadonlyArray<User | undefined>
        readonly installations?: ReadonlyArray<Installation | undefined>
      }
    | undefined
  >
}

function* check(given: unknown): Slices.Pausing<SentinelConfig | ReadonlyArray<string>> {
  const value = withPoints(given)
  const problems = value === given ? [] : ["profile: is called points now. Rename it; its members stay as they are"]
  const config = yield* Pieces.decode(value, whole, problems)
  const { accounts = [], ...others } = (config ?? {}) as Decoded
  const { pkce } = SentinelDialect.make(others)
  for (const [index, account] of accounts.entries()) {
    const { installations = [], users = [] } = account ?? {}
    if ((yield* kindsIn(users.filter(Predicate.isNotUndefined))) > PasswordKinds.most) {
      problems.push(`accounts[${index}].users: ${PasswordKinds.tooMany}`)
    }
    for (const { issue, path } of yield* StubRoutes.collisions(account ?? {})) {
      problems.push(`accounts[${index}].${pathText(path)}: ${issue}`)
    }
    if (pkce !== "ignored") continue
    for (const [place, installation] of installations.entries()) {
      if (problems.length > Pieces.mostProblems) break
      yield
      if (installation === undefined || installation.client_secret !== undefined) continue
      problems.push(`accounts[${index}].installations[${place}].client_secret: ${noSecret}`)
    }
  }
  problems.push(...(yield* duplicates(value)))
  if (problems.length > Pieces.mostProblems) {
    return [...problems.slice(0, Pieces.mostProblems), `there are more problems than these ${Pieces.mostProblems}`]
  }
  return problems.length > 0 ? problems : (config as SentinelConfig)
}

/**
 * Checks a value that is already JSON. Fails with all problems at once, such as missing fields and duplicate ids. A
 * large one is worked on in slices, so that a running Sentinel goes on answering.
 *
 * @example
 * ```ts
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Effect from "effect/Effect"
 *
 * Effect.map(Effect.flip(SentinelConfig.fromUnknown({ acounts: [] })), ({ problems }) => problems.length) // => 2
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromUnknown = (value: unknown): Effect.Effect<SentinelConfig, InvalidSentinelConfig> =>
  Effect.flatMap(
    Slices.run(() => check(value)),
    (checked) =>
      "accounts" in checked
        ? Effect.succeed(checked)
        : Effect.fail(new InvalidSentinelConfig({ problems: [...checked] }))
  )

/**
 * Reads a configuration from JSON text of at most 32 MiB. Fails with all problems at once. `SentinelFile.parse` also
 * takes comments.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromJson = (text: string): Effect.Effect<SentinelConfig, InvalidSentinelConfig> =>
  BoundedJson.parse(text).pipe(
    Effect.mapError(
      ({ place, problems }) =>
        // The place where the text stops being JSON, and nothing of the text, which may be a secret.
        new InvalidSentinelConfig({
          problems: place === undefined ? problems : [`the text is not JSON: see ${place}`]
        })
    ),
    Effect.flatMap(fromUnknown)
  )

const developmentInstallation = (
  id: string,
  name: string,
  kind: Pick<Installation, "any_loopback_redirect" | "grant_types" | "redirect_uris" | "response_types" | "scope">
): Installation => ({
  client_id: ClientId.make(id),
  client_secret: Redacted.make("development-only-secret", { label: "client_secret" }),
  client_name: name,
  display_name: name,
  ...kind,
  enabled: true
})

const ofUsers = (redirectUris: ReadonlyArray<string>) =>
  ({
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: redirectUris,
    any_loopback_redirect: true,
    response_types: ["code"]
  }) as const

/** Of a program with the callback at its root, and of one with all its sign-in routes below `/auth`. */
const developmentRedirectUris = ["http://localhost:3000/callback", "http://localhost:3000/auth/callback"]

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
 * `admin@example.com` / `admin`, an installation for an application, one for the command line, and one for a server
 * application that acts for itself, with the scope `users.external`.
 *
 * `redirectUri` is that of the application. Default: `http://localhost:3000/callback` and
 * `http://localhost:3000/auth/callback`. Beside it every address of loopback is right, with any port and path.
 *
 * @example
 * ```ts
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 *
 * SentinelConfig.development().accounts[0].users[0]?.email // => "agent@example.com"
 * ```
 *
 * @category constructors
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
          ofUsers(options?.redirectUri === undefined ? developmentRedirectUris : [options.redirectUri])
        ),
        developmentInstallation(
          "22222222-2222-4222-8222-222222222222",
          "le-auth command line",
          ofUsers(["http://127.0.0.1:4401/callback"])
        ),
        developmentInstallation("33333333-3333-4333-8333-333333333333", "Example server application", {
          grant_types: ["client_credentials"],
          redirect_uris: [],
          scope: "users.external"
        })
      ]
    }
  ]
})
