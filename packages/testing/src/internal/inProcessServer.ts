/** Sentinel as a function of requests: its routes run in fibers of this process, under the clock of the caller. */
import type { Origin } from "@le-auth/core/Origin"
import * as InProcess from "@le-auth/core/shared/InProcess"
import { Disconnect } from "@le-auth/sentinel/ListenerHooks"
import * as Sentinel from "@le-auth/sentinel/Sentinel"
import * as SentinelDialect from "@le-auth/sentinel/SentinelDialect"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import * as Scope from "effect/Scope"
import { Connection } from "./connection.ts"

type Services = Sentinel.Services | Sentinel.Crypto

type Request = HttpServerRequest.HttpServerRequest | Scope.Scope

/** A server without a port: what it is given to serve is kept, to be run for each request. */
const captureApp = Effect.fnUntraced(function* (publicOrigin: Origin, services: Context.Context<Services>) {
  let captured: InProcess.App | undefined
  const server = HttpServer.make({
    address: NetAddress.inetAddressUnsafe(NetAddress.ipv4Loopback, 0),
    serve: (app) =>
      Effect.contextWith((built: Context.Context<never>) => {
        // The caller's services come last: their clock, their logger, their spans. The guard of the call itself, which
        // core's Transport sets by this reference, stays outside: a fault may send requests of its own.
        captured = Effect.updateContext(app, (caller: Context.Context<Request>) =>
          Context.merge(built, Context.omit(HttpClient.TracerDisabledWhen)(caller))
        )
        return Effect.void
      })
  })
  yield* Layer.build(
    Layer.fresh(
      Sentinel.layerServerWith({ publicOrigin }).pipe(
        Layer.provide(Layer.succeed(HttpServer.HttpServer, server)),
        Layer.provide(Layer.succeedContext(services))
      )
    )
  )
  if (captured === undefined) return yield* Effect.die(new Error("Sentinel did not serve anything"))
  return captured
})

const broken = (request: HttpClientRequest.HttpClientRequest, code: string) =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, cause: Object.assign(new Error(code), { code }) })
  })

export interface InProcessServer {
  /**
   * Sentinel's answer. The work is done in a fiber of its own, as a server does it: a caller that stops waiting does
   * not stop it.
   */
  readonly handle: (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>
  /** Starts Sentinel again with another dialect. What it keeps in its store stays. */
  readonly restart: (dialect: SentinelDialect.SentinelDialect) => Effect.Effect<void>
}

export const make = Effect.fnUntraced(function* (
  publicOrigin: Origin,
  dialect: SentinelDialect.SentinelDialect
): Effect.fn.Return<InProcessServer, never, Services | Scope.Scope> {
  const services = yield* Effect.context<Services>()
  const scope = yield* Effect.scope

  const start = Effect.fnUntraced(function* (dialect: SentinelDialect.SentinelDialect) {
    const running = yield* Scope.fork(scope)
    const app = yield* captureApp(publicOrigin, services).pipe(
      Effect.provideService(SentinelDialect.SentinelDialect, dialect),
      Scope.provide(running)
    )
    return { app, running }
  })

  let current = yield* start(dialect)

  return {
    handle: (request) =>
      InProcess.answer({
        app: current.app,
        request,
        scope,
        connection: (breakBy) => {
          const connection: Connection = { fail: (code) => breakBy(broken(request, code)) }
          return Context.make(Connection, connection).pipe(Context.add(Disconnect, () => connection.fail("ECONNRESET")))
        }
      }),
    restart: Effect.fnUntraced(function* (dialect) {
      const before = current
      current = yield* start(dialect)
      yield* Scope.close(before.running, Exit.void)
    })
  }
})
