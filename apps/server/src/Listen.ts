/**
 * An HTTP server on a port, with a clear message when the port is taken.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { createServer } from "node:http"

export class PortInUse extends Schema.TaggedError<PortInUse>()("PortInUse", {
  port: Schema.Finite,
  setting: Schema.String
}) {
  override get message(): string {
    return `The port ${this.port} is in use. Stop the program that uses it, or choose another port: ${this.setting}=${
      this.port + 1
    } npm start`
  }
}

export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  address: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `Cannot listen on ${this.address}: ${this.problem}`
  }
}

const codeOf = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "unknown reason"

/** Listens until the scope closes; `setting` is the variable that chooses the port. */
export const layer = (options: { readonly port: number; readonly host: string; readonly setting: string }) =>
  NodeHttpServer.layer(createServer, { port: options.port, host: options.host }).pipe(
    Layer.catchTag("ServeError", ({ cause }) => {
      const code = codeOf(cause)
      return Layer.effectContext(
        Effect.fail(
          code === "EADDRINUSE"
            ? new PortInUse({ port: options.port, setting: options.setting })
            : new CannotListen({ address: `${options.host}:${options.port}`, problem: code })
        )
      )
    })
  )
