/** A Sentinel in this process: its parts, put together. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as Control from "@le-auth/sentinel/Control"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as SentinelStore from "@le-auth/sentinel/SentinelStore"
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import * as Digest from "effect/crypto/Digest"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import type { Sentinel as Handle } from "../Emulator.ts"
import { EmulatorError } from "../EmulatorError.ts"
import type { Options } from "../Options.ts"
import type { Way } from "./calls.ts"
import * as Environment from "./environment.ts"
import * as Errors from "./errors.ts"
import * as Shared from "./handle.ts"
import * as Serving from "./serving.ts"
import * as Settings from "./settings.ts"
import * as SharedKey from "./signingKeys.ts"

/** Passwords of tests have nothing to protect. */
const cheapest = Kdf.pbkdf2({ hash: Digest.sha256, iterations: 1 })

/** The decisions of Sentinel are in its journal; only what should never happen is logged. */
const quiet = Layer.succeed(References.MinimumLogLevel, "Error")

const services = ({ config }: Settings.Settings) =>
  Layer.merge(
    Control.layer(config, { passwords: { algorithm: cheapest } }).pipe(
      Layer.provide(SentinelStore.layerMemory),
      Layer.provideMerge(
        config.signing_keys === undefined ? SharedKey.layer : SigningKeys.layerFrom(config.signing_keys)
      )
    ),
    SentinelDialect.layer(config.points ?? {}, config.dialect)
  ).pipe(Layer.provideMerge(NodeCrypto.layerServer), Layer.provideMerge(quiet))

const controlRoutes = Layer.provide(ControlServer.layer, NodeHttpServer.layerHttpServices)

/** Where a Sentinel without a port says that it is. */
const nowhere = 4400

const serve = Effect.fnUntraced(function* (settings: Settings.Settings) {
  const { listen, tls } = settings
  const context = yield* Layer.build(services(settings))
  return yield* Effect.gen(function* () {
    const keyPair = tls === "own" ? undefined : tls
    const routes = Sentinel.layerServerWith({ tls: keyPair !== undefined })
    const main =
      listen === undefined
        ? yield* Serving.inProcess(nowhere, routes)
        : yield* Serving.onPort({ host: listen.host, port: listen.port, tls: keyPair }, routes)
    const control =
      listen === undefined
        ? yield* Serving.inProcess(nowhere + 2, controlRoutes)
        : yield* Serving.onPort({ host: "127.0.0.1", port: listen.controlPort }, controlRoutes)
    return { main, control }
  }).pipe(Effect.provideContext(context))
})

/** The way to the control of this process, which needs no port. */
const wayTo = ({ handle, origin }: Serving.Served, isOver: () => boolean): Way => ({
  origin,
  send: ({ body, headers, method, path, signal }) =>
    isOver()
      ? Promise.reject(Errors.stopped())
      : handle(
          new Request(origin + path, {
            method,
            headers: { ...headers, host: new URL(origin).host },
            ...(body !== undefined && { body }),
            ...(signal !== undefined && { signal })
          })
        )
})

const otherAddress = (asked: string, origin: string) =>
  new EmulatorError({
    code: "OtherAddress",
    message: `This fetch reaches ${origin} only, and not ${URL.parse(asked)?.origin ?? "an address without a host"}.`
  })

/** A `fetch` that reaches a Sentinel of this process, and nothing else. */
const fetchOf =
  ({ handle, origin }: Serving.Served, isOver: () => boolean): typeof globalThis.fetch =>
  async (input, init) => {
    if (isOver()) throw Errors.stopped()
    const request = new Request(input, init)
    const url = new URL(request.url)
    if (url.origin !== origin) throw otherAddress(request.url, origin)
    request.headers.set("host", url.host)
    return handle(request)
  }

/** Starts it. What has begun when something fails is ended. */
export const start = async (options: Options): Promise<Handle> => {
  const scope = Scope.makeUnsafe()
  const end = () => Effect.runPromise(Scope.close(scope, Exit.void))
  const { control, main, settings } = await Effect.runPromise(
    Effect.gen(function* () {
      const settings = yield* Settings.read(options)
      return { settings, ...(yield* serve(settings)) }
    }).pipe(Scope.provide(scope))
  ).catch(async (error: unknown) => {
    await end()
    throw Errors.from(error)
  })
  let ending: Promise<void> | undefined
  const isOver = () => ending !== undefined
  const stop = () => (ending ??= end())
  const { document, listen } = settings
  return {
    ...Shared.make({
      way: wayTo(control, isOver),
      control: listen === undefined ? undefined : control.origin,
      config: document,
      stop
    }),
    url: main.origin,
    env: Environment.of(document, main.origin, {}),
    envOf: (which) => Environment.of(document, main.origin, which),
    certificateAuthority: undefined,
    fetch: fetchOf(main, isOver)
  }
}
