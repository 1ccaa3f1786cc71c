/**
 * Port: the accounts, users and application installations that Sentinel knows.
 *
 * @since 0.1.0
 */
import type { AccountId, ClientId } from "@le-auth/core/Identifiers"
import type { GrantType } from "@le-auth/core/InstallationDocument"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { directoryOver, indexOf, makeEntries } from "./internal/directory/directoryEntries.ts"
import { Passwords, type PasswordsBusy } from "./Passwords.ts"
import type * as SentinelConfig from "./SentinelConfig.ts"
import type { Services, Stubs } from "./Stub.ts"

/**
 * An account, which LivePerson also calls a site or a brand. The login page shows its `name`, if it has one. `services`
 * are those that are elsewhere than Sentinel, and `stubs` are answered by Sentinel itself, both by the name of a
 * service, see `Stub`. Give other stubs as another object: it is read once.
 *
 * @category models
 * @since 0.1.0
 */
export interface Account {
  readonly id: AccountId
  readonly name: string | undefined
  readonly services?: Services | undefined
  readonly stubs?: Stubs | undefined
}

/**
 * A user of an account, without a password. `id` is the `sub` of their id_token. `isAdmin`: they are an administrator
 * of the account; `isLpa`: one of LivePerson's own.
 *
 * @category models
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
 * @category models
 * @since 0.1.0
 */
export interface Installation {
  readonly clientId: ClientId
  /** What the login page calls the application. */
  readonly name: string
  /**
   * SHA-256 of the secret. A secret has enough entropy that no slow hash is needed, unlike a password. A public client
   * has none, and works only where the dialect has PKCE.
   */
  readonly secretHash: Uint8Array | undefined
  /** What app tokens are for, space separated. */
  readonly scope: string | undefined
  readonly grantTypes: ReadonlyArray<GrantType>
  readonly redirectUris: ReadonlyArray<string>
  /**
   * Beside `redirectUris`, every address of `localhost`, `127.0.0.1` and `[::1]` is right, by http or https: for
   * development. Default: no.
   */
  readonly anyLoopbackRedirect?: boolean | undefined
}

/**
 * Looks up accounts, users and application installations. Provide your own where they are in a database.
 *
 * Disabled users and applications are not found. No method tells an unknown account from an unknown user or
 * application.
 *
 * @category services
 * @since 0.1.0
 */
export class Directory extends Context.Service<
  Directory,
  {
    /** The account with this id. */
    readonly account: (accountId: string) => Effect.Effect<Option.Option<Account>>
    /** The application with this client id, if it is installed in the account and enabled. */
    readonly installation: (accountId: string, clientId: string) => Effect.Effect<Option.Option<Installation>>
    /** The user with this id, if they are in the account and enabled. */
    readonly user: (accountId: string, userId: string) => Effect.Effect<Option.Option<User>>
    /** All users of the account who are enabled; none if there is no such account. */
    readonly users: (accountId: string) => Effect.Effect<ReadonlyArray<User>>
    /**
     * The user with this e-mail address, in upper or lower case, and this password. It takes as long for an unknown
     * user as for a wrong password, as `Passwords.verify` does.
     */
    readonly authenticate: (
      accountId: string,
      email: string,
      password: Redacted.Redacted<string>
    ) => Effect.Effect<Option.Option<User>, PasswordsBusy>
  }
>()("@le-auth/sentinel/Directory") {}

/**
 * The directory of a configuration that does not change. `DirectoryEditor.layer` is one that does.
 *
 * A password that is in the configuration as plain text is kept in memory as plain text, so a start does not wait for
 * hashes. A login costs as much as one with a hash, also for an unknown user.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Directory from "@le-auth/sentinel/Directory"
 * import * as Passwords from "@le-auth/sentinel/Passwords"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Layer from "effect/Layer"
 *
 * export const DirectoryLive = Directory.layer(SentinelConfig.development()).pipe(
 *   Layer.provide(Passwords.layer),
 *   Layer.provide(NodeCrypto.layer)
 * )
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  config: SentinelConfig.SentinelConfig
): Layer.Layer<Directory, never, Digest.Digest | Passwords> =>
  Layer.effect(
    Directory,
    Effect.gen(function* () {
      const passwords = yield* Passwords
      const maker = makeEntries(yield* Digest.Digest, passwords)
      const index = yield* indexOf(yield* maker.config(config, []))
      return Directory.of(directoryOver(() => index, passwords))
    })
  )
