/** The editor of a directory, wherever its entries are. */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import type { NotThere } from "../../ControlError.ts"
import type { DirectoryEditor, Removed } from "../../DirectoryEditor.ts"
import * as Slices from "../input/Slices.ts"
import type { SentinelConfig } from "../../SentinelConfig.ts"
import * as Changes from "./directoryChanges.ts"
import { fromDump, toDump } from "./directoryDump.ts"
import type { EntryMaker, DirectoryEntries } from "./directoryEntries.ts"

/** Where the entries of a directory are, in memory or in a database, and how they are replaced. */
export interface EntryStore {
  readonly entries: () => DirectoryEntries
  /**
   * Makes other entries of those that there are, and puts them in their place. Where others change them at the same
   * time, it may be asked again. `source` is the configuration that they all come from, if they do. `keepSessions`:
   * also of those whose password is another one.
   */
  readonly put: <E>(
    f: (entries: DirectoryEntries) => Effect.Effect<DirectoryEntries, E>,
    options?: { readonly source?: SentinelConfig; readonly keepSessions?: boolean | undefined }
  ) => Effect.Effect<Removed, E | StoreError>
  readonly maker: EntryMaker
  /**
   * How long another configuration may wait for passwords to be compared, in milliseconds. Default: as long as it
   * takes.
   */
  readonly timeout?: number
  /** Whether there may be installations without a secret. */
  readonly pkce: Changes.Pkce
  /** What `reset` goes back to. */
  readonly initial: {
    readonly config: SentinelConfig
    readonly entries: (before: DirectoryEntries) => Effect.Effect<DirectoryEntries>
  }
}

export const editorOver = ({ initial, timeout, pkce, put, maker, entries }: EntryStore): DirectoryEditor["Service"] => {
  const change = (
    f: (entries: DirectoryEntries) => Effect.Effect<DirectoryEntries, NotThere>,
    keepSessions?: boolean
  ) => put((entries) => Effect.tap(f(entries), (next) => Changes.check(next, pkce)), { keepSessions })
  const changes = Changes.make(maker)
  return {
    accounts: Effect.sync(() =>
      entries().map(({ installations, settings, users }) => ({
        ...settings,
        users: users.map((entry) => entry.settings),
        installations: installations.map((entry) => entry.settings)
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
    setService: (...service) => change(changes.setService(...service)),
    removeService: (...service) => change(changes.removeService(...service)),
    setStubs: (...stubs) => change(changes.setStubs(...stubs)),
    addStub: (...stub) => change(changes.addStub(...stub)),
    removeStubs: (...stubs) => change(changes.removeStubs(...stubs)),
    replace: (next) => put((before) => maker.config(next, before, timeout), { source: next }),
    reset: put(initial.entries, { source: initial.config }),
    dump: Effect.suspend(() => toDump(entries())),
    check: (dump) =>
      Effect.flatMap(
        Slices.run(() => fromDump(dump)),
        (entries) => Changes.check(entries, pkce)
      ),
    // What a document has of sessions was there together with its passwords.
    load: (dump) => Effect.asVoid(put(() => Slices.run(() => fromDump(dump)), { keepSessions: true }))
  }
}
