/**
 * The changes of a directory: each makes other entries of the entries that there are, or says all that is wrong with
 * it.
 */
import * as Effect from "effect/Effect"
import { InvalidChange, NotThere } from "../../ControlError.ts"
import type { InstallationChanges, UserChanges } from "../../DirectoryEditor.ts"
import * as Slices from "../input/Slices.ts"
import { shapeOf } from "../input/stubRoute.ts"
import type { Services, Stub, Stubs } from "../../Stub.ts"
import * as SentinelConfig from "../../SentinelConfig.ts"
import type { SentinelDialect } from "../../SentinelDialect.ts"
import {
  type AccountEntry,
  type InstallationEntry,
  kindsOf,
  type EntryMaker,
  type DirectoryEntries,
  type UserEntry
} from "./directoryEntries.ts"
import * as PasswordKinds from "./passwordKinds.ts"

/** Whose sessions are kept is not what is changed. */
type Kept<Changes> = Omit<Changes, "keep_sessions">

type Change = (entries: DirectoryEntries) => Effect.Effect<DirectoryEntries, NotThere>

/** Stands for a secret that is there, and of which only the hash is known. */
const kept = "unchanged"

/** Whether there may be installations without a secret. */
export type Pkce = SentinelDialect["pkce"]

/** The entries as the configuration that they could have come from, and what only the entries tell. */
function* asConfig(entries: DirectoryEntries, pkce: Pkce) {
  const problems: Array<string> = []
  const accounts: Array<unknown> = []
  for (const { installations, settings, users } of entries) {
    const account = { ...settings, users: [] as Array<unknown>, installations: [] as Array<unknown> }
    for (const user of users) {
      yield
      account.users.push({ ...user.settings, password: kept })
    }
    for (const { secretHash, settings } of installations) {
      yield
      account.installations.push(secretHash === undefined ? settings : { ...settings, client_secret: kept })
    }
    if ((yield* kindsOf(users)).length > PasswordKinds.most) {
      problems.push(`accounts[${accounts.length}].users: ${PasswordKinds.tooMany}`)
    }
    accounts.push(account)
  }
  return { problems, config: { points: { pkce }, accounts } }
}

const notThere = (what: string) => Effect.fail(new NotThere({ what }))

/** What a change leaves out stays as it is. */
const merge = <A extends object>(before: A, changes: Partial<A>): A => ({
  ...before,
  ...(Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<A>)
})

const inAccount =
  (accountId: string, change: (account: AccountEntry) => Effect.Effect<AccountEntry, NotThere>): Change =>
  (entries) => {
    const account = entries.find(({ settings }) => settings.id === accountId)
    if (account === undefined) return notThere(`account ${accountId}`)
    return Effect.map(change(account), (next) => entries.map((one) => (one === account ? next : one)))
  }

/** Makes of what there is for a service what there is next, or nothing. */
type OfService<A> = (before: A | undefined) => Effect.Effect<A | undefined, NotThere>

const inRecord = <A>(record: Readonly<Record<string, A>> | undefined, service: string, change: OfService<A>) => {
  const members = new Map(Object.entries(record ?? {}))
  return Effect.map(change(members.get(service)), (next) => {
    if (next === undefined) members.delete(service)
    else members.set(service, next)
    return members.size === 0 ? undefined : Object.fromEntries(members)
  })
}

const inServices = (accountId: string, service: string, change: OfService<Services[string]>): Change =>
  inAccount(accountId, ({ settings: { services: before, ...settings }, ...account }) =>
    Effect.map(inRecord(before, service, change), (services) => ({
      ...account,
      settings: services === undefined ? settings : { ...settings, services }
    }))
  )

const inStubs = (accountId: string, service: string, change: OfService<Stubs[string]>): Change =>
  inAccount(accountId, ({ settings: { stubs: before, ...settings }, ...account }) =>
    Effect.map(inRecord(before, service, change), (stubs) => ({
      ...account,
      settings: stubs === undefined ? settings : { ...settings, stubs }
    }))
  )

/** Changes one user, or removes them if the change gives none. */
const inUser = (
  accountId: string,
  userId: string,
  change: (user: UserEntry) => Effect.Effect<UserEntry | undefined>
): Change =>
  inAccount(accountId, (account) => {
    const user = account.users.find(({ settings }) => settings.id === userId)
    if (user === undefined) return notThere(`user ${userId} in account ${accountId}`)
    return Effect.map(change(user), (next) => ({
      ...account,
      users: account.users.flatMap((one) => (one !== user ? [one] : next === undefined ? [] : [next]))
    }))
  })

/** Changes one installation, or removes it if the change gives none. */
const inInstallation = (
  accountId: string,
  clientId: string,
  change: (installation: InstallationEntry) => Effect.Effect<InstallationEntry | undefined>
): Change =>
  inAccount(accountId, (account) => {
    const installation = account.installations.find(({ settings }) => settings.client_id === clientId)
    if (installation === undefined) return notThere(`installation ${clientId} in account ${accountId}`)
    return Effect.map(change(installation), (next) => ({
      ...account,
      installations: account.installations.flatMap((one) =>
        one !== installation ? [one] : next === undefined ? [] : [next]
      )
    }))
  })

/** What holds for a configuration holds after each change: the same schemas, the same check for duplicates. */
export const check = Effect.fnUntraced(function* (
  entries: DirectoryEntries,
  pkce: Pkce
): Effect.fn.Return<void, InvalidChange> {
  const { config, problems } = yield* Slices.run(() => asConfig(entries, pkce))
  if (problems.length > 0) return yield* new InvalidChange({ problems })
  yield* Effect.mapError(SentinelConfig.fromUnknown(config), ({ problems }) => new InvalidChange({ problems }))
})

/** Makes the changes of `DirectoryEditor`. */
export const make = (maker: EntryMaker) => ({
  addAccount:
    (account: SentinelConfig.Account): Change =>
    (entries) =>
      Effect.map(maker.account(account), (entry) => [...entries, entry]),
  removeAccount:
    (accountId: string): Change =>
    (entries) =>
      entries.some(({ settings }) => settings.id === accountId)
        ? Effect.succeed(entries.filter(({ settings }) => settings.id !== accountId))
        : notThere(`account ${accountId}`),

  addUser: (accountId: string, user: SentinelConfig.User): Change =>
    inAccount(accountId, (account) =>
      Effect.map(maker.user(user), (entry) => ({ ...account, users: [...account.users, entry] }))
    ),
  changeUser: (accountId: string, userId: string, { password, ...changes }: Kept<UserChanges>): Change =>
    inUser(accountId, userId, (user) => {
      const settings = merge(user.settings, changes)
      return password === undefined
        ? Effect.succeed({ settings, password: user.password })
        : maker.user({ ...settings, password }, user.password)
    }),
  removeUser: (accountId: string, userId: string): Change => inUser(accountId, userId, () => Effect.succeed(undefined)),

  addInstallation: (accountId: string, installation: SentinelConfig.Installation): Change =>
    inAccount(accountId, (account) =>
      Effect.map(maker.installation(installation), (entry) => ({
        ...account,
        installations: [...account.installations, entry]
      }))
    ),
  changeInstallation: (
    accountId: string,
    clientId: string,
    { client_secret, ...changes }: Kept<InstallationChanges>
  ): Change =>
    inInstallation(accountId, clientId, ({ secretHash, ...installation }) => {
      const settings = merge(installation.settings, changes)
      return client_secret === undefined
        ? Effect.succeed({ settings, secretHash })
        : maker.installation({ ...settings, client_secret })
    }),
  removeInstallation: (accountId: string, clientId: string): Change =>
    inInstallation(accountId, clientId, () => Effect.succeed(undefined)),

  setService: (accountId: string, service: string, host: string): Change =>
    inServices(accountId, service, () => Effect.succeed(host)),
  removeService: (accountId: string, service: string): Change =>
    inServices(accountId, service, (host) =>
      host === undefined ? notThere(`service ${service} elsewhere in account ${accountId}`) : Effect.succeed(undefined)
    ),
  setStubs: (accountId: string, service: string, stubs: ReadonlyArray<Stub>): Change =>
    inStubs(accountId, service, () => Effect.succeed(stubs.length === 0 ? undefined : stubs)),
  addStub: (accountId: string, service: string, stub: Stub): Change =>
    inStubs(accountId, service, (stubs = []) =>
      Effect.succeed([...stubs.filter(({ route }) => shapeOf(route) !== shapeOf(stub.route)), stub])
    ),
  removeStubs: (accountId: string, service: string, route?: string): Change =>
    inStubs(accountId, service, (stubs = []) => {
      const left = stubs.filter((stub) => route !== undefined && shapeOf(stub.route) !== shapeOf(route))
      if (left.length === stubs.length) {
        return notThere(`stub ${route === undefined ? "" : "with this route "}of ${service} in account ${accountId}`)
      }
      return Effect.succeed(left.length === 0 ? undefined : left)
    })
})
