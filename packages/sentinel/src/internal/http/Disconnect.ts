/** Breaks the connection of a request, as a network does. `ListenerHooks` has it for other packages. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"

/**
 * Gives the answer that breaks the connection, or never ends because the connection is gone.
 */
export type Disconnect = (
  request: HttpServerRequest.HttpServerRequest
) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/** The socket below a request of Node's server, if there is one. */
const socketOf = ({ source }: HttpServerRequest.HttpServerRequest) => {
  const socket = Predicate.hasProperty(source, "socket") ? source.socket : undefined
  return Predicate.hasProperty(socket, "destroy") && typeof socket.destroy === "function" ? socket : undefined
}

/**
 * How a fault breaks the connection of a request. By default it closes the socket of Node's server. Behind a function
 * of web requests there is no socket, so there the body of the answer breaks before its first byte. Provide another one
 * where a connection is something else, as in a test without a network.
 *
 * @category services
 * @since 0.1.0
 */
export const Disconnect = Context.Reference<Disconnect>("@le-auth/sentinel/ListenerHooks/Disconnect", {
  defaultValue: () => (request) =>
    Effect.suspend(() => {
      const socket = socketOf(request)
      if (socket === undefined) {
        return Effect.succeed(
          HttpServerResponse.stream(Stream.fail(new Error("The connection was dropped by a fault")))
        )
      }
      ;(socket.destroy as () => void).call(socket)
      // The server interrupts what it does for a connection that is closed.
      return Effect.interruptible(Effect.never)
    })
})
