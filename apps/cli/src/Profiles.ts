/**
 * The applications that somebody has signed in with before: where, and with which client id and secret. Each has a name.
 *
 * @since 0.1.0
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { AccountId, ClientId, RedirectUri } from "@le-auth/core/Identifiers"
import { Origin } from "@le-auth/core/Origin"
import * as Seal from "@le-auth/core/Seal"
import * as PrivateDocument from "@le-auth/node/PrivateDocument"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Failure } from "./Failure.ts"
import { ProfileName } from "./ProfileName.ts"

/**
 * The name of the application that the local Sentinel knows. It is always there and never kept.
 *
 * @since 0.1.0
 */
export const local = "local"

/**
 * @since 0.1.0
 */
export const Profile = Schema.Struct({
  name: ProfileName,
  account: AccountId,
  application: ClientId,
  redirectUri: RedirectUri,
  /** Where the Domain API is, if not at LivePerson. */
  domainApi: Schema.optionalKey(Origin),
  /** The client secret, sealed. */
  secret: Schema.String
})
/** @since 0.1.0 */
export type Profile = typeof Profile.Type

const Content = Schema.Struct({
  version: Schema.Literal(1),
  current: Schema.optionalKey(Schema.String),
  profiles: Schema.Array(Profile)
})
type Content = typeof Content.Type

const empty: Content = { version: 1, profiles: [] }
const decode = Schema.decodeUnknownOption(Content)
const encode = Schema.encodeSync(Schema.fromJsonString(Content))

const document = Effect.map(PrivateDocument.defaultPath("profiles.json"), (path) =>
  PrivateDocument.make<Content>({
    name: "profile file",
    path,
    version: 1,
    empty,
    otherwise: "there are no profiles",
    decode: (document) => Effect.succeed(decode(document)),
    encode
  })
)

/**
 * All of them, and the name of the current one.
 *
 * @since 0.1.0
 */
export const read = Effect.flatMap(document, (document) => document.read)

const update = (change: (content: Content) => Content) =>
  Effect.flatMap(document, (document) => document.modify((content) => [undefined, change(content)]))

/** A secret that was copied into another profile does not open there. */
const associatedData = ({ account, application }: Pick<Profile, "account" | "application">): string =>
  `client secret of ${account}/${application}`

/**
 * The installation of a profile, with its secret.
 *
 * @since 0.1.0
 */
export const open = Effect.fnUntraced(function* (profile: Profile) {
  const secret = yield* Seal.open(profile.secret, associatedData(profile))
  if (Option.isNone(secret)) {
    return yield* new Failure({
      message:
        `The client secret of the profile ${profile.name} does not open with the seal key, which is another one now.\n` +
        `Remove the profile and sign in again: le-auth accounts remove ${profile.name}`,
      code: "storage"
    })
  }
  return new AppInstallations.AppInstallation({
    accountId: profile.account,
    clientId: profile.application,
    clientSecret: Redacted.make(secret.value, { label: "client_secret" }),
    redirectUris: [profile.redirectUri]
  })
})

/**
 * Keeps an installation under a name, in place of what was there, and makes it the current one.
 *
 * @since 0.1.0
 */
export const save = Effect.fnUntraced(function* (
  name: string,
  installation: AppInstallations.AppInstallation,
  domainApi: Origin | undefined
) {
  const parts = { account: installation.accountId, application: installation.clientId }
  const profile: Profile = {
    ...parts,
    name,
    redirectUri: installation.redirectUris[0]!,
    ...(domainApi === undefined ? {} : { domainApi }),
    secret: yield* Seal.seal(Redacted.value(installation.clientSecret), associatedData(parts))
  }
  yield* update(({ profiles, version }) => ({
    version,
    current: name,
    profiles: [...profiles.filter((other) => other.name !== name), profile]
  }))
})

/**
 * Makes a profile the current one.
 *
 * @since 0.1.0
 */
export const use = (name: string) => update((content) => ({ ...content, current: name }))

/**
 * Removes a profile. If it was the current one, another is.
 *
 * @since 0.1.0
 */
export const remove = (name: string) =>
  update(({ current, profiles, version }) => {
    const rest = profiles.filter((profile) => profile.name !== name)
    const next = current === name ? rest[0]?.name : current
    return { version, profiles: rest, ...(next === undefined ? {} : { current: next }) }
  })
