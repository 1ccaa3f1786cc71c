/**
 * The paths of the contracts `SentinelApi` and `DomainApi`, for what needs no more of them: to declare the contracts
 * takes a server a tenth of its start.
 *
 * @since 0.1.0
 */

/**
 * The authorization request.
 *
 * @category models
 * @since 0.1.0
 */
export const authorize = "/sentinel/api/account/:accountId/authorize"

/**
 * The token and the refresh request.
 *
 * @category models
 * @since 0.1.0
 */
export const token = "/sentinel/api/account/:accountId/token"

/**
 * The app token request.
 *
 * @category models
 * @since 0.1.0
 */
export const appToken = "/sentinel/api/account/:accountId/app/token"

/**
 * The app token request in version 2.
 *
 * @category models
 * @since 0.1.0
 */
export const appTokenV2 = "/sentinel/api/v2/account/:accountId/app/token"

/**
 * The revocation request.
 *
 * @category models
 * @since 0.1.0
 */
export const revoke = "/sentinel/api/account/:accountId/token/revoke"

/**
 * The public keys of app tokens and id_tokens.
 *
 * @category models
 * @since 0.1.0
 */
export const keys = "/sentinel/well-known/jwks"

/**
 * The host of one service.
 *
 * @category models
 * @since 0.1.0
 */
export const service = "/api/account/:accountId/service/:service/baseURI.json"

/**
 * The hosts of all services of an account.
 *
 * @category models
 * @since 0.1.0
 */
export const services = "/api/account/:accountId/service/baseURI.json"
