/**
 * Lists, chooses and removes the accounts that the user has signed in to.
 */
import { Sessions } from "@le-auth/core/Sessions"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as CurrentAppToken from "../../target/CurrentAppToken.ts"
import { all, validUntil } from "../../target/CurrentSession.ts"
import { find, isConfigured, profileOf } from "../../target/FindTarget.ts"
import * as Profiles from "../../target/Profiles.ts"
import { Target } from "../../target/Target.ts"
import type { Selection } from "../../target/TargetFlags.ts"
import * as UserKey from "../../target/UserKey.ts"
import { at, withTarget } from "../../target/WithTarget.ts"
import { Failure, fromError } from "../../terminal/Failure.ts"
import * as Output from "../../terminal/Output.ts"
import { join, text } from "../../terminal/TerminalText.ts"

const listed = (names: ReadonlyArray<string>) =>
  join(
    ", ",
    names.map((name) => text`${name}`)
  )

const anyTarget = { profile: Option.none(), account: Option.none() }

const describe = Effect.gen(function* () {
  const { installation, profile } = yield* Target
  const sessions = yield* all
  return {
    profile: profile ?? null,
    account: installation.accountId,
    application: installation.clientId,
    users: sessions.map(({ key }) => key.subject),
    validUntil: sessions[0] === undefined ? null : validUntil(sessions[0])
  }
})

/** A profile whose secret does not open does not hide the others: a message beside the list says what to do. */
const found = (selection: Selection) =>
  Effect.catchIf(
    find(selection),
    (error): error is Failure => error._tag === "Failure" && error.code === "storage",
    ({ text }) => Effect.as(Output.say(text), undefined)
  )

/** All profiles, what `LE_AUTH_*` describes, and the local Sentinel if a user is signed in there. */
export const list = Effect.gen(function* () {
  const { profiles } = yield* Profiles.read
  const names = [...profiles.map(({ name }) => name), Profiles.local]
  // Commands that use the environment say what is missing in it.
  const current = yield* Effect.catchIf(
    find(anyTarget),
    (error) => error._tag === "SettingsError" || error._tag === "Failure",
    () => Effect.undefined
  )
  const targets = yield* Effect.forEach(names, (name) => found({ ...anyTarget, profile: Option.some(name) }))
  const rows = yield* Effect.forEach(
    // A target without a profile comes from the environment, which takes precedence.
    [...(current?.profile === undefined ? [current] : []), ...targets].filter((target) => target !== undefined),
    (target) =>
      Effect.map(at(target, describe), (row) => ({ ...row, current: row.profile === (current?.profile ?? null) }))
  )
  const shown = rows.filter(({ current, profile, users }) => profile !== Profiles.local || current || users.length > 0)
  const lines = shown.map(({ account, current, profile, users, validUntil }) =>
    join(" ", [
      current ? text`*` : text` `,
      text`${profile ?? "(LE_AUTH_*)"}`.padded(16),
      text`${account}`.padded(12),
      validUntil === null ? text`not signed in` : text`${listed(users)}, until ${validUntil}`
    ])
  )
  yield* Output.print(shown, join("\n", lines))
}).pipe(Effect.provide(UserKey.layerWith({ onlyIfMade: true })), Effect.mapError(fromError))

const known = Effect.fnUntraced(function* (name: string) {
  const { profiles } = yield* Profiles.read
  // Also by its account, where that has one profile only.
  const found = profiles.filter((profile) => profile.name === name || profile.account === name)
  if (name === Profiles.local || found.length === 1) return found[0]?.name ?? name
  const exact = found.find((profile) => profile.name === name)
  if (exact !== undefined) return exact.name
  return yield* new Failure({
    text:
      found.length === 0
        ? text`There is no profile ${name}. See: le-auth accounts list`
        : text`Several profiles are of account ${name}: ${listed(found.map((profile) => profile.name))}`,
    code: "configuration"
  })
})

/** Makes a profile the current one. */
export const use = Effect.fnUntraced(function* ({ profile }: { readonly profile: string }) {
  const name = yield* known(profile)
  yield* Profiles.use(name)
  yield* Output.done({ current: name }, text`Commands are about ${name} now.`)
  if ((yield* isConfigured) || Option.isSome(yield* profileOf(anyTarget))) {
    yield* Output.say(text`But the LE_AUTH_* variables take precedence as long as they are set.`)
  }
}, Effect.mapError(fromError))

const forgetTokens = Effect.gen(function* () {
  const sessions = yield* Sessions
  yield* Effect.forEach(yield* all, ({ key }) => sessions.forget(key), { discard: true })
  yield* CurrentAppToken.forget
})

/**
 * Removes a profile, its client secret, its sessions and its app token from this computer. What another profile shares
 * stays.
 */
export const remove = Effect.fnUntraced(function* ({ profile }: { readonly profile: string }) {
  const name = yield* known(profile)
  const { profiles } = yield* Profiles.read
  const removed = profiles.find((other) => other.name === name)
  const isShared = profiles.some(
    (other) => other !== removed && other.account === removed?.account && other.application === removed.application
  )
  yield* withTarget(isShared ? Effect.void : forgetTokens, { ...anyTarget, profile: Option.some(name) }).pipe(
    // A profile whose secret does not open must also go.
    Effect.catchIf(
      ({ code }) => code === "storage",
      (error) => Output.say(error.text)
    )
  )
  yield* Profiles.remove(name)
  yield* Output.done({ removed: name }, text`Removed ${name} from this computer. LivePerson was not told.`)
}, Effect.mapError(fromError))
