/**
 * Why a callback could not be received on this computer.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

const endpoint = { host: Schema.String, port: Schema.Finite }

/**
 * Another program listens on the port of the redirect URI, perhaps another sign-in.
 *
 * @category errors
 * @since 0.1.0
 */
export class PortInUse extends Schema.TaggedError<PortInUse>()("PortInUse", endpoint) {
  override get message(): string {
    return (
      `Port ${this.port} on ${this.host} is taken by another program, perhaps by another sign-in. ` +
      "Close that program, or use a redirect URI with another port that is registered for the application."
    )
  }
}

/**
 * The port could not be opened, for example because ports below 1024 need special rights.
 *
 * @category errors
 * @since 0.1.0
 */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  ...endpoint,
  cause: Schema.Defect()
}) {
  override get message(): string {
    const code = (this.cause as { readonly code?: unknown } | undefined)?.code
    if (code === "EADDRNOTAVAIL") return `${this.host} is not an address of this computer, so nothing can listen there.`
    return (
      `Port ${this.port} on ${this.host} cannot be opened${typeof code === "string" ? ` (${code})` : ""}. ` +
      "Use a redirect URI with a port above 1023 on 127.0.0.1 that is registered for the application."
    )
  }
}

/**
 * The redirect URI does not lead to this computer, so the callback cannot be received here.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotLoopback extends Schema.TaggedError<NotLoopback>()("NotLoopback", {
  redirectUri: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    const what =
      this.redirectUri === undefined
        ? "The installation names no redirect URI"
        : `The redirect URI ${this.redirectUri} does not lead to this computer`
    return `${what}. Register one such as http://127.0.0.1:4401/callback for the application, and set it (LE_AUTH_REDIRECT_URI).`
  }
}

/**
 * No callback came in time.
 *
 * @category errors
 * @since 0.1.0
 */
export class Timeout extends Schema.TaggedError<Timeout>()("Timeout", { after: Schema.Duration }) {
  override get message(): string {
    return `The sign-in was not finished within ${Duration.format(this.after)}. Start the sign-in again.`
  }
}

/**
 * Everything that keeps a callback from being received, as a schema: the `reason` of a {@link LoopbackError}.
 *
 * @category errors
 * @since 0.1.0
 */
export const LoopbackErrorReason = Schema.Union([PortInUse, CannotListen, NotLoopback, Timeout])
/** @since 0.1.0 */
export type LoopbackErrorReason = typeof LoopbackErrorReason.Type

/**
 * The callback could not be received. Handle single reasons with
 * `Effect.catchReason("LoopbackError", "PortInUse", ...)`.
 *
 * @category errors
 * @since 0.1.0
 */
export class LoopbackError extends Schema.TaggedError<LoopbackError>()("LoopbackError", {
  reason: LoopbackErrorReason
}) {
  override get message(): string {
    return this.reason.message
  }
}
