/**
 * The applications that the user works with: account, client id and secret of each, under a name.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as Seal from "@le-auth/core/Seal"
import * as PrivateDocument from "@le-auth/node/PrivateDocument"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Failure } from "../terminal/Failure.ts"
import { join, text } from "../terminal/TerminalText.ts"
import { ProfileName } from "./ProfileName.ts"

/** The name of the local Sentinel's built-in application, which always exists and is never in the file. */
export const local = "local"

export const Profile = Schema.Struct({
  name: ProfileName,
  account: AccountId,
  application: ClientId,
  /** A program without a user has none. */
  redirectUri: Schema.optionalKey(RedirectUri),
  /** Where the Domain API is, if not at LivePerson. */
  domainApi: Schema.optionalKey(Origin),
  /** The client secret, sealed. */
  secret: Schema.String
})
export type Profile = typeof Profile.Type

const version = 1

const Content = Schema.StructWithRest(
  Schema.Struct({
    version: Schema.Literal(version),
    current: Schema.optionalKey(Schema.String),
    profiles: Schema.Array(Schema.Unknown)
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)
/** As it is in the file. Members that this version does not know stay. */
type Content = typeof Content.Type

const decode = Schema.decodeUnknownOption(Content)
const decodeProfile = Schema.decodeUnknownOption(Profile)

/** The entries that are profiles to this version. */
const profilesOf = (content: Content): ReadonlyArray<Profile> =>
  Arr.getSomes(content.profiles.map((entry) => decodeProfile(entry)))

const isCalled = (name: string) => (entry: unknown) =>
  Option.exists(decodeProfile(entry), (profile) => profile.name === name)

const document = Effect.map(PrivateDocument.defaultPath("profiles.json"), (path) => ({
  path,
  ...PrivateDocument.make<Content>({
    name: "profile file",
    path,
    version,
    empty: { version, profiles: [] },
    otherwise: "there are no profiles",
    decode: (document) => Effect.succeed(decode(document)),
    encode: (content) => JSON.stringify(content)
  })
}))

/** All of them, and the name of the current one. */
export const read = Effect.gen(function* () {
  const { path, read } = yield* document
  const content = yield* read
  const profiles = profilesOf(content)
  const unreadable = content.profiles.length - profiles.length
  if (unreadable > 0) {
    yield* Effect.logWarning(
      `The profile file ${path} has ${unreadable} entries that are not readable. They stay in it.`
    )
  }
  return { current: content.current, profiles }
})

const update = (change: (content: Content) => Content | undefined) =>
  Effect.flatMap(document, ({ modify }) => modify((content) => [undefined, change(content)]))

/** Fails if the file cannot be written, which is better known before a sign-in than after it. */
export const checkWritable = update(() => undefined)

/** A secret that was copied into another profile does not open there. */
const associatedData = ({ account, application }: Pick<Profile, "account" | "application">): string =>
  `client secret of ${account}/${application}`

/** The installation of a profile, with its secret. */
export const open = Effect.fnUntraced(function* (profile: Profile) {
  const secret = yield* Seal.open(profile.secret, associatedData(profile))
  if (Option.isNone(secret)) {
    return yield* new Failure({
      text: join("\n", [
        text`The client secret of the profile ${profile.name} does not open with the seal key, which has changed.`,
        text`Remove the profile and sign in again: le-auth accounts remove ${profile.name}`
      ]),
      code: "storage"
    })
  }
  return new AppInstallations.AppInstallation({
    accountId: profile.account,
    clientId: profile.application,
    clientSecret: Redacted.make(secret.value, { label: "client_secret" }),
    redirectUris: profile.redirectUri === undefined ? [] : [profile.redirectUri]
  })
})

/** Saves an installation under a name, in place of an earlier one, and makes it the current one. */
export const save = Effect.fnUntraced(function* (
  name: string,
  installation: AppInstallations.AppInstallation,
  domainApi: Origin | undefined
) {
  const parts = { account: installation.accountId, application: installation.clientId }
  const [redirectUri] = installation.redirectUris
  const profile: Profile = {
    ...parts,
    name,
    ...(redirectUri === undefined ? {} : { redirectUri }),
    ...(domainApi === undefined ? {} : { domainApi }),
    secret: yield* Seal.seal(Redacted.value(installation.clientSecret), associatedData(parts))
  }
  const isOther = Predicate.not(isCalled(name))
  yield* update((content) => ({
    ...content,
    current: name,
    profiles: [...content.profiles.filter(isOther), profile]
  }))
})

/** Makes a profile the current one. */
export const use = (name: string) => update((content) => ({ ...content, current: name }))

/** Removes a profile. If it was the current one, another is. */
export const remove = (name: string) =>
  update(({ current, ...content }) => {
    const rest = { ...content, profiles: content.profiles.filter(Predicate.not(isCalled(name))) }
    const next = current === name ? profilesOf(rest)[0]?.name : current
    return { ...rest, ...(next === undefined ? {} : { current: next }) }
  })
