/** Who was there before a change of the directory, and is not after it. */
import type { Gone } from "../DirectoryEditor.ts"
import type { Records } from "./directoryRecords.ts"

const usersIn = (records: Records) =>
  records.flatMap(({ settings, users }) =>
    users
      .filter((user) => user.settings.enabled)
      .map((user) => ({ accountId: settings.id as string, userId: user.settings.id }))
  )

const installationsIn = (records: Records) =>
  records.flatMap(({ installations, settings }) =>
    installations
      .filter((installation) => installation.settings.enabled)
      .map((installation) => ({
        accountId: settings.id as string,
        clientId: installation.settings.client_id as string
      }))
  )

const without = <A extends object>(before: ReadonlyArray<A>, after: ReadonlyArray<A>): ReadonlyArray<A> => {
  const keys = new Set(after.map((one) => JSON.stringify(one)))
  return before.filter((one) => !keys.has(JSON.stringify(one)))
}

export const goneBetween = (before: Records, after: Records): Gone => ({
  users: without(usersIn(before), usersIn(after)),
  installations: without(installationsIn(before), installationsIn(after))
})
