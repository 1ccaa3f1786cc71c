/** Adds, changes and removes accounts, users, installations, services and stubs while Sentinel runs. */
import type { StoreError } from "@le-auth/core/StoreError"
import * as Effect from "effect/Effect"
import type { AccountSettings, ChangeError, DirectoryEditor, Removed } from "../../DirectoryEditor.ts"
import type { StoreUnavailable } from "../../ControlError.ts"
import { unavailable } from "./failures.ts"
import type { Change } from "./recordChange.ts"
import type { SessionControl } from "./SessionControl.ts"

type Editor = DirectoryEditor["Service"]

/** The same operation, which also ends the sessions and tokens of {@link Removed} users and installations. */
type Ended<Operation> = Operation extends (...args: infer Args) => Effect.Effect<Removed, infer E>
  ? (...args: Args) => Effect.Effect<void, Exclude<E, StoreError> | StoreUnavailable>
  : never

/** The operations of `DirectoryEditor`. */
export interface AccountControl {
  readonly list: Effect.Effect<ReadonlyArray<AccountSettings>>
  readonly addAccount: Ended<Editor["addAccount"]>
  readonly removeAccount: Ended<Editor["removeAccount"]>
  readonly addUser: Ended<Editor["addUser"]>
  readonly changeUser: Ended<Editor["changeUser"]>
  readonly removeUser: Ended<Editor["removeUser"]>
  readonly addInstallation: Ended<Editor["addInstallation"]>
  readonly changeInstallation: Ended<Editor["changeInstallation"]>
  readonly removeInstallation: Ended<Editor["removeInstallation"]>
  readonly setService: Ended<Editor["setService"]>
  readonly removeService: Ended<Editor["removeService"]>
  readonly setStubs: Ended<Editor["setStubs"]>
  readonly addStub: Ended<Editor["addStub"]>
  readonly removeStubs: Ended<Editor["removeStubs"]>
  /**
   * Another configuration in place of this one. Users and installations that are in both keep their sessions and
   * tokens.
   */
  readonly replace: Ended<Editor["replace"]>
}

/** Makes the operations of `Control.accounts`. Each is an entry of the journal. */
export const make = (parts: {
  readonly change: Change
  readonly editor: Editor
  readonly sessions: SessionControl
}): AccountControl => {
  const { change, editor, sessions } = parts

  /** A user who is disabled or removed, or an application that is uninstalled, may refresh no more (R70). */
  const ending = <E extends ChangeError>(what: string, operation: Effect.Effect<Removed, E | StoreError>) =>
    change(
      what,
      Effect.flatMap(unavailable(operation), ({ installations, users }) =>
        Effect.andThen(
          Effect.forEach(users, ({ accountId, userId }) => sessions.endUser(accountId, userId), { discard: true }),
          Effect.forEach(installations, ({ accountId, clientId }) => sessions.revokeClient(accountId, clientId), {
            discard: true
          })
        )
      )
    )

  return {
    list: editor.accounts,
    addAccount: (account) => ending(`account ${account.id} added`, editor.addAccount(account)),
    removeAccount: (accountId) => ending(`account ${accountId} removed`, editor.removeAccount(accountId)),
    addUser: (accountId, user) => ending(`user ${user.id} added`, editor.addUser(accountId, user)),
    changeUser: (accountId, userId, changes) =>
      ending(`user ${userId} changed`, editor.changeUser(accountId, userId, changes)),
    removeUser: (accountId, userId) => ending(`user ${userId} removed`, editor.removeUser(accountId, userId)),
    addInstallation: (accountId, installation) =>
      ending(`installation ${installation.client_id} added`, editor.addInstallation(accountId, installation)),
    changeInstallation: (accountId, clientId, changes) =>
      ending(`installation ${clientId} changed`, editor.changeInstallation(accountId, clientId, changes)),
    removeInstallation: (accountId, clientId) =>
      ending(`installation ${clientId} removed`, editor.removeInstallation(accountId, clientId)),
    setService: (accountId, service, host) =>
      ending(`service ${service} of account ${accountId} is at ${host}`, editor.setService(accountId, service, host)),
    removeService: (accountId, service) =>
      ending(`service ${service} of account ${accountId} is at Sentinel`, editor.removeService(accountId, service)),
    setStubs: (accountId, service, stubs) =>
      ending(`stubs of ${service} of account ${accountId} replaced`, editor.setStubs(accountId, service, stubs)),
    addStub: (accountId, service, stub) =>
      ending(
        `stub of ${service} of account ${accountId} added: ${stub.route}`,
        editor.addStub(accountId, service, stub)
      ),
    removeStubs: (accountId, service, route) =>
      ending(
        `stub${route === undefined ? "s" : ""} of ${service} of account ${accountId} removed`,
        editor.removeStubs(accountId, service, route)
      ),
    replace: (config) => ending<never>("configuration replaced", editor.replace(config))
  }
}
