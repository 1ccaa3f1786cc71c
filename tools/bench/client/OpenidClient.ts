import * as client from "openid-client"

import * as p from "./Parameters.ts"

const configuration = (origin: string) => {
  const config = new client.Configuration(
    {
      issuer: origin,
      authorization_endpoint: p.authorizeEndpoint,
      token_endpoint: `${origin}/sentinel/api/account/${p.account}/token?v=1.0`
    },
    p.clientId,
    p.clientSecret,
    client.ClientSecretPost(p.clientSecret)
  )
  client.allowInsecureRequests(config)
  return config
}
const fixed = configuration(p.sentinel)

export const name = "openid-client"

export const start = async () => {
  const verifier = client.randomPKCECodeVerifier()
  return client.buildAuthorizationUrl(fixed, {
    redirect_uri: p.redirectUri,
    state: client.randomState(),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256"
  }).href
}

export const authorizeUrl = () =>
  client.buildAuthorizationUrl(fixed, { redirect_uri: p.redirectUri, state: p.state }).href

export const token = (origin: string) => {
  const config = configuration(origin)
  const callback = new URL(`${p.redirectUri}?code=${p.code}&state=${p.state}`)
  return {
    exchange: () => client.authorizationCodeGrant(config, callback, { expectedState: p.state }),
    refresh: () => client.refreshTokenGrant(config, p.refreshToken)
  }
}
