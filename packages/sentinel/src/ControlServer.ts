/**
 * The control and the inspector over HTTP, on a listener of its own. Strict mode does not build it.
 *
 * @since 0.1.0
 */
import { isLoopback } from "@le-auth/core/Origin"
import { siteRoutes } from "@le-auth/core/shared/SiteFiles"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as ControlAccess from "./internal/control/ControlAccess.ts"
import * as ControlGuard from "./internal/control/ControlGuard.ts"
import * as Handlers from "./internal/control/handlers.ts"
import * as Inspector from "./internal/inspector/frame/Inspector.ts"
import * as SignIn from "./internal/inspector/SignIn.ts"
import * as RandomSecret from "./RandomSecret.ts"

/**
 * The control was to listen on `address`, where other computers can reach it. It has no token, so it does not start.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotOnLoopback extends Schema.TaggedError<NotOnLoopback>()("NotOnLoopback", { address: Schema.String }) {
  override get message(): string {
    return (
      `The control of Sentinel cannot listen on ${this.address} without a token: other computers could reach it. ` +
      "Give it a token, or let it listen on 127.0.0.1."
    )
  }
}

/**
 * The token of the control is one that could be guessed, or that a header cannot have. `problem` says which; the token
 * is not in it.
 *
 * @category errors
 * @since 0.1.0
 */
export class WeakToken extends Schema.TaggedError<WeakToken>()("WeakToken", { problem: Schema.String }) {
  override get message(): string {
    return (
      `The token of the control ${this.problem}. Draw 256 bits, which are 64 characters of hexadecimal: ` +
      "openssl rand -hex 32"
    )
  }
}

/**
 * The settings of {@link layerWith}.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options {
  /**
   * What every request must carry, as `Authorization: Bearer TOKEN`: at least 256 random bits, such as
   * `RandomSecret.make` draws. The inspector asks for it once. With a token the control may listen on any address.
   * Default: none, and then the control listens on loopback only.
   */
  readonly token?: Redacted.Redacted<string> | undefined
  /** `https` if the server of the context speaks TLS. Default: `http`. */
  readonly scheme?: "http" | "https" | undefined
}

/** The most characters that fit well into a header and a form. */
const longestToken = 512

/** What is wrong with a token (RFC 6750 section 2.1 has its characters). */
const problemOfToken = (token: string): string | undefined => {
  if (!/^[\w.~+/-]+=*$/.test(token)) return "has characters that are not of A-Z a-z 0-9 - . _ ~ + / ="
  if (token.length > longestToken) return `has more than ${longestToken} characters`
  return RandomSecret.canBeGuessed(token, 256) ? "can be guessed" : undefined
}

/** What `Host` may be: the names of loopback with this port. */
const hostsOf = (port: string): ReadonlySet<string> =>
  new Set(["localhost", "127.0.0.1", "[::1]"].map((name) => (port === "80" ? name : `${name}:${port}`)))

const lockOf = Effect.fnUntraced(function* ({ scheme, token }: Options) {
  if (token === undefined) {
    const { address } = yield* HttpServer.HttpServer
    const host = NetAddress.formatUrlUnsafe(address).replace(/^https?:\/\//, "")
    if (!isLoopback(host)) return yield* new NotOnLoopback({ address: host })
    return { lock: { hosts: hostsOf(/:(\d+)$/.exec(host)?.[1] ?? "80") }, signOut: Layer.empty, canSignOut: false }
  }
  const problem = problemOfToken(Redacted.value(token))
  if (problem !== undefined) return yield* new WeakToken({ problem })
  const access = yield* ControlAccess.make(token, scheme === "https")
  return {
    lock: { access, browser: yield* SignIn.make(access) },
    signOut: SignIn.layer(access),
    canSignOut: true
  }
})

/**
 * Serves the `Control` of the context, with the inspector at `/`. It needs an `HttpServer` of its own, such as that of
 * `NodeServe.layerOf` of `@le-auth/node`. With a token any address is right, and each request must carry the token.
 * Without one it fails with {@link NotOnLoopback} unless the address is loopback. A token that can be guessed is a
 * {@link WeakToken}.
 *
 * @example
 * ```ts
 * // compiled only
 * import type { Control } from "@le-auth/sentinel/Control"
 * import * as ControlServer from "@le-auth/sentinel/ControlServer"
 * import * as Effect from "effect/Effect"
 * import * as Config from "effect/Config"
 * import type * as HttpServer from "effect/http/HttpServer"
 * import * as Layer from "effect/Layer"
 *
 * declare const anywhere: Layer.Layer<HttpServer.HttpServer> // such as that of NodeHttpServer
 * declare const control: Layer.Layer<Control> // such as Control.layerMemory
 *
 * export const server = Layer.unwrap(
 *   Effect.map(Config.Redacted("SENTINEL_CONTROL_TOKEN"), (token) => ControlServer.layerWith({ token }))
 * ).pipe(Layer.provide([anywhere, control]))
 * ```
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1}
 * @category layers
 * @since 0.1.0
 */
export const layerWith = (options: Options) =>
  Layer.unwrap(
    Effect.map(lockOf(options), ({ canSignOut, lock, signOut }) =>
      HttpRouter.serve(
        Layer.mergeAll(
          Handlers.layer,
          Inspector.layer({ canSignOut }),
          HttpRouter.addAll(siteRoutes),
          signOut,
          ControlGuard.layer(lock, options.scheme ?? "http")
        ),
        {
          // A path has one form, so that what holds for it cannot be passed by.
          routerConfig: { caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false },
          disableLogger: true,
          disableListenLog: true
        }
      )
    )
  )

/**
 * {@link layerWith} without a token: for loopback only.
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
export const layer = layerWith({})
