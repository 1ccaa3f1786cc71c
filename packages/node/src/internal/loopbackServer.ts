/**
 * HTTP servers on the addresses of a host, such as the loopback ones of a redirect URI, for as long as a scope.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import type * as HttpServer from "effect/http/HttpServer"
import type * as Scope from "effect/Scope"
import * as Http from "node:http"
import { CannotListen, LoopbackError, PortInUse } from "../LoopbackError.ts"

/** How long a response that is under way may still take when everything else is over, in milliseconds. */
const lastResponse = 1000

/** A family of addresses that this computer does not have. */
const missing = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"])

/** The addresses that a browser may mean by a host name (RFC 8252 section 8.3): for `localhost` both families. */
const addressesOf = (hostname: string): ReadonlyArray<string> =>
  hostname === "localhost" ? ["127.0.0.1", "::1"] : [hostname.replace(/^\[|\]$/g, "")]

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | undefined)?.code

/**
 * Ends a server at once. effect's own shutdown waits for every connection, also for those that a browser opened in
 * advance or that a foreign program holds; only a response that is being written may be finished.
 */
const closeQuickly = (server: Http.Server, responses: ReadonlySet<Http.ServerResponse>) =>
  Effect.callback<void>((resume) => {
    const end = () => {
      clearTimeout(timer)
      server.closeAllConnections()
      resume(Effect.void)
    }
    const timer = setTimeout(end, lastResponse)
    const check = () => responses.size === 0 && end()
    server.close()
    for (const response of responses) response.once("close", check)
    check()
  })

const listenOn = (host: string, port: number): Effect.Effect<HttpServer.HttpServer["Service"], unknown, Scope.Scope> =>
  Effect.gen(function* () {
    const responses = new Set<Http.ServerResponse>()
    const server = Http.createServer()
    server.on("request", (_, response) => {
      responses.add(response)
      response.once("close", () => responses.delete(response))
    })
    const httpServer = yield* NodeHttpServer.make(() => server, { host, port, disablePreemptiveShutdown: true }).pipe(
      Effect.mapError((error) => error.cause)
    )
    yield* Effect.addFinalizer(() => closeQuickly(server, responses))
    return httpServer
  })

/** Listens on the address, or on every loopback address that `localhost` stands for. Fails if one of them is taken. */
export const listen = (
  hostname: string,
  port: number
): Effect.Effect<ReadonlyArray<HttpServer.HttpServer["Service"]>, LoopbackError, Scope.Scope> =>
  Effect.gen(function* () {
    const servers: Array<HttpServer.HttpServer["Service"]> = []
    let refused: LoopbackError | undefined
    for (const host of addressesOf(hostname)) {
      const result = yield* Effect.result(listenOn(host, port))
      if (result._tag === "Success") servers.push(result.success)
      else if (codeOf(result.failure) === "EADDRINUSE") {
        // Half of a taken `localhost` would give the code to the other program.
        return yield* new LoopbackError({ reason: new PortInUse({ host, port }) })
      } else {
        refused = new LoopbackError({ reason: new CannotListen({ host, port, cause: result.failure }) })
        if (!missing.has(String(codeOf(result.failure)))) return yield* refused
      }
    }
    return servers.length === 0 && refused !== undefined ? yield* refused : servers
  })
