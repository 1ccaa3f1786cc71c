import * as oauth from "oauth4webapi"

import * as p from "./Parameters.ts"

const server = {
  issuer: p.sentinel,
  authorization_endpoint: p.authorizeEndpoint,
  id_token_signing_alg_values_supported: ["RS256"]
}
const client = { client_id: p.clientId }

const url = (state: string, challenge?: string) => {
  const url = new URL(server.authorization_endpoint)
  url.searchParams.set("client_id", p.clientId)
  url.searchParams.set("redirect_uri", p.redirectUri)
  url.searchParams.set("response_type", "code")
  url.searchParams.set("state", state)
  if (challenge !== undefined) {
    url.searchParams.set("code_challenge", challenge)
    url.searchParams.set("code_challenge_method", "S256")
  }
  return url.href
}

export const name = "oauth4webapi"

export const start = async () => {
  const state = oauth.generateRandomState()
  const verifier = oauth.generateRandomCodeVerifier()
  return url(state, await oauth.calculatePKCECodeChallenge(verifier))
}

export const authorizeUrl = () => url(p.state)

export const callback = (address: string) => oauth.validateAuthResponse(server, client, new URL(address), p.state)

export const token = (origin: string) => {
  const as = { issuer: origin, token_endpoint: `${origin}/sentinel/api/account/${p.account}/token?v=1.0` }
  const authentication = oauth.ClientSecretPost(p.clientSecret)
  const options = { [oauth.allowInsecureRequests]: true }
  return {
    exchange: async () => {
      const parameters = oauth.validateAuthResponse(
        as,
        client,
        new URLSearchParams({ code: p.code, state: p.state }),
        p.state
      )
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        parameters,
        p.redirectUri,
        oauth.nopkce,
        options
      )
      return oauth.processAuthorizationCodeResponse(as, client, response)
    },
    refresh: async () => {
      const response = await oauth.refreshTokenGrantRequest(as, client, authentication, p.refreshToken, options)
      return oauth.processRefreshTokenResponse(as, client, response)
    }
  }
}
