/** Whose sessions and tokens a change of the directory ends. */
import type { Gone } from "../DirectoryEditor.ts"
import { isSamePassword } from "./directoryPassword.ts"
import type { InstallationRecord, Records, UserRecord } from "./directoryRecords.ts"

/** Who is enabled, by account and id. */
const usersIn = (records: Records) =>
  new Map(
    records.flatMap(({ settings: { id }, users }) =>
      users.filter(({ settings }) => settings.enabled).map((user) => [JSON.stringify([id, user.settings.id]), user])
    )
  )
const installationsIn = (records: Records) =>
  new Map(
    records.flatMap(({ installations, settings: { id } }) =>
      installations
        .filter(({ settings }) => settings.enabled)
        .map((one) => [JSON.stringify([id, one.settings.client_id]), one])
    )
  )

/** What a session of a user rests on: the address and the password that they have signed in with. */
const isSameLogin = (before: UserRecord, after: UserRecord): boolean =>
  before === after ||
  (before.settings.email.toLowerCase() === after.settings.email.toLowerCase() &&
    isSamePassword(before.password, after.password))

const isSameSecret = ({ secretHash: before }: InstallationRecord, { secretHash: after }: InstallationRecord): boolean =>
  before === undefined || after === undefined
    ? before === after
    : before.length === after.length && before.every((byte, index) => byte === after[index])

/** The places of who was there before and is not there, or not the same, after it. */
const leavers = <A>(
  before: ReadonlyMap<string, A>,
  after: ReadonlyMap<string, A>,
  isSame: (before: A, after: A) => boolean
): ReadonlyArray<readonly [accountId: string, id: string]> =>
  [...before].flatMap(([key, one]) => {
    const next = after.get(key)
    return next !== undefined && isSame(one, next) ? [] : [JSON.parse(key)]
  })

/**
 * Users and installations that are gone, and, unless their sessions are to be kept, those that have another password or another secret
 * now: somebody else may have known the old one.
 */
export const goneBetween = (
  before: Records,
  after: Records,
  options?: { readonly keepSessions?: boolean | undefined }
): Gone => {
  const keeps = options?.keepSessions === true
  const users = leavers(usersIn(before), usersIn(after), keeps ? () => true : isSameLogin)
  const installations = leavers(installationsIn(before), installationsIn(after), keeps ? () => true : isSameSecret)
  return {
    users: users.map(([accountId, userId]) => ({ accountId, userId })),
    installations: installations.map(([accountId, clientId]) => ({ accountId, clientId }))
  }
}
