/** A Sentinel in this process: its parts, put together. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as CertificateAuthority from "@le-auth/node/CertificateAuthority"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as TlsKeyPair from "@le-auth/node/TlsKeyPair"
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

/** The names of this computer, which its certificate is for. */
const names = { names: ["localhost"], addresses: ["127.0.0.1", "::1"] }

/** A key and its certificate of an authority that is made now, and forgotten at once. */
const ownKeyPair = Effect.gen(function* () {
  const authority = yield* CertificateAuthority.make({ names: names.names, networks: ["127.0.0.0/8", "::1/128"] })
  const issued = yield* CertificateAuthority.issue(authority, names)
  return { keyPair: yield* Effect.orDie(TlsKeyPair.make(issued)), authority: authority.certificate }
})

const serve = Effect.fnUntraced(function* (settings: Settings.Settings) {
  const { listen, tls } = settings
  const context = yield* Layer.build(services(settings))
  return yield* Effect.gen(function* () {
    const { authority, keyPair } = tls === "own" ? yield* ownKeyPair : { keyPair: tls, authority: undefined }
    const { accounts } = yield* Control.Control
    const place: { control?: string } = {}
    const routes = Sentinel.layerServerWith({
      tls: keyPair !== undefined,
      development: { accounts, isBuiltIn: settings.isBuiltIn, control: () => place.control }
    })
    const main =
      listen === undefined
        ? yield* Serving.inProcess(nowhere, routes)
        : yield* Serving.onPort({ host: listen.host, port: listen.port, tls: keyPair }, routes)
    const control =
      listen === undefined
        ? yield* Serving.inProcess(nowhere + 2, controlRoutes)
        : yield* Serving.onPort({ host: "127.0.0.1", port: listen.controlPort }, controlRoutes)
    if (listen !== undefined) place.control = control.origin
    return { authority, control, main }
  }).pipe(Effect.provideContext(context))
})

/** A request to a handler of this process. It ends with the Sentinel. */
const requestTo = ({ handle }: Serving.Served, ended: AbortSignal, request: Request): Promise<Response> => {
  ended.throwIfAborted()
  const asked = new Request(request, { signal: AbortSignal.any([request.signal, ended]) })
  asked.headers.set("host", new URL(request.url).host)
  return handle(asked)
}

/** The way to the control of this process, which needs no port. */
const wayTo = (control: Serving.Served, ended: AbortSignal): Way => ({
  origin: control.origin,
  ended,
  send: async ({ path, ...init }) => requestTo(control, ended, new Request(control.origin + path, init)),
  failed: (error) => (ended.aborted ? ended.reason : error)
})

const otherAddress = (asked: string, origin: string) =>
  new EmulatorError({
    code: "OtherAddress",
    message: `This fetch reaches ${origin} only, and not ${new URL(asked).origin}.`
  })

/** A `fetch` that reaches a Sentinel of this process, and nothing else. */
const fetchOf =
  (main: Serving.Served, ended: AbortSignal): typeof globalThis.fetch =>
  async (input, init) => {
    const request = new Request(input, init)
    if (new URL(request.url).origin !== main.origin) throw otherAddress(request.url, main.origin)
    return requestTo(main, ended, request)
  }

/** Starts it. What has begun when something fails is ended. */
export const start = async (options: Options): Promise<Handle> => {
  const scope = Scope.makeUnsafe()
  const end = () => Effect.runPromise(Scope.close(scope, Exit.void))
  const { authority, control, main, settings } = await Effect.runPromise(
    Effect.gen(function* () {
      const settings = yield* Settings.read(options)
      return { settings, ...(yield* serve(settings)) }
    }).pipe(Scope.provide(scope))
  ).catch(async (error: unknown) => {
    await end()
    throw Errors.from(error)
  })
  const ending = new AbortController()
  let ended: Promise<void> | undefined
  const stop = () => {
    ending.abort(Errors.stopped())
    return (ended ??= end())
  }
  const { document, listen } = settings
  return {
    ...Shared.make({
      way: wayTo(control, ending.signal),
      control: listen === undefined ? undefined : control.origin,
      config: document,
      stop
    }),
    url: main.origin,
    env: Environment.of(document, main.origin, {}),
    envOf: (which) => Environment.of(document, main.origin, which),
    certificateAuthority: authority,
    fetch: fetchOf(main, ending.signal)
  }
}
