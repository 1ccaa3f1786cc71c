/** The directory as a document: settings, and hashes in place of secrets. */
import { AccountId } from "@le-auth/core/Identifiers"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import type * as Slices from "../input/Slices.ts"
import * as PasswordHash from "../../PasswordHash.ts"
import * as SentinelConfig from "../../SentinelConfig.ts"
import * as Password from "./directoryPassword.ts"
import type { DirectoryEntries } from "./directoryEntries.ts"

export const UserSettings = Schema.Struct(
  Struct.omit(SentinelConfig.User.fields, ["password", "password_hash"])
).annotate({
  identifier: "UserSettings"
})
export const InstallationSettings = Schema.StructWithRest(
  Schema.Struct(Struct.omit(SentinelConfig.Installation.schema.fields, ["client_secret"])),
  SentinelConfig.Installation.records
).annotate({
  identifier: "InstallationSettings"
})

const PasswordHashText = Schema.String.check(Schema.makeFilter((text: string) => PasswordHash.problemOf(text)))

const SecretHash = Schema.Uint8ArrayFromBase64Url.check(
  Schema.makeFilter(({ length }: Uint8Array) => (length === 32 ? undefined : "must be a SHA-256 in base64url"))
)

const { name, services, stubs } = SentinelConfig.Account.fields

/** Older documents have no services and no stubs. */
export const DirectoryDump = Schema.Array(
  Schema.Struct({
    settings: Schema.Struct({ id: AccountId, name, services }),
    stubs,
    users: Schema.Array(Schema.Struct({ settings: UserSettings, hash: PasswordHashText })),
    installations: Schema.Array(
      Schema.Struct({ settings: InstallationSettings, secretHash: Schema.optional(SecretHash) })
    )
  })
)
export type DirectoryDump = typeof DirectoryDump.Type

/** The same entries, with a hash of every password. */
export const settled = (entries: DirectoryEntries): Effect.Effect<DirectoryEntries> =>
  Effect.forEach(entries, (account) =>
    Effect.map(
      Effect.forEach(account.users, ({ password, settings }) =>
        Effect.map(Password.settled(password), (password) => ({ settings, password }))
      ),
      (users) => ({ ...account, users })
    )
  )

/** Passwords that have not changed stay what they are, with what is known of them. */
export const withKnown = (entries: DirectoryEntries, known: DirectoryEntries): DirectoryEntries => {
  const accounts = new Map(known.map(({ settings, users }) => [settings.id, users]))
  return entries.map((account) => {
    const users = new Map(accounts.get(account.settings.id)?.map(({ password, settings }) => [settings.id, password]))
    return {
      ...account,
      users: account.users.map(({ password, settings }) => {
        const old = users.get(settings.id)
        return { settings, password: old !== undefined && Password.isSamePassword(old, password) ? old : password }
      })
    }
  })
}

export const toDump = (entries: DirectoryEntries): Effect.Effect<DirectoryDump> =>
  Effect.forEach(entries, ({ installations, settings: { stubs, ...settings }, users }) =>
    Effect.map(
      Effect.forEach(users, ({ password, settings }) =>
        Effect.map(password.hash, (hash) => ({ settings, hash: PasswordHash.format(hash) }))
      ),
      (users) => ({ settings, ...(stubs === undefined ? {} : { stubs }), users, installations })
    )
  )

export function* fromDump(dump: DirectoryDump): Slices.Pausing<DirectoryEntries> {
  const entries: Array<DirectoryEntries[number]> = []
  for (const { installations, settings, stubs, users } of dump) {
    const known: Array<DirectoryEntries[number]["users"][number]> = []
    for (const { hash, settings } of users) {
      yield
      // The schema has seen to it that it can be read.
      known.push({ settings, password: Password.hashed(PasswordHash.parse(hash)!) })
    }
    entries.push({
      settings: stubs === undefined ? settings : { ...settings, stubs },
      installations: installations.map(({ secretHash, settings }) => ({ settings, secretHash })),
      users: known
    })
  }
  return entries
}
