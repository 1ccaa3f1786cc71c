/**
 * Whether each request gets a line in the log.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"

/**
 * Whether each request gets a line in the log. Default: no, since the application around Sentinel has a log of its own.
 * `le-auth sentinel start` has it on.
 *
 * A line has the request id, method, route, status, duration, account and application. It never has the query, the
 * body, a header or a cookie, where codes and tokens are.
 *
 * @example
 * ```ts
 * import { AccessLog } from "@le-auth/sentinel/AccessLog"
 * import * as Layer from "effect/Layer"
 *
 * export const withAccessLog = Layer.succeed(AccessLog, true)
 * ```
 *
 * @category services
 * @since 0.1.0
 */
export const AccessLog = Context.Reference<boolean>("@le-auth/sentinel/AccessLog", { defaultValue: () => false })
