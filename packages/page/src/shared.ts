/**
 * What `@le-auth/browser` makes of the same parts as this package. It changes without notice: the two have the same
 * version.
 *
 * @since 0.1.0
 */
export { requestHeader } from "./internal/backend.ts"
export { apiAddress, isAnswer, isProblem, notPassedOn } from "./internal/callApi.ts"
export { leadsElsewhere, makeTokens, type PageToken, tokenAddress } from "./internal/directApi.ts"
export { refused } from "./internal/session.ts"
