/**
 * Who is known: accounts, users and application installations.
 *
 * @since 0.1.0
 */
import type { AccountId, ClientId } from "@le-auth/core/Identifiers"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as PasswordHash from "./PasswordHash.ts"
import { Passwords, type PasswordsBusy } from "./Passwords.ts"
import type * as SentinelConfig from "./SentinelConfig.ts"

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
  /**
   * SHA-256 of the secret. A secret has enough entropy that no slow hash is needed, unlike a password. A public client has
   * none, and works only where the profile has PKCE.
   */
  readonly secretHash: Uint8Array | undefined
  /** What app tokens are for, space separated. */
  readonly scope: string | undefined
  readonly grantTypes: ReadonlyArray<SentinelConfig.GrantType>
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
     * password, which `Passwords.verify` does.
     */
    readonly authenticate: (
      accountId: string,
      email: string,
      password: Redacted.Redacted<string>
    ) => Effect.Effect<Option.Option<User>, PasswordsBusy>
  }
>()("@le-auth/sentinel/Directory") {}

/** Users by their e-mail address in lower case, with what their passwords are compared with. */
type Logins = ReadonlyMap<string, { readonly user: User; readonly hash: PasswordHash.PasswordHash }>

interface AccountEntry {
  readonly account: Account
  readonly installations: ReadonlyMap<string, Installation>
  readonly users: ReadonlyMap<string, User>
  /** Passwords that are in the configuration as they are have to be hashed first. */
  readonly logins: Effect.Effect<Logins>
}

const userOf = ({ email, id, is_admin, is_lpa, name }: SentinelConfig.User): User => ({
  id,
  email,
  name,
  isAdmin: is_admin,
  isLpa: is_lpa
})

const hashOf = Effect.fnUntraced(function* ({ password, password_hash }: SentinelConfig.User) {
  const parsed = password_hash === undefined ? undefined : PasswordHash.parse(Redacted.value(password_hash))
  if (parsed !== undefined) return parsed
  const passwords = yield* Passwords
  return yield* passwords.hash(password ?? Redacted.make(""))
})

const loginsOf = (users: ReadonlyArray<SentinelConfig.User>): Effect.Effect<Logins, never, Passwords> =>
  Effect.map(
    Effect.forEach(users, (user) =>
      Effect.map(hashOf(user), (hash) => [user.email.toLowerCase(), { user: userOf(user), hash }] as const)
    ),
    (entries) => new Map(entries)
  )

/**
 * The directory of a configuration that does not change.
 *
 * Its passwords are hashed in the background, so that a server can answer before that is done. A login waits for it, whoever
 * it is: one that waits only for known users would tell who is known.
 *
 * @since 0.1.0
 */
export const layer = (
  config: SentinelConfig.SentinelConfig
): Layer.Layer<Directory, never, Digest.Digest | Passwords> =>
  Layer.effect(
    Directory,
    Effect.gen(function* () {
      const digest = yield* Digest.Digest
      const passwords = yield* Passwords
      const utf8 = new TextEncoder()

      const accounts = new Map<string, AccountEntry>()
      for (const { id, installations, name, users } of config.accounts) {
        const enabled = users.filter((user) => user.enabled)
        const installed = new Map<string, Installation>()
        for (const installation of installations.filter((installation) => installation.enabled)) {
          installed.set(installation.client_id, {
            clientId: installation.client_id,
            name: installation.display_name ?? installation.client_name,
            secretHash:
              installation.client_secret === undefined
                ? undefined
                : yield* Effect.orDie(
                    digest.digest(Digest.sha256, utf8.encode(Redacted.value(installation.client_secret)))
                  ),
            scope: installation.scope,
            grantTypes: installation.grant_types,
            redirectUris: installation.redirect_uris
          })
        }
        accounts.set(id, {
          account: { id, name },
          installations: installed,
          users: new Map(enabled.map((user) => [user.id, userOf(user)])),
          logins: yield* Effect.cached(Effect.provideService(loginsOf(enabled), Passwords, passwords))
        })
      }
      yield* Effect.forkScoped(Effect.forEach(accounts.values(), ({ logins }) => logins, { discard: true }))

      const find = <A>(found: A | undefined) => Effect.succeed(Option.fromUndefinedOr(found))

      return Directory.of({
        account: (accountId) => find(accounts.get(accountId)?.account),
        installation: (accountId, clientId) => find(accounts.get(accountId)?.installations.get(clientId)),
        user: (accountId, userId) => find(accounts.get(accountId)?.users.get(userId)),
        authenticate: Effect.fnUntraced(function* (accountId, email, password) {
          const logins: Logins = yield* accounts.get(accountId)?.logins ?? Effect.succeed(new Map())
          const login = logins.get(email.toLowerCase())
          // An unknown user costs as much as those whom the account has.
          const [another] = logins.values()
          const isRight = yield* passwords.verify(password, (login ?? another)?.hash)
          return isRight && login !== undefined ? Option.some(login.user) : Option.none()
        })
      })
    })
  )
