// What every contestant is given: parameters of the lengths that LivePerson's API has.
export const account = "12345678"
export const clientId = "11111111-1111-4111-8111-111111111111"
export const clientSecret = "development-only-secret-26"
export const redirectUri = "https://app.example/callback"
export const sentinel = "https://va.sentinel.liveperson.net"
export const authorizeEndpoint = `${sentinel}/sentinel/api/account/${account}/authorize?v=1.0`
export const code = "SplxlOBeZQQYbYS6WxSbIA-SplxlOBeZQQYbYS6WxSbIA"
export const state = "x".repeat(43)
export const refreshToken = "r".repeat(146)
