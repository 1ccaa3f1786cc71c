/** Reads the options and the variables of `createLeAuth`, and says all that is wrong with them at once. */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import { CookiePrefix } from "@le-auth/core/CookieNames"
import { List } from "@le-auth/core/DevelopmentHosts"
import type { RedirectUri } from "@le-auth/core/Identifiers"
import * as Origin from "@le-auth/core/Origin"
import { ReturnPath } from "@le-auth/core/ReturnPath"
import * as Seal from "@le-auth/core/Seal"
import { load, SettingsError } from "@le-auth/core/Settings"
import * as ApiProxy from "@le-auth/web/ApiProxy"
import * as BasePath from "@le-auth/web/BasePath"
import * as Embedding from "@le-auth/web/Embedding"
import type * as WebApplication from "@le-auth/web/WebApplication"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Options } from "../Options.ts"
import type { CustomStores as Stores } from "../Stores.ts"
import * as CustomStores from "./customStores.ts"
import * as Installations from "./installations.ts"
import type { Platform, StoresLayer } from "./Platform.ts"

/** The variable that each of these options has as its default. */
const variables = {
  accountId: "LE_AUTH_ACCOUNT_ID",
  clientId: "LE_AUTH_CLIENT_ID",
  clientSecret: "LE_AUTH_CLIENT_SECRET",
  redirectUri: "LE_AUTH_REDIRECT_URI",
  domainApi: "LE_AUTH_DOMAIN_API",
  developmentHosts: "LE_AUTH_DEVELOPMENT_HOSTS",
  authorizeOrigin: "LE_AUTH_AUTHORIZE_ORIGIN",
  store: "LE_AUTH_STORE",
  sealKeys: "LE_AUTH_SEAL_KEYS"
} as const

type Setting = keyof typeof variables

/** The options that are lists; their variables have commas between. */
const lists: ReadonlySet<string> = new Set<Setting>(["sealKeys", "developmentHosts"])

const known: ReadonlySet<string> = new Set<keyof Options>([
  ...(Object.keys(variables) as ReadonlyArray<Setting>),
  "installations",
  "basePath",
  "strippedPrefix",
  "paths",
  "cookiePrefix",
  "api",
  "frameAncestors",
  "fetch",
  "logger",
  "env"
])

/** The texts of the settings: an option wins over its variable. An empty text counts as missing. */
export type Given = Readonly<Partial<Record<Setting, unknown>>>

const environmentOf = ({ env }: Options): Readonly<Record<string, unknown>> =>
  env ?? (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {}

/** Looks the settings up, and checks nothing yet. */
export const given = (options: Options): Given => {
  const environment = environmentOf(options)
  const texts: Record<string, unknown> = {}
  for (const [option, variable] of Object.entries(variables) as ReadonlyArray<[Setting, string]>) {
    const value = options[option] ?? environment[variable]
    const text = lists.has(option) && Array.isArray(value) ? value.join(",") : value
    if (text !== undefined && text !== "") texts[option] = text
  }
  return texts
}

/** A path without a slash at its end. Anything but a text becomes one that is found wrong. */
const trimmed = (path: unknown) => (typeof path === "string" ? path : "?").replace(/\/$/, "") as "" | `/${string}`

/** The beginning of the routes, as they come in, and the prefix of the public paths before it. */
export const prefixes = ({ basePath = "/auth", strippedPrefix = "" }: Options) => ({
  basePath: trimmed(basePath),
  strippedPrefix: trimmed(strippedPrefix)
})

/** What an application is made of. */
export interface Settings {
  readonly installations: Layer.Layer<AppInstallations.AppInstallations>
  readonly stores: StoresLayer
  /** Without a redirect URI no user signs in: the application acts for itself alone. */
  readonly application: WebApplication.Options | undefined
  readonly api: ApiProxy.Options | undefined
  /** What the layers of the platform read: the Domain API, the development hosts and the seal keys. */
  readonly config: ConfigProvider.ConfigProvider
}

const isReturnPath = Schema.is(ReturnPath)
const isCookiePrefix = Schema.is(CookiePrefix)
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isFunction = (value: unknown) => typeof value === "function"

const isList = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((each) => typeof each === "string")

/** Names the option beside the variable at the beginning of a problem. */
const naming = (problem: string): string =>
  problem.replace(/^LE_AUTH_\w+/, (variable) => {
    const [option] = Object.entries(variables).find(([, name]) => name === variable) ?? []
    return option === undefined ? variable : `${variable} (option ${option})`
  })

const problemsOf = <A>(effect: Effect.Effect<A, SettingsError>) =>
  Effect.match(effect, {
    onSuccess: (value) => ({ value, problems: [] as ReadonlyArray<string> }),
    onFailure: ({ problems }) => ({ value: undefined, problems })
  })

const holds = (effect: Effect.Effect<unknown, unknown>) => Result.isSuccess(Effect.runSync(Effect.result(effect)))

/** The places where a part of an application is, of which no problem repeats a value either. */
const applicationProblems = (options: Options, redirectUri: RedirectUri | undefined): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const { basePath, strippedPrefix } = prefixes(options)
  const isPath = (path: string) => holds(BasePath.check(path, `http://localhost${path}/callback` as RedirectUri))
  const pathAdvice = "is not the beginning of paths, such as /auth, in letters, digits and -._~"
  if (!isPath(basePath)) problems.push(`basePath ${pathAdvice}`)
  if (!isPath(strippedPrefix)) problems.push(`strippedPrefix ${pathAdvice}`)
  else if (redirectUri !== undefined && !holds(BasePath.check(strippedPrefix, redirectUri))) {
    problems.push(
      `${variables.redirectUri} does not lead below strippedPrefix: both are public, and the callback comes the same way as all else`
    )
  }
  const { api, cookiePrefix, frameAncestors = [], logger, paths, sealKeys } = options
  // Such as of a variable that is not set. It does not mean that sessions are stored in clear.
  if (Array.isArray(sealKeys) && !(isList(sealKeys) && sealKeys.every((key) => key.trim() !== ""))) {
    problems.push("sealKeys has an entry without a text")
  }
  if (logger !== undefined && !(["info", "warn", "error"] as const).every((name) => isFunction(logger?.[name]))) {
    problems.push("logger does not have the three functions info, warn and error")
  }
  if (paths !== undefined && !isObject(paths)) problems.push('paths is not an object such as { home: "/inbox" }')
  if (paths?.home !== undefined && !isReturnPath(paths.home)) {
    problems.push("paths.home is not a path that starts with one slash, such as /inbox")
  }
  if (cookiePrefix !== undefined && !isCookiePrefix(`${cookiePrefix}-`)) {
    problems.push(
      "cookiePrefix is not a beginning of a cookie's name: at most 63 letters, digits and -_, such as inbox"
    )
  }
  if (!isList(frameAncestors)) problems.push("frameAncestors is not a list of origins")
  else if (!holds(Embedding.check(frameAncestors, "https://localhost" as RedirectUri))) {
    problems.push("frameAncestors has an entry that is none of https://host and https://*.host")
  } else if (redirectUri !== undefined && !holds(Embedding.check(frameAncestors, redirectUri))) {
    problems.push(
      `${variables.redirectUri} is not https, which frameAncestors needs: browsers send the cookies of a frame over https only`
    )
  }
  for (const name of ["fetch", "installations"] as const) {
    if (options[name] !== undefined && !isFunction(options[name])) problems.push(`${name} is not a function`)
  }
  if (api !== undefined) problems.push(...apiProblems(api))
  return problems
}

const methods: ReadonlySet<unknown> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"])

const apiProblems = (api: NonNullable<Options["api"]>): ReadonlyArray<string> => {
  if (!isObject(api)) return ["api is not an object with a name for each service"]
  const problems = Object.entries(api as Readonly<Record<string, unknown>>).flatMap(([service, permission]) => {
    const name = `api.${service}`
    if (!isObject(permission) || !isList(permission["paths"])) return [`${name} has no list of paths`]
    const asked = permission["methods"] ?? []
    return Array.isArray(asked) && asked.every((method) => methods.has(method))
      ? []
      : [`${name}.methods has something else than ${[...methods].join(", ")}`]
  })
  return problems.length > 0
    ? problems
    : ApiProxy.problemsOf(api as ApiProxy.Options["services"]).map((problem) => `api: ${problem}`)
}

/** The settings of the one installation, or the function for many. Only a sign-in needs a redirect URI. */
const installationsOf = Effect.fnUntraced(function* (options: Options) {
  const { LE_AUTH_REDIRECT_URI, ...credentials } = AppInstallations.settings
  const optional = {
    LE_AUTH_REDIRECT_URI,
    LE_AUTH_DOMAIN_API: Origin.Origin,
    LE_AUTH_DEVELOPMENT_HOSTS: List,
    LE_AUTH_AUTHORIZE_ORIGIN: Origin.Origin
  }
  if (options.installations === undefined) {
    const { problems, value } = yield* problemsOf(load(credentials, optional))
    const layer =
      value === undefined
        ? undefined
        : AppInstallations.layer(
            new AppInstallations.AppInstallation({
              accountId: value.LE_AUTH_ACCOUNT_ID,
              clientId: value.LE_AUTH_CLIENT_ID,
              clientSecret: value.LE_AUTH_CLIENT_SECRET,
              redirectUris: value.LE_AUTH_REDIRECT_URI === undefined ? [] : [value.LE_AUTH_REDIRECT_URI]
            })
          )
    return { problems, layer }
  }
  const { problems, value } = yield* problemsOf(load({}, optional))
  const two = (["accountId", "clientId", "clientSecret"] as const).filter((name) => options[name] !== undefined)
  return {
    problems: [...problems, ...two.map((name) => `${name} and installations are both given: each account has its own`)],
    layer: value === undefined ? undefined : Installations.layer(options.installations, value.LE_AUTH_REDIRECT_URI)
  }
})

const decodeHosts = Schema.decodeUnknownOption(List)
const isAddress = (text: unknown): text is string => typeof text === "string" && URL.canParse(text)

/** Addresses on hosts that may not be spoken to in plain http, or not be where the browser finds Sentinel. */
const hostProblems = ({ authorizeOrigin, developmentHosts, domainApi, redirectUri }: Given): ReadonlyArray<string> => {
  const hosts = developmentHosts === undefined ? Option.some([]) : decodeHosts(developmentHosts)
  // A list that is wrong is a problem of its own.
  if (Option.isNone(hosts)) return []
  const problems = Object.entries({ redirectUri, domainApi } as const).flatMap(([name, address]) => {
    // What can be local in no way has its problem already.
    const isPlain = isAddress(address) && Origin.canBeLocal(new URL(address).host)
    const problem = isPlain ? Origin.schemeProblem(address, hosts.value) : undefined
    return problem === undefined ? [] : [`${variables[name as Setting]}: ${problem}`]
  })
  return isAddress(authorizeOrigin) && !Origin.isLocal(new URL(authorizeOrigin).host, hosts.value)
    ? [...problems, `${variables.authorizeOrigin} is neither on this computer nor on a host of developmentHosts`]
    : problems
}

const isCustom = (store: unknown): store is Stores => typeof store === "object" && store !== null

/** The stores, or what is wrong with the setting. */
const storesOf = (
  { sealKeys, store = "memory:" }: Given,
  keys: Layer.Layer<Seal.SealKeys, SettingsError> | undefined,
  platform: Platform,
  environment: Readonly<Record<string, unknown>>
): Result.Result<StoresLayer, ReadonlyArray<string>> => {
  if (!isCustom(store)) {
    return platform.stores(String(store), { NODE_ENV: environment["NODE_ENV"], LE_AUTH_SEAL_KEYS: sealKeys })
  }
  const problems = CustomStores.problemsOf(store)
  return problems.length === 0
    ? Result.succeed(CustomStores.layer(store, { sealKeys: keys }))
    : Result.fail(problems.map((problem) => `store.${problem}`))
}

/** The options that only a sign-in of users has a use for. */
const ofSignIn = ["basePath", "strippedPrefix", "paths", "cookiePrefix", "api", "frameAncestors"] as const

const decodeRedirectUri = Schema.decodeUnknownOption(AppInstallations.settings.LE_AUTH_REDIRECT_URI)

/** Reads all settings. Fails with all problems; none of them repeats a value, since that may be a secret. */
export const read = Effect.fnUntraced(function* (options: Options, platform: Platform) {
  const texts = given(options)
  const config = ConfigProvider.fromUnknown(
    Object.fromEntries(Object.entries(texts).flatMap(([option, value]) => [[variables[option as Setting], value]]))
  )
  const withConfig = Effect.provide(ConfigProvider.layer(config))
  const problems: Array<string> = Object.keys(options)
    .filter((name) => !known.has(name))
    .map((name) => `${name} is not an option of createLeAuth`)

  const installations = yield* withConfig(installationsOf(options))
  problems.push(...installations.problems)
  problems.push(...hostProblems(texts))
  for (const name of ["redirectUri", "domainApi", "developmentHosts", "authorizeOrigin"] as const) {
    // As a setting that may be missing, it would count as missing.
    if (texts[name] !== undefined && typeof texts[name] !== "string") problems.push(`${variables[name]} is not a text`)
  }
  const needless = ofSignIn.filter((name) => options[name] !== undefined)
  if (texts.redirectUri === undefined && needless.length > 0) {
    problems.push(`${variables.redirectUri} is missing, and ${needless.join(", ")} given: users sign in with both`)
  }

  const keys = texts.sealKeys === undefined ? undefined : Layer.provide(Seal.layerConfig, platform.seal)
  if (keys !== undefined) problems.push(...(yield* withConfig(problemsOf(Effect.scoped(Layer.build(keys))))).problems)
  const stores = storesOf(texts, keys, platform, environmentOf(options))
  if (Result.isFailure(stores)) problems.push(...stores.failure)

  const redirectUri = decodeRedirectUri(texts.redirectUri)
  const uri = redirectUri._tag === "Some" ? redirectUri.value : undefined
  problems.push(...applicationProblems(options, uri))

  if (problems.length > 0 || installations.layer === undefined || Result.isFailure(stores)) {
    return yield* new SettingsError({ problems: problems.map(naming) })
  }
  const { basePath, strippedPrefix } = prefixes(options)
  const { api, cookiePrefix, frameAncestors, paths } = options
  const settings: Settings = {
    installations: installations.layer,
    stores: stores.success,
    config,
    application: uri && {
      redirectUri: uri,
      basePath: `/${strippedPrefix.slice(1)}`,
      basePathStripped: strippedPrefix !== "",
      paths: {
        login: `${basePath}/login`,
        session: `${basePath}/session`,
        signOut: `${basePath}/sign-out`,
        home: (paths?.home ?? "/") as `/${string}`
      },
      frameAncestors,
      cookiePrefix: cookiePrefix === undefined ? undefined : `${cookiePrefix}-`
    },
    api:
      api === undefined || Object.keys(api).length === 0
        ? undefined
        : { services: api as ApiProxy.Options["services"], path: `${basePath}/liveperson` }
  }
  return settings
})
