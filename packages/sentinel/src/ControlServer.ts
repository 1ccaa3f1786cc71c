/**
 * The control and the inspector over HTTP, on a listener of its own. Strict mode does not build it.
 *
 * @since 0.1.0
 */
import { isLoopback } from "@le-auth/core/Origin"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Schema from "effect/Schema"
import * as ControlGuard from "./internal/control/ControlGuard.ts"
import * as Handlers from "./internal/control/handlers.ts"
import * as Inspector from "./internal/inspector/Inspector.ts"

/**
 * The control was to listen on `address`, where other computers can reach it. It asks for no password, so it does not
 * start.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotOnLoopback extends Schema.TaggedError<NotOnLoopback>()("NotOnLoopback", { address: Schema.String }) {
  override get message(): string {
    return `The control of Sentinel cannot listen on ${this.address}: other computers could reach it. Let it listen on 127.0.0.1.`
  }
}

/** What `Host` may be: the names of loopback with this port. */
const hostsOf = (port: string): ReadonlySet<string> =>
  new Set(["localhost", "127.0.0.1", "[::1]"].map((name) => (port === "80" ? name : `${name}:${port}`)))

const routes = (hosts: ReadonlySet<string>) =>
  Layer.mergeAll(Handlers.layer, Inspector.layer, ControlGuard.layer(hosts))

/**
 * Serves the `Control` of the context, with the inspector at `/`. It needs an `HttpServer` of its own, on loopback,
 * such as that of `NodeServe.layerOf` of `@le-auth/node`, and fails with {@link NotOnLoopback} on any other.
 *
 * @example
 * ```ts
 * // compiled only
 * import type { Control } from "@le-auth/sentinel/Control"
 * import * as ControlServer from "@le-auth/sentinel/ControlServer"
 * import type * as HttpServer from "effect/http/HttpServer"
 * import * as Layer from "effect/Layer"
 *
 * declare const loopback: Layer.Layer<HttpServer.HttpServer> // such as that of NodeHttpServer
 * declare const control: Layer.Layer<Control> // such as Control.layerMemory
 *
 * export const server = ControlServer.layer.pipe(Layer.provide([loopback, control]))
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    const host = NetAddress.formatUrlUnsafe(address).replace(/^https?:\/\//, "")
    if (!isLoopback(host)) return yield* new NotOnLoopback({ address: host })
    return HttpRouter.serve(routes(hostsOf(/:(\d+)$/.exec(host)?.[1] ?? "80")), {
      // A path has one form, so that what holds for it cannot be passed by.
      routerConfig: { caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false },
      disableLogger: true,
      disableListenLog: true
    })
  })
)
