/**
 * Paths of Sentinel that are not in the OAuth contract, for proxies, probes and tests. The paths of the contract are in
 * `SentinelApi` and `DomainApi` of `@le-auth/core`.
 *
 * @since 0.1.0
 */

/**
 * The login page, and where its form goes.
 *
 * @category models
 * @since 0.1.0
 */
export const login = "/sentinel/login"

/**
 * The form that ends the session of a browser goes here, by POST.
 *
 * @category models
 * @since 0.1.0
 */
export const logout = "/sentinel/logout"

/**
 * The button of an error page that registers a redirect URI goes here, by POST, in development.
 *
 * @category models
 * @since 0.1.0
 */
export const register = "/sentinel/register"

/**
 * Claims about the user of an access token, in the dialect `openid`: the userinfo endpoint of OpenID Connect. It is a
 * pattern with one parameter.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OpenID Connect Core section 5.3}
 * @category models
 * @since 0.1.0
 */
export const userinfo = "/sentinel/api/account/:accountId/userinfo"

/**
 * An application sends its user here to sign out, in the dialect `openid`. It is a pattern with one parameter.
 *
 * @see {@link https://openid.net/specs/openid-connect-rpinitiated-1_0.html#RPLogout RP-Initiated Logout 1.0 section 2}
 * @category models
 * @since 0.1.0
 */
export const endSessionEndpoint = "/sentinel/api/account/:accountId/end-session"

/**
 * Whether the process answers: 200 as long as it runs. It never asks the store.
 *
 * @category models
 * @since 0.1.0
 */
export const live = "/health/live"

/**
 * Whether sign-ins work: 200, or 503 while the store does not answer or this Sentinel is about to stop.
 *
 * @category models
 * @since 0.1.0
 */
export const ready = "/health/ready"

/**
 * Metrics in the text format of Prometheus, on a server that has them.
 *
 * @category models
 * @since 0.1.0
 */
export const metrics = "/metrics"

/**
 * The records of all users, with an access token of an administrator or an app token with the scope `users.external`,
 * on the host of the service `accountConfigReadOnly` of the Domain API. It is a pattern with one parameter.
 *
 * @category models
 * @since 0.1.0
 */
export const users = "/api/account/:accountId/configuration/le-users/users"

/**
 * A user's record, with an access token of that user or one that is good for all. It is a pattern with two parameters.
 *
 * @category models
 * @since 0.1.0
 */
export const user = `${users}/:userId` as const

/**
 * The reasons for which agents are away, with an access token of any user: programs ask for them to see whether a token
 * is good. It is a pattern with one parameter.
 *
 * @category models
 * @since 0.1.0
 */
export const statusReasons = "/api/account/:accountId/configuration/le-agents/status-reasons"
