// It draws neither state nor PKCE: the application does, here with weak randomness, as its examples leave open.
import { createHash } from "node:crypto"

import ClientOAuth2 from "client-oauth2"

import * as p from "./Parameters.ts"

const fixed = new ClientOAuth2({
  clientId: p.clientId,
  clientSecret: p.clientSecret,
  authorizationUri: p.authorizeEndpoint,
  accessTokenUri: `${p.sentinel}/sentinel/api/account/${p.account}/token?v=1.0`,
  redirectUri: p.redirectUri
})

export const name = "client-oauth2"

const weak = () => Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2)

export const start = async () =>
  fixed.code.getUri({
    state: weak(),
    query: {
      code_challenge: createHash("sha256").update(weak()).digest("base64url"),
      code_challenge_method: "S256"
    }
  })

export const authorizeUrl = () => fixed.code.getUri({ state: p.state })
