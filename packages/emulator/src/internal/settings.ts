/** The options, read as a whole: all that is wrong with them is said at once. */
import * as TlsKeyPair from "@le-auth/node/TlsKeyPair"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { SentinelConfig as Document } from "../Documents.ts"
import type { EmulatorError } from "../EmulatorError.ts"
import type { Options } from "../Options.ts"
import * as Errors from "./errors.ts"

export interface Settings {
  readonly config: SentinelConfig.SentinelConfig
  /** The same as plain JSON, with passwords and secrets as they were given. */
  readonly document: Document
  /** Whether it is `SentinelConfig.development`, whose passwords and secrets are well known. */
  readonly isBuiltIn: boolean
  readonly tls: "own" | TlsKeyPair.TlsKeyPair | undefined
  readonly listen: { readonly port: number; readonly host: string; readonly controlPort: number } | undefined
}

const encodeConfig = Schema.encodeSync(SentinelConfig.SentinelConfig)

const known = new Set(["config", "dialect", "points", "tls", "services", "listen"])
const knownOfListen = new Set(["port", "host", "controlPort"])

const unknownIn = (value: object, names: ReadonlySet<string>, path = ""): ReadonlyArray<string> =>
  Object.keys(value)
    .filter((name) => !names.has(name))
    .map((name) => `${path}${name}: is not an option; there are ${[...names].join(", ")}`)

/** The configuration with the options over it, so that one check finds all. */
const wholeOf = ({
  config = encodeConfig(SentinelConfig.development()),
  dialect,
  points,
  services
}: Options): unknown => {
  if (!Predicate.isObject(config)) return config
  const { accounts } = config as { readonly accounts?: unknown }
  return {
    ...config,
    ...(dialect !== undefined && { dialect }),
    ...(points !== undefined && { points: Predicate.isObject(points) ? { ...config.points, ...points } : points }),
    ...(services !== undefined &&
      Array.isArray(accounts) && {
        accounts: accounts.map((account: unknown) =>
          Predicate.isObject(account)
            ? {
                ...account,
                services: Predicate.isObject(services) ? { ...account["services"]!, ...services } : services
              }
            : account
        )
      })
  }
}

const portProblem = (name: string, value: unknown): ReadonlyArray<string> =>
  value === undefined || (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535)
    ? []
    : [`listen.${name}: must be a whole number from 0 to 65535`]

const readListen = (listen: unknown): Result.Result<Settings["listen"], ReadonlyArray<string>> => {
  if (listen === false) return Result.succeed(undefined)
  if (listen === undefined) return Result.succeed({ port: 0, host: "127.0.0.1", controlPort: 0 })
  if (!Predicate.isObject(listen))
    return Result.fail(["listen: must be false or an object with port, host, controlPort"])
  const { controlPort, host = "127.0.0.1", port } = listen as Readonly<Record<string, unknown>>
  const problems = [
    ...unknownIn(listen, knownOfListen, "listen."),
    ...portProblem("port", port),
    ...portProblem("controlPort", controlPort),
    ...(port !== undefined && port !== 0 && port === controlPort ? ["listen.controlPort: is the same as port"] : []),
    ...(typeof host === "string" && host !== "" ? [] : ["listen.host: must be a name or an address"])
  ]
  return problems.length > 0
    ? Result.fail(problems)
    : Result.succeed({ port: Number(port ?? 0), host: String(host), controlPort: Number(controlPort ?? 0) })
}

const isText = (value: unknown): value is string => typeof value === "string"

const readTls = Effect.fnUntraced(function* (tls: unknown): Effect.fn.Return<Settings["tls"], ReadonlyArray<string>> {
  if (tls === undefined || tls === false) return undefined
  if (tls === true) return "own"
  if (!Predicate.isObject(tls) || !isText(tls["cert"]) || !isText(tls["key"])) {
    return yield* Effect.fail(["tls: must be true or false, or an object with cert and key, both as PEM"])
  }
  return yield* TlsKeyPair.make({ certificate: tls["cert"], key: Redacted.make(tls["key"]) }).pipe(
    Effect.mapError(({ part, problem }) => [`tls.${part === "key" ? "key" : "cert"}: ${problem}`])
  )
})

export const read = Effect.fnUntraced(function* (options: Options): Effect.fn.Return<Settings, EmulatorError> {
  if (!Predicate.isObject(options)) return yield* Effect.fail(Errors.invalidOptions(["must be an object"]))
  const config = yield* Effect.result(SentinelConfig.fromUnknown(wholeOf(options)))
  const tls = yield* Effect.result(readTls(options.tls))
  const listen = readListen(options.listen)
  const problems = [
    ...unknownIn(options, known),
    ...(options.config !== undefined && !Predicate.isObject(options.config)
      ? ["config: must be an object, with what a file of le-auth sentinel start --config has"]
      : Result.isFailure(config)
        ? config.failure.problems
        : []),
    ...(Result.isFailure(tls) ? tls.failure : []),
    ...(Result.isFailure(listen) ? listen.failure : []),
    ...(options.listen === false && options.tls !== undefined && options.tls !== false
      ? ["tls: needs a port, and listen is false; choose one of them"]
      : [])
  ]
  if (problems.length > 0 || Result.isFailure(config) || Result.isFailure(tls) || Result.isFailure(listen)) {
    return yield* Effect.fail(Errors.invalidOptions(problems))
  }
  return {
    config: config.success,
    document: encodeConfig(config.success) as Document,
    isBuiltIn: options.config === undefined,
    tls: tls.success,
    listen: listen.success
  }
})
