/**
 * Sentinel in the same process, for an example that runs without a LivePerson account: with the control and the
 * inspector of `le-auth sentinel start`.
 */
import type { RedirectUri } from "@le-auth/core/Identifiers"
import * as NodeCrypto from "@le-auth/node/NodeCrypto"
import * as NodeDatabase from "@le-auth/node/NodeDatabase"
import * as NodeHttp from "@le-auth/node/NodeHttp"
import type { ListenError } from "@le-auth/node/NodeListener"
import * as NodeServe from "@le-auth/node/NodeServe"
import * as SealKeyFile from "@le-auth/node/SealKeyFile"
import * as StoreUrl from "@le-auth/node/StoreUrl"
import * as Control from "@le-auth/sentinel/Control"
import * as ControlServer from "@le-auth/sentinel/ControlServer"
import * as ControlSql from "@le-auth/sentinel/ControlSql"
import * as Development from "@le-auth/sentinel/Development"
import * as ListenerHooks from "@le-auth/sentinel/ListenerHooks"
import * as Stopping from "@le-auth/sentinel/Stopping"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Path from "node:path"
import type * as Configuration from "./Configuration.ts"

export interface Options extends Configuration.Sentinel {
  readonly redirectUri: RedirectUri
  readonly store: StoreUrl.StoreUrl
}

/** The store of Sentinel. It is a service of its own, so its file is beside the application's. */
const fileFor = (store: StoreUrl.StoreUrl) => ({
  _tag: "Sqlite" as const,
  path: Path.join(store._tag === "Sqlite" ? Path.dirname(store.path) : ".le-auth", "sentinel.sqlite")
})

/** The secrets of Sentinel are its own, so `LE_AUTH_SEAL_KEYS` of the application may change without them. */
const kept = (config: SentinelConfig.SentinelConfig, file: ReturnType<typeof fileFor>) =>
  ControlSql.layer(config, { seal: SealKeyFile.layerAt(StoreUrl.sealKeyFile(file)) }).pipe(
    Layer.catchTag("StoreError", (error) => Layer.effectContext(Effect.fail(NodeDatabase.unusable(file)(error)))),
    Layer.provide(NodeDatabase.layer(file))
  )

/** A port of the local Sentinel is taken. Both ports come of one variable, so the message says which one is which. */
export class PortTaken extends Schema.TaggedError<PortTaken>()("PortTaken", {
  port: Schema.Finite,
  what: Schema.Literals(["Sentinel", "its control and inspector"])
}) {
  override get message(): string {
    return [
      `The port ${this.port} is in use, and the local Sentinel needs it for ${this.what === "Sentinel" ? "itself" : this.what}.`,
      "Stop the program that uses it, perhaps another Sentinel, or choose other ports with SENTINEL_PORT: Sentinel listens",
      "on that one, and its control on the second after it."
    ].join("\n")
  }
}

const sayWhich = (what: PortTaken["what"]) => (error: ListenError) =>
  Layer.effectContext(Effect.fail(error.isInUse ? new PortTaken({ port: error.port, what }) : error))

/** The journal is followed without an end, so the control does not wait for its requests. */
const controlDrain = "500 millis"

/** If the application keeps nothing, Sentinel keeps nothing. Otherwise a restart ends no session. */
export const layer = ({ control, controlPort, controlToken, origin, port, redirectUri, store }: Options) => {
  const config = SentinelConfig.development({ redirectUri })
  const inMemory = Control.layerMemory(config)
  const inFile = kept(config, fileFor(store))
  const services: Layer.Layer<
    Control.Services,
    Layer.Error<typeof inMemory | typeof inFile>,
    Sentinel.Crypto
  > = store._tag === "Memory" ? inMemory : inFile
  const sentinel = Layer.unwrap(
    Effect.gen(function* () {
      const { accounts } = yield* Control.Control
      return Sentinel.layerServerWith({
        publicOrigin: origin,
        development: {
          accounts,
          // A database may have others, or other passwords, by way of the control.
          isBuiltIn: yield* Development.hasUsersOf(config),
          control: () => control,
          toRegister: "Give it to npm start as LE_AUTH_REDIRECT_URI."
        }
      })
    })
  )
  const listening = Effect.map(ListenerHooks.make, (hooks) =>
    Layer.merge(
      NodeServe.layerOf(Layer.provide(sentinel, services), { port, hooks }).pipe(
        Layer.catchTag("ListenError", sayWhich("Sentinel"))
      ),
      NodeServe.layerOf(Layer.provide(ControlServer.layerWith({ token: controlToken }), services), {
        port: controlPort,
        drainTimeout: controlDrain
      }).pipe(Layer.catchTag("ListenError", sayWhich("its control and inspector")))
    )
  )
  return Layer.unwrap(listening).pipe(Layer.provide([NodeCrypto.layerServer, NodeHttp.layer, Stopping.layer]))
}
