/** The connection between the code under test and the Sentinel in its process, for a test that breaks it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"

export interface Connection {
  /** The client gets this error of the network, and the server stops what it does for it. */
  readonly fail: (code: "ECONNREFUSED" | "ECONNRESET") => Effect.Effect<HttpServerResponse.HttpServerResponse>
}

export const Connection = Context.Reference<Connection>("@le-auth/testing/internal/connection/Connection", {
  defaultValue: () => ({ fail: (code) => Effect.die(new Error(`${code}: there is no connection to break`)) })
})
