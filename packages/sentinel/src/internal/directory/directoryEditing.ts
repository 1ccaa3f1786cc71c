/** The editor of a directory, wherever its records are. */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import type { NotThere } from "../../ControlError.ts"
import type { DirectoryEditor, Gone } from "../../DirectoryEditor.ts"
import * as Slices from "../input/Slices.ts"
import type { SentinelConfig } from "../../SentinelConfig.ts"
import * as Changes from "./directoryChanges.ts"
import { fromDump, toDump } from "./directoryDump.ts"
import type { Recorder, Records } from "./directoryRecords.ts"

export interface Place {
  readonly records: () => Records
  /**
   * Makes other records of those that there are, and puts them in their place. Where others change them at the same time, it may be
   * asked again. `source` is the configuration that they all come from, if they do. `keepSessions`: also of those whose password is
   * another one.
   */
  readonly put: <E>(
    f: (records: Records) => Effect.Effect<Records, E>,
    options?: { readonly source?: SentinelConfig; readonly keepSessions?: boolean | undefined }
  ) => Effect.Effect<Gone, E | StoreError>
  readonly recording: Recorder
  /** How long another configuration may wait for passwords to be compared, in milliseconds. Default: as long as it takes. */
  readonly patience?: number
  /** Whether there may be installations without a secret. */
  readonly pkce: Changes.Pkce
  /** What `reset` goes back to. */
  readonly initial: {
    readonly config: SentinelConfig
    readonly records: (before: Records) => Effect.Effect<Records>
  }
}

export const editorOver = ({ initial, patience, pkce, put, recording, records }: Place): DirectoryEditor["Service"] => {
  const change = (f: (records: Records) => Effect.Effect<Records, NotThere>, keepSessions?: boolean) =>
    put((records) => Effect.tap(f(records), (next) => Changes.check(next, pkce)), { keepSessions })
  const changes = Changes.make(recording)
  return {
    accounts: Effect.sync(() =>
      records().map(({ installations, settings, users }) => ({
        ...settings,
        users: users.map((record) => record.settings),
        installations: installations.map((record) => record.settings)
      }))
    ),
    addAccount: (account) => change(changes.addAccount(account)),
    removeAccount: (accountId) => change(changes.removeAccount(accountId)),
    addUser: (accountId, user) => change(changes.addUser(accountId, user)),
    changeUser: (accountId, userId, { keep_sessions, ...settings }) =>
      change(changes.changeUser(accountId, userId, settings), keep_sessions),
    removeUser: (accountId, userId) => change(changes.removeUser(accountId, userId)),
    addInstallation: (accountId, installation) => change(changes.addInstallation(accountId, installation)),
    changeInstallation: (accountId, clientId, { keep_sessions, ...settings }) =>
      change(changes.changeInstallation(accountId, clientId, settings), keep_sessions),
    removeInstallation: (accountId, clientId) => change(changes.removeInstallation(accountId, clientId)),
    replace: (next) => put((before) => recording.config(next, before, patience), { source: next }),
    reset: put(initial.records, { source: initial.config }),
    dump: Effect.suspend(() => toDump(records())),
    check: (dump) =>
      Effect.flatMap(
        Slices.run(() => fromDump(dump)),
        (records) => Changes.check(records, pkce)
      ),
    // What a document has of sessions was there together with its passwords.
    load: (dump) => Effect.asVoid(put(() => Slices.run(() => fromDump(dump)), { keepSessions: true }))
  }
}
