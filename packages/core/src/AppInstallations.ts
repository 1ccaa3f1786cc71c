/**
 * How an application is installed in LivePerson accounts: its client registrations (RFC 6749 section 2).
 *
 * @see LivePerson, "Installing Conversational Cloud applications"
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { explaining } from "./internal/explaining.ts"
import { List } from "./DevelopmentHosts.ts"
import * as Settings from "./Settings.ts"
import { AccountId, ClientId, ClientSecret, RedirectUri } from "./Identifiers.ts"
import { canBeLocal, schemeProblem } from "./Origin.ts"
import type { StoreError } from "./StoreError.ts"

/**
 * Plain http shows the code to everyone on the way, and browsers keep no `Secure` cookie. Sentinel's own registrations
 * are another matter: `RedirectUri` describes what travels.
 */
const OwnRedirectUri = RedirectUri.check(
  Schema.makeFilter(
    (uri) => {
      const url = URL.parse(uri)
      // What is not a URL has that problem already.
      return url === null || url.protocol === "https:" || canBeLocal(url.host)
    },
    { expected: "an https redirect URI, or http on this computer or a development host (RFC 9700 section 2.6)" }
  )
)

/**
 * One installation. It is per account: the same application has another id and secret in another account.
 *
 * `redirectUris` are the ones that le-auth may use: https, or http on this computer or a development host, which
 * `Domains` has to list; the first is the default. Leave the list empty to send none, which LivePerson allows when
 * exactly one is registered.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-2 RFC 6749 section 2}
 * @category models
 * @since 0.1.0
 */
export class AppInstallation extends explaining(
  Schema.Class<AppInstallation>("@le-auth/core/AppInstallation")({
    accountId: AccountId,
    clientId: ClientId,
    clientSecret: ClientSecret,
    redirectUris: Schema.Array(OwnRedirectUri)
  })
) {}

/**
 * The application is not installed in this account, as far as its configuration says. Without `accountId`: there are
 * several installations, and none was named.
 *
 * @category errors
 * @since 0.1.0
 */
export class UnknownInstallation extends Schema.TaggedError<UnknownInstallation>()("UnknownInstallation", {
  accountId: Schema.optionalKey(AccountId)
}) {
  override get message(): string {
    return this.accountId === undefined
      ? "The application is installed in several accounts, and none of them was named: say which one is meant."
      : `No installation of the application is configured for the account ${this.accountId}.`
  }
}

/**
 * Looks up the installation of an account. Provide your own where they are in a database, whose failure is a
 * `StoreError`.
 *
 * @category services
 * @since 0.1.0
 */
export class AppInstallations extends Context.Service<
  AppInstallations,
  {
    /** The installation in an account; without an account, the only one that there is. */
    readonly find: (accountId?: AccountId) => Effect.Effect<AppInstallation, UnknownInstallation | StoreError>
  }
>()("@le-auth/core/AppInstallations") {}

/**
 * Installations that are known when the program starts.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import { AccountId, ClientId } from "@le-auth/core/Identifiers"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 *
 * const installation = new AppInstallations.AppInstallation({
 *   accountId: AccountId.make("12345678"),
 *   clientId: ClientId.make("11111111-1111-4111-8111-111111111111"),
 *   clientSecret: Redacted.make("a secret"),
 *   redirectUris: []
 * })
 * const find = AppInstallations.AppInstallations.use((installations) => installations.find())
 *
 * Effect.provide(find, AppInstallations.layer(installation)) // => installation
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (...installations: ReadonlyArray<AppInstallation>): Layer.Layer<AppInstallations> => {
  const byAccount = new Map(installations.map((installation) => [installation.accountId, installation]))
  return Layer.succeed(AppInstallations, {
    find: (accountId) => {
      const only = accountId === undefined && installations.length === 1 ? installations[0] : undefined
      const found = accountId === undefined ? only : byAccount.get(accountId)
      return found === undefined
        ? Effect.fail(new UnknownInstallation(accountId === undefined ? {} : { accountId }))
        : Effect.succeed(found)
    }
  })
}

const credentials = {
  LE_AUTH_ACCOUNT_ID: AccountId,
  LE_AUTH_CLIENT_ID: ClientId,
  LE_AUTH_CLIENT_SECRET: ClientSecret
}
const callback = { LE_AUTH_REDIRECT_URI: OwnRedirectUri }

/**
 * The settings of one installation: `LE_AUTH_ACCOUNT_ID`, `LE_AUTH_CLIENT_ID`, `LE_AUTH_CLIENT_SECRET`,
 * `LE_AUTH_REDIRECT_URI`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const settings = { ...credentials, ...callback }

/**
 * Reads the one installation from the configuration. Fails with all problems at once; the secret is not shown.
 *
 * `LE_AUTH_REDIRECT_URI` may be missing: an application that signs in no user in a browser needs none. Whatever needs
 * one says so itself. In plain http it leads to this computer, or to a host that `LE_AUTH_DEVELOPMENT_HOSTS` lists.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromConfig: Effect.Effect<AppInstallation, Settings.SettingsError> = Effect.gen(function* () {
  const optional = { ...callback, LE_AUTH_DEVELOPMENT_HOSTS: List }
  const values = yield* Settings.load(credentials, optional)
  const redirectUri = values.LE_AUTH_REDIRECT_URI
  const problem = redirectUri && schemeProblem(redirectUri, values.LE_AUTH_DEVELOPMENT_HOSTS ?? [])
  if (problem !== undefined) {
    return yield* new Settings.SettingsError({ problems: [`LE_AUTH_REDIRECT_URI: ${problem}`] })
  }
  return new AppInstallation({
    accountId: values.LE_AUTH_ACCOUNT_ID,
    clientId: values.LE_AUTH_CLIENT_ID,
    clientSecret: values.LE_AUTH_CLIENT_SECRET,
    redirectUris: redirectUri === undefined ? [] : [redirectUri]
  })
})

/**
 * The one installation that the configuration describes, see {@link settings}.
 *
 * @example
 * ```ts
 * import * as AppInstallations from "@le-auth/core/AppInstallations"
 * import * as Effect from "effect/Effect"
 *
 * const accountId = AppInstallations.AppInstallations.use((installations) => installations.find()).pipe(
 *   Effect.map((installation) => installation.accountId),
 *   Effect.provide(AppInstallations.layerConfig) // LE_AUTH_ACCOUNT_ID=12345678, and so on
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<AppInstallations, Settings.SettingsError> = Layer.unwrap(
  Effect.map(fromConfig, (installation) => layer(installation))
)
