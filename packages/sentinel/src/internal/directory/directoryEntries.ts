/** What a directory is made of: settings, with hashes in place of secrets. */
import * as Utf8 from "@le-auth/core/shared/Utf8"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Account, Directory, Installation, User } from "../../Directory.ts"
import * as PasswordHash from "../../PasswordHash.ts"
import * as Slices from "../input/Slices.ts"
import type { Passwords } from "../../Passwords.ts"
import type * as SentinelConfig from "../../SentinelConfig.ts"
import * as Password from "./directoryPassword.ts"

export interface UserEntry {
  readonly settings: Omit<SentinelConfig.User, "password" | "password_hash">
  readonly password: Password.Password
}
export interface InstallationEntry {
  readonly settings: Omit<SentinelConfig.Installation, "client_secret">
  /** A public client has none. */
  readonly secretHash: Uint8Array | undefined
}
export interface AccountEntry {
  readonly settings: Omit<SentinelConfig.Account, "users" | "installations">
  readonly users: ReadonlyArray<UserEntry>
  readonly installations: ReadonlyArray<InstallationEntry>
}
export type DirectoryEntries = ReadonlyArray<AccountEntry>

/** By account and id. */
function* usersOf(entries: DirectoryEntries): Slices.Pausing<ReadonlyMap<string, ReadonlyMap<string, UserEntry>>> {
  const accounts = new Map<string, Map<string, UserEntry>>()
  for (const { settings, users } of entries) {
    const known = new Map<string, UserEntry>()
    for (const user of users) {
      yield
      known.set(user.settings.id, user)
    }
    accounts.set(settings.id, known)
  }
  return accounts
}

/** Makes entries of settings. A secret has enough entropy that no slow hash is needed, unlike a password. */
export const makeEntries = (digest: Digest.Digest["Service"], passwords: Passwords["Service"]) => {
  /** A user with the same password as before keeps it as it was. */
  const user = Effect.fnUntraced(function* (
    { password, password_hash, ...settings }: SentinelConfig.User,
    before?: Password.Password,
    mayWork: () => boolean = () => true
  ) {
    const parsed = password_hash === undefined ? undefined : PasswordHash.parse(Redacted.value(password_hash))
    const next =
      parsed === undefined ? yield* Password.plain(password ?? Redacted.make(""), passwords) : Password.hashed(parsed)
    return {
      settings,
      password: before === undefined ? next : yield* Password.keptIfSame(before, next, passwords, mayWork)
    } satisfies UserEntry
  })

  const installation = Effect.fnUntraced(function* ({ client_secret, ...settings }: SentinelConfig.Installation) {
    const secretHash =
      client_secret === undefined
        ? undefined
        : yield* digest.digest(Digest.sha256, Utf8.encode(Redacted.value(client_secret)))
    return { settings, secretHash } satisfies InstallationEntry
  }, Effect.orDie)

  const account = Effect.fnUntraced(function* (
    { installations, users, ...settings }: SentinelConfig.Account,
    before?: ReadonlyMap<string, UserEntry>,
    mayWork?: () => boolean
  ) {
    return {
      settings,
      users: yield* Effect.forEach(users, (one) => user(one, before?.get(one.id)?.password, mayWork)),
      installations: yield* Effect.forEach(installations, installation)
    } satisfies AccountEntry
  })

  /**
   * A whole configuration after another one. Where a text takes the place of a hash, or the other way round, only the
   * work of a login tells whether they are the same: after `timeout`, in milliseconds, the users who are left count as
   * having another password.
   */
  const config = Effect.fnUntraced(function* (
    next: SentinelConfig.SentinelConfig,
    before: DirectoryEntries,
    timeout = Infinity
  ): Effect.fn.Return<DirectoryEntries> {
    const end = performance.now() + timeout
    const known = yield* Slices.run(() => usersOf(before))
    return yield* Effect.forEach(next.accounts, (one) => account(one, known.get(one.id), () => performance.now() < end))
  })

  return { account, config, installation, user }
}
/** Makes the entries of users, installations, accounts and whole configurations. */
export type EntryMaker = ReturnType<typeof makeEntries>

interface IndexedAccount {
  readonly account: Account
  readonly installations: ReadonlyMap<string, Installation>
  readonly users: ReadonlyMap<string, User>
  /** By e-mail address in lower case. */
  readonly logins: ReadonlyMap<string, { readonly user: User; readonly password: Password.Password }>
  /** The kinds of passwords of this account, see {@link Passwords}. */
  readonly kinds: ReadonlyArray<PasswordHash.PasswordHash | undefined>
}

/** Where the directory looks things up. Disabled users and installations are not in it. */
export type Index = ReadonlyMap<string, IndexedAccount>

const userOf = ({ settings }: UserEntry): User => ({
  id: settings.id,
  email: settings.email,
  name: settings.name,
  isAdmin: settings.is_admin,
  isLpa: settings.is_lpa
})

const installationOf = ({ secretHash, settings }: InstallationEntry): Installation => ({
  clientId: settings.client_id,
  name: settings.display_name ?? settings.client_name,
  secretHash,
  scope: settings.scope,
  grantTypes: settings.grant_types,
  redirectUris: settings.redirect_uris,
  anyLoopbackRedirect: settings.any_loopback_redirect
})

/** One of each kind; `undefined` for those that are not hashed yet. */
export function* kindsOf(users: ReadonlyArray<UserEntry>): Slices.Pausing<IndexedAccount["kinds"]> {
  const kinds = new Map<string, PasswordHash.PasswordHash | undefined>()
  for (const {
    password: { expected }
  } of users) {
    yield
    if (Redacted.isRedacted(expected)) kinds.set("", undefined)
    else kinds.set(PasswordHash.kindOf(expected), expected)
  }
  return [...kinds.values()]
}

function* indexing(entries: DirectoryEntries): Slices.Pausing<Index> {
  const index = new Map<string, IndexedAccount>()
  for (const { installations, settings, users } of entries) {
    const account: Account = {
      id: settings.id,
      name: settings.name,
      services: settings.services,
      stubs: settings.stubs
    }
    const indexed = {
      account,
      installations: new Map<string, Installation>(),
      users: new Map<string, User>(),
      logins: new Map<string, { user: User; password: Password.Password }>(),
      kinds: yield* kindsOf(users)
    } satisfies IndexedAccount
    for (const entry of users) {
      yield
      if (!entry.settings.enabled) continue
      const user = userOf(entry)
      indexed.users.set(user.id, user)
      indexed.logins.set(user.email.toLowerCase(), { user, password: entry.password })
    }
    for (const entry of installations) {
      yield
      if (entry.settings.enabled) indexed.installations.set(entry.settings.client_id, installationOf(entry))
    }
    index.set(settings.id, indexed)
  }
  return index
}

export const indexOf = (entries: DirectoryEntries): Effect.Effect<Index> => Slices.run(() => indexing(entries))

const find = <A>(found: A | undefined) => Effect.succeed(Option.fromUndefinedOr(found))

/** A directory over an index that may be replaced at any time. */
export const directoryOver = (index: () => Index, passwords: Passwords["Service"]): Directory["Service"] => ({
  account: (accountId) => find(index().get(accountId)?.account),
  installation: (accountId, clientId) => find(index().get(accountId)?.installations.get(clientId)),
  user: (accountId, userId) => find(index().get(accountId)?.users.get(userId)),
  users: (accountId) => Effect.sync(() => [...(index().get(accountId)?.users.values() ?? [])]),
  authenticate: Effect.fnUntraced(function* (accountId, email, password) {
    const indexed = index().get(accountId)
    const login = indexed?.logins.get(email.toLowerCase())
    // For every user the work is that of all kinds that the account has.
    const expected = login === undefined ? indexed?.kinds[0] : login.password.expected
    const isRight = yield* passwords.verify(password, expected, indexed?.kinds)
    return isRight && login !== undefined ? Option.some(login.user) : Option.none()
  })
})
