/**
 * Limits of every call that le-auth makes.
 *
 * @since 0.1.0
 */
import type * as ByteSize from "effect/ByteSize"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"

/**
 * How long one call may take, and how large its answer may be. Defaults: 10 seconds and 1 MiB. The size is counted
 * while the answer comes, decompressed, whatever the `HttpClient` is; what is larger is not read to its end.
 *
 * @category services
 * @since 0.1.0
 */
export const RequestLimits = Context.Reference<{
  readonly timeout: Duration.Input
  readonly maximumBodySize: ByteSize.Input
}>("@le-auth/core/RequestLimits", {
  defaultValue: () => ({ timeout: "10 seconds", maximumBodySize: "1 MiB" })
})
