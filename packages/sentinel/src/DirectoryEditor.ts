/**
 * A directory that changes while Sentinel runs: accounts, users and installations are added, changed and removed.
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
import * as SentinelDialect from "./SentinelDialect.ts"
import type { Services, Stub, Stubs } from "./Stub.ts"

/**
 * The users and installations whose sessions and tokens a change ends: they were there and enabled before it, and after
 * it they are not, or have another password, e-mail address or secret.
 *
 * @category models
 * @since 0.1.0
 */
export interface Removed {
  readonly users: ReadonlyArray<{ readonly accountId: string; readonly userId: string }>
  readonly installations: ReadonlyArray<{ readonly accountId: string; readonly clientId: string }>
}

/** Whether sessions and tokens stay where the password or the secret becomes another one: for tests. Default: no. */
interface KeepSessions {
  readonly keep_sessions?: boolean
}

/**
 * The settings of a user that can be changed. What is left out stays as it is. With `keep_sessions` sessions and tokens
 * also stay where the password becomes another one, for tests.
 *
 * @category models
 * @since 0.1.0
 */
export type UserChanges = Partial<Omit<SentinelConfig.User, "id" | "password_hash">> & KeepSessions

/**
 * The settings of an installation that can be changed. What is left out stays as it is. With `keep_sessions` tokens
 * also stay where the secret becomes another one, for tests.
 *
 * @category models
 * @since 0.1.0
 */
export type InstallationChanges = Partial<Omit<SentinelConfig.Installation, "client_id">> & KeepSessions

/**
 * The settings of a user, without their password.
 *
 * @category models
 * @since 0.1.0
 */
export type UserSettings = Omit<SentinelConfig.User, "password" | "password_hash">

/**
 * The settings of an installation, without its secret.
 *
 * @category models
 * @since 0.1.0
 */
export type InstallationSettings = Omit<SentinelConfig.Installation, "client_secret">

/**
 * An account with its users and installations, without passwords and secrets.
 *
 * @category models
 * @since 0.1.0
 */
export interface AccountSettings {
  readonly id: SentinelConfig.Account["id"]
  readonly name?: string
  readonly services?: Services
  readonly stubs?: Stubs
  readonly users: ReadonlyArray<UserSettings>
  readonly installations: ReadonlyArray<InstallationSettings>
}

/**
 * The errors of a change: it would break a rule of the configuration, or what it is about does not exist.
 *
 * @category errors
 * @since 0.1.0
 */
export type ChangeError = InvalidChange | NotThere

/** A directory in a database may be out of reach. */
type Change = Effect.Effect<Removed, ChangeError | StoreError>

/**
 * Changes the directory of a Sentinel. Every change is checked as a configuration is, takes effect with the next
 * request, and gives what it {@link Removed}, so that the sessions and tokens of those can be ended. `Control` does
 * that by itself.
 *
 * @category services
 * @since 0.1.0
 */
export class DirectoryEditor extends Context.Service<
  DirectoryEditor,
  {
    /** All accounts, without passwords and secrets. */
    readonly accounts: Effect.Effect<ReadonlyArray<AccountSettings>>
    /** Adds an account with its users and installations. */
    readonly addAccount: (account: SentinelConfig.Account) => Change
    /** Removes an account with its users and installations. */
    readonly removeAccount: (accountId: string) => Change
    /** Adds a user to an account. */
    readonly addUser: (accountId: string, user: SentinelConfig.User) => Change
    /** Changes some settings of a user; `enabled: false` disables them. */
    readonly changeUser: (accountId: string, userId: string, changes: UserChanges) => Change
    /** Removes a user from an account. */
    readonly removeUser: (accountId: string, userId: string) => Change
    /** Installs an application in an account. */
    readonly addInstallation: (accountId: string, installation: SentinelConfig.Installation) => Change
    /** Changes some settings of an installation; `enabled: false` disables it. */
    readonly changeInstallation: (accountId: string, clientId: string, changes: InstallationChanges) => Change
    /** Uninstalls an application. */
    readonly removeInstallation: (accountId: string, clientId: string) => Change
    /** Says where a service of an account is, elsewhere than Sentinel. */
    readonly setService: (accountId: string, service: string, host: string) => Change
    /** Brings a service back to Sentinel; a name that LivePerson does not have is gone. */
    readonly removeService: (accountId: string, service: string) => Change
    /** Replaces all stubs of a service. */
    readonly setStubs: (accountId: string, service: string, stubs: ReadonlyArray<Stub>) => Change
    /** Adds a stub to a service, in place of the one of the same route. */
    readonly addStub: (accountId: string, service: string, stub: Stub) => Change
    /** Removes the stub with this route from a service, or all of its stubs. */
    readonly removeStubs: (accountId: string, service: string, route?: string) => Change
    /**
     * Replaces all accounts by those of another configuration. Its `points` and `signing_keys` count from the next
     * start on.
     */
    readonly replace: (config: SentinelConfig.SentinelConfig) => Effect.Effect<Removed, StoreError>
    /** Replaces all accounts by those of the configuration of the start. */
    readonly reset: Effect.Effect<Removed, StoreError>
    /** The whole directory as a document, with hashes in place of passwords and secrets. */
    readonly dump: Effect.Effect<DirectoryDump>
    /** Fails if a document breaks a rule of the configuration, and changes nothing. */
    readonly check: (dump: DirectoryDump) => Effect.Effect<void, InvalidChange>
    /** Replaces all accounts by those of a document that was checked. */
    readonly load: (dump: DirectoryDump) => Effect.Effect<void, StoreError>
  }
>()("@le-auth/sentinel/DirectoryEditor") {}

/**
 * The directory of a configuration and its editor, in the memory of this process.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as DirectoryEditor from "@le-auth/sentinel/DirectoryEditor"
 * import * as Passwords from "@le-auth/sentinel/Passwords"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const EditorLive = DirectoryEditor.layer(SentinelConfig.development()).pipe(
 *   Layer.provide(Passwords.layer),
 *   Layer.provide(NodeCrypto.layer)
 * )
 *
 * const disabled = DirectoryEditor.DirectoryEditor.use((editor) =>
 *   Effect.map(editor.changeUser("12345678", "3552833710", { enabled: false }), ({ users }) => users.length)
 * )
 *
 * Effect.provide(disabled, EditorLive) // => 1
 * ```
 *
 * @category layers
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
        // Passwords need not be hashed here, so another file should count soon.
        timeout: 2000,
        pkce: SentinelDialect.make(config).pkce,
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
