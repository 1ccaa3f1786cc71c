/** The users and installations whose sessions and tokens a change of the directory ends. */
import type * as Effect from "effect/Effect"
import type { Removed } from "../../DirectoryEditor.ts"
import * as Slices from "../input/Slices.ts"
import { isSamePassword } from "./directoryPassword.ts"
import type { AccountEntry, InstallationEntry, DirectoryEntries, UserEntry } from "./directoryEntries.ts"

type Key = readonly [accountId: string, id: string]

/** The keys of those that were there before, and after it are not, or not the same. Disabled ones are not there. */
function* leavers<A extends { readonly settings: { readonly enabled: boolean } }>(
  before: DirectoryEntries,
  after: DirectoryEntries,
  of: (account: AccountEntry) => ReadonlyArray<A>,
  idOf: (one: A) => string,
  isSame: (before: A, after: A) => boolean
): Slices.Pausing<ReadonlyArray<Key>> {
  const keys: Array<Key> = []
  const accounts = new Map(after.map((account) => [account.settings.id, account]))
  for (const old of before) {
    const now = accounts.get(old.settings.id)
    // A list that was not changed is the same list.
    if (now !== undefined && of(now) === of(old)) continue
    const there = new Map<string, A>()
    for (const one of now === undefined ? [] : of(now)) {
      yield
      if (one.settings.enabled) there.set(idOf(one), one)
    }
    for (const one of of(old)) {
      yield
      if (!one.settings.enabled) continue
      const next = there.get(idOf(one))
      if (next === undefined || !isSame(one, next)) keys.push([old.settings.id, idOf(one)])
    }
  }
  return keys
}

/** What a session of a user rests on: the address and the password that they have signed in with. */
const isSameLogin = (before: UserEntry, after: UserEntry): boolean =>
  before === after ||
  (before.settings.email.toLowerCase() === after.settings.email.toLowerCase() &&
    isSamePassword(before.password, after.password))

const isSameSecret = ({ secretHash: before }: InstallationEntry, { secretHash: after }: InstallationEntry): boolean =>
  before === undefined || after === undefined
    ? before === after
    : before.length === after.length && before.every((byte, index) => byte === after[index])

/**
 * Users and installations that are gone, and, unless their sessions are to be kept, those that have another password or
 * another secret now: somebody else may have known the old one.
 */
export const removedBetween = (
  before: DirectoryEntries,
  after: DirectoryEntries,
  options?: { readonly keepSessions?: boolean | undefined }
): Effect.Effect<Removed> =>
  Slices.run(function* () {
    const keeps = options?.keepSessions === true
    const users = yield* leavers<UserEntry>(
      before,
      after,
      (account) => account.users,
      ({ settings }) => settings.id,
      (old, next) => keeps || isSameLogin(old, next)
    )
    const installations = yield* leavers<InstallationEntry>(
      before,
      after,
      (account) => account.installations,
      ({ settings }) => settings.client_id,
      (old, next) => keeps || isSameSecret(old, next)
    )
    return {
      users: users.map(([accountId, userId]) => ({ accountId, userId })),
      installations: installations.map(([accountId, clientId]) => ({ accountId, clientId }))
    }
  })
