import { generateCodeVerifier, OAuth2Client, OAuth2Fetch } from "@badgateway/oauth2-client"

import * as p from "./Parameters.ts"

const make = (origin: string) =>
  new OAuth2Client({
    clientId: p.clientId,
    clientSecret: p.clientSecret,
    authenticationMethod: "client_secret_post",
    // With a query of its own the endpoint would get a second question mark, so the version goes without.
    authorizationEndpoint: p.authorizeEndpoint.replace("?v=1.0", ""),
    tokenEndpoint: `${origin}/sentinel/api/account/${p.account}/token?v=1.0`
  })
const fixed = make(p.sentinel)

export const name = "@badgateway/oauth2-client"

export const start = async () =>
  fixed.authorizationCode.getAuthorizeUri({
    redirectUri: p.redirectUri,
    state: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex"),
    codeVerifier: await generateCodeVerifier()
  })

export const authorizeUrl = () =>
  fixed.authorizationCode.getAuthorizeUri({ redirectUri: p.redirectUri, state: p.state })

export const callback = (address: string) => fixed.authorizationCode.validateResponse(address, { state: p.state })

export const token = (origin: string) => {
  const client = make(origin)
  const token = { accessToken: "a", refreshToken: p.refreshToken, expiresAt: null }
  return {
    exchange: () => client.authorizationCode.getToken({ code: p.code, redirectUri: p.redirectUri }),
    refresh: () => client.refreshToken(token)
  }
}

export const appToken = (origin: string) => {
  const client = make(origin)
  const tokens = new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials(), scheduleRefresh: false })
  return () => tokens.getAccessToken()
}
