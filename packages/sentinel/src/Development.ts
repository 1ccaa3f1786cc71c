/**
 * What the pages of a Sentinel on a developer's computer may show and do: the start page, the list of users beside the
 * login form, and error pages that say what was sent. Strict mode has none of it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoreUnavailable } from "./ControlError.ts"
import { Directory } from "./Directory.ts"
import type { AccountSettings, ChangeError } from "./DirectoryEditor.ts"
import type { SentinelConfig } from "./SentinelConfig.ts"

/**
 * What the pages show of the accounts, and where a redirect URI is added: `accounts` of `Control`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Accounts {
  /** All accounts, without passwords and secrets. */
  readonly list: Effect.Effect<ReadonlyArray<AccountSettings>>
  /** Gives an installation other redirect URIs. */
  readonly changeInstallation: (
    accountId: string,
    clientId: string,
    changes: { readonly redirect_uris: ReadonlyArray<string> }
  ) => Effect.Effect<void, ChangeError | StoreUnavailable>
}

/**
 * The pages for development. Accounts and applications are shown to all who reach this Sentinel. Users, well-known
 * passwords and secrets are shown only where `isBuiltIn` is set, only by a server that listens on loopback, and only to
 * a browser of this computer; so is the button that registers a redirect URI.
 *
 * @category models
 * @since 0.1.0
 */
export interface Development {
  readonly accounts: Accounts
  /**
   * The accounts are those of `SentinelConfig.development`, whose passwords and secrets are well known, and not others
   * that a database had before. Default: no.
   */
  readonly isBuiltIn?: boolean | undefined
  /**
   * The login page lists the users of any configuration, each with a button that needs no password, for everybody who
   * reaches this Sentinel. Default: no; the built-in users are listed on loopback.
   */
  readonly quickSignIn?: boolean | undefined
  /** The origin of the control, whose inspector the pages link to, once it is open. Default: there is none. */
  readonly control?: (() => string | undefined) | undefined
  /**
   * How a redirect URI is registered in this way of running, as a sentence, such as "Start Sentinel with --redirect-uri
   * and the address." Default: to add it to `redirect_uris` of the installation.
   */
  readonly toRegister?: string | undefined
}

/**
 * Whether a Sentinel has the users of a configuration, with their passwords: what `isBuiltIn` needs to be. A database
 * may have other ones from before, or a password may have been changed. Then nothing is well known.
 *
 * @example
 * ```ts
 * import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
 * import * as Control from "@le-auth/sentinel/Control"
 * import * as Development from "@le-auth/sentinel/Development"
 * import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const config = SentinelConfig.development()
 * const services = Control.layerMemory(config).pipe(Layer.provide(NodeCrypto.layer))
 *
 * Effect.provide(Development.hasUsersOf(config), services) // => true
 * ```
 *
 * @category guards
 * @since 0.1.0
 */
export const hasUsersOf = Effect.fnUntraced(function* (
  config: SentinelConfig
): Effect.fn.Return<boolean, never, Directory> {
  const directory = yield* Directory
  for (const { id, users } of config.accounts) {
    for (const { email, password } of users) {
      if (password === undefined) return false
      const user = yield* Effect.orElseSucceed(directory.authenticate(id, email, password), () => Option.none())
      if (Option.isNone(user)) return false
    }
  }
  return true
})
