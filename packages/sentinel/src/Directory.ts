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
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import { directoryOver, indexOf, makeEntries } from "./internal/directory/directoryEntries.ts"
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
   * none, and works only where the dialect has PKCE.
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

/**
 * The directory of a configuration that does not change. `DirectoryEditor.layer` is one that does.
 *
 * A password that is in the configuration as it is, is in memory as it is: nobody waits until it is hashed. A login costs as much as
 * one with a hash, whoever it is.
 *
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
