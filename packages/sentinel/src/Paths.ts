/**
 * The paths of pages that are Sentinel's own. All others are in the contract, `SentinelApi` and `DomainApi` of `@le-auth/core`.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 */
export const login = "/sentinel/login"

/** @since 0.1.0 */
export const logout = "/sentinel/logout"

/** @since 0.1.0 */
export const live = "/health/live"

/** @since 0.1.0 */
export const ready = "/health/ready"

/** @since 0.1.0 */
export const metrics = "/metrics"

/**
 * A user's record, on the host of the service `accountConfigReadOnly` of the Domain API.
 *
 * @since 0.1.0
 */
export const users = "/api/account/:accountId/configuration/le-users/users/:userId"
