/**
 * A directory that changes while Sentinel runs: accounts, users and installations come, change and go.
 *
 * Every change is checked as the configuration is, and takes effect with the next request. It says who is gone by it, so that
 * their sessions and tokens can be ended.
 *
 * @since 0.1.0
 */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { InvalidChange, NotThere } from "./ControlError.ts"
import { Directory } from "./Directory.ts"
import type { DirectoryDump } from "./internal/directory/directoryDump.ts"
import { editorOver } from "./internal/directory/directoryEditing.ts"
import { removedBetween } from "./internal/directory/directoryRemoved.ts"
import {
  directoryOver,
  type Index,
  indexOf,
  makeEntries,
  type DirectoryEntries
} from "./internal/directory/directoryEntries.ts"
import { Passwords } from "./Passwords.ts"
import type * as SentinelConfig from "./SentinelConfig.ts"

/**
 * Users and installations that were there and enabled before a change, and are not after it, or have another password, e-mail address
 * or secret.
 *
 * @since 0.1.0
 */
export interface Removed {
  readonly users: ReadonlyArray<{ readonly accountId: string; readonly userId: string }>
  readonly installations: ReadonlyArray<{ readonly accountId: string; readonly clientId: string }>
}

/** Whether sessions and tokens stay also where the password or the secret becomes another one: for tests. Default: no. */
interface KeepSessions {
  readonly keep_sessions?: boolean
}

/**
 * The settings of a user that can be changed. `password` is only changed if it is given.
 *
 * @since 0.1.0
 */
export type UserChanges = Partial<Omit<SentinelConfig.User, "id" | "password_hash">> & KeepSessions

/**
 * The settings of an installation that can be changed. `client_secret` is only changed if it is given.
 *
 * @since 0.1.0
 */
export type InstallationChanges = Partial<Omit<SentinelConfig.Installation, "client_id">> & KeepSessions

/**
 * A user as it can be shown.
 *
 * @since 0.1.0
 */
export type UserSettings = Omit<SentinelConfig.User, "password" | "password_hash">

/**
 * An installation as it can be shown.
 *
 * @since 0.1.0
 */
export type InstallationSettings = Omit<SentinelConfig.Installation, "client_secret">

/**
 * An account with everything in it, as it can be shown.
 *
 * @since 0.1.0
 */
export interface AccountSettings {
  readonly id: SentinelConfig.Account["id"]
  readonly name?: string
  readonly users: ReadonlyArray<UserSettings>
  readonly installations: ReadonlyArray<InstallationSettings>
}

/**
 * Why a change is refused.
 *
 * @since 0.1.0
 */
export type ChangeError = InvalidChange | NotThere

/** A directory in a database may be out of reach. */
type Change = Effect.Effect<Removed, ChangeError | StoreError>

/**
 * @since 0.1.0
 */
export class DirectoryEditor extends Context.Service<
  DirectoryEditor,
  {
    readonly accounts: Effect.Effect<ReadonlyArray<AccountSettings>>
    readonly addAccount: (account: SentinelConfig.Account) => Change
    readonly removeAccount: (accountId: string) => Change
    readonly addUser: (accountId: string, user: SentinelConfig.User) => Change
    readonly changeUser: (accountId: string, userId: string, changes: UserChanges) => Change
    readonly removeUser: (accountId: string, userId: string) => Change
    readonly addInstallation: (accountId: string, installation: SentinelConfig.Installation) => Change
    readonly changeInstallation: (accountId: string, clientId: string, changes: InstallationChanges) => Change
    readonly removeInstallation: (accountId: string, clientId: string) => Change
    /** Another configuration, in place of all that is there. Its points and its keys count from the next start on. */
    readonly replace: (config: SentinelConfig.SentinelConfig) => Effect.Effect<Removed, StoreError>
    /** Back to the configuration of the start. */
    readonly reset: Effect.Effect<Removed, StoreError>
    /** Everything as JSON, with hashes in place of secrets. */
    readonly dump: Effect.Effect<DirectoryDump>
    /** Whether a document could be a configuration. */
    readonly check: (dump: DirectoryDump) => Effect.Effect<void, InvalidChange>
    /** Replaces everything by a document that was checked. */
    readonly load: (dump: DirectoryDump) => Effect.Effect<void, StoreError>
  }
>()("@le-auth/sentinel/DirectoryEditor") {}

/**
 * The directory of a configuration, and its editor.
 *
 * @since 0.1.0
 */
export const layer = (
  config: SentinelConfig.SentinelConfig
): Layer.Layer<Directory | DirectoryEditor, never, Digest.Digest | Passwords> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const passwords = yield* Passwords
      const maker = makeEntries(yield* Digest.Digest, passwords)
      const initial = yield* maker.config(config, [])
      let entries: DirectoryEntries = initial
      let index: Index = yield* indexOf(entries)
      const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)

      const set = Effect.fnUntraced(function* (
        next: DirectoryEntries,
        options: { readonly keepSessions?: boolean | undefined }
      ): Effect.fn.Return<Removed> {
        const removed = yield* removedBetween(entries, next, options)
        index = yield* indexOf(next)
        entries = next
        return removed
      })
      const editor = editorOver({
        entries: () => entries,
        put: (f, options = {}) =>
          Effect.suspend(() => f(entries)).pipe(
            Effect.flatMap((next) => set(next, options)),
            oneAtATime
          ),
        maker,
        // In a database all would have to be hashed, which takes as long. Here they need not be, so the file should count soon.
        timeout: 2000,
        pkce: config.points?.pkce,
        initial: { config, entries: () => Effect.succeed(initial) }
      })
      return Context.make(DirectoryEditor, DirectoryEditor.of(editor)).pipe(
        Context.add(
          Directory,
          directoryOver(() => index, passwords)
        )
      )
    })
  )
