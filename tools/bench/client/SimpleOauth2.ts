import { randomBytes, createHash } from "node:crypto"

import { AuthorizationCode } from "simple-oauth2"

import * as p from "./Parameters.ts"

const make = (origin: string) =>
  new AuthorizationCode({
    client: { id: p.clientId, secret: p.clientSecret },
    auth: {
      tokenHost: origin,
      tokenPath: `/sentinel/api/account/${p.account}/token?v=1.0`,
      authorizeHost: p.sentinel,
      authorizePath: `/sentinel/api/account/${p.account}/authorize`
    },
    options: { authorizationMethod: "body" }
  })
const fixed = make(p.sentinel)

export const name = "simple-oauth2"

/** It draws neither state nor PKCE, so the application does. */
export const start = () => {
  const verifier = randomBytes(32).toString("base64url")
  // The version is not a parameter of OAuth: as an object of its own, it is more than the types ask for.
  const parameters = {
    redirect_uri: p.redirectUri,
    state: randomBytes(32).toString("base64url"),
    v: "1.0",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256"
  }
  return fixed.authorizeURL(parameters)
}

export const authorizeUrl = () => {
  const parameters = { redirect_uri: p.redirectUri, state: p.state, v: "1.0" }
  return fixed.authorizeURL(parameters)
}

export const token = (origin: string) => {
  const client = make(origin)
  const token = client.createToken({ access_token: "a", refresh_token: p.refreshToken })
  return {
    exchange: () => client.getToken({ code: p.code, redirect_uri: p.redirectUri }),
    refresh: () => token.refresh()
  }
}
