/**
 * The control over HTTP, on a listener of its own. Where it is not built, as in strict mode, there is none.
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
 * The control was to listen where other computers can reach it. It asks for no password, so it does not.
 *
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
 * Serves the control of the context. It needs an `HttpServer` of its own, on loopback, such as that of `NodeServe.layerOf` of
 * `@le-auth/node`.
 *
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
