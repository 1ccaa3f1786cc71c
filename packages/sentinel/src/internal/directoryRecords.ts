/** What a directory is made of: settings, with hashes in place of secrets. */
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Account, Directory, Installation, User } from "../Directory.ts"
import * as PasswordHash from "../PasswordHash.ts"
import type { Passwords } from "../Passwords.ts"
import type * as SentinelConfig from "../SentinelConfig.ts"

export interface UserRecord {
  readonly settings: Omit<SentinelConfig.User, "password" | "password_hash">
  /** A password that is in the configuration as it is has to be hashed first; that is done once. */
  readonly hash: Effect.Effect<PasswordHash.PasswordHash>
}
export interface InstallationRecord {
  readonly settings: Omit<SentinelConfig.Installation, "client_secret">
  /** A public client has none. */
  readonly secretHash: Uint8Array | undefined
}
export interface AccountRecord {
  readonly settings: Omit<SentinelConfig.Account, "users" | "installations">
  readonly users: ReadonlyArray<UserRecord>
  readonly installations: ReadonlyArray<InstallationRecord>
}
export type Records = ReadonlyArray<AccountRecord>

const utf8 = new TextEncoder()

/** Makes records of settings. A secret has enough entropy that no slow hash is needed, unlike a password. */
export const recorder = (digest: Digest.Digest["Service"], passwords: Passwords["Service"]) => {
  const user = Effect.fnUntraced(function* ({ password, password_hash, ...settings }: SentinelConfig.User) {
    const parsed = password_hash === undefined ? undefined : PasswordHash.parse(Redacted.value(password_hash))
    const hash =
      parsed === undefined
        ? yield* Effect.cached(passwords.hash(password ?? Redacted.make("")))
        : Effect.succeed(parsed)
    return { settings, hash } satisfies UserRecord
  })

  const installation = Effect.fnUntraced(function* ({ client_secret, ...settings }: SentinelConfig.Installation) {
    const secretHash =
      client_secret === undefined
        ? undefined
        : yield* digest.digest(Digest.sha256, utf8.encode(Redacted.value(client_secret)))
    return { settings, secretHash } satisfies InstallationRecord
  }, Effect.orDie)

  const account = Effect.fnUntraced(function* ({ installations, users, ...settings }: SentinelConfig.Account) {
    return {
      settings,
      users: yield* Effect.forEach(users, user),
      installations: yield* Effect.forEach(installations, installation)
    } satisfies AccountRecord
  })

  return { account, installation, user }
}
export type Recorder = ReturnType<typeof recorder>

/** Hashes the passwords that are not hashed yet. */
export const hashAll = (records: Records): Effect.Effect<void> =>
  Effect.forEach(records, ({ users }) => Effect.forEach(users, ({ hash }) => hash), { discard: true })

interface AccountEntry {
  readonly account: Account
  readonly installations: ReadonlyMap<string, Installation>
  readonly users: ReadonlyMap<string, User>
  /** By e-mail address in lower case. */
  readonly logins: ReadonlyMap<string, { readonly user: User; readonly hash: UserRecord["hash"] }>
}

/** Where the directory looks things up. Who is disabled is not in it. */
export type Index = ReadonlyMap<string, AccountEntry>

const userOf = ({ settings }: UserRecord): User => ({
  id: settings.id,
  email: settings.email,
  name: settings.name,
  isAdmin: settings.is_admin,
  isLpa: settings.is_lpa
})

const installationOf = ({ secretHash, settings }: InstallationRecord): Installation => ({
  clientId: settings.client_id,
  name: settings.display_name ?? settings.client_name,
  secretHash,
  scope: settings.scope,
  grantTypes: settings.grant_types,
  redirectUris: settings.redirect_uris
})

export const indexOf = (records: Records): Index =>
  new Map(
    records.map(({ installations, settings, users }) => {
      const enabled = users
        .filter((record) => record.settings.enabled)
        .map((record) => ({ user: userOf(record), hash: record.hash }))
      const entry: AccountEntry = {
        account: { id: settings.id, name: settings.name },
        installations: new Map(
          installations
            .filter((record) => record.settings.enabled)
            .map((record) => [record.settings.client_id, installationOf(record)])
        ),
        users: new Map(enabled.map(({ user }) => [user.id, user])),
        logins: new Map(enabled.map((login) => [login.user.email.toLowerCase(), login]))
      }
      return [settings.id, entry]
    })
  )

const find = <A>(found: A | undefined) => Effect.succeed(Option.fromUndefinedOr(found))

/** A directory over an index that may be replaced at any time. */
export const directoryOver = (index: () => Index, passwords: Passwords["Service"]): Directory["Service"] => ({
  account: (accountId) => find(index().get(accountId)?.account),
  installation: (accountId, clientId) => find(index().get(accountId)?.installations.get(clientId)),
  user: (accountId, userId) => find(index().get(accountId)?.users.get(userId)),
  authenticate: Effect.fnUntraced(function* (accountId, email, password) {
    const logins = index().get(accountId)?.logins
    const all = [...(logins?.values() ?? [])]
    // A login that waits only for the hashes of known users would tell who is known.
    const hashes = yield* Effect.forEach(all, ({ hash }) => hash)
    const login = logins?.get(email.toLowerCase())
    // An unknown user costs as much as those whom the account has.
    const hash = login === undefined ? hashes[0] : hashes[all.indexOf(login)]
    const isRight = yield* passwords.verify(password, hash)
    return isRight && login !== undefined ? Option.some(login.user) : Option.none()
  })
})
