/**
 * The paths of the contracts `SentinelApi` and `DomainApi`, for what needs no more of them: to declare the contracts
 * takes a server a tenth of its start.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 */
export const authorize = "/sentinel/api/account/:accountId/authorize"

/** @since 0.1.0 */
export const token = "/sentinel/api/account/:accountId/token"

/** @since 0.1.0 */
export const appToken = "/sentinel/api/account/:accountId/app/token"

/** @since 0.1.0 */
export const appTokenV2 = "/sentinel/api/v2/account/:accountId/app/token"

/** @since 0.1.0 */
export const revoke = "/sentinel/api/account/:accountId/token/revoke"

/** @since 0.1.0 */
export const keys = "/sentinel/well-known/jwks"

/** @since 0.1.0 */
export const service = "/api/account/:accountId/service/:service/baseURI.json"

/** @since 0.1.0 */
export const services = "/api/account/:accountId/service/baseURI.json"
