/**
 * Who is known: accounts, users and application installations.
 *
 * @since 0.1.0
 */
import type { AccountId, ClientId } from "@le-auth/core/Identifiers"
import * as Context from "effect/Context"
import type * as CryptoError from "effect/crypto/CryptoError"
import * as Digest from "effect/crypto/Digest"
import type * as Kdf from "effect/crypto/Kdf"
import type * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as PasswordHashing from "./login/PasswordHashing.ts"
import type { GrantType, SentinelConfig } from "./SentinelConfig.ts"

/**
 * @since 0.1.0
 */
export interface Account {
  readonly id: AccountId
  readonly name: string | undefined
}

/**
 * A user without his password.
 *
 * @since 0.1.0
 */
export interface User {
  readonly id: string
  readonly email: string
  readonly name: string | undefined
  readonly isAdmin: boolean
  readonly isLpa: boolean
}

/**
 * An application that is installed in an account and enabled.
 *
 * @since 0.1.0
 */
export interface Installation {
  readonly clientId: ClientId
  /** What the login page calls the application. */
  readonly name: string
  /** SHA-256 of the secret. A secret has enough entropy that no slow hash is needed, unlike a password. */
  readonly secretHash: Uint8Array
  readonly grantTypes: ReadonlyArray<GrantType>
  readonly redirectUris: ReadonlyArray<string>
}

/**
 * Provide your own where accounts and users are in a database.
 *
 * Disabled users and applications are not found. No method tells an unknown account from an unknown user or application.
 *
 * @since 0.1.0
 */
export class Directory extends Context.Service<
  Directory,
  {
    readonly account: (accountId: string) => Effect.Effect<Option.Option<Account>>
    readonly installation: (accountId: string, clientId: string) => Effect.Effect<Option.Option<Installation>>
    readonly user: (accountId: string, userId: string) => Effect.Effect<Option.Option<User>>
    /**
     * The user with this e-mail address, in any case, and this password. Takes as long for an unknown user as for a wrong
     * password.
     */
    readonly authenticate: (
      accountId: string,
      email: string,
      password: Redacted.Redacted<string>
    ) => Effect.Effect<Option.Option<User>>
  }
>()("@le-auth/sentinel/Directory") {}

interface AccountEntry {
  readonly account: Account
  readonly installations: ReadonlyMap<string, Installation>
  readonly users: ReadonlyMap<string, User>
  readonly logins: ReadonlyMap<string, { readonly user: User; readonly password: PasswordHashing.PasswordHash }>
}

/**
 * The directory of a configuration that does not change.
 *
 * `passwordCost` is the number of PBKDF2-SHA-256 iterations; the default of 10,000 takes a few milliseconds and is for
 * development, OWASP asks for 600,000.
 *
 * @since 0.1.0
 */
export const layer = (
  config: SentinelConfig,
  options?: { readonly passwordCost?: number }
): Layer.Layer<Directory, CryptoError.CryptoError, Digest.Digest | Kdf.Kdf | SecureRandom.SecureRandom> =>
  Layer.effect(
    Directory,
    Effect.gen(function* () {
      const digest = yield* Digest.Digest
      const hashing = yield* PasswordHashing.make({ iterations: options?.passwordCost ?? 10_000 })
      const utf8 = new TextEncoder()

      const accounts = new Map<string, AccountEntry>()
      for (const { id, installations, name, users } of config.accounts) {
        const entry = {
          account: { id, name },
          installations: new Map<string, Installation>(),
          users: new Map<string, User>(),
          logins: new Map<string, { readonly user: User; readonly password: PasswordHashing.PasswordHash }>()
        }
        for (const installation of installations.filter((installation) => installation.enabled)) {
          entry.installations.set(installation.client_id, {
            clientId: installation.client_id,
            name: installation.display_name ?? installation.client_name,
            secretHash: yield* digest.digest(Digest.sha256, utf8.encode(Redacted.value(installation.client_secret))),
            grantTypes: installation.grant_types,
            redirectUris: installation.redirect_uris
          })
        }
        for (const configured of users.filter((user) => user.enabled)) {
          const user: User = {
            id: configured.id,
            email: configured.email,
            name: configured.name,
            isAdmin: configured.is_admin,
            isLpa: configured.is_lpa
          }
          entry.users.set(user.id, user)
          entry.logins.set(user.email.toLowerCase(), { user, password: yield* hashing.hash(configured.password) })
        }
        accounts.set(id, entry)
      }

      const find = <A>(found: A | undefined) => Effect.succeed(Option.fromUndefinedOr(found))

      return Directory.of({
        account: (accountId) => find(accounts.get(accountId)?.account),
        installation: (accountId, clientId) => find(accounts.get(accountId)?.installations.get(clientId)),
        user: (accountId, userId) => find(accounts.get(accountId)?.users.get(userId)),
        authenticate: (accountId, email, password) => {
          const login = accounts.get(accountId)?.logins.get(email.toLowerCase())
          return Effect.map(hashing.verify(password, login?.password), (isRight) =>
            isRight && login !== undefined ? Option.some(login.user) : Option.none()
          )
        }
      })
    })
  )
