/**
 * The parameter `v`.
 *
 * LivePerson documents the version as a number with the default 1.0; prints `?v1.0`, without `=`, for revocation; and has
 * shown 2.0 for tokens. So it may be missing, and a bare `v1.0` is another parameter, which is ignored.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 */
export const isAuthorizeVersion = (v: string | undefined): boolean => v === undefined || /^1(?:\.0)?$/.test(v)

/**
 * @since 0.1.0
 */
export const isTokenVersion = (v: string | undefined): boolean => v === undefined || /^[12](?:\.0)?$/.test(v)
