/**
 * Runs Sentinel on this computer.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Origin from "@le-auth/core/Origin"
import * as Transport from "@le-auth/core/Transport"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeListener from "@le-auth/node/NodeListener"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import type { TlsKeyPair } from "@le-auth/node/TlsKeyPair"
import * as Control from "@le-auth/sentinel/Control"
import { AccessLog } from "@le-auth/sentinel/AccessLog"
import type * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as Development from "@le-auth/sentinel/Development"
import * as ListenerHooks from "@le-auth/sentinel/ListenerHooks"
import * as RandomSecret from "@le-auth/sentinel/RandomSecret"
import { Stopping } from "@le-auth/sentinel/Stopping"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import type * as IpNetwork from "effect/net/IpNetwork"
import * as NetAddress from "effect/net/NetAddress"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { controlToken } from "../../../target/ControlToken.ts"
import { controlPortOf } from "../../../target/SentinelPort.ts"
import { Failure, fromError, wrongUsage } from "../../../terminal/Failure.ts"
import * as Output from "../../../terminal/Output.ts"
import * as Signals from "../../../terminal/Signals.ts"
import { join, text } from "../../../terminal/TerminalText.ts"
import * as BuiltIn from "./BuiltIn.ts"
import * as ConfigFile from "./ConfigFile.ts"
import * as ListenHost from "./ListenHost.ts"
import * as Log from "./Log.ts"
import * as NewSpace from "./NewSpace.ts"
import * as PointFlags from "./PointFlags.ts"
import * as Reload from "./Reload.ts"
import * as StartMessage from "./StartMessage.ts"
import * as Store from "./Store.ts"
import * as Strict from "./Strict.ts"
import * as Tls from "./Tls.ts"

export interface Options extends Tls.Flags {
  readonly port: number
  readonly host: string
  readonly config: Option.Option<string>
  readonly store: string
  readonly publicOrigin: Option.Option<Origin.Origin>
  readonly hostNames: ReadonlyArray<string>
  readonly operationsPort: Option.Option<number>
  readonly noControl: boolean
  readonly controlPort: Option.Option<number>
  readonly controlHost: Option.Option<string>
  readonly webhookHosts: ReadonlyArray<string>
  readonly redirectUris: ReadonlyArray<string>
  readonly quickSignIn: boolean
  readonly strict: boolean
  readonly trustedProxies: ReadonlyArray<IpNetwork.IpNetwork | "none">
  readonly dialect: Option.Option<SentinelDialect.DialectName>
  readonly points: Option.Option<Readonly<Record<string, string>>>
  /** The old name of `--point`. */
  readonly profile: ReadonlyArray<string>
  readonly drain: Duration.Duration
  readonly logFormat: Option.Option<Log.Format>
  readonly accessLog: boolean
}

/** How many milliseconds requests under way may take when Sentinel stops; Docker kills after ten seconds. */
const drainLimit = 8000

/** The same for the other ports, whose answers are quick, or never end where the journal is followed. */
const drainLimitBeside = 500

const cannotListen = (flag: string, { code, host, isInUse, port }: NodeListener.ListenError): Failure =>
  new Failure({
    text: isInUse
      ? join("\n", [
          text`Port ${port} on ${host} is taken by another program, perhaps by another Sentinel.`,
          text`Stop that program, or choose another port with ${flag}.`
        ])
      : text`Port ${port} on ${host} cannot be opened (${code}). Choose another with ${flag} and --host.`,
    code: "port"
  })

/**
 * The configuration, with the flags over it, and the store. Fails with all problems of the file and the flags.
 */
const configOf = Effect.fnUntraced(function* (options: Options) {
  const file = yield* Effect.result(
    Option.match(options.config, {
      onNone: () => Effect.succeed(BuiltIn.config(options.redirectUris)),
      onSome: ConfigFile.read
    })
  )
  const flags = yield* Effect.result(PointFlags.read(Option.getOrElse(options.points, () => ({}))))
  const store = Store.read(options.store)
  const isContradiction = options.trustedProxies.length > 1 && options.trustedProxies.includes("none")
  const strict = options.strict
    ? [
        ...Strict.problemsOfFlags(options),
        ...(Option.isSome(options.config) && Result.isSuccess(file)
          ? [
              ...Strict.problemsOf(file.success),
              ...Strict.problemsOfRedirects(file.success),
              ...Strict.problemsOfStubs(file.success)
            ]
          : []),
        ...(Result.isSuccess(file) && Result.isSuccess(flags)
          ? Strict.problemsOfPoints({ ...file.success.points, ...flags.success })
          : [])
      ]
    : []
  const problems = [
    ...(Result.isFailure(store) ? [text`${store.failure}`] : []),
    ...(Result.isFailure(flags) ? [flags.failure.text] : []),
    ...(Result.isFailure(file) ? [file.failure.text] : []),
    ...Tls.problemsOfFlags(options),
    ...(options.noControl && Option.isSome(options.controlHost)
      ? [text`--control-host: is for a control, and --no-control leaves it out; choose one of them`]
      : []),
    ...(options.redirectUris.length > 0 && Option.isSome(options.config)
      ? [
          text`--redirect-uri: is for the built-in application; with --config, add the address to redirect_uris of the file`
        ]
      : []),
    ...BuiltIn.problemsOf(options.redirectUris).map((problem) => text`${problem}`),
    ...(isContradiction ? [text`--trusted-proxy: none stands alone; with a network there is a proxy`] : []),
    ...(strict.length === 0 ? [] : [text`Strict mode refuses this:`, ...strict.map((problem) => text`  - ${problem}`)])
  ]
  if (Result.isFailure(file) || Result.isFailure(flags) || Result.isFailure(store) || problems.length > 0) {
    return yield* new Failure({ text: join("\n", problems), code: "configuration" })
  }
  const points = { ...(options.strict && Strict.points), ...file.success.points, ...flags.success }
  // Each may be right by itself.
  const conflict = SentinelDialect.conflictIn(points)
  if (conflict !== undefined) {
    return yield* new Failure({
      text: text`points.${conflict.path.join(".")}: ${conflict.issue}`,
      code: "configuration"
    })
  }
  const dialect = Option.isSome(options.dialect) ? { dialect: options.dialect.value } : {}
  return { config: { ...file.success, ...dialect, points }, store: store.success }
})

/**
 * Serves routes on a port of this computer, and returns its origin, by the name `localhost` that documents and people
 * use, and that strict OpenID Connect clients compare as text.
 */
const open = Effect.fnUntraced(function* <E, R>(
  {
    flag,
    host,
    port,
    tls
  }: { readonly flag: string; readonly host: string; readonly port: number; readonly tls?: TlsKeyPair | undefined },
  routes: Layer.Layer<never, E, HttpServer.HttpServer | R>
) {
  const hooks = yield* ListenerHooks.make
  const listening = yield* Layer.build(NodeListener.layer({ host, port, hooks, tls })).pipe(
    Effect.catchTag("ListenError", (error) => Effect.fail(cannotListen(flag, error)))
  )
  yield* Effect.provideContext(Layer.build(routes), listening)
  const url = new URL(NetAddress.formatUrlUnsafe(Context.get(listening, HttpServer.HttpServer).address))
  const isLocal = Origin.isLoopback(url.host)
  const { drain, replaceKeyPair } = Context.get(listening, NodeListener.NodeListener)
  // On some computers it leads to 127.0.0.1 alone, so another address of loopback keeps its own name.
  if (!isLocal || url.hostname === "127.0.0.1") url.hostname = "localhost"
  const { origin } = new URL(`${tls === undefined ? "http" : "https"}://${url.host}`)
  return { drain, isLocal, origin, replaceKeyPair }
})

/**
 * The token of the control, and whether it was drawn here. A control of this computer alone has none, unless it is set.
 */
const controlTokenOf = Effect.fnUntraced(function* (host: string) {
  const given = Option.getOrUndefined(yield* controlToken)
  if (given !== undefined) return { token: given, isDrawn: false }
  if (ListenHost.isLoopback(host)) return { token: undefined, isDrawn: false }
  return { token: yield* RandomSecret.make, isDrawn: true }
})

const controlRefused = (error: ControlServer.NotOnLoopback | ControlServer.WeakToken): Failure =>
  new Failure({
    text:
      error._tag === "WeakToken"
        ? text`SENTINEL_CONTROL_TOKEN ${error.problem}. Draw 256 bits, such as with: openssl rand -hex 32`
        : text`--control-host: ${error.address} is an address that other computers reach. Set SENTINEL_CONTROL_TOKEN.`,
    code: "configuration"
  })

/** It speaks TLS where others can reach it. On loopback commands find it without a certificate. */
const openControl = Effect.fnUntraced(function* (
  { controlHost, controlPort, port }: Options,
  tls: TlsKeyPair | undefined
) {
  const host = Option.getOrElse(controlHost, () => "127.0.0.1")
  const ownTls = ListenHost.isLoopback(host) ? undefined : tls
  const { isDrawn, token } = yield* controlTokenOf(host)
  const { layerWith } = yield* Effect.promise(() => import("@le-auth/sentinel/ControlServer"))
  const opened = yield* open(
    {
      flag: Option.isSome(controlHost) ? "--control-port and --control-host" : "--control-port",
      host,
      port: Option.getOrElse(controlPort, () => controlPortOf(port)),
      tls: ownTls
    },
    layerWith({ token, scheme: ownTls === undefined ? "http" : "https" }).pipe(
      Layer.provide(NodeHttpServer.layerHttpServices)
    )
  ).pipe(Effect.catchTag(["NotOnLoopback", "WeakToken"], (error) => Effect.fail(controlRefused(error))))
  return { ...opened, hasToken: token !== undefined, drawn: isDrawn ? token : undefined }
})

/** The way of all calls of the command, over a proxy where there is one. It is loaded with the first webhook. */
const webhookTransport = Layer.effect(
  Transport.Transport,
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const loaded = yield* Effect.cached(
      Effect.promise(() => import("@le-auth/node/NodeHttp")).pipe(
        Effect.flatMap(({ layer }) => Layer.buildWithScope(layer, scope)),
        Effect.map((context) => Context.get(context, Transport.Transport))
      )
    )
    return { send: (request) => Effect.flatMap(loaded, ({ send }) => send(request)) }
  })
)

/** Collectors are rare, so the code for them is loaded only if one is configured. */
const telemetry = Effect.gen(function* () {
  const endpoint = yield* Effect.option(Config.NonEmptyString("OTEL_EXPORTER_OTLP_ENDPOINT"))
  if (Option.isNone(endpoint)) return Layer.empty
  return (yield* Effect.promise(() => import("./Telemetry.ts"))).layer
})

/** Serves until it is interrupted. */
export const run = Effect.fnUntraced(function* (options: Options) {
  if (options.profile.length > 0) return yield* wrongUsage(text`A point of the dialect is set with --point name=value`)
  // Taken before the file is read, so that a change right after is noticed.
  const version = Option.isNone(options.config) ? "" : yield* Reload.versionOf(options.config.value)
  const { config, store } = yield* configOf(options)
  const drain = Duration.toMillis(options.drain)
  const stopping = { hasBegun: false }
  const format = Option.getOrElse(options.logFormat, () => (process.stderr.isTTY ? "pretty" : "json"))
  Signals.stopIsSuccess({ within: drain + drainLimit + 1000 })

  const serve = Effect.gen(function* () {
    // The port for operators closes last, so that they see that this Sentinel is stopping.
    const operations = Option.isNone(options.operationsPort)
      ? undefined
      : yield* open(
          { flag: "--operations-port", host: options.host, port: options.operationsPort.value },
          Sentinel.layerOperationsServer
        )
    if (operations !== undefined) yield* Effect.addFinalizer(() => operations.drain(drainLimitBeside))

    const { accounts } = yield* Control.Control
    const isBuiltIn =
      Option.isNone(options.config) && (store._tag === "Memory" || (yield* Development.hasUsersOf(config)))
    if (isBuiltIn && store._tag !== "Memory" && options.redirectUris.length > 0)
      yield* BuiltIn.register(accounts, config)

    const tls = yield* Tls.make(options, Tls.folder)
    /** The control is opened after the main port. */
    const place: { control?: string } = {}
    const main = yield* open(
      { flag: "--port", host: options.host, port: options.port, tls: tls?.keyPair },
      Sentinel.layerServerWith({
        tls: tls !== undefined,
        hostNames: options.hostNames,
        ...(Option.isSome(options.publicOrigin) && { publicOrigin: options.publicOrigin.value }),
        metrics: operations === undefined && !options.strict,
        // A database may have some from another mode.
        stubs: !options.strict,
        ...(!options.strict && {
          development: {
            accounts,
            isBuiltIn,
            quickSignIn: options.quickSignIn,
            control: () => place.control,
            toRegister: isBuiltIn
              ? "Start Sentinel with --redirect-uri and this address."
              : Option.isSome(options.config)
                ? "Add it to redirect_uris in the file of --config."
                : // Of a database from before.
                  "Add it to redirect_uris in a file of its accounts, and start Sentinel with --config and that file."
          }
        }),
        ...(options.trustedProxies.length > 0 && {
          trustedProxies: options.trustedProxies.filter((network) => network !== "none")
        })
      })
    )

    // Loaded and opened after the main port, so that the main port answers sooner.
    const controlServer = !options.noControl && !options.strict ? yield* openControl(options, tls?.keyPair) : undefined
    if (controlServer !== undefined) place.control = controlServer.origin

    yield* Effect.addFinalizer(() =>
      Effect.gen(function* () {
        stopping.hasBegun = true
        yield* Effect.logInfo("stopping")
        yield* Effect.sleep(drain)
        yield* Effect.all([main.drain(drainLimit), controlServer?.drain(drainLimitBeside) ?? Effect.void], {
          concurrency: "unbounded",
          discard: true
        })
        yield* Effect.logInfo("stopped")
      })
    )

    if (!main.isLocal && !options.strict) {
      yield* Output.say(text`Other computers can reach this Sentinel. It is made for development only; see --strict.`)
      if (options.quickSignIn) {
        yield* Output.say(
          text`With --quick-sign-in they see the names of its users, and sign in as each without a password.`
        )
      }
    }
    const facts: StartMessage.Facts = {
      config,
      isBuiltIn,
      hasStart: !options.strict,
      isStrict: options.strict,
      authorityFile: tls?.authorityFile,
      store: store._tag === "Memory" ? undefined : StoreUrl.describe(store),
      address: main.origin,
      publicOrigin: Option.getOrElse(options.publicOrigin, () => main.origin),
      metrics: operations === undefined && options.strict ? undefined : `${(operations ?? main).origin}/metrics`,
      control: controlServer && {
        origin: controlServer.origin,
        isLocal: controlServer.isLocal,
        hasToken: controlServer.hasToken,
        drawn: controlServer.drawn
      }
    }
    if (options.strict && Option.isSome(yield* controlToken)) {
      yield* Effect.logWarning("SENTINEL_CONTROL_TOKEN has no use, since there is no control in strict mode")
    }
    if (options.strict && Option.isSome(options.config) && (yield* Strict.isReadableByOthers(options.config.value))) {
      yield* Effect.logWarning(
        "others on this computer can read the configuration, which has secrets in it; chmod 600 it",
        {
          file: options.config.value
        }
      )
    }
    if (options.strict && SentinelDialect.make(config).refreshTokens === "keep") yield* Effect.logWarning(Strict.keeps)
    const reload = Option.isNone(options.config)
      ? Effect.never
      : yield* Reload.make({
          path: options.config.value,
          version,
          current: config,
          read: Effect.map(configOf(options), ({ config }) => config),
          replace: accounts.replace
        })
    const replaceKeyPair = (keyPair: TlsKeyPair) =>
      Effect.andThen(main.replaceKeyPair(keyPair), controlServer?.replaceKeyPair(keyPair) ?? Effect.void)
    yield* Output.print(StartMessage.json(facts), StartMessage.inWords(facts))
    yield* NewSpace.bounded
    return yield* Effect.raceFirst(reload, tls === undefined ? Effect.never : tls.watch(replaceKeyPair))
  })

  const settings = Layer.mergeAll(
    Layer.succeed(AccessLog, options.accessLog),
    Layer.succeed(Stopping, stopping),
    Layer.provideMerge(yield* telemetry, Log.layer(format))
  )
  // In strict mode the control has no port, but it applies a changed file.
  const controlled = yield* Store.services(store, config, {
    // The built-in users never replace those in a database.
    replaces: Option.isSome(options.config),
    webhookHosts: options.webhookHosts,
    ...((options.strict || options.noControl) && { journal: 0 }),
    ...(options.strict && { passwords: { algorithm: Strict.passwordAlgorithm } })
  })
  const services = controlled.pipe(
    Layer.provide(webhookTransport),
    Layer.provideMerge(NodeCrypto.layerServer),
    Layer.provideMerge(settings)
  )
  // Closed first: what is still under way when Sentinel stops needs the store and the log.
  return yield* serve.pipe(Effect.scoped, Effect.provide(services))
}, Effect.mapError(fromError))
