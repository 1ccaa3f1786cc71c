// What every server of the table knows: one account, one application, and what is asked of them.
export const accountId = "12345678"
export const clientId = "11111111-1111-4111-8111-111111111111"
export const clientSecret = "development-only-secret"
export const redirectUri = "http://localhost:3000/callback"
export const user = { id: "3552833710", email: "agent@example.com", password: "agent" }

/** Browsers that are signed in. */
export const sessions = 32

/** Query of an authorization request; `state` is another one each time. */
export const authorizeQuery = (state: string, scope = "") =>
  `response_type=code&client_id=${clientId}&redirect_uri=${encodeURIComponent(redirectUri)}&state=${state}${scope}`

const credentials = `client_id=${clientId}&client_secret=${clientSecret}`

/** What stands before the code, and what behind it. */
export const exchangeParts = [
  "grant_type=authorization_code&code=",
  `&redirect_uri=${encodeURIComponent(redirectUri)}&${credentials}`
]

/** What stands before the refresh token, and what behind it. */
export const refreshParts = ["grant_type=refresh_token&refresh_token=", `&${credentials}`]

export const exchangeBody = (code: string) => exchangeParts.join(code)

export const refreshBody = (token: string) => refreshParts.join(token)
