/** A Sentinel under control, for the browsers and applications of the other harness. */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Origin } from "@le-auth/core/Origin"
import * as Control from "@le-auth/sentinel/Control"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelConfig from "@le-auth/sentinel/SentinelConfig"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import { layerMemory, SentinelStore } from "@le-auth/sentinel/SentinelStore"
import * as SigningKeys from "@le-auth/sentinel/SigningKeys"
import { StoreInspection } from "@le-auth/sentinel/StoreInspection"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import { application, answerOf, browser, cheapPasswords, config, keys, type Running } from "../Harness.ts"

export interface Options extends Omit<Control.Options, "passwords"> {
  readonly config?: unknown
  readonly keys?: SigningKeys.SigningKeys["Service"]
  readonly points?: SentinelDialect.Changes
  /** Changes what the control sees of the store. */
  readonly inspection?: (inspection: StoreInspection["Service"]) => StoreInspection["Service"]
}

export const start = Effect.fnUntraced(function* (options?: Options) {
  const origin = Origin.make("http://localhost:4400")
  const decoded = yield* SentinelConfig.fromUnknown(options?.config ?? config)
  const lines: Array<string> = []
  const services = yield* Layer.build(
    Control.layer(decoded, { passwords: { algorithm: cheapPasswords }, ...options }).pipe(
      Layer.provide(
        options?.inspection === undefined
          ? layerMemory
          : Layer.provideMerge(
              Layer.effect(StoreInspection, Effect.map(StoreInspection, options.inspection)),
              layerMemory
            )
      ),
      Layer.provideMerge(Layer.succeed(SigningKeys.SigningKeys, options?.keys ?? keys)),
      Layer.provideMerge(NodeCrypto.layer),
      Layer.provideMerge(
        Layer.mergeAll(
          Layer.succeed(Clock.Clock, yield* Clock.Clock),
          SentinelDialect.layer(options?.points ?? {}),
          Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])
        )
      )
    )
  )
  const { handler } = yield* Effect.acquireRelease(
    Effect.sync(() => Sentinel.toWebHandler({ publicOrigin: origin }, Layer.succeedContext(services))),
    ({ dispose }) => Effect.promise(dispose)
  )
  const running: Running = {
    fetch: (path, init) => Effect.promise(() => handler(new Request(`${origin}${path}`, init))),
    send: (request) => Effect.promise(() => handler(request)),
    store: Context.get(services, SentinelStore),
    lines,
    origin
  }
  return { ...running, services, control: Context.get(services, Control.Control) }
})

/** A user who is signed in, and the tokens of the application. */
export const signedIn = Effect.fnUntraced(function* (options?: Options) {
  const sentinel = yield* start(options)
  const user = browser(sentinel)
  const app = application(sentinel)
  const code = answerOf(yield* user.signIn()).get("code")!
  const { json: tokens } = yield* app.exchange(code)
  return { sentinel, control: sentinel.control, user, app, code, tokens }
})
