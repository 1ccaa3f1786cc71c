/**
 * The configuration from the environment: the account, the ports and the store.
 */
import * as AppInstallations from "@le-auth/core/AppInstallations"
import * as DevelopmentHosts from "@le-auth/core/DevelopmentHosts"
import * as Origin from "@le-auth/core/Origin"
import * as Settings from "@le-auth/core/Settings"
import * as NodeStores from "@le-auth/node/NodeStores"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Ports from "@le-auth/sentinel/Ports"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const Port = Schema.Port.check(Schema.isGreaterThan(0))

const settings = {
  PORT: Port,
  HOST: Schema.NonEmptyString,
  SENTINEL_PORT: Port,
  LE_AUTH_DOMAIN_API: Origin.Origin,
  ...AppInstallations.settings
}

const optional = {
  LE_AUTH_DEVELOPMENT_HOSTS: DevelopmentHosts.List,
  LE_AUTH_AUTHORIZE_ORIGIN: Origin.Origin,
  SENTINEL_CONTROL_TOKEN: Schema.Redacted(Schema.NonEmptyString)
}

export interface Sentinel {
  readonly port: number
  readonly origin: Origin.Origin
  /** Where its control and its inspector listen. */
  readonly controlPort: number
  readonly control: Origin.Origin
  /** What its control asks for, as that of `le-auth sentinel start` does. */
  readonly controlToken: Redacted.Redacted<string> | undefined
}

export interface Configuration {
  /** The application's own port and host. */
  readonly port: number
  readonly host: string
  /** The embedded Sentinel, or `undefined` if an account is configured. */
  readonly sentinel: Sentinel | undefined
  readonly installation: AppInstallations.AppInstallation
  readonly domainApi: Origin.Origin
  readonly store: StoreUrl.StoreUrl
  /** Origins whose pages may show the application in a frame. */
  readonly frameAncestors: ReadonlyArray<string>
}

/** In a folder that git ignores. Developers stay signed in when the application starts again. */
const defaultStore = "sqlite:.le-auth/server.sqlite"

/**
 * Without all of these variables the application signs in to the built-in account of the embedded Sentinel, with any
 * redirect URI, such as that of a proxy with TLS in front.
 */
const account = Object.keys(AppInstallations.settings).filter((name) => name !== "LE_AUTH_REDIRECT_URI")

const defaults = (environment: Record<string, string>): Record<string, string> => {
  const common = { PORT: "3000", HOST: "127.0.0.1", SENTINEL_PORT: String(Ports.sentinel) }
  return account.some((name) => environment[name] !== undefined)
    ? { ...common, LE_AUTH_DOMAIN_API: "https://api.liveperson.net" }
    : {
        ...common,
        LE_AUTH_ACCOUNT_ID: "12345678",
        LE_AUTH_CLIENT_ID: "11111111-1111-4111-8111-111111111111",
        LE_AUTH_CLIENT_SECRET: "development-only-secret",
        LE_AUTH_REDIRECT_URI: `http://localhost:${environment["PORT"] ?? common.PORT}/callback`,
        LE_AUTH_DOMAIN_API: `http://localhost:${environment["SENTINEL_PORT"] ?? common.SENTINEL_PORT}`
      }
}

/** The store, or the problem with it. The text may have a password in it, so it is not repeated. */
const storeOf = (environment: Record<string, string>): Result.Result<StoreUrl.StoreUrl, string> =>
  Result.flatMap(
    Result.mapError(
      StoreUrl.fromText(environment["LE_AUTH_STORE"] ?? defaultStore),
      (problem) => `LE_AUTH_STORE: ${problem}`
    ),
    (url) => {
      const problem = NodeStores.sealKeysProblem(url, environment)
      return problem === undefined ? Result.succeed(url) : Result.fail(problem)
    }
  )

type Values = Effect.Success<ReturnType<typeof Settings.load<typeof settings, typeof optional>>>

const hostProblems = (values: Values): ReadonlyArray<string> => {
  const hosts = values.LE_AUTH_DEVELOPMENT_HOSTS ?? []
  return (["LE_AUTH_DOMAIN_API", "LE_AUTH_REDIRECT_URI"] as const).flatMap((name) => {
    const problem = Origin.schemeProblem(values[name], hosts)
    return problem === undefined ? [] : [`${name}: ${problem}`]
  })
}

const embeddedProblems = (values: { readonly PORT: number; readonly SENTINEL_PORT: number }): ReadonlyArray<string> =>
  values.PORT === values.SENTINEL_PORT
    ? ["PORT and SENTINEL_PORT are the same port"]
    : values.PORT === Ports.controlOf(values.SENTINEL_PORT)
      ? [`PORT: ${values.PORT} is the port of the control, which is the second after SENTINEL_PORT`]
      : []

const sentinelOf = ({ SENTINEL_CONTROL_TOKEN: controlToken, SENTINEL_PORT: port }: Values): Sentinel => {
  const controlPort = Ports.controlOf(port)
  const at = (port: number) => Origin.fromHost(`localhost:${port}`)
  return { port, origin: at(port), controlPort, control: at(controlPort), controlToken }
}

/**
 * Reads the environment. An empty variable counts as unset. It fails with all problems at once.
 */
export const load = Effect.fnUntraced(function* (
  variables: Record<string, string | undefined>
): Effect.fn.Return<Configuration, Settings.SettingsError> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables))
    if (value !== undefined && value !== "") environment[name] = value
  const embedded = !account.some((name) => environment[name] !== undefined)
  const read = yield* Settings.load(settings, optional).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({ ...defaults(environment), ...environment }))),
    Effect.result
  )
  const store = storeOf(environment)
  const problems = [
    ...(Result.isFailure(read)
      ? read.failure.problems
      : [...hostProblems(read.success), ...(embedded ? embeddedProblems(read.success) : [])]),
    ...(Result.isFailure(store) ? [store.failure] : [])
  ]
  if (Result.isFailure(read) || Result.isFailure(store) || problems.length > 0) {
    return yield* new Settings.SettingsError({ problems })
  }
  const values = read.success
  return {
    port: values.PORT,
    host: values.HOST,
    sentinel: embedded ? sentinelOf(values) : undefined,
    installation: new AppInstallations.AppInstallation({
      accountId: values.LE_AUTH_ACCOUNT_ID,
      clientId: values.LE_AUTH_CLIENT_ID,
      clientSecret: values.LE_AUTH_CLIENT_SECRET,
      redirectUris: [values.LE_AUTH_REDIRECT_URI]
    }),
    domainApi: values.LE_AUTH_DOMAIN_API,
    store: store.success,
    frameAncestors: (environment["LE_AUTH_FRAME_ANCESTORS"] ?? "").split(/[\s,]+/).filter((origin) => origin !== "")
  }
})

/** Gives the configuration to the layers that read settings themselves. */
export const provider = (configuration: Configuration): Layer.Layer<never> =>
  ConfigProvider.layerAdd(ConfigProvider.fromEnvRecord({ LE_AUTH_DOMAIN_API: configuration.domainApi }), {
    asPrimary: true
  })
